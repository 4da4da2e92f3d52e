"""From a running answer to a response: whole, or event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answering.types import Final
from assistant.api.streams import watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from assistant.answering.types import Answer, Event, Question
    from assistant.api.parts import Parts
    from assistant.api.pump import EventPump
    from knowledge.types import Reader


class NoFinal(RuntimeError):
    """The answerer broke its promise: a stream that did not fail ends with a Final."""


class Asking:
    """One question on its way; the same for every protocol that asks."""

    def __init__(self, parts: Parts, question: Question, reader: Reader) -> None:
        """Start answering at once.

        Raises:
            assistant.errors.Overloaded: no place is free.
        """
        self._figures = parts.figures
        self._finished = False
        answerer = parts.services.answerer
        self._pump: EventPump = parts.room.start(lambda cancel: answerer.stream(question, reader, cancel))

    def leave(self) -> None:
        """Stop, and count the answer as abandoned unless it was whole."""
        self._pump.close()
        if not self._finished:
            self._finished = True
            self._figures.abandoned.inc()

    async def whole(self, request: Request) -> Answer | None:
        """Return the answer, or None when the client has gone."""
        async with watched(request, self.leave):
            try:
                async for event in self._events():
                    if isinstance(event, Final):
                        return event.answer
            finally:
                self._pump.close()
        return None

    async def opened(self, request: Request) -> AsyncIterator[Event]:
        """Wait for the first event, so that 'busy' is still a status, and return all of them."""
        events = self._events()
        async with watched(request, self.leave):
            try:
                first = await anext(events, None)
            except BaseException:
                self._pump.close()
                raise
        return _chain(first, events)

    async def _events(self) -> AsyncIterator[Event]:
        """Yield events up to the Final, or until the client goes."""
        try:
            async for event in self._pump:
                if isinstance(event, Final):
                    self._finished = True
                    self._figures.answered(event.answer)
                    yield event
                    return
                yield event
        except Exception:
            self._finished = True
            raise
        if not self._pump.cancel.is_set():
            self._finished = True
            raise NoFinal


async def _chain(first: Event | None, rest: AsyncIterator[Event]) -> AsyncIterator[Event]:
    if first is not None:
        yield first
        async for event in rest:
            yield event
