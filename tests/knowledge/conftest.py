"""A store in an empty home, and a short way to put documents into it without files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from knowledge.embeddings import embed_key
from knowledge.identity import EmbedderInfo
from knowledge.settings import KnowledgeSettings
from knowledge.staging import NewPassage, NewVersion, Target
from knowledge.store import Store
from knowledge.text import language_of
from knowledge.types import DocumentId
from models.fakes import HashEmbedder

PLAIN = NewPassage(
    kind="text",
    start=0,
    end=0,
    text="",
    clause=None,
    clause_key=None,
    heading=(),
    page=None,
    anchor=None,
    question=None,
    audience="internal",
    language="und",
    embed_key=b"",
)


@dataclass(frozen=True)
class Line:
    """One passage to be: its text, and what else matters to the test."""

    text: str
    clause: str | None = None
    audience: str = "internal"
    heading: tuple[str, ...] = ()
    anchor: str | None = None


class Shelf:
    """A store that takes documents as lines."""

    def __init__(self, store: Store, embedder: HashEmbedder) -> None:
        self.store = store
        self.embedder = embedder

    @staticmethod
    def line(text: str, **about: Any) -> Line:
        """Return one passage to be."""
        return Line(text, **about)

    def version(self, source: str, lines: Sequence[Line | str], title: str | None = None) -> NewVersion:
        """Return a version whose passages are ``lines``, one after another."""
        passages: list[NewPassage] = []
        at = 0
        for line in lines:
            given = Line(line) if isinstance(line, str) else line
            text = given.text + "\n"
            passages.append(
                replace(
                    PLAIN,
                    start=at,
                    end=at + len(text),
                    text=text,
                    clause=given.clause,
                    clause_key=given.clause,
                    heading=given.heading,
                    anchor=given.anchor,
                    audience=given.audience,
                    language=language_of(text),
                    embed_key=embed_key(text),
                )
            )
            at += len(text)
        text = "".join(passage.text for passage in passages)
        return NewVersion(
            location=f"/docs/{source}",
            root="/docs",
            source=source,
            title=title or source,
            audience="internal",
            text=text,
            file_digest=embed_key(text).hex(),
            recipe="test",
            passages=tuple(passages),
        )

    def stage(self, version: NewVersion) -> Target:
        """Stage and embed a version."""
        target, _ = self.store.publisher.stage(version)
        texts = {passage.embed_key: passage.text for passage in version.passages}
        lacking = self.store.publisher.without_vectors(list(texts))
        if lacking:
            vectors = self.embedder.embed_passages([texts[key] for key in lacking])
            self.store.publisher.keep_vectors(lacking, vectors, self.store.publisher.model)
        return target

    def put(self, source: str, lines: Sequence[Line | str], title: str | None = None) -> DocumentId:
        """Put a document, or a new version of it, in force."""
        target = self.stage(self.version(source, lines, title))
        self.store.publisher.change(target, "document.published")
        return target.document_id


@pytest.fixture
def embedder() -> HashEmbedder:
    """Return the deterministic embedder."""
    return HashEmbedder()


@pytest.fixture
def store(home: Path, embedder: HashEmbedder) -> Iterator[Store]:
    """Return an open and loaded store in an empty home."""
    settings = KnowledgeSettings(kept_versions=3)
    with Store.open(home, EmbedderInfo(embedder.model_id, embedder.dimension), settings) as opened:
        opened.load()
        yield opened


@pytest.fixture
def shelf(store: Store, embedder: HashEmbedder) -> Shelf:
    """Return the store as something that takes documents as lines."""
    return Shelf(store, embedder)
