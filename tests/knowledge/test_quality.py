"""The quality gate: what it sees of a version is what people see once it is in force, and losses make it wait."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from knowledge.errors import BadValue, NotAllowed, NotFound
from knowledge.golden import MOST, Expected, read_golden
from knowledge.permissions import OPERATING, Actor, Rights
from knowledge.quality import QualityGate, state_with
from knowledge.relevance import load_relevance
from knowledge.search import Found, Searcher
from knowledge.staging import Note, Target
from knowledge.types import OPERATOR, DocumentId, Reader

if TYPE_CHECKING:
    from models.fakes import HashEmbedder
    from tests.knowledge.conftest import Line, Shelf

STAFF = Reader(frozenset({"internal"}))
ALL = 100  # hits: more than there are, so that nothing as good as nothing is cut off
EDITOR = Actor("editor", Rights(frozenset({"internal"}), frozenset({"internal"})), "editor")


@pytest.fixture
def searcher(shelf: Shelf, embedder: HashEmbedder) -> Searcher:
    """Return the search that people get."""
    return Searcher(shelf.store, embedder, load_relevance())


@pytest.fixture
def gate(shelf: Shelf, searcher: Searcher) -> QualityGate:
    """Return the gate of the shelf, which internal documents must pass."""
    gate = QualityGate(shelf.store, lambda: searcher)
    shelf.store.publisher.gate = gate
    shelf.store.collections.change("internal", {"gate": True})
    return gate


def take(shelf: Shelf, source: str, lines: list[Line | str], title: str | None = None) -> Target:
    """Take in a reading of a file as an ingest does."""
    target = shelf.stage(replace(shelf.version(source, lines, title), note=Note("an")))
    shelf.store.publisher.advance(target, "document.published", held_kind="document.held")
    return target


def state(shelf: Shelf, target: Target) -> str:
    """Return where a version stands."""
    return next(
        v.state for v in shelf.store.documents.history(target.document_id) if v.number == target.number
    )


def seen(found: Found) -> tuple[list[tuple[Any, ...]], set[str]]:
    """Return what a person sees of a search: the hits in order, and without order those that are as good as nothing.

    Chroma and numpy multiply in different orders, so that scores of 1e-13 may change places.
    """
    kept = [h for h in found.hits if h.score > 1e-6]
    shown = [
        (h.rank, h.passage.passage_id, h.passage.version, h.passage.title, pytest.approx(h.score, abs=1e-4), h.exact,
         tuple(p.passage_id for p in h.places), tuple(p.passage_id for p in h.editions))
        for h in kept
    ]  # fmt: skip
    return shown, {h.passage.passage_id for h in found.hits if h not in kept}


WORDS = (
    *("退貨", "換貨", "保固", "運費", "發票", "付款", "出貨", "通報", "倉儲", "揀貨", "客訴", "主管"),
    *("七日", "十日", "一年", "refund", "shipping", "warranty"),
)


def sentence(rng: random.Random) -> str:
    """Return some words as a sentence."""
    return "".join(rng.choices(WORDS, k=rng.randint(4, 9))) + rng.choice(
        ("。", "應於24小時內辦理。", " within 7 days.")
    )


def lines(rng: random.Random, shelf: Shelf) -> list[Line | str]:
    """Return a document's clauses, some of them for other readers."""
    return [
        shelf.line(
            sentence(rng),
            clause=f"第{number}條" if rng.random() < 0.7 else None,
            heading=(rng.choice(WORDS),) if rng.random() < 0.5 else (),
            audience="internal" if rng.random() < 0.8 else "public",
        )
        for number in range(1, rng.randint(3, 12))
    ]


@pytest.mark.parametrize("seed", range(10))
def test_the_gate_sees_what_people_will_see(shelf: Shelf, searcher: Searcher, seed: int) -> None:
    """Hit by hit: rank, passage, version, title, score, exactness, places and editions, for two kinds of readers.

    Versions change texts, titles, audiences and clauses; one document is new, one is removed.
    """
    rng = random.Random(seed)
    names = ["a.md", "b.md", "c.md", "d.md"]
    for name in names:
        shelf.put(name, lines(rng, shelf), title=f"{rng.choice(WORDS)}辦法")
    questions = [sentence(rng) for _ in range(4)] + ["退貨辦法第2條", "第3條", "refund within 7 days?"]
    for _ in range(3):
        target = shelf.stage(
            shelf.version(rng.choice([*names, "new.md"]), lines(rng, shelf), title=f"{rng.choice(WORDS)}辦法")
        )
        if rng.random() < 0.2:
            target = Target(target.document_id, None)
        with shelf.store.publisher.tried(target) as trial:
            tried = searcher.over(state_with(shelf.store, trial))
            foreseen = {(q, r): seen(tried.find(q, r, ALL)) for q in questions for r in (STAFF, OPERATOR)}

        shelf.store.publisher.change(target, "document.published")

        for (question, reader), expected in foreseen.items():
            assert seen(searcher.find(question, reader, ALL)) == expected, question


