"""The vector index on a real Chroma server, in a home that several processes share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import HttpUrl

from knowledge.database import set_meta
from knowledge.errors import HomeLocked, IndexMismatch, VectorsUnreachable
from knowledge.identity import EmbedderInfo
from knowledge.job_types import is_transient
from knowledge.lock import HomeLock, Turn
from knowledge.recovery import differences, rebuild_vectors
from knowledge.settings import JobsSettings, KnowledgeSettings
from knowledge.store import Store
from knowledge.types import OPERATOR
from knowledge.vectors import VectorBatch
from models.fakes import HashEmbedder
from tests.knowledge.conftest import Shelf
from tests.services import chroma_server, free_port

Open = Callable[..., Store]


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Chroma server of this module."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def open_store(home: Path, chroma: str, embedder: HashEmbedder) -> Iterator[Open]:
    """Return a function that opens the home as one more process would, and loads its indexes."""
    opened: list[Store] = []

    def open_one(where: Path = home, embedder: HashEmbedder = embedder) -> Store:
        info = EmbedderInfo(embedder.model_id, embedder.dimension)
        settings = KnowledgeSettings(chroma_url=HttpUrl(chroma))
        store = Store.open(where, info, settings, JobsSettings(lease_s=1))
        opened.append(store)
        store.load()
        return store

    yield open_one
    for store in opened:
        store.close()


def found(store: Store, embedder: HashEmbedder, text: str) -> list[str]:
    """Return the texts that the vector index finds and SQL lets through."""
    (vector,) = embedder.embed_passages([text])
    ids = [passage_id for passage_id, _ in store.vectors.search(vector, None, 3)]
    return [passage.text for passage in store.repository.passages(ids, OPERATOR).values()]


class TestShared:
    def test_another_process_finds_what_one_has_written(
        self, open_store: Open, embedder: HashEmbedder
    ) -> None:
        """New documents, new audiences, changes and removals: at once, without opening anything again."""
        writing, reading = open_store(), open_store()
        before = (reading.generation, reading.passages())
        shelf = Shelf(writing, embedder)

        shelf.put("a.md", ["員工特別休假七天\n"])
        shelf.put("b.md", [Shelf.line("出貨異常通報", audience="人資")])

        assert before == (0, 0)
        assert reading.generation == writing.generation > 0
        assert found(reading, embedder, "員工特別休假七天\n")[0] == "員工特別休假七天\n\n"
        assert set(reading.vectors.ids()) == {"internal", "人資"}
        shelf.put("a.md", ["員工特別休假十天"])
        assert "員工特別休假七天\n\n" not in found(reading, embedder, "員工特別休假七天\n")

    def test_a_swap_is_seen_by_the_others(self, open_store: Open, embedder: HashEmbedder) -> None:
        """Searches go on in the new index; who was in the middle of one ends in the old, which goes with the next swap."""
        one, other = open_store(), open_store()
        Shelf(one, embedder).put("a.md", ["員工特別休假", "出貨異常"])
        (question,) = embedder.embed_passages(["員工特別休假"])

        with other.vectors.hold() as held:
            assert rebuild_vectors(one.database, one.vectors) == 2
            in_the_old = held.search(question, None, 2)

        assert (held.name, len(in_the_old)) == ("000001", 2)
        with other.vectors.hold() as now:
            assert (now.name, len(now.search(question, None, 2))) == ("000002", 2)
        assert one.vectors._there().indexes() == {"000001", "000002"}
        rebuild_vectors(other.database, other.vectors)
        assert one.vectors._there().indexes() == {"000002", "000003"}
        Shelf(other, embedder).put("b.md", ["第三條"])
        assert one.vectors.count() == 3
        assert not differences(one.database, one.vectors)

    def test_what_another_process_fills_is_left_alone(self, open_store: Open, embedder: HashEmbedder) -> None:
        """Two indexes are made beside at once, by two processes: different names, and neither deletes the other's."""
        one, other = open_store(), open_store()
        Shelf(one, embedder).put("a.md", ["員工特別休假"])
        vectors = np.ones((1, embedder.dimension), np.float32)

        with one.vectors.beside(one.vectors.model) as fresh:
            fresh.write([VectorBatch("internal", ["x"], vectors)])
            rebuild_vectors(other.database, other.vectors)
            assert fresh.count() == 1
            assert one.vectors._there().indexes() == {"000001", "000002", "000003"}

        assert one.vectors._there().indexes() == {"000001", "000003"}
        assert one.vectors.count() == 1

    def test_what_a_dead_process_was_filling_goes(self, open_store: Open, embedder: HashEmbedder) -> None:
        """Nobody holds it any more, so the next who swaps deletes it."""
        store = open_store()
        Shelf(store, embedder).put("a.md", ["員工特別休假"])
        store.vectors._there().create("000077", store.vectors.model, "internal")

        rebuild_vectors(store.database, store.vectors)

        assert store.vectors._there().indexes() == {"000001", "000002"}

    def test_collections_say_whose_they_are(self, open_store: Open, embedder: HashEmbedder) -> None:
        """Model, dimension, index and home are in what they say of themselves, and apart by name."""
        store = open_store()
        Shelf(store, embedder).put("a.md", ["員工特別休假"])

        (collection,) = store.vectors._there().ours()

        home = collection.metadata["home"]
        assert collection.metadata == {
            "model": embedder.model_id,
            "dimension": embedder.dimension,
            "audience": "internal",
            "index": "000001",
            "home": home,
        }
        assert collection.name.startswith(f"clausewise-{home}-000001-")

    def test_homes_on_one_server_do_not_meet(
        self, open_store: Open, embedder: HashEmbedder, tmp_path: Path
    ) -> None:
        """Each sees, counts and deletes its own collections only."""
        ours, theirs = open_store(), open_store(tmp_path / "other")
        Shelf(ours, embedder).put("a.md", ["員工特別休假"])
        Shelf(theirs, embedder).put("b.md", ["出貨異常", "退貨"])

        rebuild_vectors(ours.database, ours.vectors)

        assert (ours.vectors.count(), theirs.vectors.count()) == (1, 2)

    def test_another_embedder_is_taken_up_by_the_others(
        self, open_store: Open, embedder: HashEmbedder
    ) -> None:
        """Whose vectors the index holds is looked up each time, so that a question is embedded with that one."""
        one, other = open_store(), open_store()
        Shelf(one, embedder).put("a.md", ["員工特別休假"])
        (ids,) = other.vectors.ids().values()
        model = EmbedderInfo("another", 8)

        with one.vectors.beside(model) as fresh:
            fresh.write([VectorBatch("internal", sorted(ids), np.ones((1, 8), np.float32))])
            one.vectors.take_over(fresh)

        assert other.vectors.model == model
        with other.vectors.hold() as held:
            assert held.model == model
            assert [i for i, _ in held.search(np.ones(8, np.float32), None, 1)] == sorted(ids)
            with pytest.raises(IndexMismatch, match="another"):
                held.search(np.ones(embedder.dimension, np.float32), None, 1)


