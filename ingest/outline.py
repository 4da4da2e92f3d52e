"""The structure of a document: which lines open a clause, and what lies in what.

A label at a line's start is only a candidate. It opens a clause when the numbering around it agrees:
articles must rise, decimals must follow one another as a tree does, 一、 needs a 二、. So a quantity, a date
or a clause that is only mentioned at a line's start stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.numbering import Candidate, plausible
from ingest.types import Block
from knowledge.clauses import CONTAINERS, Label, LabelKind, parse_label

CAPTION_WIDTH = 110  # half-width columns; a longer first line is the clause's text, not its title
_ENDS = "。；;：:，,、.!！?？"
_RANK: dict[LabelKind, int] = {
    "appendix": 0,
    "part": 10,
    "chapter": 20,
    "section": 30,
    "subsection": 40,
    "division": 50,
    "article": 60,
    "decimal": 70,
    "numbered": 70,
    "point": 80,
    "sub": 90,
}
_SECTION_IN_ARTICLE = 65
_PLAIN = 99  # a heading without a label ranks by its level alone
_NO_LEVEL = 99


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a block; ``end`` includes the separator that follows it."""

    text: str
    start: int
    end: int
    block: int
    first: bool  # the block's first line


@dataclass(eq=False, slots=True)
class Node:
    """A heading or a clause, and the line that opened it. Compared by identity: two 一、 are two nodes."""

    label: Label | None
    title: str  # the whole line for a heading, the caption for a clause; "" where it has none
    line: str  # the line as written
    rank: int
    level: int
    parent: Node | None
    key: str | None = None
    children: int = 0

    @property
    def clause(self) -> str | None:
        """The label of the innermost clause here: its own, or that of the clause a plain heading lies in."""
        owner = self.owner
        return owner.label.text if owner and owner.label else None

    @property
    def owner(self) -> Node | None:
        """The innermost labelled node at or above this one."""
        node: Node | None = self
        while node is not None and node.label is None:
            node = node.parent
        return node

    @property
    def above(self) -> Node | None:
        """The innermost labelled node above this one."""
        return self.parent.owner if self.parent else None

    @property
    def annexed(self) -> bool:
        """Whether this lies in an appendix."""
        node = self.above
        while node is not None and node.label is not None and node.label.kind != "appendix":
            node = node.above
        return node is not None

    @property
    def heading(self) -> tuple[str, ...]:
        """The path of headings here; the label of the clause itself is left out, its title is not."""
        path: list[str] = []
        owner = self.owner
        node: Node | None = self
        while node is not None:
            path.append(node.title if node is owner else node.line if node.title else _label_text(node))
            node = node.parent
        return tuple(reversed([title for title in path if title]))


def _label_text(node: Node) -> str:
    return node.label.text if node.label else ""


def caption(line: str, label: Label, *, heading: bool) -> str:
    """Return the title after a label, "" where the line runs on as the clause's text."""
    rest = line[label.end :].strip()
    if heading:
        return rest
    width = sum(1 if character.isascii() else 2 for character in rest)
    return rest if width <= CAPTION_WIDTH and not rest.endswith(tuple(_ENDS)) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands."""

    node: Node | None  # None before the first heading
    title_only: bool  # a heading, or a label without text: it belongs to the first text below it


def read_outline(lines: Sequence[Line], blocks: Sequence[Block], title: str) -> list[Place]:
    """Return each line's place in the structure of the document called ``title``."""
    opening = plausible(_candidates(lines, blocks))
    stack = _Stack("".join(title.split()).casefold(), sections_in_articles=_sections_in_articles(opening))
    placed: list[Place] = []
    for index, line in enumerate(lines):
        block = blocks[line.block]
        heading = block.kind == "heading" and line.first
        label = opening.get(index)
        opened = label is not None and stack.open_clause(line.text.strip(), label, block, heading=heading)
        if heading and not opened:
            stack.open_heading(line.text.strip(), block.level or 1)
        titled = (
            opened
            and label is not None
            and (bool(caption(line.text, label, heading=heading)) or _bare(line, label))
        )
        named = index == 0 and stack.is_title(line.text)  # a text file's first line is its title
        placed.append(Place(stack.top, heading or titled or named))
    _qualify(stack.nodes)
    return placed


def _bare(line: Line, label: Label) -> bool:
    return not line.text[label.end :].strip()


def _sections_in_articles(opening: dict[int, Label]) -> bool:
    """Tell "Article I > Section 1" from "Section 1 > Article 5" by what mostly follows a section."""
    kinds = [label.kind for _, label in sorted(opening.items()) if label.kind in {"section", "article"}]
    after = [b for a, b in pairwise(kinds) if a == "section"]
    return (
        "article" in kinds and kinds.index("article") < kinds.index("section")
        if after and (after.count("article") * 2 < len(after))
        else False
    )


