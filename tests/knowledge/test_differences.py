"""What changed between two versions, clause by clause, and what a citation has become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.citing import open_citation
from knowledge.differences import clauses, difference, marks
from knowledge.errors import NotFound, NotReadable
from knowledge.types import OPERATOR, DocumentId, Reader

if TYPE_CHECKING:
    from knowledge.differences import Difference
    from tests.knowledge.conftest import Shelf

ONE, TWO, THREE = (
    "第1條 員工每年有七日特別休假，應於三日前申請。",
    "第2條 加班費按平日每小時工資額加給三分之一。",
    "第3條 遲到三次以曠職半日論，由主管通知本人。",
)


def compared(
    shelf: Shelf, before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> tuple[DocumentId, Difference]:
    """Put two versions of (clause, text) and compare them."""
    for lines in (before, after):
        document = shelf.put("a.md", [shelf.line(text, clause=clause) for clause, text in lines])
    texts = [shelf.store.repository.document_passages(document, OPERATOR, number) for number in (1, 2)]
    return document, difference(clauses(texts[0]), clauses(texts[1]))


def told(found: Difference) -> list[tuple[str, str | None, str | None]]:
    """Return kinds and labels."""
    return [
        (c.kind, c.before.label if c.before else None, c.after.label if c.after else None)
        for c in found.changes
    ]


class TestDifference:
    def test_marks_the_changed_words(self, shelf: Shelf) -> None:
        """A number that changed is one mark, and the other clauses count as unchanged."""
        changed = ONE.replace("七日", "十四日")
        _, found = compared(shelf, [("第1條", ONE), ("第2條", TWO)], [("第1條", changed), ("第2條", TWO)])

        assert told(found) == [("changed", "第1條", "第1條")]
        assert found.unchanged == 1
        assert [m for m in found.changes[0].marks if m[0] != "same"] == [
            ("removed", "七"),
            ("added", "十四"),
        ]

    def test_tells_added_removed_and_renumbered(self, shelf: Shelf) -> None:
        """A clause put in front renumbers the next one; that is not a change of its words."""
        new = "第1條 本辦法適用於全體同仁，含部分工時人員。"
        _, found = compared(
            shelf,
            [("第1條", ONE), ("第2條", TWO), ("第3條", THREE)],
            [("第1條", new), ("第2條", ONE.replace("第1條", "第2條")), ("第3條", THREE)],
        )

        assert told(found) == [
            ("added", None, "第1條"),
            ("moved", "第1條", "第2條"),
            ("removed", "第2條", None),
        ]

    def test_what_moved_is_told_apart(self, shelf: Shelf) -> None:
        """The same words under another heading are moved."""
        before = shelf.put("a.md", [shelf.line("公司提供團體保險。", heading=("福利",))])
        shelf.put("a.md", [shelf.line("公司提供團體保險。", heading=("保險",))])
        texts = [shelf.store.repository.document_passages(before, OPERATOR, number) for number in (1, 2)]

        assert told(difference(clauses(texts[0]), clauses(texts[1]))) == [("moved", "福利", "保險")]

    def test_of_the_same_is_nothing(self, shelf: Shelf) -> None:
        """A version compared with itself has no change."""
        document = shelf.put("a.md", [shelf.line(ONE, clause="第1條"), shelf.line("沒有條號的一段。")])
        same = clauses(shelf.store.repository.document_passages(document, OPERATOR, 1))

        assert difference(same, same).changes == ()
        assert difference(same, same).unchanged == 2

    @given(st.text("甲乙 ab1,.\n", max_size=30), st.text("甲乙 ab1,.\n", max_size=30))
    def test_marks_make_up_both_texts(self, before: str, after: str) -> None:
        """Nothing is lost: what is the same and removed is the old text, what is the same and added the new."""
        found = list(marks(before, after))

        assert "".join(text for kind, text in found if kind != "added") == before
        assert "".join(text for kind, text in found if kind != "removed") == after


class TestCitation:
    @pytest.mark.parametrize(
        ("after", "standing", "now"),
        [
            ([("第1條", ONE)], "unchanged", ONE),
            ([("第1條", ONE.replace("七日", "十日"))], "changed", ONE.replace("七日", "十日")),
            ([("第2條", TWO)], "gone", None),
        ],
    )
    def test_opens_the_old_text_and_says_what_became_of_it(
        self, shelf: Shelf, after: list[tuple[str, str]], standing: str, now: str | None
    ) -> None:
        """The quote is the old version's, whatever is in force."""
        document, _ = compared(shelf, [("第1條", ONE), ("第3條", THREE)], after)
        start = ONE.index("七日特別休假")

        cited = open_citation(shelf.store.repository, document, 1, (start, start + 6), OPERATOR)

        assert (cited.quote, cited.version, cited.current_version) == ("七日特別休假", 1, 2)
        assert cited.standing == standing
        assert (cited.now.text.strip() if cited.now else None) == now

    def test_of_the_version_in_force(self, shelf: Shelf) -> None:
        """Nothing has become of it."""
        document = shelf.put("a.md", [shelf.line(ONE, clause="第1條")])

        assert open_citation(shelf.store.repository, document, 1, (0, 3), OPERATOR).standing == "current"

    def test_is_not_for_those_who_may_not_see_it(self, shelf: Shelf) -> None:
        """A hidden span, an unknown version and a span that is not there are refused."""
        document = shelf.put("a.md", [shelf.line("公開", audience="public"), shelf.line("內部")])
        public = Reader(frozenset({"public"}))

        assert open_citation(shelf.store.repository, document, 1, (0, 2), public).quote == "公開"
        for version, span, reader in ((1, (3, 5), public), (2, (0, 2), OPERATOR), (1, (0, 99), OPERATOR)):
            with pytest.raises((NotFound, NotReadable)):
                open_citation(shelf.store.repository, document, version, span, reader)
