from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.matching import is_place, place_key
from assistant.evaluation.types import Place
from knowledge.matching import met, same_source
from tests.assistant.evaluation.outcomes import hit


class TestSource:
    @pytest.mark.parametrize(
        ("source", "wanted"),
        [
            ("hr/leave.md", "hr/leave.md"),
            ("hr/leave.md", "leave.md"),
            ("faq.csv#I006", "faq.csv"),
            ("faq.csv#I006", "faq.csv#I006"),
            ("root/faq.csv#I006", "faq.csv#I006"),
            ("prices.xlsx#Sheet1!row=3", "prices.xlsx"),
            ("docs.zip!/inner/a.md", "docs.zip!/inner/a.md"),
            ("hr/leave.md", "hr\\leave.md"),
            ("Cafe\u0301.md", "Caf\u00e9.md"),
        ],
    )
    def test_names_of_one_document(self, source: str, wanted: str) -> None:
        """A path, a file's name, and a row of a table name their document."""
        assert same_source(source, wanted)

    @pytest.mark.parametrize(
        ("source", "wanted"),
        [
            ("hr/leave.md", "eave.md"),
            ("faq.csv#I006", "faq.csv#I007"),
            ("faq.csv", "faq.csv#I006"),
            ("a.md", "b/a.md"),
        ],
    )
    def test_names_of_others(self, source: str, wanted: str) -> None:
        """A part of a name, another row, and another folder name something else."""
        assert not same_source(source, wanted)


class TestClause:
    @pytest.mark.parametrize(
        ("label", "wanted"),
        [
            ("第4.3條", "4.3"),
            ("第 38 條", "第三十八條"),
            ("第4.3條", "第4條"),
            ("Article 38", "第38條"),
            ("4.3.2", "4.3"),
        ],
    )
    def test_other_ways_to_write_it_and_what_lies_below(self, label: str, wanted: str) -> None:
        """Clauses are compared by their keys; a clause holds its sub-clauses."""
        assert is_place("a.md", label, [Place("a.md", wanted)])

    @pytest.mark.parametrize(
        ("label", "wanted"),
        [("第4條", "第4.3條"), ("第38-1條", "第38條"), ("第40條", "第4條"), (None, "第4條")],
    )
    def test_others(self, label: str | None, wanted: str) -> None:
        """The clause above, an inserted article, and another number are elsewhere."""
        assert not is_place("a.md", label, [Place("a.md", wanted)])

    def test_a_label_below_a_heading_may_be_named_with_it(self) -> None:
        """（一） repeats in every section; 二、（一） is one of them."""
        second = ("二、點數之取得與使用",)

        assert is_place("a.md", "(一)", [Place("a.md", "二、（一）")], second)
        assert not is_place("a.md", "(一)", [Place("a.md", "一、（一）")], second)

    def test_places_of_one_label_under_two_headings_differ(self) -> None:
        """Two clauses （一） are two places in a ranking."""
        one, other = hit("a.md", "(一)", heading=("一、甲",)), hit("a.md", "(一)", heading=("二、乙",))

        assert place_key(one, by_clause=True) != place_key(other, by_clause=True)
        assert place_key(one, by_clause=False) == place_key(other, by_clause=False)


class TestWords:
    @pytest.mark.parametrize(
        ("wanted", "text"),
        [
            ("24小時", "應於 24 小時內通報"),
            ("24", "應於２４小時內通報"),
            ("1000", "共 1,000 元"),
            ("1,000", "共 1000 元"),
            ("倉儲經理", "由仓储经理决定"),
            ("Two Days", "within two days"),
            ("5%", "為 5%。"),
            ("5%", "a fee of 5 %"),
            ("NT$1,500", "NT$ 1500"),
            ("day", "eight days"),
            ("SOP-012", "依SOP-012辦理"),
        ],
    )
    def test_found_however_written(self, wanted: str, text: str) -> None:
        """Width, case, spaces, separators and script do not matter."""
        assert met([[wanted]], text) == [True]

    @pytest.mark.parametrize(
        ("wanted", "text"),
        [
            ("24", "共 240 件"), ("24", "共 124 件"), ("2", "約 1.2 倍"), ("1", "1.5 倍"),
            ("三天", "共十三天"), ("十日", "三十日內"), ("一天", "第一天"), ("eight", "eighteen days"), ("no", "not allowed"),
        ],
    )  # fmt: skip
    def test_a_number_is_not_part_of_another(self, wanted: str, text: str) -> None:
        """24 is not in 240."""
        assert met([[wanted]], text) == [False]

    def test_one_alternative_of_each_group(self) -> None:
        """Every group is judged by itself."""
        assert met([["7日", "七日"], ["主管"], []], "七日內通知。") == [True, False, False]

    @given(st.text(max_size=30), st.text(max_size=30))
    def test_a_text_holds_what_it_is_made_of(self, before: str, after: str) -> None:
        """A word between any two texts is found."""
        assert met([["特別休假"]], f"{before}特別休假{after}") == [True]
