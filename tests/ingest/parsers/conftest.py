"""Files made by the tests themselves, and a parser called on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.parsers.registry import parse
from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]


@pytest.fixture
def parse_bytes(tmp_path: Path) -> ParseBytes:
    """Return a function that writes a file of that name and content and parses it."""

    def parsed(name: str, data: bytes | str) -> ParsedDocument:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return parse(path, name)

    return parsed


@pytest.fixture
def make_pdf(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a PDF, a list of lines for each page; ``options`` go to the canvas."""

    def made(
        pages: Sequence[Sequence[str]],
        *,
        name: str = "made.pdf",
        font: str = "Helvetica",
        outline: Sequence[tuple[int, str, int]] = (),
        title: str = "",
        **options: object,
    ) -> Path:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas

        if font != "Helvetica":
            pdfmetrics.registerFont(UnicodeCIDFont(font))
        path = tmp_path / name
        canvas = Canvas(str(path), **options)
        if title:
            canvas.setTitle(title)
        for number, lines in enumerate(pages, start=1):
            canvas.setFont(font, 12)
            for row, line in enumerate(lines):
                canvas.drawString(72, 760 - 16 * row, line)
            for level, entry, page in outline:
                if page == number:
                    canvas.bookmarkPage(entry)
                    canvas.addOutlineEntry(entry, entry, level - 1)
            canvas.showPage()
        canvas.save()
        return path

    return made
