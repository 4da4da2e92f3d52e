"""Another embedder for what is kept: beside the old one, then in its place at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from ingest.embedding import embedder_of
from ingest.pipeline import Ingestor
from ingest.reembed import reembed
from knowledge.embedders import Embedders, Meaning
from knowledge.errors import IndexBroken, IndexMismatch
from knowledge.identity import EmbedderInfo
from knowledge.relevance import load_relevance
from knowledge.search import Searcher
from knowledge.store import Store
from knowledge.tables import VectorRow
from knowledge.types import OPERATOR
from knowledge.vectors import VectorIndex
from models.fakes import HashEmbedder

OLD, NEW = HashEmbedder(), HashEmbedder(dimension=64)


class Watched(HashEmbedder):
    """Does something before it embeds."""

    def __init__(self, dimension: int, before: Callable[[], None]) -> None:
        """Call ``before`` each time."""
        super().__init__(dimension)
        self._before = before

    def embed_passages(self, texts: Any, on_batch: Any = None) -> Any:
        """Embed."""
        self._before()
        return super().embed_passages(texts, on_batch)


class House:
    """A store with an index of the old embedder, and both at hand."""

    def __init__(self, home: Path, docs: Path) -> None:
        self.home, self.docs = home, docs
        self.embedders = Embedders()
        self.old = self.embedders.add(OLD).info("fake")
        self.new = self.embedders.add(NEW).info("fake-64")
        self.store = Store.open(home, self.old)
        self.store.load()
        self.searcher = Searcher(self.store, self.embedders, load_relevance())

    def write(self, name: str, text: str) -> None:
        """Write a document and take it in."""
        (self.docs / name).write_text(f"# {name}\n\n{text}\n")
        self.take_in()

    def take_in(self) -> dict[str, int]:
        """Take in what changed."""
        return Ingestor(self.store, self.embedders).run([self.docs]).totals

    def models(self) -> set[str]:
        """Return whose vectors SQL keeps."""
        with self.store.database.read() as connection:
            return set(connection.execute(select(VectorRow.model_id).distinct()).scalars())

    def best(self, question: str) -> str:
        """Return the best hit's source, after making sure that the pair of embedder and index belongs together."""
        found = self.searcher.find(question, OPERATOR)
        assert found.made_with is not None
        assert found.made_with.embedder == found.made_with.index
        return found.hits[0].passage.source

    def restart(self) -> None:
        """Open the home anew, as the next process does."""
        self.store.close()
        self.store = Store.open(self.home)
        self.store.load()
        self.searcher = Searcher(self.store, self.embedders, load_relevance())


@pytest.fixture
def house(home: Path, docs: Path) -> Any:
    """Return a house with two documents, one of them in two versions."""
    made = House(home, docs)
    made.write("a.md", "舊的規定")
    made.write("a.md", "出貨異常應於二十四小時內通報")
    made.write("b.md", "員工特別休假七日")
    yield made
    made.store.close()


