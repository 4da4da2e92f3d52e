"""Markdown: headings, paragraphs, lists with their numbers as written, tables, code, front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.limits import Limits
from ingest.parsers.encoding import decode
from ingest.parsers.lines import name_title, one_line, readable, unwrapped
from ingest.parsers.tables import grid_blocks
from ingest.parsers.unseen import Curtain
from ingest.parsers.web import fragment_blocks
from ingest.types import Block, ParsedDocument

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^([\w.\- ]{1,60}):[ \t]*(\S.*)$", re.MULTILINE)
_HEADING_ID = re.compile(r"\s*\{#[^}]*\}\s*$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_WITH_TEXT = frozenset({"inline", "code_block", "fence", "html_block", "table_open"})
_FRONT_CHARS = 65_536
_FIELD_CHARS = 1_000


def parse_markdown(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a Markdown file's blocks; its title is the front matter's, else its first top heading."""
    del limits
    metadata, text = front_matter(readable(decode(path.read_bytes())))
    blocks = tuple(markdown_blocks(text))
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    top = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), heading)
    title = one_line(metadata.get("title", "")) or one_line(top) or name_title(name)
    return ParsedDocument(title, blocks, metadata)


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the fields of a YAML front matter and the text after it."""
    import yaml

    found = _FRONT.match(text)
    if found is None or len(found.group(1)) > _FRONT_CHARS:
        return {}, text
    rest = text[found.end() :]
    try:
        fields = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError, RecursionError):  # front matter by hand is often not quite YAML
        fields = {key: value.strip("\"' ") for key, value in _FIELD.findall(found.group(1))}
    if not isinstance(fields, dict):
        return ({}, rest) if fields is None else ({}, text)
    return {str(key): shown for key, value in fields.items() if (shown := _shown(value))}, rest


def _shown(value: object) -> str:
    """Return a field's value as text: one value, or a flat list with commas."""
    if value is None:
        return ""
    if isinstance(value, list):
        flat = [str(item) for item in value[:100] if not isinstance(item, list | dict)]
        return ", ".join(flat)[:_FIELD_CHARS]
    return "" if isinstance(value, dict) else str(value)[:_FIELD_CHARS]


def markdown_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of Markdown text in reading order."""
    from markdown_it import MarkdownIt

    tokens = list(_shown_tokens(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)))
    mark: str | None = None  # of the list item that has begun and has no text yet; "" for a bullet
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if token.type == "list_item_open":
            mark = f"{token.info}{token.markup}" if token.info else ""
        elif token.type == "list_item_close":
            mark = None
        elif token.type == "table_open":
            end = next(at for at in range(position, len(tokens)) if tokens[at].type == "table_close")
            yield from _table(tokens[position:end])
            position = end
        elif token.type == "inline" and (shown := _inline(token)):
            yield _paragraph(tokens[position - 2], shown, mark)
            mark = None
        elif token.type == "code_block" and mark is not None and (shown := one_line(token.content)):
            yield _paragraph(
                token, shown, mark
            )  # "1.      text": five spaces make it code by the letter only
            mark = None
        elif token.type in {"fence", "code_block"} and token.content.strip():
            yield Block("code", token.content.strip("\n"))
        elif token.type == "html_block":
            yield from fragment_blocks(token.content)


def _shown_tokens(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens but those with text that HTML opened in an earlier block, and not closed there, hides."""
    curtain = Curtain()
    for token in tokens:
        if not (curtain.closed and token.type in _WITH_TEXT):
            yield token
        if token.type == "html_block":
            curtain.feed(token.content)


def _paragraph(opening: Token, text: str, mark: str | None) -> Block:
    """Return what one run of text is: a heading, a list item's first paragraph or a paragraph."""
    if opening.type == "heading_open":
        return Block("heading", one_line(_HEADING_ID.sub("", text)), level=int(opening.tag[1]))
    if mark is None:
        return Block("paragraph", text)
    return Block("list_item", f"{mark} {text}" if mark else text, label=mark or None)


def _inline(token: Token) -> str:
    """Return the text that a person sees of a run with mark-up; anchors and other tags are dropped."""
    parts: list[str] = []
    curtain = Curtain()
    for child in token.children or ():
        if child.type == "html_inline":
            curtain.feed(child.content)
        if curtain.closed:
            continue
        if child.type in {"text", "code_inline", "image"}:
            parts.append(child.content)
        elif child.type in {"softbreak", "hardbreak"} or (
            child.type == "html_inline" and _BREAK.match(child.content)
        ):
            parts.append("\n")
    lines = [line for line in "".join(parts).split("\n") if line.strip()]
    return unwrapped(lines)


def _table(tokens: Sequence[Token]) -> Iterator[Block]:
    """Yield a table's rows; Markdown tables always have a header, if only an empty one."""
    grid: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            grid.append([])
        elif token.type == "inline":
            grid[-1].append(_inline(token))
    yield from grid_blocks(grid, 1 if grid and any(grid[0]) else 0)