def test_trying_leaves_nothing(shelf: Shelf, searcher: Searcher) -> None:
    """After a trial the store, its indexes and its generation are as before."""
    shelf.put("a.md", ["七日內可以退貨"])
    target = shelf.stage(shelf.version("a.md", ["十日內可以退貨"]))
    before = shelf.store.generation

    with shelf.store.publisher.tried(target) as trial:
        searcher.over(state_with(shelf.store, trial)).find("退貨", STAFF)

    assert shelf.store.generation == before
    assert shelf.store.maintenance.check().ok
    assert [h.passage.text for h in searcher.search("退貨", STAFF)] == ["七日內可以退貨\n"]


class TestGate:
    def test_what_would_be_lost_waits(self, shelf: Shelf, gate: QualityGate, searcher: Searcher) -> None:
        """The old version answers on; the report names the question, both ranks, and what is found instead."""
        store = shelf.store
        first = take(shelf, "a.md", ["出貨異常應於24小時內通報"])
        take(shelf, "b.md", ["保固期為一年"])
        store.golden.add(
            "internal",
            [Expected("出貨異常多久通報", "a.md", contains="24小時|24 hours"), Expected("保固多久", "b.md")],
        )

        second = take(shelf, "a.md", ["出貨異常應盡快通報"])

        assert state(shelf, second) == "waiting"
        (waiting,) = store.reviews.pending(OPERATING)
        assert waiting.reason == "1 of 2 golden questions would lose their answer: 出貨異常多久通報"
        assert waiting.report is not None
        (lost,) = waiting.report["lost"]
        assert (lost["before"], lost["after"]) == (1, None)
        assert lost["found"]["text"] == "出貨異常應盡快通報"
        assert searcher.search("出貨異常", STAFF)[0].passage.version == first.number
        assert store.maintenance.check().ok

    def test_a_better_reading_goes_live(self, shelf: Shelf, gate: QualityGate) -> None:
        """It takes the place of the one that waited."""
        take(shelf, "a.md", ["出貨異常應於24小時內通報"])
        shelf.store.golden.add("internal", [Expected("出貨異常多久通報", contains="24小時")])
        waiting = take(shelf, "a.md", ["出貨異常應盡快通報"])

        better = take(shelf, "a.md", ["出貨異常應於24小時內通報物流部"])

        assert state(shelf, better) == "live"
        assert state(shelf, waiting) == "rejected"

    def test_what_was_not_found_before_cannot_be_lost(self, shelf: Shelf, gate: QualityGate) -> None:
        """A question that nothing answers today stands in nobody's way."""
        shelf.store.golden.add("internal", [Expected("出貨異常多久通報", contains="36小時")])

        assert state(shelf, take(shelf, "a.md", ["出貨異常應盡快通報"])) == "live"

    def test_sinking_is_losing(self, shelf: Shelf, gate: QualityGate) -> None:
        """Beyond the ranks that an answer rests on, what is found does not count; the report says where it is."""
        take(shelf, "a.md", ["退貨須於七日內申請"])
        shelf.store.golden.add("internal", [Expected("退貨申請期限", "a.md")])

        flood = take(shelf, "b.md", [f"退貨申請期限：退貨申請期限為{n}日" for n in ("十", "八", "九", "六")])

        assert state(shelf, flood) == "waiting"
        (waiting,) = shelf.store.reviews.pending(OPERATING)
        assert waiting.report is not None
        assert waiting.report["lost"][0]["after"] == 5

    def test_force_needs_the_right_to_approve(self, shelf: Shelf, gate: QualityGate) -> None:
        """Trying again fails again; with force it is in force, and the log says so."""
        take(shelf, "a.md", ["出貨異常應於24小時內通報"])
        shelf.store.golden.add("internal", [Expected("出貨異常多久通報", contains="24小時")])
        target = take(shelf, "a.md", ["出貨異常應盡快通報"])
        reviews = shelf.store.reviews

        assert reviews.publish(target.document_id, None, EDITOR).state == "waiting"
        with pytest.raises(NotAllowed):
            reviews.publish(target.document_id, None, EDITOR, force=True)
        assert reviews.publish(target.document_id, None, OPERATING, force=True).state == "live"

    def test_without_a_search_it_waits(self, shelf: Shelf) -> None:
        """A store that nobody gave a search to does not pass what should be examined."""
        shelf.store.golden.add("internal", [Expected("退貨", contains="七日")])
        shelf.store.collections.change("internal", {"gate": True})

        assert state(shelf, take(shelf, "a.md", ["七日內退貨"])) == "waiting"

    def test_unpinning_passes_the_gate_too(self, shelf: Shelf, gate: QualityGate, searcher: Searcher) -> None:
        """What waited behind a pin may go on waiting for golden questions."""
        first = take(shelf, "a.md", ["出貨異常應於24小時內通報"])
        shelf.store.golden.add("internal", [Expected("出貨異常多久通報", contains="24小時")])
        shelf.store.life_cycle.pin(first.document_id, None, "an")
        second = take(shelf, "a.md", ["出貨異常應盡快通報"])

        assert shelf.store.life_cycle.unpin(first.document_id, "an") == first.number
        assert state(shelf, second) == "waiting"
        assert shelf.store.documents.show(first.document_id).pinned is None

    def test_checks_today(self, shelf: Shelf, gate: QualityGate) -> None:
        """Each question's rank as things stand."""
        take(shelf, "a.md", ["出貨異常應於24小時內通報"])
        shelf.store.golden.add(
            "internal", [Expected("出貨異常多久通報", "a.md"), Expected("年假", contains="七日")]
        )

        assert [(one.rank, gate.holds(one)) for one in gate.check()] == [(1, True), (None, False)]


