"""Documents to passages along their own structure: clauses, headings, FAQ pairs, rows.

A passage never spans two clauses; a clause that is too long for the embedder is cut between lines, then
between sentences. Short neighbours below one heading are joined. The passages partition the canonical text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.outline import Line, Node, Place, read_outline
from ingest.types import Block, ParsedDocument, PassageDraft, SplitDocument
from knowledge.meaning import CONTEXT_END
from knowledge.sentences import in_own_script, sentences

# Part of a version's identity: raise it when the same blocks would give other passages.
SPLITTER_VERSION = "3"

CountTokens = Callable[[Sequence[str]], list[int]]

JOIN_TOKENS = 300  # text without clause labels is joined up to here: about the length of one long article
_SPECIAL_TOKENS = 8  # the model's prefix and its two marks, rounded up
_CONTEXT_LIMIT = 160  # characters of title, headings and label in front of an embedded text
_TIGHT = frozenset({"list_item", "table_row", "code"})
_ALONE = frozenset({"faq", "record"})


@dataclass(slots=True)
class _Unit:
    """Consecutive lines of one node, with the headings above that have no text of their own."""

    node: Node | None
    lines: list[Line]
    block: Block | None = None  # FAQ pairs and records: the row
    has_text: bool = False
    above: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """The smallest span that packing moves; ``glued`` pieces stay with the one that follows."""

    start: int
    end: int
    tokens: int
    glued: bool = False


def split(document: ParsedDocument, count_tokens: CountTokens, max_tokens: int) -> SplitDocument:
    """Return the canonical text of ``document`` and its passages, which cover the text exactly.

    ``max_tokens`` is the embedder's limit for a whole embedded text (see ``text_for_embedding``), in the
    tokens that ``count_tokens`` counts, prefix and specials included.
    """
    blocks = [block for block in document.blocks if block.text.strip()]
    text, lines = _canonical(blocks)
    units = _units(lines, blocks, read_outline(lines, blocks, document.title))
    budgets = _budgets(document.title, units, count_tokens, max_tokens)
    pieces = _pieces(text, units, budgets, count_tokens)
    drafts: list[PassageDraft] = []
    for unit, budget, parts in zip(units, budgets, pieces, strict=True):
        drafts.extend(_draft(unit, start, end, blocks) for start, end in _packed(unit, parts, budget))
    return SplitDocument(document.title, text, tuple(drafts))


def text_for_embedding(title: str, heading: Sequence[str], clause: str | None, text: str) -> str:
    """Return what is embedded for a passage: context that the text does not say, CONTEXT_END, and the text in its own script."""
    body = in_own_script(text).strip() or text.strip()
    opening = "".join(body[: 2 * _CONTEXT_LIMIT].split())
    missing = [
        part for part in (title, *heading, clause or "") if part and "".join(part.split()) not in opening
    ]
    context = _context(missing)
    return f"{context}{CONTEXT_END}{body}" if context else body


def _context(parts: Sequence[str]) -> str:
    """Join title, headings and label; of too long a path the middle goes: its ends tell most."""
    kept = [" ".join(part.split())[: _CONTEXT_LIMIT // 2] for part in parts if part]
    while len(kept) > 2 and len(" › ".join(kept)) > _CONTEXT_LIMIT:
        del kept[1]
    return " › ".join(kept)[:_CONTEXT_LIMIT]


def _canonical(blocks: Sequence[Block]) -> tuple[str, list[Line]]:
    """Return the text that people read and quotes point into, and its lines."""
    parts: list[str] = []
    lines: list[Line] = []
    offset = 0
    for number, block in enumerate(blocks):
        body = block.text.rstrip() if block.kind in _ALONE else "\n".join(
            line.rstrip() for line in block.text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
        )  # fmt: skip
        following = blocks[number + 1].kind if number + 1 < len(blocks) else None
        separator = (
            "" if following is None else "\n" if following == block.kind and following in _TIGHT else "\n\n"
        )
        texts = [body] if block.kind in _ALONE else body.split("\n")
        for index, line in enumerate(texts):
            end = offset + len(line) + (len(separator) if index == len(texts) - 1 else 1)
            lines.append(Line(line, offset, end, number, index == 0))
            offset = end
        parts.append(body + separator)
    return "".join(parts), lines


def _units(lines: Sequence[Line], blocks: Sequence[Block], places: Sequence[Place]) -> list[_Unit]:
    """Group lines by node. Headings without text move to the unit below, unless they are clauses."""
    units: list[_Unit] = []
    waiting: list[_Unit] = []

    def close(unit: _Unit) -> None:
        clause = unit.node is not None and unit.node.label is not None and unit.node.children == 0
        if unit.has_text or clause:
            if unit.block is not None and waiting:
                units.append(_merged(waiting))  # a row is exactly its text: nothing is put in front of it
            elif waiting:
                unit.above = [line for before in waiting for line in before.lines]
            waiting.clear()
            units.append(unit)
        else:
            waiting.append(unit)

    current: _Unit | None = None
    for line, place in zip(lines, places, strict=True):
        block = blocks[line.block]
        row = block if block.kind in _ALONE else None
        if current is None or row is not None or current.block is not None or current.node is not place.node:
            if current is not None:
                close(current)
            current = _Unit(place.node, [], row)
        current.lines.append(line)
        current.has_text = current.has_text or not place.title_only
    if current is not None:
        close(current)
    if waiting:
        units.append(_merged(waiting))
    return units


def _merged(waiting: Sequence[_Unit]) -> _Unit:
    return _Unit(waiting[-1].node, [line for unit in waiting for line in unit.lines])


def _budgets(title: str, units: Sequence[_Unit], count_tokens: CountTokens, max_tokens: int) -> list[int]:
    """Return for each unit how many tokens its text may have beside its context."""
    contexts = [_context([title, *_heading(unit), _clause(unit) or ""]) for unit in units]
    distinct = list(dict.fromkeys(contexts))
    counted = dict(zip(distinct, count_tokens(distinct), strict=True)) if distinct else {}
    return [max(max_tokens // 4, max_tokens - counted[context] - _SPECIAL_TOKENS, 1) for context in contexts]


def _pieces(
    text: str, units: Sequence[_Unit], budgets: Sequence[int], count_tokens: CountTokens
) -> list[list[_Piece]]:
    """Cut each unit's lines as far as its budget asks: lines, then sentences, then anywhere."""
    spans = [[(line.start, line.end) for line in unit.above + unit.lines] for unit in units]
    for cut in (_at_sentences, _anywhere):
        counts = _counted(text, spans, count_tokens)
        spans = [
            [
                small
                for span, n in zip(own, ns, strict=True)
                for small in ([span] if n <= budget else cut(text, *span))
            ]
            for own, ns, budget in zip(spans, counts, budgets, strict=True)
        ]
    counts = _counted(text, spans, count_tokens)
    heads = [unit.lines[0].start if unit.above else -1 for unit in units]
    return [
        [_Piece(start, end, n, glued=start < head) for (start, end), n in zip(own, ns, strict=True)]
        for own, ns, head in zip(spans, counts, heads, strict=True)
    ]


