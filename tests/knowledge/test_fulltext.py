"""The word index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.fulltext import Entry, FullText
from knowledge.recovery import rebuild_fulltext
from knowledge.store import Store
from knowledge.text import keys
from knowledge.types import PassageId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.knowledge.conftest import Shelf

TEXTS = {
    "leave": "員工特別休假依年資計算，應於年度內休畢。",
    "ship": "出貨異常應於 24 小時內通報物流部，見 SOP-012 第 4.3 條。",
    "office": "The warehouse manager decides on re-sending parcels (user_id).",
    "water": "水",
}


def fill(store: Store, texts: dict[str, str], audience: str = "internal") -> FullText:
    """Index texts under their names, directly."""
    entries = (Entry(PassageId(name), text, f"標題{name}", audience) for name, text in texts.items())
    with store.database.write() as session:
        store.fulltext.add(session, entries)
    return store.fulltext


def names(found: Iterable[tuple[PassageId, float]]) -> list[str]:
    """Return what was found, without scores."""
    return [name for name, _ in found]


class TestSearch:
    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("特別休假", "leave"),
            ("特别休假", "leave"),
            ("２４小時通報", "ship"),
            ("Warehouse Managers", "office"),
        ],
    )
    def test_finds_by_words(self, store: Store, question: str, expected: str) -> None:
        """Script, width, case and plural do not matter."""
        index = fill(store, TEXTS)

        assert names(index.search(keys(question).grams, None, 5))[0] == expected

    @pytest.mark.parametrize("ident", ["SOP-012", "sop-012", "4.3", "user_id"])
    def test_finds_identifiers_whole(self, store: Store, ident: str) -> None:
        """An identifier is one term of its own column."""
        index = fill(store, {**TEXTS, "near": "SOP 012 與 4 與 3，user 與 id 分開寫"})

        assert names(index.search(keys(ident).idents, None, 5, column="idents")) in (["ship"], ["office"])

    def test_finds_one_character(self, store: Store) -> None:
        """A one-character term is asked of the column of single characters."""
        index = fill(store, TEXTS)

        assert names(index.search(["水"], None, 5, column="unigrams")) == ["water"]

    def test_finds_by_context(self, store: Store) -> None:
        """Title and headings have a column of their own, and do not mix with the text."""
        index = fill(store, {"a": "內容", "b": "內容"})

        assert names(index.search(keys("標題").grams, None, 5, column="context")) == ["a", "b"]
        assert index.search(keys("標題").grams, None, 5) == []

    def test_ranks_the_better_match_first(self, store: Store) -> None:
        """Scores are positive, higher is better, and the best comes first."""
        index = fill(store, {"both": "特休與病假", "one": "病假與事假", "none": "加班費"})

        found = index.search(keys("特休病假").grams, None, 5)

        assert names(found) == ["both", "one"]
        assert found[0][1] > found[1][1] > 0

    def test_keeps_to_audiences(self, store: Store) -> None:
        """Audience is part of the query, whatever its name is written with."""
        fill(store, {"a": "共同內容"}, audience='人資 "部" OR *')
        index = fill(store, {"b": "共同內容"}, audience="public")
        grams = keys("共同").grams

        assert names(index.search(grams, frozenset({'人資 "部" OR *'}), 5)) == ["a"]
        assert names(index.search(grams, frozenset({"public", "other"}), 5)) == ["b"]
        assert index.search(grams, frozenset(), 5) == []
        assert index.search([], None, 5) == []

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(min_size=1, max_size=40))
    def test_takes_any_text(self, store: Store, text: str) -> None:
        """No text breaks the query language, and a text finds itself by each of its keys."""
        index = fill(store, {"any": text})

        found = keys(text)

        for grams, column in ((found.grams, "grams"), (found.unigrams, "unigrams"), (found.idents, "idents")):
            for gram in dict.fromkeys(grams):
                assert names(index.search([gram], None, 1, column=column)) == ["any"], (gram, column)


class TestChange:
    def test_replaces_a_known_passage(self, store: Store) -> None:
        """A passage that is added again is there once, with its new text."""
        fill(store, {"a": "舊的文字"})
        index = fill(store, {"a": "新的文字"})

        assert index.search(keys("舊的").grams, None, 5) == []
        assert names(index.search(keys("新的").grams, None, 5)) == ["a"]

    def test_forgets(self, store: Store) -> None:
        """A removed passage is found no more; removing an unknown one does no harm."""
        index = fill(store, {"a": "某某文字"})
        with store.database.write() as session:
            index.remove(session, [PassageId("a"), PassageId("unknown")])

        assert index.search(keys("文字").grams, None, 5) == []
        with store.database.write() as session:
            assert index.problem(session) is None

    def test_goes_with_its_transaction(self, store: Store) -> None:
        """What a failed transaction indexed is not there."""

        def index_and_fail() -> None:
            with store.database.write() as session:
                store.fulltext.add(session, [Entry(PassageId("a"), "某某文字", "", "internal")])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            index_and_fail()

        assert store.fulltext.search(keys("文字").grams, None, 5) == []

    def test_takes_more_than_one_batch(self, store: Store) -> None:
        """Any number of passages can be indexed and removed at once."""
        index = fill(store, {f"p{n}": f"共同 {n}" for n in range(1203)})
        with store.database.write() as session:
            index.remove(session, [PassageId(f"p{n}") for n in range(1202)])

        assert names(index.search(keys("共同").grams, None, 5)) == ["p1202"]


class TestStatistics:
    def test_follow_changes(self, shelf: Shelf, store: Store) -> None:
        """Size and document frequency are those of the passages in force."""
        put = shelf.put
        put("a.md", ["特別休假", "特別獎金"])

        special, leave, none = keys("特別 休假 沒有").grams
        frequency = store.fulltext.document_frequency
        before = (store.fulltext.size(), frequency([special, leave, none]))
        put("b.md", ["特別假"])

        assert before == (2, {special: 2, leave: 1, none: 0})
        assert (store.fulltext.size(), frequency([special])) == (3, {special: 3})

    def test_count_by_column(self, store: Store) -> None:
        """A term of another column does not count."""
        index = fill(store, TEXTS)

        assert index.document_frequency(["sop-012"], column="idents") == {"sop-012": 1}
        assert index.document_frequency(["sop-012"]) == {"sop-012": 0}


class TestRebuild:
    def test_makes_the_same_index(self, shelf: Shelf, store: Store) -> None:
        """A rebuilt index finds the same with the same scores."""
        for name in "abc":
            shelf.put(f"{name}.md", [f"共同內容 {name}", "別的"])
        before = store.fulltext.search(keys("共同內容 b").grams, None, 9)

        count = rebuild_fulltext(store.database, store.fulltext)

        after = store.fulltext.search(keys("共同內容 b").grams, None, 9)
        assert count == 6
        assert {i: pytest.approx(s) for i, s in before} == dict(after)
