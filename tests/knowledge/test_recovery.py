"""Derived indexes, damaged in every way we know, and mended from SQL."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import delete, text, update

from knowledge.database import set_meta
from knowledge.errors import IndexBroken, IndexMismatch, NothingIndexed
from knowledge.identity import EmbedderInfo
from knowledge.store import Store
from knowledge.tables import EventContentRow, PassageRow, VectorRow
from knowledge.text import keys
from knowledge.types import OPERATOR
from models.fakes import HashEmbedder

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf


def mark_dirty(store: Store) -> None:
    """Leave the vector index as a killed process does."""
    store.vectors.begin()


def lose_vector(store: Store) -> None:
    """Take a vector out of the index."""
    (ids,) = store.vectors.ids().values()
    store.vectors.begin()
    store.vectors.delete({"internal": [min(ids)]})


def add_stray(store: Store) -> None:
    """Leave a vector of a passage that was never published."""
    (ids,) = store.vectors.ids().values()
    stored = store.vectors.stored("internal", sorted(ids)[:1])
    store.vectors.begin()
    store.vectors._collection("internal").upsert(["stray"], np.stack([*stored.values()]))


def alter_vector(store: Store) -> None:
    """Leave another vector under a passage's name."""
    (ids,) = store.vectors.ids().values()
    store.vectors.begin()
    first, second = sorted(ids)[:2]
    vector = store.vectors.stored("internal", [second])[second]
    store.vectors._collection("internal").upsert([first], np.stack([vector]))


def lose_folder(store: Store) -> None:
    """Delete the vector index."""
    store.vectors.close()
    shutil.rmtree(store.home / "vectors")


def scramble_folder(store: Store) -> None:
    """Overwrite every file of the vector index."""
    store.vectors.close()
    for path in (store.home / "vectors").rglob("*"):
        if path.is_file():
            path.write_bytes(b"\xff" * 4096)


def crash_while_opening(store: Store) -> None:
    """Leave the mark of a process that died while it opened the index."""
    with store.database.write() as session:
        set_meta(session, "vectors_state", "checking")


def lose_words(store: Store) -> None:
    """Drop the word index."""
    with store.database.write() as session:
        store.fulltext.drop(session)


def change_keys(store: Store) -> None:
    """Leave a word index that another release made by other rules."""
    with store.database.write() as session:
        set_meta(session, "fulltext_keys", "older")


DAMAGES = [
    mark_dirty,
    lose_vector,
    add_stray,
    alter_vector,
    lose_folder,
    scramble_folder,
    crash_while_opening,
    lose_words,
    change_keys,
]


def reopened(store: Store, embedder: HashEmbedder) -> Store:
    """Close the store and open it again as the next process does."""
    store.close()
    return Store.open(store.home, EmbedderInfo(embedder.model_id, embedder.dimension))


class TestLoad:
    @pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
    def test_mends(self, shelf: Shelf, embedder: HashEmbedder, damage: Callable[[Store], None]) -> None:
        """Whatever happened to an index, the next start finds everything by words and by vectors."""
        shelf.put("a.md", ["員工特別休假", "出貨異常通報", "保固期間一年"])
        damage(shelf.store)

        with reopened(shelf.store, embedder) as store:
            store.load()

            assert store.maintenance.check().problems == ()
            assert len(store.fulltext.search(keys("特別休假").grams, None, 5)) == 1
            nearest, cosine = store.vectors.search(embedder.embed_question("出貨異常通報\n"), None, 1)[0]
            passages = store.repository.passages([nearest], OPERATOR)
            assert passages[nearest].text == "出貨異常通報\n"
            assert cosine > 0.99

    def test_trusts_what_was_closed_in_order(self, shelf: Shelf, embedder: HashEmbedder) -> None:
        """A store that was closed well is opened without comparing vector by vector."""
        shelf.put("a.md", ["甲"])
        store = reopened(shelf.store, embedder)
        with store:
            trusted = store.vectors.load()

        assert trusted

    def test_refuses_another_embedder(self, shelf: Shelf) -> None:
        """The message names both models and what to do; documents can still be listed."""
        shelf.put("a.md", ["甲"])
        shelf.store.close()

        with Store.open(shelf.store.home, EmbedderInfo("other", 3)) as store:
            assert [d.source for d in store.documents.browse()] == ["a.md"]
            with pytest.raises(IndexMismatch, match="index rebuild") as refused:
                store.load()

        assert refused.value.exit_code == 3

    def test_assumes_the_recorded_embedder(self, shelf: Shelf, embedder: HashEmbedder) -> None:
        """Without a model at hand, the index is opened as what it is."""
        shelf.put("a.md", ["甲"])
        shelf.store.close()

        with Store.open(shelf.store.home) as store:
            store.load()

            assert store.indexed_model() == EmbedderInfo(embedder.model_id, embedder.dimension)
            assert store.vectors.count() == 1

    def test_says_when_nothing_is_indexed(self, store: Store) -> None:
        """An empty store names the command that fills it, with exit code 3."""
        with pytest.raises(NothingIndexed, match="clausewise ingest") as empty:
            store.require_passages()

        assert empty.value.exit_code == 3


