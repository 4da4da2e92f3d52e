"""The chat model on this machine: a LangChain ``BaseChatModel`` over llama.cpp, one request at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import BaseChatModel, generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, PrivateAttr

from models.admission import Admission, Ticket
from models.catalogue import CatalogueModel
from models.errors import MissingWeights
from models.formats import plain
from models.llama_engine import EngineSettings, Finished, LlamaEngine, Request, TextPiece
from models.shelf import place, sha256


class LlamaChat(BaseChatModel):
    """A GGUF model. Cheap to make; ``load`` reads the weights.

    ``stream`` and ``invoke`` take, beside LangChain's ``stop``: ``seed``, ``max_tokens``, ``temperature``,
    ``top_p``, ``response_schema`` (a JSON schema that the answer must follow), ``cancel`` (a
    threading.Event) and ``on_queue`` (hears position and expected wait). They raise Busy, Cancelled,
    ContextOverflow and GenerationFailed. The last piece carries finish_reason and token counts.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    path: Path
    """The .gguf file; for a catalogue model where it lies on the shelf."""
    catalogue_model: CatalogueModel | None = None
    """Set for a model of the catalogue, whose digest is checked at load."""
    models_dir: Path | None = None
    context_tokens: int = 4096
    threads: int | None = None
    gpu_layers: int = 0
    batch_tokens: int = 512
    queue_size: int = 8
    chat_format: str | None = None

    _engine: LlamaEngine | None = PrivateAttr(default=None)
    _admission: Admission[TextPiece | Finished] | None = PrivateAttr(default=None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _digest: str | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "clausewise-llama"

    @property
    def model_id(self) -> str:
        """The model's name, and the beginning of its file's digest."""
        if self.catalogue_model is not None:
            return f"{self.catalogue_model.name}@{self.catalogue_model.sha256[:12]}"
        if self._digest is None and self.path.is_file():
            self._digest = sha256(self.path)
        return f"{self.path.stem}@{(self._digest or 'missing')[:12]}"

    def load(self) -> None:
        """Check the digest and load the weights; nothing happens the second time.

        Raises:
            MissingWeights: there is no such file.
            DigestMismatch: it is not the catalogue's.
            LoadFailed: llama.cpp refuses it.
        """
        with self._loading:
            if self._engine is None:
                self._check()
                self._engine = LlamaEngine(self.path, self._settings())
                self._admission = Admission(self.queue_size)

    def close(self) -> None:
        """Cancel what runs and give the memory back; ``load`` makes it usable again."""
        with self._loading:
            admission, engine = self._admission, self._engine
            self._admission = self._engine = None
        if admission is not None:
            admission.close()
        if engine is not None:
            engine.close()

    def count_tokens(self, text: str) -> int:
        """Return a text's length in this model's tokens, without specials."""
        return self._ready()[0].count_tokens(text)

    def get_num_tokens(self, text: str) -> int:
        """LangChain's name for ``count_tokens``."""
        return self.count_tokens(text)

    def queue_load(self) -> tuple[int, float]:
        """Return the requests under way and the wait in seconds that a new one would have."""
        return self._admission.load() if self._admission is not None else (0, 0.0)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        seed: int | None = None,
        max_tokens: int | None = None,
        temperature: float = 0.0,
        top_p: float = 0.95,
        response_schema: dict[str, Any] | None = None,
        cancel: threading.Event | None = None,
        on_queue: Callable[[int, float], None] | None = None,
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        engine, admission = self._ready()
        request = Request(
            messages=tuple(plain(messages, engine.control)),
            stop=tuple(stop or ()),
            max_tokens=max_tokens,
            temperature=temperature,
            top_p=top_p,
            seed=seed or 0,
            schema=response_schema,
        )

        def job(ticket: Ticket[TextPiece | Finished]) -> Iterator[TextPiece | Finished]:
            return engine.generate(request, ticket)

        for piece in admission.stream(job, cancel, on_queue):
            yield chunk_of(piece, self.model_id)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _ready(self) -> tuple[LlamaEngine, Admission[TextPiece | Finished]]:
        if self._engine is None or self._admission is None:
            self.load()
        assert self._engine is not None  # noqa: S101 - load() sets both or raises
        assert self._admission is not None  # noqa: S101
        return self._engine, self._admission

    def _check(self) -> None:
        if self.catalogue_model is not None and self.models_dir is not None:
            place(self.catalogue_model, self.models_dir).check()
        elif not self.path.is_file():
            raise MissingWeights(
                f"There is no model file {self.path}: correct [models] chat, or run "
                "`clausewise models use NAME` with a name of `clausewise models list`."
            )

    def _settings(self) -> EngineSettings:
        context = self.context_tokens
        if self.catalogue_model is not None:
            context = min(context, self.catalogue_model.context)
        return EngineSettings(context, self.threads, self.gpu_layers, self.batch_tokens, self.chat_format)


def chunk_of(piece: TextPiece | Finished, model_id: str) -> ChatGenerationChunk:
    """Return a piece of an answer as LangChain's chunk."""
    if isinstance(piece, TextPiece):
        return ChatGenerationChunk(message=AIMessageChunk(content=piece.text))
    usage = {
        "input_tokens": piece.prompt_tokens,
        "output_tokens": piece.answer_tokens,
        "total_tokens": piece.prompt_tokens + piece.answer_tokens,
        "input_token_details": {"cache_read": piece.reused_tokens},
    }
    message = AIMessageChunk(content="", usage_metadata=usage, chunk_position="last")
    return ChatGenerationChunk(
        message=message, generation_info={"finish_reason": piece.reason, "model_name": model_id}
    )


def texts_of(chunks: Sequence[AIMessageChunk]) -> str:
    """Return the text of streamed chunks, joined."""
    return "".join(str(chunk.text) for chunk in chunks)
