"""Writes a source as a PDF with an outline, a running header, and page numbers.

The Chinese fonts are the standard CID ones of PDF 1.2: nothing is embedded, and every reader knows their
character map, so the text can be copied and searched.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, Table

from knowledge.samples.source import Item, Source

_FONT = "MSung-Light"
_ARTICLE = re.compile(r"^第[一二三四五六七八九十]+條")


def _style(name: str, size: float, before: float = 0) -> ParagraphStyle:
    return ParagraphStyle(
        name,
        fontName=_FONT,
        fontSize=size,
        leading=size * 1.55,
        spaceBefore=before,
        spaceAfter=4,
        wordWrap="CJK",
        alignment=TA_LEFT,
    )


_TITLE = _style("title", 18)
_CHAPTER = _style("chapter", 13.5, 12)
_CLAUSE = _style("clause", 11, 8)
_BODY = _style("body", 10)
_CELL = _style("cell", 9)


class _NumberedCanvas(Canvas):  # type: ignore[misc]
    """A canvas that writes "第 n 頁，共 N 頁", which is known only after the last page."""

    running = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._states: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 name given by reportlab
        self._states.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._states, 1):
            self.__dict__.update(state)
            self._frame(number, len(self._states))
            super().showPage()
        super().save()

    def _frame(self, number: int, count: int) -> None:
        width, height = self._pagesize
        self.setFont(_FONT, 8)
        self.drawString(18 * mm, height - 12 * mm, self.running)
        self.line(18 * mm, height - 13.5 * mm, width - 18 * mm, height - 13.5 * mm)
        self.drawCentredString(width / 2, 9 * mm, f"第 {number} 頁，共 {count} 頁")


class _Outlined(BaseDocTemplate):  # type: ignore[misc]
    """A document template that enters chapters and clauses into the outline."""

    _entries = 0

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 name given by reportlab
        level = {"chapter": 0, "clause": 1}.get(getattr(getattr(flowable, "style", None), "name", ""))
        if level is None:
            return
        self._entries += 1
        key = f"entry-{self._entries}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(flowable.getPlainText(), key, level=level, closed=False)


def write_pdf(source: Source) -> bytes:
    """Return ``source`` as a PDF; a manual is A5 with numbered sections, a regulation A4 with articles."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    manual = source.meta["style"] == "manual"
    size = A5 if manual else A4
    running = f"栗湖數位　{source.meta['code']}　{source.meta['title']}　{source.meta['version']} 版"
    canvas = type("Numbered", (_NumberedCanvas,), {"running": running})
    buffer = BytesIO()
    document = _Outlined(
        buffer,
        pagesize=size,
        title=source.meta["title"],
        author="栗湖數位股份有限公司",
        subject=source.meta["code"],
        invariant=1,
    )
    frame = Frame(18 * mm, 15 * mm, size[0] - 36 * mm, size[1] - 32 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    story: list[Any] = [Paragraph(escape(source.meta["title"]), _TITLE)]
    story.append(
        Paragraph(f"文件編號 {source.meta['code']}　{source.meta['effective'].replace('-', '/')} 發行", _BODY)
    )
    for item in source.items:
        story.extend(_flowables(item, frame._width))  # noqa: SLF001 reportlab keeps it private
    document.build(story, canvasmaker=canvas)
    return buffer.getvalue()


def _flowables(item: Item, width: float) -> list[Any]:
    if item.kind == "table":
        return [_table(item.rows, width), Spacer(1, 6)]
    style = {"chapter": _CHAPTER, "clause": _CLAUSE}.get(item.kind, _BODY)
    if style is _BODY and _ARTICLE.match(item.text):
        style = ParagraphStyle("article", parent=_BODY, spaceBefore=6)
    return [Paragraph(escape(item.text), style)]


def _table(rows: tuple[tuple[str, ...], ...], width: float) -> Table:
    cells = [[Paragraph(escape(text), _CELL) for text in row] for row in rows]
    lines = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
        ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(cells, colWidths=[width / len(rows[0])] * len(rows[0]), style=lines, repeatRows=1)
