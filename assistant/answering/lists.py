"""Lists and procedures: all items of a clause in order, in its own words, or a statement that there are more.

A small model that is shown a list of nine documents names four of them and calls that the answer. Where a
question asks for a list and the best clause holds one, the items themselves are the answer; the model is not
asked. Where the model does write, and what it wrote rests on some of the items only, that is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.answering.cells import Piece, clean
from assistant.answering.expansion import Around
from assistant.answering.script import in_script
from knowledge.clauses import widen
from knowledge.numerals import CJK_NUMERALS, read_number
from knowledge.relevance import QueryTerms
from knowledge.rows import row_spans
from knowledge.text import fold, keys, shares_script
from knowledge.types import Hit, Language, Passage, Reader

_MOST_ITEMS, _MOST_CHARS = 12, 900  # of a list that is given whole
_ASKS_LIST = re.compile(
    r"哪些|那些|哪幾|哪几|有什[麼么]|有甚麼|幾[種类類項]|几[种类项]|[種种][類类]|步[驟骤]|流程|程序|順序|顺序|列出|列舉|列举|清單|清单"
    r"|條件|条件|項目|项目|(?:應|需|须|須|要)?[檢检]附|(?:[準准][備备]|[繳缴]|[帶带]|附|填)(?:什[麼么]|甚麼)|什[麼么](?:文件|資料|资料|證件|证件|情況|情况|情形)"
    r"|\b(?:steps?|procedures?|process|list|documents?|requirements?|conditions?)\b"
    r"|\b(?:which|what) (?:\w+ ){0,3}(?:are|must|should|can|do|does)\b",
    re.IGNORECASE,
)
_ASKS_HOW = re.compile(r"如何|怎[麼么樣样]|\bhow (?:do|can|should|to)\b", re.IGNORECASE)
_ASKED_FOR_LIST, _ASKED_HOW = 0.25, 0.5  # share of the question that the list's place must hold
_OPENS = re.compile(r"[：:]\s*$|如下|下列|以下|\b(?:following|as follows|below)\b", re.IGNORECASE)

_DIGIT = r"(?P<digit>\d{1,2})"
_HAN = rf"(?P<han>[{CJK_NUMERALS}]{{1,3}})"
# Kinds of marks; "step" before "han", since 第一步 and 步驟一 count as 一、 does.
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("step", re.compile(rf"(?:第\s?(?:{_DIGIT}|{_HAN})\s?步驟?|步[驟骤]\s?(?P<d2>\d{{1,2}})|步[驟骤]\s?(?P<h2>[{CJK_NUMERALS}]{{1,3}})"
                        r"|step\s?(?P<d3>\d{1,2}))[\s:：、.]*", re.IGNORECASE)),
    ("bracket", re.compile(rf"\(\s?(?:{_DIGIT}|{_HAN}|(?P<letter>[a-z]))\s?\)")),
    ("han", re.compile(rf"{_HAN}\s?[、.]")),
    ("digit", re.compile(rf"{_DIGIT}\s?(?:[、)]|\.(?!\d))")),
    ("circle", re.compile(r"(?P<circle>[①-⑳])")),
    ("letter", re.compile(r"(?P<letter>[a-z])[.)](?=\s)")),
    ("bullet", re.compile(r"(?P<bullet>[-*•●○■□◆◇▪‧·※–—])\s*")),
)  # fmt: skip
_INLINE = re.compile(
    rf"\(\s?(?:\d{{1,2}}|[{CJK_NUMERALS}]{{1,3}})\s?\)|[{CJK_NUMERALS}]{{1,3}}、|[①-⑳]|(?<![\d.])\d{{1,2}}[.、)](?!\d)"
)

_MORE = {
    "zh-Hant": "此處還有其他 {count} 項未列出，請見「{place}」。",
    "zh-Hans": "此处还有其他 {count} 项未列出，请见“{place}”。",
    "en": "Further items here: {count}; please see {place}.",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list; offsets are into the text that was read."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list: the words that open it, and its items in order."""

    lead: tuple[int, int]  # empty (start == end) where the list opens the text
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    gap: bool  # an empty line stands before it
    mark: tuple[str, int | None] | None


def asks_list(question: str) -> bool:
    """Return whether a question asks for all of something: steps, conditions, documents."""
    return bool(_ASKS_LIST.search(question))


