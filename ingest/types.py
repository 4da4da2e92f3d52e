"""What a parser hands to the splitter, and the splitter to the store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from knowledge.types import PassageKind

HIDDEN_TEXTS = "hidden_texts_left_out"  # metadata: how many pieces of text a reader does not see
BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "faq", "record", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document in reading order, already cleaned of mark-up.

    ``text`` is what a person reads, with an automatic number resolved and put in front
    ("第4.3條 出貨異常"). Rows of tables are written "header：value；header：value" so that each row stands
    alone. A FAQ pair's text is its question, a newline, and its answer.
    """

    kind: BlockKind
    text: str
    level: int | None = None  # headings: 1 is the highest
    page: int | None = None  # 1-based
    label: str | None = None  # a number known from the file's own structure (Word lists), as shown
    anchor: str | None = None  # rows: "F012", "row=3", "Sheet1!row=3" (1-based, header not counted)
    question: str | None = None  # FAQ pairs
    audience: str | None = None  # a row's own audience
    tags: tuple[str, ...] = ()
    above: tuple[str, ...] = ()  # records: the sheet's name and the titles above the table


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A file as blocks, with what is known about it as a whole."""

    title: str
    blocks: tuple[Block, ...]
    metadata: dict[str, str] = field(default_factory=dict)
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A span of the canonical text that is to become a passage."""

    kind: PassageKind
    start: int
    end: int
    clause: str | None
    heading: tuple[str, ...]
    page: int | None
    anchor: str | None = None
    question: str | None = None
    audience: str | None = None
    clause_key: str | None = None  # ``clause`` as compared, unique in its document where its number is not


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """The canonical text and its partition: drafts are in order and cover ``text`` exactly."""

    title: str
    text: str
    drafts: tuple[PassageDraft, ...]
