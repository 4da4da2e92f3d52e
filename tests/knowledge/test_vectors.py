"""The vector index."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.database import get_meta, set_meta
from knowledge.errors import IndexBroken, IndexMismatch
from knowledge.identity import EmbedderInfo, check_model, record_model, recorded_model
from knowledge.settings import KnowledgeSettings
from knowledge.store import Store
from knowledge.types import PassageId
from knowledge.vectors import VectorBatch, VectorIndex

MODEL = EmbedderInfo("test", 8)


def unit(*numbers: int) -> np.ndarray:
    """Return unit vectors along axes, (n, 8)."""
    return np.eye(8, dtype=np.float32)[list(numbers)]


def batch(audience: str, **axes: int) -> VectorBatch:
    """Return vectors along the given axes."""
    return VectorBatch(audience, [PassageId(name) for name in axes], unit(*axes.values()))


@pytest.fixture
def index(store: Store) -> VectorIndex:
    """Return an index of its own beside the store's."""
    settings = KnowledgeSettings(compact_after=3, vector_batch=16)
    made = VectorIndex(store.home / "apart", store.database, MODEL, settings)
    made._home.parent.mkdir()
    made._open("000001")
    yield made
    made.close()


class TestSearch:
    def test_gives_cosines_nearest_first(self, index: VectorIndex) -> None:
        """A vector's cosine with itself is 1, with a perpendicular one 0."""
        index.write([batch("internal", a=0, b=1)])

        found = index.search(np.array([0.6, 0.8, 0, 0, 0, 0, 0, 0], np.float32), None, 5)

        assert [name for name, _ in found] == ["b", "a"]
        assert [cosine for _, cosine in found] == pytest.approx([0.8, 0.6], abs=1e-5)

    def test_touches_only_the_reader_s_collections(self, index: VectorIndex) -> None:
        """Audiences are collections; several are joined by cosine, and the limit holds for all together."""
        index.write([batch("public", a=0), batch("internal", b=0, c=1), batch("人資", d=0)])
        question = unit(0)[0]

        assert [i for i, _ in index.search(question, frozenset({"public"}), 5)] == ["a"]
        assert [i for i, _ in index.search(question, frozenset({"public", "人資"}), 5)] == ["a", "d"]
        assert [i for i, _ in index.search(question, None, 3)] == ["a", "b", "d"]
        assert index.search(question, frozenset(), 5) == []
        assert index.search(question, frozenset({"unknown"}), 5) == []


class TestWrite:
    def test_replaces_the_same_passage(self, index: VectorIndex) -> None:
        """A passage has one vector, the last one written."""
        index.write([batch("internal", a=0)])
        index.write([batch("internal", a=1)])

        assert index.count() == 1
        assert index.stored("internal", [PassageId("a")])["a"] == pytest.approx(unit(1)[0])

    def test_deletes_and_passes_over_unknown_ones(self, index: VectorIndex) -> None:
        """Deleting what is not there is no error."""
        index.write([batch("internal", a=0, b=1, c=2)])

        index.delete({"internal": [PassageId("a"), PassageId("x")], "unknown": [PassageId("a")]})

        assert index.ids() == {"internal": {"b", "c"}}
        assert index.present("internal", [PassageId("a"), PassageId("b")]) == {"b"}

    def test_is_bloated_once_the_dead_outnumber_the_living(self, index: VectorIndex) -> None:
        """Deleted vectors keep their space until a rebuild, which is due when they are the majority."""
        index.write([batch("internal", a=0, b=1, c=2, d=3)])
        index.delete({"internal": [PassageId("a"), PassageId("b")]})
        before = index.is_bloated()

        index.delete({"internal": [PassageId("c")]})

        assert (before, index.is_bloated()) == (False, True)


class TestRebuild:
    def test_swaps_the_folder(self, index: VectorIndex) -> None:
        """Only what was given is in the new folder, the old one is gone, and nothing counts as deleted."""
        index.write([batch("internal", a=0, b=1)])

        count = index.rebuild([batch("public", c=2)])

        assert count == 1
        assert index.ids() == {"public": {"c"}}
        assert len(list(index._home.iterdir())) == 1
        assert not index.is_bloated()

    def test_leaves_the_old_one_when_it_fails(self, index: VectorIndex) -> None:
        """A rebuild that breaks off changes nothing."""
        index.write([batch("internal", a=0)])

        def broken() -> object:
            yield batch("internal", b=1)
            raise IndexBroken("no vector")

        with pytest.raises(IndexBroken):
            index.rebuild(broken())

        assert index.ids() == {"internal": {"a"}}

    def test_keeps_the_disk_bounded(self, index: VectorIndex) -> None:
        """Over 50 re-syncs that change half of everything, the folder stays within a small multiple."""
        rng = np.random.default_rng(1)
        ids = [PassageId(f"p{n}") for n in range(40)]
        index.write([VectorBatch("internal", ids, rng.normal(size=(40, 8)).astype(np.float32))])
        index.rebuild([VectorBatch("internal", ids, rng.normal(size=(40, 8)).astype(np.float32))])
        first = size_of(index._home)

        for sync in range(50):
            fresh = [PassageId(f"s{sync}-{n}") for n in range(20)]
            index.write([VectorBatch("internal", fresh, rng.normal(size=(20, 8)).astype(np.float32))])
            index.delete({"internal": ids[:20]})
            ids = ids[20:] + fresh
            if index.is_bloated():
                vectors = rng.normal(size=(len(ids), 8)).astype(np.float32)
                index.rebuild([VectorBatch("internal", ids, vectors)])

        assert index.count() == 40
        assert size_of(index._home) < 3 * first


class TestState:
    def test_of_a_crash_while_opening_means_rebuild(self, store: Store, home: Path) -> None:
        """A folder that took its process down is not opened a second time."""
        store.vectors.close()
        with store.database.write() as session:
            set_meta(session, "vectors_state", "checking")

        with pytest.raises(IndexBroken, match="did not survive"):
            store.vectors.load()

    def test_is_dirty_between_begin_and_settle(self, store: Store) -> None:
        """Whoever opens the index in between compares it with SQL first."""
        store.vectors.begin()
        store.vectors.close()
        trusted = store.vectors.load()
        store.vectors.settle()
        store.vectors.close()

        assert (trusted, store.vectors.load()) == (False, True)
        with store.database.read() as connection:
            assert get_meta(connection, "vectors_state") == "clean"


class TestIdentity:
    def test_is_recorded_once_and_checked(self, store: Store) -> None:
        """Another model, or the same name with another length, is refused by name."""
        with store.database.write() as session:
            check_model(session, MODEL)
            record_model(session, MODEL)
            check_model(session, MODEL)

            assert recorded_model(session) == MODEL
            for other in (EmbedderInfo("other", 8), EmbedderInfo("test", 16)):
                with pytest.raises(IndexMismatch, match=r"test \(8 dimensions\)"):
                    check_model(session, other)


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
