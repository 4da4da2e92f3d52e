"""A store and an ingestor in an empty home, with an embedder that needs no weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Ingestor
from knowledge.identity import EmbedderInfo
from knowledge.store import Store
from models.fakes import HashEmbedder


@pytest.fixture
def embedder() -> HashEmbedder:
    """Return the deterministic embedder."""
    return HashEmbedder()


@pytest.fixture
def open_store(home: Path, embedder: HashEmbedder) -> Callable[[], Store]:
    """Return a function that opens the store of this test's home."""
    return lambda: Store.open(home, EmbedderInfo(embedder.model_id, embedder.dimension))


@pytest.fixture
def store(open_store: Callable[[], Store]) -> Iterator[Store]:
    """Return an open store, closed after the test."""
    opened = open_store()
    yield opened
    opened.close()


@pytest.fixture
def ingestor(store: Store, embedder: HashEmbedder) -> Ingestor:
    """Return an ingestor on that store."""
    return Ingestor(store, embedder)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Return an empty folder for documents."""
    folder = tmp_path / "docs"
    folder.mkdir()
    return folder
