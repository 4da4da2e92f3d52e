"""The OpenAI protocol, so that any OpenAI client can ask: POST /v1/chat/completions and GET /v1/models.

The last message is the question, earlier user and assistant turns are history. System messages are not
followed: what may be answered is the house's decision, not the caller's.
"""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from assistant.answering.types import Answer, ClauseShown, Delta, Event, Final, Question, Turn
from assistant.api.answers import Asking
from assistant.api.asking import CLIENT_LEFT
from assistant.api.documented import fails
from assistant.api.failures import error_json, translate
from assistant.api.parts import InParts, InReader, Limited, Parts, question_of
from assistant.api.schemas import citation_json
from assistant.api.streams import EventStream, encode_event
from assistant.errors import InvalidRequest, NotFound
from assistant.web.catalogue import Tongue, negotiate

router = APIRouter(prefix="/v1", tags=["openai"])

MODEL = "clausewise"

_MOST_MESSAGES = 500
_PUBLISHED = 1_795_219_200  # 2026-11-21, the day this model id was given


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """All text of the message."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream should carry beside the text."""

    include_usage: bool = False


class ChatBody(BaseModel):
    """A request as OpenAI clients send it; sampling parameters are accepted and not used."""

    model: str = MODEL
    messages: Annotated[list[Message], Field(min_length=1, max_length=_MOST_MESSAGES)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


class ChatModel(BaseModel):
    """A model as OpenAI clients list it."""

    id: str
    object: Literal["model"] = "model"
    created: int = _PUBLISHED
    owned_by: str = "clausewise"


class ChatModels(BaseModel):
    """The one model there is."""

    object: Literal["list"] = "list"
    data: list[ChatModel]


_COMPLETION: dict[str, Any] = {
    "application/json": {
        "schema": {
            "type": "object",
            "description": "A `chat.completion` object with the extra fields `citations` and `status`.",
        }
    },
    "text/event-stream": {
        "schema": {
            "type": "string",
            "description": "`chat.completion.chunk` objects, the last with `citations` and `status`, "
            "then `[DONE]`.",
        }
    },
}


@router.post(
    "/chat/completions",
    dependencies=[Depends(Limited("ask"))],
    response_model=None,
    responses={
        200: {"description": "The answer with markers [n].", "content": _COMPLETION},
        **fails(403, 404, 413, 422, 429, 503),
    },
)
async def complete(body: ChatBody, request: Request, parts: InParts, reader: InReader) -> Response:
    """Answer the last user message."""
    if body.model != MODEL:
        raise NotFound(what="model")
    question = _question(body.messages, parts)
    asking = Asking(parts, question, reader)
    reply = _Reply(parts, question)
    if body.stream:
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        tongue = negotiate(request.headers.get("accept-language"))
        chunks = reply.chunks(await asking.opened(request), with_usage=with_usage)
        return EventStream(_encoded(chunks, tongue), asking.leave)
    answer = await asking.whole(request)
    return JSONResponse(await reply.whole(answer)) if answer else Response(status_code=CLIENT_LEFT)


@router.get(
    "/models",
    dependencies=[Depends(Limited("read"))],
    responses={200: {"description": "The models that can be asked."}, **fails(429)},
)
async def models() -> ChatModels:
    """List the one model."""
    return ChatModels(data=[ChatModel(id=MODEL)])


@router.get(
    "/models/{name}",
    dependencies=[Depends(Limited("read"))],
    responses={200: {"description": "The model."}, **fails(404, 429)},
)
async def model(name: str) -> ChatModel:
    """Show the one model."""
    if name != MODEL:
        raise NotFound(what="model")
    return ChatModel(id=MODEL)


def _question(messages: list[Message], parts: Parts) -> Question:
    last = messages[-1]
    if last.role != "user":
        raise InvalidRequest(reason=f"the last message is from {last.role!r}; it must be the user's question")
    history = [
        Turn("user" if message.role == "user" else "assistant", message.text)
        for message in messages[:-1]
        if message.role in {"user", "assistant"} and message.text
    ]
    return question_of(last.text, history, parts.settings)


class _Reply:
    """Writes one answer in the protocol's objects."""

    def __init__(self, parts: Parts, question: Question) -> None:
        self._models = parts.services.models
        self._question = question
        self._head = {"id": f"chatcmpl-{uuid4().hex}", "created": int(time.time()), "model": MODEL}

    async def whole(self, answer: Answer) -> dict[str, object]:
        """Return the completion."""
        message = {"role": "assistant", "content": answer.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": await self._usage(answer.text),
            **_extras(answer),
        }

    async def chunks(
        self, events: AsyncIterator[Event], *, with_usage: bool
    ) -> AsyncIterator[dict[str, object]]:
        """Yield the chunks; text that no sentence brought (a fixed answer) comes with the last."""
        yield self._chunk({"role": "assistant", "content": ""})
        told, clause, joint = "", None, " "
        async for event in events:
            if isinstance(event, ClauseShown):
                clause = event.text
            elif isinstance(event, Delta):
                if not told and event.text == clause:
                    joint = "\n"  # words taken over whole stand in lines
                piece = (joint if told else "") + event.text + _markers(event)
                told += piece
                yield self._chunk({"content": piece})
            elif isinstance(event, Final):
                if not told:
                    told = event.answer.text
                    yield self._chunk({"content": told})
                yield {**self._chunk({}, finish="stop"), **_extras(event.answer)}
        if with_usage:
            yield {**self._chunk({}), "choices": [], "usage": await self._usage(told)}

    def _chunk(self, delta: dict[str, str], finish: str | None = None) -> dict[str, object]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**self._head, "object": "chat.completion.chunk", "choices": [choice]}

    async def _usage(self, answer: str) -> dict[str, int]:
        asked = "\n".join([*(turn.content for turn in self._question.history), self._question.text])
        prompt = await run_in_threadpool(self._models.count_tokens, asked)
        completion = await run_in_threadpool(self._models.count_tokens, answer)
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _extras(answer: Answer) -> dict[str, object]:
    return {
        "citations": [citation_json(citation) for citation in answer.citations],
        "status": answer.status,
    }


def _markers(event: Delta) -> str:
    numbers = sorted({citation.n for citation in event.citations})
    return "".join(f" [{number}]" for number in numbers)


async def _encoded(chunks: AsyncIterator[dict[str, object]], tongue: Tongue) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield encode_event(None, chunk)
    except Exception as error:  # noqa: BLE001 - the status has left already: the stream tells
        yield encode_event(None, error_json(translate(error), tongue))
        return
    yield encode_event(None, "[DONE]")