class TestReembed:
    def test_changes_over(self, house: House) -> None:
        """All versions get vectors of the new model, the old ones go, and search works with it."""
        told: list[tuple[int, int]] = []

        report = reembed(house.store, house.embedders, house.new, progress=lambda *at: told.append(at))

        assert (report.state, report.model_id) == ("changed", "hash-64+context-apart")
        assert (report.embedded, report.vectors) == (3, 2)
        assert told[0] == (0, 3)
        assert told[-1] == (3, 3)
        indexed = house.store.indexed_model()
        assert indexed == house.new
        assert indexed is not None
        assert indexed.name == "fake-64"
        assert house.models() == {house.new.model_id}
        assert house.store.model_beside() is None
        assert house.store.maintenance.check().problems == ()
        assert house.best("出貨異常多久內通報") == "a.md"
        assert house.store.documents.rollback(house.store.documents.find("a.md")).version == 1
        assert house.take_in()["embedded"] == 0
        house.restart()
        assert house.best("特別休假幾日") == "b.md"

    def test_is_nothing_the_second_time(self, house: House) -> None:
        """A job that is taken again after the change-over finds nothing to do."""
        reembed(house.store, house.embedders, house.new)

        again = reembed(house.store, house.embedders, house.new)

        assert (again.state, again.embedded, again.vectors) == ("unchanged", 0, 2)

    def test_breaking_off_changes_nothing_and_goes_on_later(self, house: House) -> None:
        """Until the change-over the old index answers; what was embedded by then is not embedded again."""
        cancel = threading.Event()

        report = reembed(
            house.store,
            house.embedders,
            house.new,
            progress=lambda done, _: done and cancel.set(),
            cancel=cancel,
        )

        assert report.state == "cancelled"
        assert house.store.indexed_model() == house.old
        assert house.models() == {house.old.model_id, house.new.model_id}
        house.store.publisher.collect_garbage()
        house.restart()
        assert house.store.model_beside() == house.new
        assert house.best("出貨異常多久內通報") == "a.md"
        assert house.store.maintenance.check().problems == ()
        assert reembed(house.store, house.embedders, house.new).embedded == 0

    def test_an_error_changes_nothing(self, house: House) -> None:
        """An embedder that fails leaves the index as it was."""

        def fail() -> None:
            raise RuntimeError("out of memory")

        broken = house.embedders.add(Watched(32, fail)).info()

        with pytest.raises(RuntimeError):
            reembed(house.store, house.embedders, broken)

        assert house.best("出貨異常多久內通報") == "a.md"
        assert house.store.maintenance.check().problems == ()

    def test_takes_in_what_comes_meanwhile(self, house: House) -> None:
        """What is ingested while it embeds, and even while it writes the new index, is in the new index."""
        coming = iter(("c.md", "d.md"))

        def more() -> None:
            if name := next(coming, None):
                house.write(name, f"{name} 保固期間兩年")

        new = house.embedders.add(Watched(32, more)).info()

        report = reembed(house.store, house.embedders, new)

        assert report.vectors == 4
        assert house.store.maintenance.check().problems == ()
        assert {house.best(f"{name} 保固期間") for name in ("c.md", "d.md")} == {"c.md", "d.md"}

    def test_takes_in_what_changes_while_the_index_is_written(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A document that comes, one that changes and one that goes after the vectors were read are caught up with."""
        write = VectorIndex.write
        once = [True]

        def later(index: VectorIndex, batches: Any) -> None:
            write(index, batches)
            if index is not house.store.vectors and once.pop() if once else False:
                house.write("c.md", "保固期間兩年")
                house.write("a.md", "出貨異常改為八小時")
                house.store.documents.remove(house.store.documents.find("b.md"))

        monkeypatch.setattr(VectorIndex, "write", later)

        reembed(house.store, house.embedders, house.new)

        assert not once
        assert house.store.maintenance.check().problems == ()
        assert house.store.vectors.count() == 2
        assert house.best("保固期間幾年") == "c.md"

    def test_an_ingest_under_way_does_not_mix(self, house: House) -> None:
        """A run whose texts were embedded with the old model when the new one took over embeds them again."""
        swapped: list[str] = []

        def swap() -> None:
            if not swapped:
                swapped.append(reembed(house.store, house.embedders, house.new).state)

        house.embedders._known[house.old.model_id] = Meaning(Watched(OLD.dimension, swap))
        (house.docs / "c.md").write_text("# c\n\n保固期間兩年\n")

        totals = house.take_in()

        assert swapped == ["changed"]
        assert totals["indexed"] == 1
        assert house.models() <= {house.old.model_id, house.new.model_id}
        assert house.store.maintenance.check().problems == ()
        assert house.best("保固期間幾年") == "c.md"

    def test_refuses_what_is_not_at_hand(self, house: House) -> None:
        """An embedder that nobody loaded is an error; nothing changes."""
        with pytest.raises(IndexMismatch, match="not at hand"):
            reembed(house.store, house.embedders, EmbedderInfo("unknown", 8))
        assert house.best("出貨異常多久內通報") == "a.md"

    def test_a_lost_vector_keeps_the_old_index(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        """An index that does not hold what was written does not take over."""
        monkeypatch.setattr(VectorIndex, "count", lambda _: 1)

        with pytest.raises(IndexBroken, match="old one stays"):
            reembed(house.store, house.embedders, house.new)

        monkeypatch.undo()
        assert house.store.indexed_model() == house.old
        assert house.best("出貨異常多久內通報") == "a.md"


class TestPairs:
    def test_a_search_keeps_its_pair(self, house: House) -> None:
        """A search that began before the change-over ends in the old index; the next one is of the new."""
        entered, go_on = threading.Event(), threading.Event()
        held_model: list[str] = []

        def hold() -> None:
            with house.store.vectors.hold() as held:
                entered.set()
                go_on.wait(20)
                question = embedder_of(house.embedders, held.model).embed_question("出貨異常")
                held_model.append(held.model.model_id)
                assert len(held.search(question, None, 5)) == 2

        searching = threading.Thread(target=hold)
        searching.start()
        assert entered.wait(10)
        changing = threading.Thread(target=reembed, args=(house.store, house.embedders, house.new))
        changing.start()
        while house.store.indexed_model() == house.old:
            changing.join(0.05)
        assert house.best("出貨異常多久內通報") == "a.md"
        assert house.old.model_id in house.models()  # as long as somebody may look for them
        go_on.set()
        searching.join(20)
        changing.join(20)

        assert held_model == [house.old.model_id]
        assert house.models() == {house.new.model_id}

    def test_vectors_of_another_length_are_refused(self, house: House) -> None:
        """A pair that does not belong together is an error, not a wrong answer."""
        with house.store.vectors.hold() as held, pytest.raises(IndexMismatch, match="dimensions"):
            held.search(NEW.embed_question("出貨異常"), None, 5)

    def test_a_steady_search_embeds_with_one(self, house: House) -> None:
        """Texts that are compared with each other over some time are all embedded by the same model."""
        steady = house.searcher.steady()

        reembed(house.store, house.embedders, house.new)

        assert steady.embed_passages(["甲"]).shape == (1, OLD.dimension)
        assert steady.embed_question("甲").shape == (OLD.dimension,)
        assert house.searcher.embed_passages(["甲"]).shape == (1, NEW.dimension)
        found = steady.find("特別休假幾日", OPERATOR)
        assert found.made_with is not None
        assert found.made_with.index == house.new.model_id

    def test_names_what_is_not_at_hand(self, house: House) -> None:
        """An index of an embedder that nobody loaded is refused by name."""
        house.embedders.forget_all_but(house.new.model_id)

        with pytest.raises(IndexMismatch, match=r"hash-256\+context-apart"):
            house.searcher.find("甲", OPERATOR)

    def test_sentences_are_remembered(self) -> None:
        """A sentence is embedded once, and again when too many are remembered."""
        count = [0]

        def counted() -> None:
            count[0] += 1

        meaning = Meaning(Watched(16, counted))
        first = meaning.of_sentences(["甲", "乙", "甲"])
        again = meaning.of_sentences(["乙"])

        assert list(first) == ["甲", "乙"]
        assert np.array_equal(first["乙"], again["乙"])
        assert count == [1]
