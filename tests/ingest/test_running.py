from __future__ import annotations

import pytest

from ingest.running import without_running_lines


def body(page: int) -> list[str]:
    """Return six lines that no other page has."""
    return ["".join(chr(0x4E00 + 211 * page + 17 * line + i) for i in range(12)) for line in range(6)]


def cleaned(pages: list[list[str]]) -> list[list[str]]:
    """Return the lines that stay, without empty ones."""
    return [[line for line in page if line] for page in without_running_lines(pages)]


class TestRunningLines:
    def test_header_and_footer(self) -> None:
        """A header, a footer and a page number that counts are taken off every page."""
        pages = [
            ["栗湖數位股份有限公司", f"請假辦法 第 {n} 頁", *body(n), "機密", f"- {n} -"] for n in range(1, 6)
        ]

        assert cleaned(pages) == [body(n) for n in range(1, 6)]

    def test_left_and_right_pages(self) -> None:
        """Headers that change from left to right pages go too."""
        pages = [["員工手冊" if n % 2 else "栗湖數位", *body(n)] for n in range(8)]

        assert cleaned(pages) == [body(n) for n in range(8)]

    def test_chapter_that_runs_on(self) -> None:
        """A chapter's title that runs on as a header stays on its first page, and so does a known heading."""
        chapter = [["第一章 總則", *body(n)] for n in range(5)]
        known = [["安全", *body(n)] for n in range(5)]

        assert [page[:1] for page in without_running_lines(chapter)] == [["第一章 總則"], *[[""]] * 4]
        assert [page[:1] for page in without_running_lines(known, ["安全"])] == [["安全"], *[[""]] * 4]

    def test_footer_with_roman_numbers(self) -> None:
        """A footer that differs by a Roman page number is one footer."""
        romans = ("iii", "iv", "v", "vi")
        pages = [[*body(n), f"© 2026 Lihu Digital Ltd. {roman}"] for n, roman in enumerate(romans)]

        assert cleaned(pages) == [body(n) for n in range(4)]

    @pytest.mark.parametrize(
        "number",
        [
            "3",
            "- 3 -",
            "– 3 –",
            "第 3 頁",
            "第 3 頁，共 10 頁",
            "共 10 頁，第 3 頁",
            "頁次：3",
            "Page 3 of 10",
            "p. 3",
            "3 / 10",
            "３",
        ],
    )
    def test_page_numbers(self, number: str) -> None:
        """Page numbers go in each of their forms."""
        pages = [body(0), body(1), [*body(2), number]]

        assert cleaned(pages)[2] == body(2)

    def test_clauses_at_the_top_stay(self) -> None:
        """Clause labels that differ by their number are text, also where there is one a page."""
        far = [[f"第 {n} 條", *body(n)] for n in (1, 5, 9, 17)]
        each = [[f"第 {n} 條", *body(n)] for n in range(1, 6)]

        assert cleaned(far) == far
        assert cleaned(each) == each

    def test_two_pages(self) -> None:
        """Two pages need the very same line."""
        pages = [["公司", *body(n)] for n in range(2)]

        assert cleaned(pages) == [body(0), body(1)]

    def test_one_page(self) -> None:
        """On a single page nothing repeats; an amount alone on the last line stays."""
        page = ["標題", *body(0), "7"]

        assert cleaned([page]) == [page]

    def test_years_stay(self) -> None:
        """A number far from the page's is no page number."""
        pages = [["報告", *body(0)], ["續", *body(1), "2024"]]

        assert cleaned(pages)[1][-1] == "2024"
