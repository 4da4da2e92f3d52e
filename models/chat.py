"""What every chat model here is: a LangChain ``BaseChatModel`` with the same options, errors and counts."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some text of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Why the answer ended ("stop" or "length") and its tokens.

    ``reused_tokens`` of the prompt were computed by an earlier request.
    """

    reason: str
    prompt_tokens: int
    answer_tokens: int
    reused_tokens: int = 0


Piece = TextPiece | Finished


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller can ask of one answer, beside LangChain's ``stop``.

    Temperature 0 takes the likeliest token each time. ``response_schema`` is a JSON schema that the answer
    follows. ``on_queue`` hears how many requests are ahead and the expected wait in seconds.
    """

    seed: int = 0
    max_tokens: int | None = None
    temperature: float = 0.0
    top_p: float = 0.95
    response_schema: dict[str, Any] | None = None
    cancel: threading.Event | None = None
    on_queue: Callable[[int, float], None] | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """Return the options among LangChain's keyword arguments; None stands for the default."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in given.items() if name in known and value is not None})


class Chat(BaseChatModel):
    """A chat model that can say how busy it is, count tokens, and be stopped.

    ``stream`` and ``invoke`` take the fields of Options as keyword arguments and raise Busy, Cancelled,
    ContextOverflow and GenerationFailed. The last piece of a stream carries finish_reason and token counts.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @property
    @abstractmethod
    def model_id(self) -> str:
        """Name of the model and, where it is a file, the beginning of its digest."""

    @abstractmethod
    def load(self) -> None:
        """Make ready; nothing happens the second time."""

    @abstractmethod
    def close(self) -> None:
        """Cancel what runs and give back what ``load`` took."""

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return a text's length in this model's tokens, without specials."""

    @abstractmethod
    def queue_load(self) -> tuple[int, float]:
        """Return the requests under way and the wait in seconds that a new one would have."""

    @abstractmethod
    def pieces(self, messages: list[BaseMessage], stop: tuple[str, ...], options: Options) -> Iterator[Piece]:
        """Yield the answer's text and then one Finished."""

    def get_num_tokens(self, text: str) -> int:
        """LangChain's name for ``count_tokens``."""
        return self.count_tokens(text)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - LangChain's signature
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self.pieces(messages, tuple(stop or ()), Options.of(kwargs)):
            yield self._chunk(piece)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _chunk(self, piece: Piece) -> ChatGenerationChunk:
        if isinstance(piece, TextPiece):
            return ChatGenerationChunk(message=AIMessageChunk(content=piece.text))
        usage = UsageMetadata(
            input_tokens=piece.prompt_tokens,
            output_tokens=piece.answer_tokens,
            total_tokens=piece.prompt_tokens + piece.answer_tokens,
            input_token_details=InputTokenDetails(cache_read=piece.reused_tokens),
        )
        message = AIMessageChunk(content="", usage_metadata=usage, chunk_position="last")
        info = {"finish_reason": piece.reason, "model_name": self.model_id}
        return ChatGenerationChunk(message=message, generation_info=info)
