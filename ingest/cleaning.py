"""Pages of raw text to blocks: what repeats on every page goes, what a line break cut is joined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.numbering import Candidate, plausible
from ingest.pagetables import is_table_line, table_blocks
from ingest.running import without_running_lines
from ingest.types import Block, BlockKind
from knowledge.clauses import CONTAINERS, Label, LabelKind, parse_label

Outline = Sequence[tuple[int, str, int]]

_FULL = 0.86  # of the widest line around: a line that reaches this far was cut by the margin
_AROUND = 3  # lines looked at before and after
_NARROWEST = 28  # half-width columns; narrower lines are lists and tables, not wrapped text
_BLANK = " \t\u3000\u00a0"
_CONTENTS = re.compile(r"(?:[.．…·‧⋯]\s?){4,}\s*\d{1,4}\s*$")
_TITLE_WIDTH = 80  # half-width columns; longer lines are no headings
_CONTROLS = dict.fromkeys([*range(2), *range(3, 9), *range(14, 32), 127])  # U+0002 is a hyphen of PDFium's
_BULLET = re.compile(r"\s*(?:[\uf000-\uf0ff•●○■□◆◇▪▫‧·※★➢✓✔]|[-*–]\s)\s*")
_ITEM = re.compile(
    r"\s*(?:[(（][0-9０-９a-zA-Zivx一二三四五六七八九十]{1,3}[)）]|[①-⑳㈠-㈩]|\d{1,2}[.)、．]\s?(?=\D)|[a-zA-Z][.)]\s|[甲乙丙丁戊己庚辛][、.．])"
)
_ENDS = "。！？!?；;：:…"
_CLOSERS = "」』”’）)】》〉\"'"
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_HYPHEN = "-\u00ad\u2010\ufffe\x02"  # PDFium gives U+FFFE or U+0002 where a word was hyphenated
_LONGEST_WORD = 40
_COMPOUND = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,40}-[A-Za-z]{1,40}(?![A-Za-z])")
_LEVEL: dict[LabelKind, int] = {
    "appendix": 1,
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "division": 5,
}
_CLAUSE_LEVEL = 6


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int  # 1-based
    gap: bool  # an empty line stands before it on its page
    indented: bool
    full: bool  # reaches the right margin


@dataclass(slots=True)
class _Open:
    """A block that further lines may join."""

    kind: BlockKind
    page: int
    lines: list[_Line] = field(default_factory=list)
    level: int | None = None
    closed: bool = False  # a heading or a bare label takes no further line


def pages_to_blocks(pages: Sequence[str], outline: Outline = ()) -> tuple[Block, ...]:
    """Return the pages' text as headings and paragraphs in reading order.

    ``pages`` holds each page's text, line by line. ``outline`` holds (level from 1, title, page from 1).
    ``Block.page`` is the page, from 1, on which the block starts.
    """
    raw = [re.split(r"\r\n|[\r\n\f\v\u2028]", text.translate(_CONTROLS)) for text in pages]
    titles = _Titles(outline)
    kept = without_running_lines(raw, [title for _, title, _ in outline])
    lines = [line for page in map(_without_contents, _lines(kept)) for line in page]
    labels = _labels(lines)
    hyphenated = _compounds(lines)
    blocks: list[_Open | Block] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if is_table_line(line.text):
            end = next((i for i in range(index, len(lines)) if not is_table_line(lines[i].text)), len(lines))
            blocks.extend(table_blocks([(one.text, one.page) for one in lines[index:end]]))
            index = end
            continue
        used, level = titles.at(lines, index)
        last = blocks[-1] if blocks else None
        if used:
            blocks.append(_Open("heading", line.page, lines[index : index + used], level, closed=True))
        elif isinstance(last, _Open) and _continues(last, line, labels.get(index)):
            last.lines.append(line)
        else:
            blocks.append(_opened(line, labels.get(index)))
        index += max(used, 1)
    return tuple(one if isinstance(one, Block) else _block(one, hyphenated) for one in blocks)


def _lines(pages: Sequence[Sequence[str]]) -> Iterator[list[_Line]]:
    for number, texts in enumerate(pages, start=1):
        lines: list[_Line] = []
        shown = [text for text in texts if text.strip()]
        full = iter(_reaches_margin([0 if is_table_line(text) else _width(text) for text in shown]))
        gap = False
        for text in texts:
            plain = text.strip(_BLANK)
            if not text.strip():
                gap = True
                continue
            lines.append(
                _Line(plain or text, number, gap, text.startswith(("\u3000", "  ", "\t")), next(full))
            )
            gap = False
        yield lines


def _reaches_margin(widths: Sequence[int]) -> list[bool]:
    """Tell for each line of a page whether the margin cut it: whether it is as wide as those around it.

    Around it, not on the page: columns and footnotes have margins of their own.
    """
    return [
        _is_full(width, widths[max(0, index - _AROUND) : index])
        or _is_full(width, widths[index + 1 : index + 1 + _AROUND])
        for index, width in enumerate(widths)
    ]


def _is_full(width: int, others: Sequence[int]) -> bool:
    limit = max(width, *others, _NARROWEST) * _FULL
    return width >= limit and any(other >= limit for other in others)


def _without_contents(lines: Sequence[_Line]) -> Sequence[_Line]:
    """Drop a table of contents: its lines repeat every heading and would pass for the clauses themselves."""
    entries = {index for index, line in enumerate(lines) if _CONTENTS.search(line.text[-_TITLE_WIDTH:])}
    return lines if len(entries) < 3 else [line for index, line in enumerate(lines) if index not in entries]


def _labels(lines: Sequence[_Line]) -> dict[int, Label]:
    """Return the labels at lines' starts that the document's numbering confirms."""
    found: list[Candidate] = []
    for index, line in enumerate(lines):
        label = parse_label(line.text)
        if label is not None:
            rest = line.text[label.end :].strip()
            titled = _width(line.text) <= _TITLE_WIDTH and not rest.endswith(tuple(_ENDS + "，,、."))
            if label.kind not in CONTAINERS or titled:
                found.append(Candidate(index, label, heading=False, known=False, titled=titled))
    return plausible(found)


def _width(text: str) -> int:
    """Return the width in half-width columns."""
    return sum(
        2 if unicodedata.east_asian_width(c) in "WFA" and not c.isascii() else 1 for c in text.rstrip()
    )


class _Titles:
    """The outline's titles, each looked for on its page only, and taken once."""

    def __init__(self, outline: Outline) -> None:
        self._wanted: dict[int, list[tuple[str, int]]] = {}
        for level, title, page in outline:
            if squeezed := _squeezed(title):
                self._wanted.setdefault(page, []).append((squeezed, max(level, 1)))

    def at(self, lines: Sequence[_Line], index: int) -> tuple[int, int]:
        """Return (lines used, level) of the title that starts at ``index``; (0, 0) where none does."""
        wanted = self._wanted.get(lines[index].page)
        if not wanted:
            return 0, 0
        joined = ""
        for used in range(1, min(4, len(lines) - index + 1)):
            joined += _squeezed(lines[index + used - 1].text)
            for title in wanted:
                if title[0] == joined or (_bare_label(joined, title[0])):
                    wanted.remove(title)
                    return used, title[1]
            if not any(title.startswith(joined) or joined.endswith(title) for title, _ in wanted):
                break
        return 0, 0


