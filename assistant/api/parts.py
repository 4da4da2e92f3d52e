"""What endpoints are handed: the application's parts, and who is asking."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from assistant.answering.types import Question, Turn
from assistant.api.figures import Figures
from assistant.api.operator import COOKIE, OperatorAccess
from assistant.api.pump import PumpRoom
from assistant.api.rates import Purpose, Rates
from assistant.api.services import Services
from assistant.errors import InvalidRequest, OperatorRequired, QuestionTooLong
from assistant.settings import WebSettings
from knowledge.permissions import OPERATING, VISITOR, Actor
from knowledge.types import OPERATOR, PUBLIC, Reader


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that one application is made of."""

    services: Services
    settings: WebSettings
    operator: OperatorAccess
    figures: Figures
    rates: Rates
    room: PumpRoom


def parts_of(request: Request) -> Parts:
    """Return the parts that ``create_app`` put into the application."""
    parts = request.app.state.parts
    assert isinstance(parts, Parts)  # noqa: S101 - tells the type checker what create_app did
    return parts


InParts = Annotated[Parts, Depends(parts_of)]


def reader_of(request: Request, parts: InParts) -> Reader:
    """Return the operator in a browser that opened the link, else a reader of public documents."""
    return OPERATOR if parts.operator.admits(request.cookies.get(COOKIE)) else Reader(frozenset({PUBLIC}))


InReader = Annotated[Reader, Depends(reader_of)]


def actor_of(reader: InReader) -> Actor:
    """Return who does what the request asks: the operator, or a visitor nobody knows."""
    return OPERATING if reader is OPERATOR else VISITOR


InActor = Annotated[Actor, Depends(actor_of)]


def require_operator(reader: InReader) -> None:
    """Refuse everyone else.

    Raises:
        OperatorRequired: the request has no operator's cookie.
    """
    if reader is not OPERATOR:
        raise OperatorRequired


class Limited:
    """A dependency that counts a request for its purpose."""

    def __init__(self, purpose: Purpose) -> None:
        """Count as ``purpose``."""
        self._purpose = purpose

    async def __call__(self, request: Request, parts: InParts) -> None:
        """Count, or refuse with 429."""
        await parts.rates.hit(self._purpose, request)


def question_of(text: str, history: list[Turn], settings: WebSettings) -> Question:
    """Return a bounded question; of the history the newest turns that fit are kept.

    Raises:
        InvalidRequest: nothing but spaces was asked.
        QuestionTooLong: more characters than the settings allow.
    """
    text = text.strip()
    if not text:
        raise InvalidRequest(reason="question is empty")
    if len(text) > settings.question_characters:
        told = {"length": len(text), "limit": settings.question_characters}
        raise QuestionTooLong(details=told, **told)
    kept: list[Turn] = []
    room = settings.history_characters
    for turn in reversed(history[-settings.history_turns :] if settings.history_turns else []):
        room -= len(turn.content)
        if room < 0:
            break
        kept.append(turn)
    return Question(text, tuple(reversed(kept)))
