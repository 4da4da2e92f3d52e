"""Homes that hold exactly what a set asks about, made the way a customer's are and kept between runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np

from clausewise.bootstrap import Program
from clausewise.context import say
from clausewise.embedding import another_is_wanted
from clausewise.home import Home
from clausewise.progress import progress
from clausewise.settings import load, models_directory
from ingest.report import Progress
from knowledge.types import INTERNAL
from models.fakes import HashEmbedder
from models.protocols import Vectors
from models.sentence import SentenceEmbedder

CACHE = Path(".cache/quality")


class Remembering:
    """An embedder that keeps the vector of every text in a file, since sets share texts and runs repeat them."""

    def __init__(self, inner: SentenceEmbedder | HashEmbedder, file: Path) -> None:
        """``file`` is made where it is absent; vectors of other embedders in it do no harm."""
        self._inner = inner
        file.parent.mkdir(parents=True, exist_ok=True)
        self._kept = sqlite3.connect(file, timeout=60, isolation_level=None, check_same_thread=False)
        self._kept.execute("PRAGMA journal_mode=WAL")
        self._kept.execute("PRAGMA synchronous=NORMAL")
        self._kept.execute(
            "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID"
        )

    def load(self) -> None:
        """Load the embedder."""
        self._inner.load()

    @property
    def model_id(self) -> str:
        """Of the embedder."""
        return self._inner.model_id

    @property
    def dimension(self) -> int:
        """Of the embedder."""
        return self._inner.dimension

    @property
    def max_tokens(self) -> int:
        """Of the embedder."""
        return self._inner.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the embedder counts."""
        return self._inner.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32; only texts that were never seen are embedded."""
        found = [self._find("p", text) for text in texts]
        missing = [i for i, vector in enumerate(found) if vector is None]
        if on_batch is not None and len(missing) < len(texts):
            on_batch(len(texts) - len(missing))
        if missing:
            made = self._inner.embed_passages([texts[i] for i in missing], on_batch)
            for i, vector in zip(missing, made, strict=True):
                found[i] = vector
            self._keep([("p", texts[i], made[n]) for n, i in enumerate(missing)])
        return np.array(found, np.float32).reshape(len(texts), self.dimension)

    def embed_question(self, text: str) -> Vectors:
        """Return (dimension,) float32."""
        found = self._find("q", text)
        if found is None:
            found = self._inner.embed_question(text)
            self._keep([("q", text, found)])
        return found

    def _key(self, kind: str, text: str) -> bytes:
        return hashlib.blake2b(f"{self.model_id}\0{kind}\0{text}".encode(), digest_size=16).digest()

    def _find(self, kind: str, text: str) -> Vectors | None:
        key = self._key(kind, text)
        row = self._kept.execute("SELECT value FROM vector WHERE key = ?", (key,)).fetchone()
        return None if row is None else np.frombuffer(row[0], np.float32)

    def _keep(self, made: list[tuple[str, str, Vectors]]) -> None:
        lines = [(self._key(kind, text), vector.astype(np.float32).tobytes()) for kind, text, vector in made]
        self._kept.executemany("INSERT OR IGNORE INTO vector VALUES (?, ?)", lines)

    def close(self) -> None:
        """Close the file."""
        self._kept.close()


class RememberingProgram(Program):
    """A program whose embedder remembers."""

    _memory: Remembering | None = None

    @cached_property
    def embedder(self) -> SentenceEmbedder | HashEmbedder:
        """The embedder of the settings, with a memory; it has the same surface."""
        self._memory = Remembering(super().embedder, CACHE / "vectors.sqlite3")
        return cast("SentenceEmbedder", self._memory)

    def home_is_of_another_embedder(self) -> bool:
        """Tell whether the index was made with another embedder, so that it is of no use."""
        return another_is_wanted(self)

    def close(self) -> None:
        """Close the memory too."""
        super().close()
        if self._memory is not None:
            self._memory.close()


@contextmanager
def indexed(name: str, *sources: Path, files: Iterable[tuple[str, str]] = ()) -> Iterator[Program]:
    """Give a program whose home holds exactly ``sources`` and ``files`` (name, text).

    The home is ``.cache/quality/NAME/home``; a later run takes in what changed.
    """
    base = CACHE / name
    wanted = dict(files)
    if wanted:
        sources = (*sources, _written(base / "files", wanted))
    with opened(name) as program:
        take_in(program, name, sources)
        yield program


@contextmanager
def opened(name: str) -> Iterator[Program]:
    """Give the program of a set's home as it is."""
    program = _program(name)
    if program.home_is_of_another_embedder():
        program.close()
        shutil.rmtree(program.home.path)
        program = _program(name)
    try:
        yield program
    finally:
        program.close()


def _program(name: str) -> RememberingProgram:
    """Return the program of a set's home, which is made where it is absent."""
    home = Home.resolve((CACHE / name / "home").absolute())
    home.create()
    program = RememberingProgram(home, load(home))
    if "CLAUSEWISE_MODELS" not in os.environ:  # the set's own home has no weights
        shared = Path(".cache/models").absolute()
        own = models_directory(program.settings, Home.resolve(None))
        program.models_dir = shared if shared.is_dir() else own
    return program


def take_in(program: Program, name: str, sources: tuple[Path, ...], audience: str = INTERNAL) -> None:
    """Ingest ``sources``, and forget what is gone from them."""
    with progress(f"{name}: reading") as notify:

        def told(at: Progress) -> None:
            notify("progress", {"share": at.share, "passages": at.passages, "embedded": at.embedded})

        report = program.ingestor.run(sources, audience, prune=True, progress=told)
    for file in report.files:
        if file.state == "failed":  # some of the public files are broken; a set says what it needs
            say(f"{name}: {file.source}: {file.reason}")


def _written(folder: Path, wanted: dict[str, str]) -> Path:
    """Make ``folder`` hold exactly these files; what is the same is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    return folder