def enumerations(text: str) -> list[Enumeration]:
    """Return the lists of two items or more in ``text``, in order; an item holds what is listed below it."""
    lines = _lines(text)
    found: list[Enumeration] = []
    at = 0
    while at < len(lines):
        run = _run(lines, at)
        if run is None:
            found.extend(_inline(text, lines[at]))
            at += 1
            continue
        starts, last = run
        ends = [lines[b - 1].end for b in (*starts[1:], last + 1)]
        items = tuple(Item(lines[a].start, end) for a, end in zip(starts, ends, strict=True))
        lead = lines[starts[0] - 1] if starts[0] else None
        found.append(Enumeration((lead.start, lead.end) if lead else (items[0].start, items[0].start), items))
        at = last + 1
    return found


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    at, gap = 0, False
    for raw in text.split("\n"):
        body = raw.strip()
        if body:
            start = at + raw.index(body)
            lines.append(_Line(start, start + len(body), body, gap, _mark(body)))
        gap = not body
        at += len(raw) + 1
    return lines


def _mark(line: str) -> tuple[str, int | None] | None:
    """Return (kind, number) of the mark that a line begins with; bullets have no number."""
    wide = widen(line)
    for kind, pattern in _MARKS:
        match = pattern.match(wide)
        if match is None or match.end() == len(wide):
            continue
        group = {name: value for name, value in match.groupdict().items() if value}
        if "bullet" in group:
            return kind, None
        if "circle" in group:
            return kind, ord(group["circle"]) - ord("①") + 1
        if "letter" in group:
            return f"{kind} letter", ord(group["letter"]) - ord("a") + 1
        value = read_number(next(iter(group.values())))
        if value is not None:
            return (f"{kind} han" if group.keys() & {"han", "h2"} and kind == "bracket" else kind), value
    return None


def _run(lines: Sequence[_Line], first: int) -> tuple[list[int], int] | None:
    """Return (lines that begin items, last line) of the list that begins at line ``first``; None where none does."""
    opening = lines[first].mark
    if opening is None:
        return _bare_run(lines, first)
    kind, number = opening
    if number not in {None, 1}:
        return None
    starts, last = [first], first
    for index in range(first + 1, len(lines)):
        line = lines[index]
        if line.mark is not None and line.mark[0] == kind:
            if number is not None and line.mark[1] != len(starts) + 1:
                break
            starts.append(index)
            last = index
        elif (
            line.mark is None and _parted(lines, index) and not _goes_on(lines, index, kind, len(starts) + 1)
        ):
            break
        else:
            last = index
    return (starts, last) if len(starts) > 1 else None


def _parted(lines: Sequence[_Line], index: int) -> bool:
    """Return whether a line begins a paragraph of its own: after an empty line, or after a sentence's end."""
    return lines[index].gap or lines[index - 1].text.endswith(("。", ".", "！", "？"))


def _goes_on(lines: Sequence[_Line], index: int, kind: str, expected: int) -> bool:
    """Return whether the list's next item still comes: then a paragraph between belongs to the item before."""
    return any(line.mark == (kind, expected) for line in lines[index + 1 :])


def _bare_run(lines: Sequence[_Line], first: int) -> tuple[list[int], int] | None:
    """Read lines without marks as items: those that stand close together below words that open a list."""
    if (
        first == 0
        or not _OPENS.search(lines[first - 1].text[-12:])
        or lines[first].text.endswith(("：", ":"))
    ):
        return None
    last = first
    while last + 1 < len(lines) and not lines[last + 1].gap and lines[last + 1].mark is None:
        last += 1
    return (list(range(first, last + 1)), last) if last > first else None


def _inline(text: str, line: _Line) -> list[Enumeration]:
    """Return the list that stands within one line: "應備：一、申請書；二、證件。"."""
    wide = widen(text[line.start : line.end])
    starts: list[int] = []
    kind = ""
    for match in _INLINE.finditer(wide):
        mark = _mark(wide[match.start() :])
        if mark is None or mark[1] != len(starts) + 1 or (starts and mark[0] != kind):
            continue
        kind = mark[0]
        starts.append(match.start())
    if len(starts) < 2 or not starts[0]:
        return []
    close = wide.find("。", starts[-1]) + 1  # what follows the last item's sentence is no item
    items = []
    for a, b in pairwise([*starts, close or len(wide)]):
        body = text[line.start + a : line.start + b].rstrip()
        items.append(Item(line.start + a, line.start + a + len(body)))
    lead = text[line.start : line.start + starts[0]].rstrip()
    return [Enumeration((line.start, line.start + len(lead)), tuple(items))]


def table_rows(text: str) -> Enumeration | None:
    """Return the rows of a table in ``text`` as a list; None for less than two."""
    rows = row_spans(text)
    if len(rows) < 2:
        return None
    before = text[: rows[0][0]].rstrip()
    start = before.rfind("\n") + 1
    return Enumeration((start, len(before)), tuple(Item(a, b) for a, b in rows))


