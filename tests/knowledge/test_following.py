"""Clauses that a clause refers to, and what stands round a passage."""

from __future__ import annotations

import pytest

from knowledge.following import referred, refers
from knowledge.types import OPERATOR, Passage, Reader
from tests.knowledge.conftest import Shelf

PUBLIC = Reader(frozenset({"public"}))


@pytest.fixture
def rules(shelf: Shelf) -> dict[str, Passage]:
    """Return the passages of a house rule by their clause; the second clause is internal, another rule exists."""
    document = shelf.put(
        "leave.md",
        [
            shelf.line("總則。", clause="chapter1", audience="public"),
            shelf.line("第一條 特別休假每年七日。", clause="1", audience="public"),
            shelf.line("第二條 主管另加三日。", clause="2"),
            shelf.line("第三條 留職者適用前條規定。", clause="3", audience="public"),
            shelf.line("前段。", clause="3(1)", audience="public"),
            shelf.line(
                "第四條 試用期滿者，依第一條第二項及本辦法第二條辦理。", clause="4", audience="public"
            ),
            shelf.line("附表。", clause="appendix1", audience="public"),
        ],
        "員工請假辦法",
    )
    shelf.put(
        "pay.md", [shelf.line("第一條 薪資於五日發給。", clause="1", audience="public")], "薪資給付辦法"
    )
    return {p.clause or "": p for p in shelf.store.repository.document_passages(document, OPERATOR)}


def followed(shelf: Shelf, passage: Passage, text: str, reader: Reader = OPERATOR) -> list[list[str]]:
    """Return the texts of the clauses that a text refers to."""
    return [[p.text.strip() for p in clause] for clause in referred(shelf.store, passage, text, reader)]


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("依第一條規定辦理", [["第一條 特別休假每年七日。"]]),
            ("依第一條第二項及本辦法第二條辦理", [["第一條 特別休假每年七日。"], ["第二條 主管另加三日。"]]),
            ("適用前條規定", [["第三條 留職者適用前條規定。"]]),
            ("適用前二條規定", [["第二條 主管另加三日。"], ["第三條 留職者適用前條規定。"]]),
            ("see Article 1 above", [["第一條 特別休假每年七日。"]]),
            ("under the preceding Article", [["第三條 留職者適用前條規定。"]]),
            ("詳附件一", [["附表。"]]),
            ("依薪資給付辦法第一條發給", [["第一條 薪資於五日發給。"]]),
            ("依勞動基準法第一條", []),
            ("依第九條", []),
            ("次條另定", []),
        ],
    )
    def test_of_the_fourth_clause(
        self, shelf: Shelf, rules: dict[str, Passage], text: str, found: list[list[str]]
    ) -> None:
        """By number, by place, in another document that is named; nothing where there is nothing."""
        assert followed(shelf, rules["4"], text) == found

    def test_a_clauses_own_label_is_no_reference(self, shelf: Shelf, rules: dict[str, Passage]) -> None:
        """Nor is a clause that speaks of itself."""
        assert followed(shelf, rules["4"], "第四條 依第四條規定") == []
        assert followed(shelf, rules["1"], "第一條 特別休假每年七日。") == []

    def test_at_most_two(self, shelf: Shelf, rules: dict[str, Passage]) -> None:
        """However many are named."""
        assert len(followed(shelf, rules["4"], "依第一條、第二條及第三條")) == 2

    def test_what_the_reader_may_not_see_is_not_followed(
        self, shelf: Shelf, rules: dict[str, Passage]
    ) -> None:
        """By number or by place; the clause before the hidden one does not take its place."""
        assert followed(shelf, rules["4"], "依第二條", PUBLIC) == []
        assert followed(shelf, rules["3"], "適用前條規定", PUBLIC) == []

    @pytest.mark.parametrize(
        ("text", "may"),
        [
            ("依第十二條規定", True),
            ("前條之申請", True),
            ("as provided in section 4.3", True),
            ("如附表二", True),
            ("符合前條件者", False),
            ("滿三年者十四日", False),
            ("In this section of the shop", False),
        ],
    )
    def test_cheap_look(self, text: str, may: bool) -> None:
        """What can hold no reference is not looked up."""
        assert refers(text) is may


class TestSection:
    def test_outside_clauses_the_heading_holds_together(self, shelf: Shelf) -> None:
        """Passages below one heading that adjoin each other; a clause or another heading ends it."""
        document = shelf.put(
            "guide.md",
            [
                shelf.line("甲", heading=("清潔",)),
                shelf.line("一", heading=("更換濾網",)),
                shelf.line("二", heading=("更換濾網",)),
                shelf.line("三", heading=("更換濾網",), audience="public"),
                shelf.line("乙", heading=("保固",)),
                shelf.line("四", heading=("更換濾網",)),
            ],
        )
        passages = shelf.store.repository.document_passages(document, OPERATOR)
        section = shelf.store.repository.section

        assert [p.text for p in section(passages[2], OPERATOR)] == ["一\n", "二\n", "三\n"]
        assert [p.text for p in section(passages[3], PUBLIC)] == ["三\n"]
        assert section(passages[5], OPERATOR) == [passages[5]]

    def test_a_clause_is_its_own_section(self, shelf: Shelf) -> None:
        """The pieces of one number that adjoin each other."""
        document = shelf.put("a.md", [shelf.line("甲", clause="1"), shelf.line("乙", clause="1"), "丙"])
        passages = shelf.store.repository.document_passages(document, OPERATOR)

        assert shelf.store.repository.section(passages[1], OPERATOR) == passages[:2]


@pytest.mark.parametrize(
    "text",
    [
        "見 4.3",
        "請見4.3節",
        "參見本手冊 4.3",
        "詳見 4.3.2",
        "see 4.3",
        "see section 4.3",
        "see Chapter 3",
        "Rule 12 applies",
        "paragraph 4.2",
    ],
)
def test_ways_to_refer(text: str) -> None:
    """A decimal after "see" is a clause."""
    assert refers(f"運費由公司負擔，{text}。" if text[0] >= "\u3400" else f"The fee is paid by us, {text}.")


@pytest.mark.parametrize(
    "text",
    ["見 4.3 公斤", "見效 4.3 倍", "see 4.3 kg of it", "see 3 people", "版本見 2.0 版", "see you at 4"],
)
def test_what_is_no_reference(text: str) -> None:
    """An amount, a version, a time."""
    assert not refers(text)
