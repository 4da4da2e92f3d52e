"""Pages of raw text to blocks: what repeats on every page goes, what a line break cut is joined."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.running import without_running_lines
from ingest.types import Block, BlockKind
from knowledge.clauses import CONTAINERS, Label, LabelKind, parse_label

Outline = Sequence[tuple[int, str, int]]

_FULL = 0.86  # of the page's line width: a line that reaches this far was cut by the margin
_TITLE_WIDTH = 80  # half-width columns; longer lines are no headings
_BULLET = re.compile(r"\s*(?:[•●○■□◆◇▪▫‧·※★➢✓✔]|[-*–]\s)\s*")
_ITEM = re.compile(
    r"\s*(?:[(（][0-9０-９a-zA-Zivx一二三四五六七八九十]{1,3}[)）]|[①-⑳㈠-㈩]|\d{1,2}[.)、．]\s?(?=\D)|[a-zA-Z][.)]\s|[甲乙丙丁戊己庚辛][、.．])"
)
_ENDS = "。！？!?；;：:…"
_CLOSERS = "」』”’）)】》〉\"'"
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_HYPHEN = "-\u00ad\u2010\ufffe\x02"  # PDFium gives U+FFFE or U+0002 where a word was hyphenated
_LEVEL: dict[LabelKind, int] = {"appendix": 1, "part": 1, "chapter": 2, "section": 3, "subsection": 4, "division": 5}
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
    raw = [re.split(r"\r\n|\r|\n|\f|\v|\u2028", text.replace("\x00", "")) for text in pages]
    lines = list(_lines(without_running_lines(raw)))
    hyphenated = _compounds(lines)
    titles = _Titles(outline)
    blocks: list[_Open] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        used, level = titles.at(lines, index)
        if used:
            blocks.append(_Open("heading", line.page, lines[index : index + used], level, closed=True))
        elif blocks and _continues(blocks[-1], line):
            blocks[-1].lines.append(line)
        else:
            blocks.append(_opened(line))
        index += max(used, 1)
    return tuple(_block(one, hyphenated) for one in blocks)


def _lines(pages: Sequence[Sequence[str]]) -> Iterator[_Line]:
    for number, texts in enumerate(pages, start=1):
        widths = sorted(_width(text) for text in texts if text.strip())
        margin = widths[int(len(widths) * 0.9)] if widths else 0
        gap = False
        for text in texts:
            plain = text.strip(" \t\u3000\u00a0")
            if not plain:
                gap = True
                continue
            indented = text.startswith(("\u3000", "  ", "\t"))
            full = margin >= 24 and _width(text) >= margin * _FULL
            yield _Line(plain, number, gap, indented, full)
            gap = False


def _width(text: str) -> int:
    """Return the width in half-width columns."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" and not c.isascii() else 1 for c in text.rstrip())


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
    return bool(number) and parse_label(number + " ") is not None


def _opened(line: _Line) -> _Open:
    label = parse_label(line.text)
    if label is not None:
        title = line.text[label.end :].strip()
        short = _width(line.text) <= _TITLE_WIDTH and not title.endswith(tuple(_ENDS + "，,、"))
        if label.kind in CONTAINERS and short:
            return _Open("heading", line.page, [line], _LEVEL[label.kind], closed=True)
        if not title or (short and not line.full and label.kind in {"article", "decimal"} and _is_title(title, label)):
            return _Open("heading", line.page, [line], _CLAUSE_LEVEL + len(label.number) - 1, closed=True)
        return _Open("paragraph", line.page, [line])
    kind: BlockKind = "list_item" if _BULLET.match(line.text) or _ITEM.match(line.text) else "paragraph"
    return _Open(kind, line.page, [line])


def _is_title(title: str, label: Label) -> bool:
    limit = 24 if _CJK.search(title) else 60
    return label.strong and len(title) <= limit and not title.endswith(".")


def _starts_block(line: _Line) -> bool:
    return bool(parse_label(line.text) or _BULLET.match(line.text) or _ITEM.match(line.text))


def _continues(block: _Open, line: _Line) -> bool:
    """Return whether ``line`` goes on with ``block``: the margin or the page, not the writer, broke the text."""
    last = block.lines[-1]
    if block.closed or _starts_block(line) and not _amid_sentence(last, line):
        return False
    crosses = line.page != last.page
    if line.gap and not crosses:
        return False
    ended = last.text.rstrip(_CLOSERS).endswith(tuple(_ENDS + ".")) or last.text[-1] in _ENDS
    if line.indented and not last.indented and (ended or block.kind == "paragraph"):
        return False
    if ended:
        return last.full and not crosses and not line.indented
    return last.full or last.text[-1] in "，、,－-" + _HYPHEN or (last.text[-1].islower() and line.text[0].islower())


def _amid_sentence(last: _Line, line: _Line) -> bool:
    """Return whether a line that looks like a label is a number wrapped to the next line: 超過\\n3.5 萬元."""
    label = parse_label(line.text)
    return last.full and label is not None and label.kind == "decimal" and len(label.number) == 2 and not label.strong


def _compounds(lines: Sequence[_Line]) -> frozenset[str]:
    """Return the hyphenated words that stand inside lines: at a line's end they keep their hyphen."""
    return frozenset(
        word.casefold() for line in lines for word in re.findall(r"[A-Za-z]+-[A-Za-z]+", line.text)
    )


def _block(one: _Open, compounds: frozenset[str]) -> Block:
    text = one.lines[0].text
    for line in one.lines[1:]:
        text = join_lines(text, line.text, compounds)
    if one.kind == "list_item":
        text = _BULLET.sub("", text, count=1)
    text = text.translate({0xFFFE: None, 0x02: None, 0xAD: None}).strip()
    return Block(one.kind, text, level=one.level, page=one.page)


def join_lines(before: str, after: str, compounds: frozenset[str] = frozenset()) -> str:
    """Return two lines of one paragraph as one: Chinese without a space, Latin with one, hyphenated words whole."""
    if before[-1] in _HYPHEN and len(before) > 1 and before[-2].isalpha() and before[-2].isascii() and after[0].islower():
        stem = re.search(r"[A-Za-z]+$", before[:-1])
        rest = re.match(r"[A-Za-z]+", after)
        compound = f"{stem.group()}-{rest.group()}".casefold() if stem and rest else ""
        return before + after if before[-1] in "-\u2010" and compound in compounds else before[:-1] + after
    if _CJK.match(before[-1]) or _CJK.match(after[0]):
        return before + after
    return f"{before} {after}"