def _counted(
    text: str, spans: Sequence[Sequence[tuple[int, int]]], count_tokens: CountTokens
) -> list[list[int]]:
    flat = count_tokens([text[start:end] for own in spans for start, end in own]) if any(spans) else []
    counts = iter(flat)
    return [[next(counts) for _ in own] for own in spans]


def _at_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    starts = [start, *(start + span.start for span in sentences(text[start:end])[1:]), end]
    yield from pairwise(starts)


def _anywhere(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what has no sentences into bits of at most 64 characters, at white space or commas if any."""
    while end - start > 64:
        window = text[start : start + 64]
        cut = max(window.rfind(sign) for sign in (" ", "，", "、", ",", "；", "\n")) + 1
        step = cut if cut > 16 else 64
        yield start, start + step
        start += step
    yield start, end


def _packed(unit: _Unit, pieces: Sequence[_Piece], budget: int) -> Iterator[tuple[int, int]]:
    """Yield spans of at most ``budget`` tokens, of even size; text outside clauses by JOIN_TOKENS."""
    total = sum(piece.tokens for piece in pieces)
    joined = unit.block is None and _clause(unit) is None
    limit = min(budget, JOIN_TOKENS) if joined else budget
    goal = math.ceil(total / max(1, math.ceil(total / limit)))
    start, size = pieces[0].start, 0
    left = total
    for before, piece in zip((None, *pieces), pieces, strict=False):
        full = size + piece.tokens > limit or (size >= goal and left > goal // 4)
        if before is not None and size and full and not before.glued:
            yield start, piece.start
            start, size = piece.start, 0
        size += piece.tokens
        left -= piece.tokens
    yield start, pieces[-1].end


def _heading(unit: _Unit) -> tuple[str, ...]:
    """Return the path of headings above a unit; a row's own sheet and titles come last."""
    return (unit.node.heading if unit.node else ()) + (unit.block.above if unit.block else ())


def _clause(unit: _Unit) -> str | None:
    return unit.node.clause if unit.node else None


def _draft(unit: _Unit, start: int, end: int, blocks: Sequence[Block]) -> PassageDraft:
    first = next(line for line in unit.lines if line.end > start)
    owner = unit.node.owner if unit.node else None
    row = unit.block
    return PassageDraft(
        kind="text" if row is None else "faq" if row.kind == "faq" else "record",
        start=start,
        end=end,
        clause=_clause(unit),
        heading=_heading(unit),
        page=blocks[first.block].page,
        anchor=row.anchor if row else None,
        question=row.question if row else None,
        audience=row.audience if row else None,
        clause_key=owner.key if owner else None,
    )