@dataclass(frozen=True, slots=True)
class Clause:
    """The passages of one clause, joined; ``text`` begins at ``start`` of the canonical text."""

    hit: Hit
    parts: tuple[Passage, ...]
    text: str
    start: int

    @classmethod
    def of(cls, hit: Hit, parts: Sequence[Passage]) -> Clause:
        """Join the adjoining ``parts`` round ``hit``."""
        run = [hit.passage]
        for part in (p for p in parts if p.start >= hit.passage.end):
            if part.start == run[-1].end:
                run.append(part)
        for part in (p for p in reversed(parts) if p.end <= hit.passage.start):
            if part.end == run[0].start:
                run.insert(0, part)
        return cls(hit, tuple(run), "".join(p.text for p in run), run[0].start)

    def pieces(self, start: int, end: int, language: Language) -> list[Piece]:
        """Return the words ``text[start:end]`` as what may be said and cited, one piece for each passage they lie in."""
        found: list[Piece] = []
        for part in self.parts:
            a, b = max(self.start + start, part.start), min(self.start + end, part.end)
            words = part.text[a - part.start : b - part.start]
            if a < b and words.strip():
                a += len(words) - len(words.lstrip())
                b -= len(words) - len(words.rstrip())
                said = in_script(part.text[a - part.start : b - part.start], language)
                hit = self.hit if part is self.hit.passage else replace(self.hit, passage=part, places=())
                found.append(Piece(said, hit, a, b))
        return found


def list_answer(
    query: QueryTerms, top: Hit, around: Around, reader: Reader, language: Language
) -> list[Piece]:
    """Return the list that ``query`` asks for of the clause of ``top``, its opening words first; empty where none.

    A list over the limit is cut after whole items, and what is left is said and cited.
    """
    least = _ASKED_FOR_LIST if asks_list(query.text) else _ASKED_HOW if _ASKS_HOW.search(query.text) else None
    passage = top.passage
    if least is None or passage.kind != "text" or not shares_script(language, passage.language):
        return []
    clause = Clause.of(top, around.section(passage, reader))
    if not clean([replace(top, passage=part) for part in clause.parts], query.text):
        return []
    rated = [(_place_share(query, clause, one), one) for one in _lists(clause.text)]
    share, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
    if best is None or share < least:
        return []
    pieces = clause.pieces(*best.lead, language) if best.lead[1] > best.lead[0] else []
    used = 0
    for number, item in enumerate(best.items):
        used += item.end - item.start
        if number and (number >= _MOST_ITEMS or used > _MOST_CHARS):
            return [*pieces, *_more(clause, best.items[number:], language)]
        pieces.extend(clause.pieces(item.start, item.end, language))
    return pieces


def _lists(text: str) -> list[Enumeration]:
    table = table_rows(text)
    return [*enumerations(text), *([table] if table else ())]


def _place_share(query: QueryTerms, clause: Clause, one: Enumeration) -> float:
    """Return how much of the question the list's opening words, headings, title and items hold, idf-weighted.

    The items count half: who asks for all of them names what they are of.
    """
    passage = clause.hit.passage
    around = " ".join((*passage.heading[-1:], clause.text[one.lead[0] : one.lead[1]]))
    inside = " ".join(clause.text[item.start : item.end] for item in one.items)
    here, below = (set(keys(text).grams) for text in (around, inside))
    folded = fold(around)
    share = sum(w for t, w in query.weights.items() if t in here or t in folded)
    share += sum(0.5 * w for t, w in query.weights.items() if t in below and t not in here)
    return share / query.mass


def _more(clause: Clause, left: Sequence[Item], language: Language) -> list[Piece]:
    """Return the statement that ``left`` is not given, with the first of them as its place."""
    first = clause.pieces(left[0].start, left[0].end, language)[:1]
    passage = clause.hit.passage
    place = " ".join(filter(None, (passage.title, passage.clause)))
    text = _MORE.get(language, _MORE["zh-Hant"]).format(count=len(left), place=place)
    return [replace(piece, text=text) for piece in first]


def left_out(
    query: QueryTerms,
    cited: Sequence[tuple[Hit, int, int]],
    around: Around,
    reader: Reader,
    language: Language,
) -> list[Piece]:
    """Return the statement that a list has further items, where an answer rests on some of them only.

    ``cited`` holds what each sentence rests on: a hit and the canonical (start, end) of its words. Who asked
    for one thing is not told of the others.
    """
    asked = asks_list(query.text)
    if not cited or cited[0][0].passage.kind != "text" or (len(cited) < 2 and not asked):
        return []
    clause = Clause.of(cited[0][0], around.section(cited[0][0].passage, reader))
    for one in _lists(clause.text):
        spans = [(clause.start + item.start, clause.start + item.end) for item in one.items]
        same = [(a, b) for hit, a, b in cited if hit.passage.document_id == clause.hit.passage.document_id]
        used = [any(a < end and start < b for a, b in same) for start, end in spans]
        if any(used) and not all(used) and (asked or sum(used) > 1):
            left = [item for item, known in zip(one.items, used, strict=True) if not known]
            return _more(clause, left, language)
    return []
