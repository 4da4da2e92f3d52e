"""Running headers, footers and page numbers: found by what repeats at the pages' edges, and taken off."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence

from knowledge.clauses import parse_label

EDGE = 4  # lines looked at from each end of a page
_FOOTER = 12  # characters that a footer has beside its page number; shorter ones say too little

_Place = tuple[int, int]  # depth from the edge, page from 0

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


def without_running_lines(pages: Sequence[Sequence[str]], titles: Collection[str] = ()) -> list[list[str]]:
    """Return the pages' lines without headers, footers and page numbers. Empty lines stay where they are.

    A line at the edge goes when its like stands at the same edge of enough other pages: the same text, or the
    same but for a number that counts with the pages. Lines that only look alike (第 1 條, 第 5 條 at the
    top of two pages) stay. A chapter's title that runs on as a header stays where it comes first; so do
    ``titles``, the document's known headings.
    """
    kept = [list(lines) for lines in pages]
    for top in (True, False):
        edges = [_edge(lines, top=top) for lines in pages]
        running = _running(edges, {_fold(title) for title in titles})
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


def _running(edges: Sequence[Sequence[tuple[int, str]]], titles: Collection[str]) -> set[_Place]:
    """Return the edge lines that run through the document."""
    same: dict[tuple[str, bool], list[_Place]] = defaultdict(list)  # text, whether its number was cut
    alike: dict[str, list[tuple[_Place, str]]] = defaultdict(list)
    for page, edge in enumerate(edges):
        for depth, (_, text) in enumerate(edge):
            folded = _fold(text)
            same[folded, False].append((depth, page))
            footer = _TRAILING.sub("", folded)
            if footer != folded and len(footer) >= _FOOTER and _is_label(footer) == _is_label(folded):
                same[footer, True].append((depth, page))
            if not _is_label(folded):
                alike[_DIGITS.sub("#", folded)].append(((depth, page), folded))
    running: set[_Place] = set()
    for (text, cut), places in same.items():
        if _enough(places, len(edges)):
            title = not cut and (text in titles or _is_label(text))
            first = min(page for _, page in places) if title else None
            running.update(place for place in places if place[1] != first)
    for members in alike.values():
        counting = _counting(members)
        if _enough(counting, len(edges)):
            running.update(counting)
    return running


def _is_label(text: str) -> bool:
    label = parse_label(text)
    return label is not None and label.strong


def _enough(places: Sequence[_Place], total: int) -> bool:
    """Ask for both of two pages, else for three: two fifths of all, or close together (left, right)."""
    pages = sorted({page for _, page in places})
    if total <= 2:
        return len(pages) == total == 2
    if len(pages) < 3:
        return False
    return len(pages) * 5 >= total * 2 or any(c - a <= 4 for a, c in zip(pages, pages[2:], strict=False))


def _counting(members: Sequence[tuple[_Place, str]]) -> list[_Place]:
    """Return those with a number that is the page's plus one constant."""
    columns: dict[tuple[int, int], list[_Place]] = defaultdict(list)
    for place, folded in members:
        for column, digits in enumerate(_DIGITS.findall(folded)):
            columns[column, int(digits) - place[1]].append(place)
    return max(columns.values(), key=len, default=[])


def _is_page_number(folded: str, page: int, total: int) -> bool:
    if _PAGE_NUMBER.fullmatch(folded):
        return True
    if not _BARE_NUMBER.fullmatch(folded):
        return False
    # A lone number that is this page's, or near it: front matter shifts the count.
    return folded.isdecimal() and total > 1 and -30 <= int(folded) - (page + 1) <= 0
