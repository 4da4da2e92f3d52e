"""The staff's table of terms: added, changed, removed, each change an event, each seen by the next question."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from knowledge.errors import NotFound
from knowledge.events import broken_links
from knowledge.glossary import BadGlossary
from knowledge.store import Store
from knowledge.tables import EventContentRow, EventRow
from knowledge.terms import Term, read_terms, write_terms

GYM = Term("gym pass", "健身補助", "translation")


def events(store: Store) -> list[dict[str, object]]:
    """Return what the log says of the glossary."""
    with store.database.read() as connection:
        rows = connection.execute(
            select(EventContentRow.payload)
            .join(EventRow, EventRow.seq == EventContentRow.seq)
            .where(EventRow.kind == "glossary.changed")
            .order_by(EventRow.seq)
        )
        return [json.loads(row.payload) for row in rows]


class TestTable:
    def test_kept(self, store: Store) -> None:
        """A pair is listed with who changed it last and when."""
        assert store.terms.put([GYM], "mei") == 1

        (kept,) = store.terms.all()

        assert (kept.term, kept.by) == (GYM, "mei")
        assert kept.at.tzinfo is not None

    def test_takes_effect_at_once(self, store: Store) -> None:
        """The next question is asked in the new words, and no longer after the pair is gone."""
        question = "How do I get a gym pass?"
        assert store.glossary.variants(question) == []

        store.terms.put([GYM], "mei")
        after = store.glossary.variants(question)
        store.terms.remove("健身補助", None, "mei")

        assert after == ["How do I get a 健身補助?"]
        assert store.glossary.variants(question) == []

    def test_one_pair_once(self, store: Store) -> None:
        """The same pair in other width or script replaces the one there; what is the same changes nothing."""
        store.terms.put([Term("勞基法", "勞動基準法", "abbreviation")], "mei")

        again = store.terms.put([Term("勞基法", "勞動基準法", "abbreviation")], "an")
        other = store.terms.put([Term("劳基法", "勞動基準法", "synonym", "人資用語")], "an")

        assert (again, other) == (0, 1)
        (kept,) = store.terms.all()
        assert (kept.term.kind, kept.term.note, kept.by) == ("synonym", "人資用語", "an")

    def test_changes_are_events(self, store: Store) -> None:
        """The log says who put and removed what, and its chain holds."""
        store.terms.put([GYM], "mei")
        store.terms.put([GYM], "mei")
        store.terms.remove("GYM PASS", "健身補助", "an")

        put, removed = events(store)

        assert put["by"] == "mei"
        assert put["put"] == [{"term": "gym pass", "same_as": "健身補助", "kind": "translation", "note": ""}]
        assert removed == {"removed": [["gym pass", "健身補助"]], "by": "an"}
        with store.database.write() as session:
            assert broken_links(session) == []

    def test_all_or_none(self, store: Store) -> None:
        """A bad pair among good ones keeps all of them out."""
        with pytest.raises(BadGlossary, match="same to search"):
            store.terms.put([GYM, Term("SOP", "ｓｏｐ")], "mei")

        assert store.terms.all() == []

    def test_remove_one_of_two(self, store: Store) -> None:
        """With both terms only that pair goes; a pair that is not there is an error that says where to look."""
        store.terms.put([GYM, Term("gym pass", "運動補助", "translation")], "mei")

        store.terms.remove("gym pass", "運動補助", "mei")

        assert [kept.term for kept in store.terms.all()] == [GYM]
        with pytest.raises(NotFound, match="glossary list"):
            store.terms.remove("gym pass", "運動補助", "mei")


class TestCsv:
    def test_there_and_back(self) -> None:
        """What is exported can be imported; kinds and notes come along."""
        terms = [GYM, Term("舊名", "新名", "old_name", "2024 改名, 見公告")]

        assert read_terms(write_terms(terms)) == terms

    def test_two_columns_are_enough(self) -> None:
        """A file without kinds and notes is one of synonyms."""
        assert read_terms("\ufeffterm,same_as\n出貨SOP,SOP-012\n,\n") == [Term("出貨SOP", "SOP-012")]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("a,b\n1,2\n", "term,same_as"),
            ("term,same_as\nA,B\nC,\n", "line 3"),
            ("term,same_as,kind\nA,B,nickname\n", "line 2.*nickname.*old_name"),
            (f"term,same_as\n{'長' * 201},B\n", "200 characters"),
        ],
    )
    def test_refused(self, text: str, told: str) -> None:
        """What breaks a rule is named with its line."""
        with pytest.raises(BadGlossary, match=told):
            read_terms(text)
