"""PPTX: slide by slide, the title as heading, text in reading order, tables row by row, then the speaker's notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.limits import Limits
from ingest.parsers.lines import name_title, one_line, readable, squeezed
from ingest.parsers.tables import grid_blocks
from ingest.types import HIDDEN_TEXTS, Block, ParsedDocument

NOTES = (
    "備忘稿 Notes"  # what stands over a slide's notes, so that they are not taken for what the slide shows
)
_DEPTH = 20  # groups in groups
_FIELDS = ("author", "subject", "keywords", "comments")
_FURNITURE = {"DATE", "FOOTER", "SLIDE_NUMBER", "HEADER"}


def parse_slides(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a presentation's blocks; a slide's number is its page, hidden slides are left out."""
    del limits
    from pptx import Presentation

    deck = Presentation(str(path))
    blocks: list[Block] = []
    hidden = 0
    for number, slide in enumerate(deck.slides, 1):
        if slide._element.get("show") == "0":  # noqa: SLF001 (python-pptx has no other way to ask)
            hidden += 1
            continue
        blocks += _slide(slide, number)
    properties = deck.core_properties
    metadata = {field: str(value) for field in _FIELDS if (value := getattr(properties, field, ""))}
    if hidden:
        metadata[HIDDEN_TEXTS] = str(hidden)
    first = next((block.text for block in blocks if block.kind == "heading"), "")
    title = one_line(readable(properties.title or "")) or first
    return ParsedDocument(title or name_title(name), tuple(blocks), metadata, len(deck.slides))


def _slide(slide: Any, number: int) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None and (text := one_line(readable(title.text_frame.text))):
        yield Block("heading", text, level=1, page=number)
    shapes = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    for shape in _in_order(shapes):
        for block in _shape(shape, _DEPTH):
            yield _on(block, number)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        notes = [text for p in frame.paragraphs if (text := squeezed(readable(_text(p))))]
        if notes:
            yield Block("heading", NOTES, level=2, page=number)
            yield from (Block("paragraph", text, page=number) for text in notes)


def _in_order(shapes: list[Any]) -> list[Any]:
    """Return shapes as they are read: from the top, and on one height from the left."""
    height = 228_600  # a quarter of an inch in English Metric Units: shapes that begin this close stand side by side
    return sorted(shapes, key=lambda s: ((s.top or 0) // height, s.left or 0))


def _shape(shape: Any, depth: int) -> Iterator[Block]:
    from pptx.enum.shapes import MSO_SHAPE_TYPE

    if shape.shape_type == MSO_SHAPE_TYPE.GROUP:
        for one in _in_order(list(shape.shapes)) if depth else ():
            yield from _shape(one, depth - 1)
    elif getattr(shape, "has_table", False):
        yield from grid_blocks(_grid(shape.table), 1 if shape.table.first_row else None)
    elif getattr(shape, "has_chart", False):
        yield from _chart(shape.chart)
    elif shape.has_text_frame and not _is_furniture(shape):
        for paragraph in shape.text_frame.paragraphs:
            if text := squeezed(readable(_text(paragraph))):
                yield Block("list_item" if paragraph.level else "paragraph", text)


def _is_furniture(shape: Any) -> bool:
    """Tell whether a shape is a date, footer or number that stands on every slide."""
    return (
        shape.is_placeholder
        and shape.placeholder_format.type is not None
        and (shape.placeholder_format.type.name in _FURNITURE)
    )


def _text(paragraph: Any) -> str:
    """Return a paragraph with its line breaks; fields such as the slide's number are left out."""
    parts = []
    for element in paragraph._p:  # noqa: SLF001
        tag = element.tag.rpartition("}")[2]
        if tag == "r":
            parts.append("".join(t.text or "" for t in element.iter(f"{element.tag[:-1]}t")))
        elif tag == "br":
            parts.append("\n")
    return "".join(parts)


def _grid(table: Any) -> list[list[str]]:
    """Return the cells' texts, merged cells filled in on every place that they cover."""
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    for y, row in enumerate(table.rows):
        for x, cell in enumerate(row.cells):
            if cell.is_merge_origin:
                for dy in range(cell.span_height):
                    for dx in range(cell.span_width):
                        rows[y + dy][x + dx] = cell.text
    return rows


def _chart(chart: Any) -> Iterator[Block]:
    """Yield a chart's figures as the rows of the table that it was drawn from."""
    try:
        if chart.has_title:
            yield Block("paragraph", one_line(readable(chart.chart_title.text_frame.text)))
        plot = chart.plots[0]
        names = [str(category) for category in plot.categories]
        rows = [["", *names], *([str(s.name), *(_value(v) for v in s.values)] for s in plot.series)]
    except (AttributeError, ValueError, KeyError, IndexError, NotImplementedError):
        return
    yield from grid_blocks(rows, 1)


def _value(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _on(block: Block, page: int) -> Block:
    from dataclasses import replace

    return replace(block, page=page)