def _squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _bare_label(line: str, title: str) -> bool:
    """Return whether ``line`` is the outline's ``title`` with the number that the outline leaves out."""
    if not line.endswith(title) or len(title) < 2:
        return False
    number = line[: -len(title)].rstrip(".、:：")
    return bool(number) and (number.replace(".", "").isdecimal() or parse_label(number + " ") is not None)


def _opened(line: _Line, label: Label | None) -> _Open:
    if label is not None:
        title = line.text[label.end :].strip()
        if label.kind in CONTAINERS:
            return _Open("heading", line.page, [line], _LEVEL[label.kind], closed=True)
        if not title or (label.kind in {"article", "decimal", "numbered"} and _is_title(line, title)):
            return _Open("heading", line.page, [line], _CLAUSE_LEVEL + len(label.number) - 1, closed=True)
        return _Open("paragraph", line.page, [line])
    kind: BlockKind = "list_item" if _is_item(line) else "paragraph"
    return _Open(kind, line.page, [line])


def _is_title(line: _Line, title: str) -> bool:
    limit = 24 if _CJK.search(title) else 60
    return len(title) <= limit and not line.full and not title.endswith(tuple(_ENDS + "，,、."))


def _is_item(line: _Line) -> bool:
    return bool(_BULLET.match(line.text) or _ITEM.match(line.text))


def _continues(block: _Open, line: _Line, label: Label | None) -> bool:
    """Return whether ``line`` goes on with ``block``: the margin or the page broke it, not the writer."""
    last = block.lines[-1]
    crosses = line.page != last.page
    if block.closed or label is not None or _is_item(line) or (line.gap and not crosses):
        return False
    ended = _ends(last)
    if line.indented and not last.indented and (ended or block.kind == "paragraph"):
        return False
    if ended:  # a full line that ends a sentence: the next goes on unless it looks like a title
        return last.full and not crosses and not line.indented and (line.full or _ends(line))
    wrapped = last.text[-1] in "，、,－-" + _HYPHEN or (last.text[-1].islower() and line.text[0].islower())
    return last.full or wrapped


def _ends(line: _Line) -> bool:
    return line.text.rstrip(_CLOSERS).endswith(tuple(_ENDS + "."))


def _compounds(lines: Sequence[_Line]) -> frozenset[str]:
    """Return the hyphenated words that stand inside lines: at a line's end they keep their hyphen."""
    return frozenset(word.casefold() for line in lines for word in _COMPOUND.findall(line.text))


def _block(one: _Open, compounds: frozenset[str]) -> Block:
    parts = [one.lines[0].text]
    for line in one.lines[
        1:
    ]:  # parts, not one growing text: a table of numbers can be one block of many pages
        parts[-1], after = _joint(parts[-1], line.text, compounds)
        parts.append(after)
    text = "".join(parts)
    if one.kind == "list_item":
        text = _BULLET.sub("", text, count=1).strip() or text  # a dot alone is text
    text = text.translate({0xFFFE: None, 0x02: None, 0xAD: None}).strip()
    return Block(one.kind, text, level=one.level, page=one.page)


def join_lines(before: str, after: str, compounds: frozenset[str] = frozenset()) -> str:
    """Return two lines of a paragraph as one: Chinese without a space, Latin with one, split words whole.

    ``compounds`` holds the words, casefolded, that keep their hyphen.
    """
    return "".join(_joint(before, after, compounds))


def _joint(before: str, after: str, compounds: frozenset[str]) -> tuple[str, str]:
    if before[-1] in _HYPHEN and after[0].islower() and before[-2:-1].isalpha() and before[-2:-1].isascii():
        stem = re.search(r"[A-Za-z]+$", before[-_LONGEST_WORD:-1])
        rest = re.match(r"[A-Za-z]+", after[:_LONGEST_WORD])
        compound = f"{stem.group()}-{rest.group()}".casefold() if stem and rest else ""
        return (before if before[-1] in "-\u2010" and compound in compounds else before[:-1]), after
    if _CJK.match(before[-1]) or _CJK.match(after[0]):
        return before, after
    return before + " ", after
