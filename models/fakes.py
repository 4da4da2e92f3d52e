"""Deterministic stand-ins for a chat model and an embedder. They pass the same contract tests as the real."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from langchain_core.messages import BaseMessage, HumanMessage
from numpy.typing import NDArray
from pydantic import PrivateAttr

from models.admission import Admission, Ticket
from models.chat import Chat, Finished, Options, Piece, TextPiece
from models.errors import ContextOverflow
from models.protocols import Vectors
from models.stops import StopReader

# A word with the space before it, or one other character: joined, they are the text again.
_TOKEN = re.compile(r"\s*[A-Za-z0-9_]+|\s|\S")


class FakeChat(Chat):
    """Answers from a script, in turn, over and over; without one it repeats the last user message.

    Tokens are words and single characters. ``pause_s`` is spent before each token and ends early when the
    request is cancelled.
    """

    script: list[str] = []  # noqa: RUF012 - a pydantic field, copied for each instance
    answer: Callable[[list[BaseMessage]], str] | None = None
    """Writes the answer from the messages; goes before ``script``."""
    pause_s: float = 0.0
    queue_size: int = 8
    context_tokens: int = 4096

    seen: list[list[BaseMessage]] = []  # noqa: RUF012
    """The messages of each request, in order."""

    _admission: Admission[Piece] | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _previous: list[str] = PrivateAttr(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "clausewise-fake"

    @property
    def model_id(self) -> str:
        """A fixed name."""
        return "fake-chat"

    def load(self) -> None:
        """Make the queue."""
        with self._lock:
            if self._admission is None:
                self._admission = Admission(self.queue_size)

    def close(self) -> None:
        """Cancel what runs."""
        with self._lock:
            admission, self._admission = self._admission, None
        if admission is not None:
            admission.close()

    def count_tokens(self, text: str) -> int:
        """Return the number of words and other characters."""
        return len(_TOKEN.findall(text))

    def queue_load(self) -> tuple[int, float]:
        """Return the requests under way and the wait in seconds that a new one would have."""
        return self._admission.load() if self._admission is not None else (0, 0.0)

    def pieces(self, messages: list[BaseMessage], stop: tuple[str, ...], options: Options) -> Iterator[Piece]:
        """Yield the next answer token by token."""
        self.load()
        assert self._admission is not None  # noqa: S101 - load() sets it

        def job(ticket: Ticket[Piece]) -> Iterator[Piece]:
            return self._write(messages, stop, options, ticket)

        return self._admission.stream(job, options.cancel, options.on_queue)

    def _write(
        self, messages: list[BaseMessage], stop: tuple[str, ...], options: Options, ticket: Ticket[Piece]
    ) -> Iterator[Piece]:
        prompt = [token for message in messages for token in _TOKEN.findall(str(message.text))]
        if len(prompt) >= self.context_tokens:
            raise ContextOverflow(
                f"The prompt has {len(prompt)} tokens and the context {self.context_tokens}: shorten it."
            )
        reused = _common(self._previous, prompt)
        self._previous = prompt
        reader, written, reason = StopReader(stop), 0, "stop"
        tokens = _TOKEN.findall(self._text(messages, options))
        for token in tokens:
            if options.max_tokens is not None and written >= options.max_tokens:
                reason = "length"
                break
            _pause(ticket, self.pause_s)
            written += 1
            if text := reader.feed(token.encode()):
                yield TextPiece(text)
            if reader.stopped:
                break
        if text := reader.end():
            yield TextPiece(text)
        yield Finished(reason, len(prompt), written, reused)

    def _text(self, messages: list[BaseMessage], options: Options) -> str:
        self.seen.append(list(messages))
        if options.response_schema is not None and not self.script and self.answer is None:
            return json.dumps(_instance(options.response_schema), ensure_ascii=False)
        if self.answer is not None:
            return self.answer(messages)
        if self.script:
            return self.script[(len(self.seen) - 1) % len(self.script)]
        users = [message for message in messages if isinstance(message, HumanMessage)]
        return str(users[-1].text) if users else ""


def _pause(ticket: Ticket[Piece], seconds: float) -> None:
    """Spend time, waking at once when the ticket is cancelled."""
    if seconds > 0:
        ticket.wait_cancelled(seconds)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return the length of the common beginning."""
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _instance(schema: dict[str, Any]) -> Any:
    """Return a small value that follows a JSON schema of the kinds that we ask models for."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        return {name: _instance(value) for name, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [_instance(schema.get("items", {}))] * int(schema.get("minItems", 0))
    simple: dict[Any, Any] = {"integer": schema.get("minimum", 0), "boolean": False, "null": None}
    simple["number"] = simple["integer"]
    return simple.get(kind, "x" * int(schema.get("minLength", 1)))


class HashEmbedder(Embeddings):
    """Hashes of character n-grams, so that texts sharing words or phrases are near each other.

    Widths and letter case are folded. The same text has the same vector as question and as passage.
    """

    def __init__(self, dimension: int = 256, max_tokens: int = 512) -> None:
        self._dimension, self._max_tokens = dimension, max_tokens

    def load(self) -> None:
        """Nothing to load."""

    @property
    def model_id(self) -> str:
        """Name and dimension."""
        return f"hash-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that count."""
        return self._max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's words and other characters."""
        return [len(_TOKEN.findall(text)) for text in texts]

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, rows of length 1; ``on_batch`` gets the number of rows just done."""
        vectors = np.zeros((len(texts), self._dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = self._vector(text)
        if on_batch is not None and texts:
            on_batch(len(texts))
        return vectors

    def embed_question(self, text: str) -> Vectors:
        """Return (dimension,) float32 of length 1."""
        return self._vector(text)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's name for ``embed_passages``."""
        return [[float(value) for value in row] for row in self.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's name for ``embed_question``."""
        return [float(value) for value in self.embed_question(text)]

    def _vector(self, text: str) -> NDArray[np.float32]:
        kept = "".join(_TOKEN.findall(text)[: self._max_tokens])
        folded = " ".join(unicodedata.normalize("NFKC", kept).lower().split())
        vector = np.zeros(self._dimension, np.float32)
        vector[0] = 1e-3  # an empty text has a direction too
        for size in (1, 2, 3):
            for start in range(len(folded) - size + 1):
                digest = hashlib.blake2b(folded[start : start + size].encode(), digest_size=8).digest()
                place = int.from_bytes(digest[:4], "little") % self._dimension
                vector[place] += size if digest[4] & 1 else -size
        return vector / np.float32(np.linalg.norm(vector))


class OverlapReranker:
    """Scores a passage by the share of the question's characters and words that it holds."""

    @property
    def model_id(self) -> str:
        """Its name."""
        return "overlap"

    def score(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return (n,) float32, 0..1."""
        wanted = _pieces(question)
        return np.array([len(wanted & _pieces(one)) / max(len(wanted), 1) for one in passages], np.float32)


def _pieces(text: str) -> set[str]:
    """Return the words of a text, and its characters that stand for words."""
    return set(re.findall(r"[^\W_\u3400-\u9fff]+|[\u3400-\u9fff]", text.casefold()))
