"""The chat model on this machine: llama.cpp, one request at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from langchain_core.messages import BaseMessage
from pydantic import PrivateAttr

from models.admission import Admission, Ticket
from models.catalogue import CatalogueModel
from models.chat import Chat, Options, Piece
from models.errors import MissingWeights
from models.formats import plain
from models.llama_engine import EngineSettings, LlamaEngine
from models.shelf import place, sha256


class LlamaChat(Chat):
    """A GGUF model. Cheap to make; ``load``, or the first use, reads the weights."""

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
    _admission: Admission[Piece] | None = PrivateAttr(default=None)
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

    def queue_load(self) -> tuple[int, float]:
        """Return the requests under way and the wait in seconds that a new one would have."""
        return self._admission.load() if self._admission is not None else (0, 0.0)

    def pieces(self, messages: list[BaseMessage], stop: tuple[str, ...], options: Options) -> Iterator[Piece]:
        """Yield the answer as llama.cpp writes it, once it is this request's turn."""
        engine, admission = self._ready()
        plain_messages = plain(messages, engine.control)

        def job(ticket: Ticket[Piece]) -> Iterator[Piece]:
            return engine.generate(plain_messages, stop, options, ticket)

        return admission.stream(job, options.cancel, options.on_queue)

    def _ready(self) -> tuple[LlamaEngine, Admission[Piece]]:
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