class TestCheck:
    @pytest.mark.parametrize(
        ("damage", "part"),
        [
            (lose_vector, "vectors"),
            (add_stray, "vectors"),
            (alter_vector, "vectors"),
            (change_keys, "fulltext"),
        ],
    )
    def test_names_what_differs(self, shelf: Shelf, damage: Callable[[Store], None], part: str) -> None:
        """A check finds each way of departing from SQL and advises; a rebuild mends it."""
        shelf.put("a.md", ["員工特別休假", "出貨異常通報"])
        damage(shelf.store)

        report = shelf.store.maintenance.check()
        rebuilt = shelf.store.maintenance.rebuild()

        assert [(p.part, "index rebuild" in p.advice) for p in report.problems] == [(part, True)]
        assert (rebuilt.fulltext, rebuilt.vectors) == (2, 2)
        assert shelf.store.maintenance.check().ok

    def test_finds_words_that_are_missing_or_too_many(self, shelf: Shelf) -> None:
        """A passage that the word index lacks, and one that it has too many, are counted."""
        shelf.put("a.md", ["甲乙", "丙丁"])
        with shelf.store.database.write() as session:
            shelf.store.fulltext.remove(session, [min(shelf.store.fulltext.ids(session))])
            session.execute(text("INSERT INTO fulltext_rows (row, passage_id) VALUES (99, 'stray')"))

        problems = shelf.store.maintenance.check().problems

        assert [p.what.split()[:2] for p in problems] == [["1", "passages"], ["1", "passages"]]

    def test_finds_a_text_that_is_not_covered(self, shelf: Shelf) -> None:
        """Passages that are no partition of their text are a fault of the version."""
        shelf.put("a.md", ["甲乙", "丙丁"])
        with shelf.store.database.write() as session:
            session.execute(update(PassageRow).where(PassageRow.ordinal == 1).values(start=4))

        assert [p.part for p in shelf.store.maintenance.check().problems] == ["versions"]

    def test_finds_an_altered_log(self, shelf: Shelf) -> None:
        """An event that was rewritten is named."""
        shelf.put("a.md", ["甲"])
        with shelf.store.database.write() as session:
            session.execute(update(EventContentRow).values(payload="{}"))

        (problem,) = shelf.store.maintenance.check().problems

        assert problem.part == "events"

    def test_finds_lost_vectors_of_the_store_itself(self, shelf: Shelf) -> None:
        """A vector that SQL lost cannot be rebuilt, and the advice says so."""
        shelf.put("a.md", ["甲"])
        with shelf.store.database.write() as session:
            session.execute(delete(VectorRow))

        problems = shelf.store.maintenance.check().problems

        assert ("database", "ingest their documents again") in [(p.part, p.advice) for p in problems]
        with pytest.raises(IndexBroken, match="ingest"):
            shelf.store.maintenance.rebuild()