def _candidates(lines: Sequence[Line], blocks: Sequence[Block]) -> list[Candidate]:
    found: list[Candidate] = []
    for index, line in enumerate(lines):
        block = blocks[line.block]
        if block.kind in {"code", "table_row", "faq", "record"}:
            continue
        label = parse_label(line.text)
        if label is None:
            continue
        heading = block.kind == "heading" and line.first
        known = line.first and block.label is not None
        title = caption(line.text, label, heading=heading)
        bare = _bare(line, label)
        if label.kind in CONTAINERS and not heading and not title and not bare:
            continue  # 第一款規定之… is text; a container's line is short
        if label.kind == "numbered" and block.kind == "list_item" and not known:
            continue
        found.append(Candidate(index, label, heading=heading, known=known, titled=bool(title) or bare))
    return found


class _Stack:
    """The headings and clauses that are open at a line, outermost first."""

    def __init__(self, title: str, *, sections_in_articles: bool) -> None:
        self._title = title
        self._ranks = _RANK | ({"section": _SECTION_IN_ARTICLE} if sections_in_articles else {})
        self._open: list[Node] = []
        self.nodes: list[Node] = []

    @property
    def top(self) -> Node | None:
        return self._open[-1] if self._open else None

    def _push(self, node: Node) -> None:
        if node.parent is not None:
            node.parent.children += 1
        self._open.append(node)
        self.nodes.append(node)

    def is_title(self, text: str) -> bool:
        """Return whether ``text`` is the document's title."""
        return "".join(text.split()).casefold() == self._title

    def open_heading(self, text: str, level: int) -> None:
        """Open a heading without a label; it closes what stands at its level or below."""
        keep = len(self._open)
        while keep and self._open[keep - 1].level >= level:
            keep -= 1
        del self._open[keep:]
        if self.is_title(text) and not self._open:
            return  # the document's own title: every hit shows it already
        self._push(Node(None, text, text, _PLAIN, level, self.top))

    def open_clause(self, text: str, label: Label, block: Block, *, heading: bool) -> bool:
        """Open a clause where its kind may stand; return False where it is an item of a clause."""
        rank = self._ranks[label.kind]
        keep = self._room_for(label, rank)
        if not heading and not self._may_open(label, keep):
            return False
        level = (block.level or 1) if heading else _NO_LEVEL
        while (
            heading and keep and self._open[keep - 1].rank == _PLAIN and self._open[keep - 1].level >= level
        ):
            keep -= 1
        del self._open[keep:]
        self._push(Node(label, caption(text, label, heading=heading), text, rank, level, self.top, label.key))
        return True

    def _room_for(self, label: Label, rank: int) -> int:
        """Return how many open nodes stay open around ``label``."""
        for index, node in enumerate(self._open):
            if node.label is None or node.rank < rank:
                continue
            if node.rank == rank == self._ranks["decimal"] and _is_prefix(node.label.number, label.number):
                continue
            return index
        return len(self._open)

    def _may_open(self, label: Label, keep: int) -> bool:
        around = next((node for node in reversed(self._open[:keep]) if node.label is not None), None)
        if around is None or around.label is None or around.label.kind in CONTAINERS:
            return label.kind != "sub"
        if label.kind == "decimal":  # 4.1 lies in 第四條; in 第五條 it numbers a list
            return around.label.number[0] == label.number[0]
        if label.kind == "sub":  # （一） is a clause below a title 一、目的, an item after 一、…如下：
            return around.label.kind == "point" and bool(around.title)
        return label.kind not in {"point", "numbered"} or around.label.kind == "appendix"


def _is_prefix(outer: tuple[int, ...], inner: tuple[int, ...]) -> bool:
    return len(outer) < len(inner) and inner[: len(outer)] == outer


def _qualify(nodes: Sequence[Node]) -> None:
    """Make nested keys whole, and tell apart those that clauses of one document share.

    第1條 of an annex gives way to the main text's. 一、 below several chapters says its chapter each time;
    articles and decimals never do, because people ask for them by the bare number.
    """
    holders: dict[str, set[int]] = {}
    for node in nodes:
        above = node.above
        if node.key is None or node.label is None:
            continue
        if node.label.kind == "sub" and above is not None and above.key is not None:
            node.key = above.key + node.key
        if not node.annexed:
            holders.setdefault(node.key, set()).add(id(above))
    for node in nodes:
        above = node.above
        if node.key is None or node.label is None or above is None or above.key is None:
            continue
        shared = len(holders.get(node.key, ()))
        if (node.annexed and shared) or (shared > 1 and node.label.kind not in {"article", "decimal", "sub"}):
            node.key = f"{above.key}/{node.key}"