class TestGoldenQuestions:
    def test_are_kept_once(self, shelf: Shelf) -> None:
        """Adding the same again adds nothing; removing forgets it."""
        golden = shelf.store.golden
        (kept,) = golden.add("internal", [Expected(" 退貨 ", contains="七日 | 7 days")])

        assert golden.add("internal", [Expected("退貨", contains="七日|7 days")]) == []
        assert golden.get(kept).expected == Expected("退貨", contains="七日|7 days")
        golden.remove(kept)
        with pytest.raises(NotFound):
            golden.remove(kept)

    def test_rules(self, shelf: Shelf) -> None:
        """One that expects nothing, or has no question, or one too many, is refused, and all with it."""
        golden = shelf.store.golden
        with pytest.raises(BadValue, match="expects nothing"):
            golden.add("internal", [Expected("退貨", "a.md"), Expected("換貨")])
        with pytest.raises(BadValue, match="empty"):
            golden.add("internal", [Expected("？", "a.md")])
        with pytest.raises(BadValue, match=str(MOST)):
            golden.add("internal", [Expected(f"第{n}題", "a.md") for n in range(MOST + 1)])
        assert golden.all() == []

    def test_come_from_csv(self) -> None:
        """Columns in Chinese or English, others passed over; a bad line names itself."""
        text = "\ufeff編號,問題,條號,答案包含\n1,多久通報？,第4.3條,24小時|24 hours\n,,,\n"

        assert read_golden(text) == [Expected("多久通報？", "", "第4.3條", "24小時|24 hours")]
        with pytest.raises(BadValue, match=r"g\.csv, line 3"):
            read_golden("question,source\n退貨,a.md\n換貨,\n", "g.csv")
        with pytest.raises(BadValue, match="named question"):
            read_golden("a,b\n1,2\n")

    def test_a_document_is_named_by_id_too(self, shelf: Shelf, gate: QualityGate) -> None:
        """Its id, or its source."""
        document: DocumentId = take(shelf, "a.md", ["退貨須於七日內申請"]).document_id
        shelf.store.golden.add(
            "internal", [Expected("退貨", str(document)), Expected("退貨期限", "other.md")]
        )

        assert [one.rank for one in gate.check({"internal"})] == [1, None]
