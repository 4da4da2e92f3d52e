"""Plain text: paragraphs, with hard-wrapped lines joined."""

from __future__ import annotations

from pathlib import Path

from ingest.limits import Limits
from ingest.parsers.encoding import decode
from ingest.parsers.lines import name_title, one_line, readable, title_like, unwrapped
from ingest.types import Block, ParsedDocument


def parse_text(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a text file's paragraphs; a short first line that stands alone is its title."""
    del limits
    paragraphs = text_paragraphs(readable(decode(path.read_bytes())))
    first = paragraphs[0] if paragraphs else ""
    if len(paragraphs) > 1 and title_like(first):
        blocks = [Block("heading", first, level=1), *(Block("paragraph", text) for text in paragraphs[1:])]
        return ParsedDocument(one_line(first), tuple(blocks))
    return ParsedDocument(name_title(name), tuple(Block("paragraph", text) for text in paragraphs))


def text_paragraphs(text: str) -> list[str]:
    """Return what blank lines part, each with its hard wraps undone."""
    paragraphs: list[str] = []
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            paragraphs.append(unwrapped(lines))
            lines = []
    return paragraphs
