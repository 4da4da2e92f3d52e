"""The binary documents say what their sources say, whoever builds them."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from docx import Document

from knowledge.samples.build import HERE, build, documents
from knowledge.samples.source import Source, read_source

DOCUMENTS = HERE / "documents"
OFFICE = [name for name in documents() if name.endswith((".docx", ".xlsx"))]
PDFS = {
    "public/manuals/LH-AP300_空氣清淨機使用手冊.pdf": "AP300.md",
    "internal/hr/HR-005_差旅費用報支辦法.pdf": "HR-005.md",
}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which everything was built afresh."""
    folder = tmp_path_factory.mktemp("rebuilt")
    build(folder)
    return folder


def members(path: Path) -> dict[str, bytes]:
    """Return the parts of an Office file, unpacked: how they are packed may depend on the zlib at hand."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def pages(path: Path) -> list[str]:
    """Return the text of each page."""
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def squeezed(text: str) -> str:
    """Return text without white space: lines are broken where the page ends."""
    return re.sub(r"\s+", "", text)


def texts(source: Source) -> list[str]:
    """Return every text of a source, cells included."""
    return [item.text for item in source.items if item.text] + [
        cell for item in source.items for row in item.rows for cell in row
    ]


class TestRebuilding:
    @pytest.mark.parametrize("name", OFFICE)
    def test_office_files_are_the_committed_ones(self, rebuilt: Path, name: str) -> None:
        """Each part is the same byte for byte, so a rebuild makes no change in git."""
        assert members(rebuilt / name) == members(DOCUMENTS / name)

    @pytest.mark.parametrize("name", PDFS)
    def test_pdfs_have_the_committed_text(self, rebuilt: Path, name: str) -> None:
        """The same text stands on the same pages."""
        assert pages(rebuilt / name) == pages(DOCUMENTS / name)

    def test_the_calendar_is_the_committed_one(self, rebuilt: Path) -> None:
        """It is saved as Excel in Taiwan does, in code page 950."""
        name = "internal/hr/2027年行事曆.csv"

        assert (rebuilt / name).read_bytes() == (DOCUMENTS / name).read_bytes()
        assert "年度盤點" in (DOCUMENTS / name).read_bytes().decode("cp950")


class TestWord:
    @pytest.mark.parametrize("name", [name for name in OFFICE if name.endswith(".docx")])
    def test_no_paragraph_contains_its_own_number(self, name: str) -> None:
        """Word counts the numbers: a reader of the bare text finds none."""
        lines = [paragraph.text for paragraph in Document(str(DOCUMENTS / name)).paragraphs]

        assert [
            line
            for line in lines
            if re.match(r"第[\d.一二三四五六七八九十]+[章條]|(Chapter|Section) \d", line)
        ] == []

    def test_the_fourth_chapter_has_a_third_clause_about_anomalies(self) -> None:
        """By its place among the headings this is 第4.3條."""
        headings = [
            (paragraph.style.name, paragraph.text)
            for paragraph in Document(
                str(DOCUMENTS / "internal/sop/SOP-012_出貨作業標準程序.docx")
            ).paragraphs
            if paragraph.style is not None and (paragraph.style.name or "").startswith("Heading")
        ]
        chapters = [at for at, (style, _) in enumerate(headings) if style == "Heading 1"]

        assert headings[chapters[3] + 3] == ("Heading 2", "出貨異常之通報與補寄")


class TestPdf:
    @pytest.mark.parametrize(("name", "source"), PDFS.items())
    def test_every_word_can_be_copied_out(self, name: str, source: str) -> None:
        """The Chinese font is not embedded, and yet its characters come back, mixed with Latin ones."""
        extracted = "".join(pages(DOCUMENTS / name))
        characters = set(squeezed(extracted))

        for text in texts(read_source(HERE / "sources" / source)):
            assert set(squeezed(text)) <= characters

    @pytest.mark.parametrize("name", PDFS)
    def test_it_has_an_outline_running_header_and_page_numbers(self, name: str) -> None:
        """What a parser has to use, and what it has to take away."""
        document = pypdfium2.PdfDocument(DOCUMENTS / name)
        outline = [entry.get_title() for entry in document.get_toc()]
        document.close()
        texts_by_page = pages(DOCUMENTS / name)

        assert len(texts_by_page) >= 2
        assert len(outline) >= 6
        for number, text in enumerate(texts_by_page, 1):
            assert f"第 {number} 頁，共 {len(texts_by_page)} 頁" in text
            assert "栗湖數位" in text
