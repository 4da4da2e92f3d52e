"""Running headers, footers and page numbers: found by what repeats at the pages' edges, and taken off."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from knowledge.clauses import parse_label

EDGE = 4  # lines looked at from each end of a page

_DIGITS = re.compile(r"\d+")
# Says itself that it is a page number: 第 3 頁，共 10 頁; - 3 -; Page 3 of 10; 3 / 10; p. 3.
_PAGE_NUMBER = re.compile(
    r"第\s*\d+\s*[頁页](?:\s*[,，/／、]?\s*[共總总]\s*(?:計|计)?\s*\d+\s*[頁页])?"
    r"|[頁页]\s*(?:次|碼|码)?\s*[:：]?\s*\d+(?:\s*/\s*\d+)?"
    r"|[共總总]\s*\d+\s*[頁页]\s*[,，/]?\s*第\s*\d+\s*[頁页]"
    r"|[-–—~〜]\s*\d+\s*[-–—~〜]"
    r"|(?:page|p\.|pg\.?)\s*\d+(?:\s*(?:of|/)\s*\d+)?"
    r"|\d+\s*(?:of|/)\s*\d+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\s*\b(?:\d{1,4}|[ivxl]{1,6})$")  # "© 2014 IBM Corp. xi"
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxl]{1,6}", re.IGNORECASE)


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the pages' lines without headers, footers and page numbers. Empty lines stay where they are.

    A line at the edge goes when its like stands at the same edge of enough other pages: the same text, or the
    same but for a number that counts with the pages. Lines that only look alike (第 1 條, 第 5 條 at the
    top of two pages) stay.
    """
    kept = [list(lines) for lines in pages]
    for top in (True, False):
        edges = [_edge(lines, top=top) for lines in pages]
        running = _running(edges)
        for number, (lines, edge) in enumerate(zip(kept, edges, strict=True)):
            for depth, (index, text) in enumerate(edge):
                folded = _fold(text)
                if not ((depth, number) in running or _is_page_number(folded, number, len(pages))):
                    break
                lines[index] = ""
    return kept


def _edge(lines: Sequence[str], *, top: bool) -> list[tuple[int, str]]:
    indexed = [(index, line) for index, line in enumerate(lines) if line.strip()]
    # On a short page the two edges would meet: then each gets its half, the top the larger one.
    half = (len(indexed) + top) // 2
    return indexed[: min(EDGE, half)] if top else indexed[::-1][: min(EDGE, half)]


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _running(edges: Sequence[Sequence[tuple[int, str]]]) -> set[tuple[int, int]]:
    """Return (depth, page index) of the edge lines that run through the document."""
    alike: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for page, edge in enumerate(edges):
        for depth, (_, text) in enumerate(edge):
            folded = _fold(text)
            alike[_DIGITS.sub("#", folded)].append((depth, page, folded))
    running: set[tuple[int, int]] = set()
    for mask, members in alike.items():
        same: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for depth, page, folded in members:
            same[folded].append((depth, page))
            footer = _TRAILING.sub("", folded)
            if len(footer) >= 12 and parse_label(folded) is None:
                same[footer].append((depth, page))
        for places in same.values():
            if _enough({page for _, page in places}, len(edges)):
                running.update(places)
        if (
            "#" in mask
            and (counting := _counting(members))
            and _enough({page for _, page in counting}, len(edges))
        ):
            running.update(counting)
    return running


def _enough(pages: set[int], total: int) -> bool:
    """Ask for both of two pages, else for three: two fifths of all, or close together (left, right)."""
    if total <= 2:
        return len(pages) == total == 2
    if len(pages) < 3:
        return False
    ordered = sorted(pages)
    return len(pages) * 5 >= total * 2 or any(c - a <= 4 for a, c in zip(ordered, ordered[2:], strict=False))


def _counting(members: Sequence[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Return those with a number that is the page's plus one constant."""
    columns: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for depth, page, folded in members:
        for column, digits in enumerate(_DIGITS.findall(folded)):
            columns[column][int(digits) - page].append((depth, page))
    best = [max(offsets.values(), key=len) for offsets in columns.values()]
    return max(best, key=len) if best else []


def _is_page_number(folded: str, page: int, total: int) -> bool:
    if _PAGE_NUMBER.fullmatch(folded):
        return True
    if not _BARE_NUMBER.fullmatch(folded):
        return False
    # A lone number that is this page's, or near it: front matter shifts the count.
    return folded.isdecimal() and total > 1 and -30 <= int(folded) - (page + 1) <= 0