class TestKilled:
    def test_what_a_dead_writer_left_is_put_right_by_the_living(
        self, open_store: Open, embedder: HashEmbedder
    ) -> None:
        """Its job is taken over, and before that the index is compared with SQL."""
        living, dead = open_store(), open_store()
        Shelf(living, embedder).put("a.md", ["員工特別休假", "出貨異常"])
        (ids,) = living.vectors.ids().values()
        dead.vectors.begin()
        dead.vectors.write([VectorBatch("internal", ["stray"], np.ones((1, embedder.dimension), np.float32))])
        dead.vectors._collection("internal").delete(sorted(ids)[:1])
        assert differences(living.database, living.vectors)
        dead.jobs.register("die", lambda _payload, _context: {})
        dead.jobs.submit("die", {})
        assert dead.jobs._rows.take(["die"]) is not None

        for _ in range(2):  # suspected, then found dead
            with living.database.write() as session:
                session.connection().exec_driver_sql("UPDATE jobs SET seen_at = '2026-01-01 00:00:00.000000'")
            living.jobs._take_back(all_of_them=False)

        assert living.jobs.counts()["queued"] == 1
        assert not differences(living.database, living.vectors)

    def test_an_index_from_elsewhere_is_not_trusted(self, open_store: Open, embedder: HashEmbedder) -> None:
        """As many vectors, but written at another place: a home that was moved to a server, or back."""
        store = open_store()
        Shelf(store, embedder).put("a.md", ["員工特別休假"])
        (ids,) = store.vectors.ids().values()
        wrong = np.ones((1, embedder.dimension), np.float32)
        store.vectors.write([VectorBatch("internal", sorted(ids), wrong)])
        with store.database.write() as session:
            set_meta(session, "vectors_place", "folder")

        again = open_store()

        assert not differences(again.database, again.vectors)


class TestUnreachable:
    def test_is_told_with_what_to_do(self, home: Path, embedder: HashEmbedder) -> None:
        """The server that does not answer is named; nothing is taken for broken; a job is tried again."""
        url = HttpUrl(f"http://127.0.0.1:{free_port()}")
        info = EmbedderInfo(embedder.model_id, embedder.dimension)
        with (
            Store.open(home, info, KnowledgeSettings(chroma_url=url)) as store,
            pytest.raises(VectorsUnreachable, match="chroma run") as refused,
        ):
            store.load()

        assert str(url) in str(refused.value)
        assert is_transient(refused.value)


class TestLocks:
    def test_sharing_and_owning_exclude_each_other(self, home: Path) -> None:
        """Any number share a home; who needs it alone waits for all of them, and they for that one."""
        with HomeLock(home, shared=True), HomeLock(home, shared=True), pytest.raises(HomeLocked):
            HomeLock(home).acquire()
        with HomeLock(home), pytest.raises(HomeLocked):
            HomeLock(home, shared=True).acquire()
        with HomeLock(home):
            pass

    def test_a_turn_is_one_process_s_at_a_time(self, home: Path) -> None:
        """Taken again by the thread that has it; another process waits for it."""
        file = home / "turn.lock"
        turn = Turn(file)
        program = (
            "import sys, time; from pathlib import Path; from knowledge.lock import Turn\n"
            "with Turn(Path(sys.argv[1])): print('in', flush=True); sys.stdin.readline()\n"
            "print('out', flush=True)"
        )
        with turn, turn:
            pass
        other = subprocess.Popen(
            [sys.executable, "-c", program, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parent.parent.parent,
        )
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        from filelock import FileLock, Timeout

        with pytest.raises(Timeout):
            FileLock(file).acquire(timeout=0)
        other.stdin.write("\n")
        other.stdin.flush()
        with turn:
            pass
        assert other.stdout.readline() == "out\n"
        other.wait(10)
        other.stdin.close()
        other.stdout.close()
