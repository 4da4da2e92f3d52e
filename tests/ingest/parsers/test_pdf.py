from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.errors import (
    BrokenFile,
    EmptyFile,
    EncryptedFile,
    NoText,
    TooManyPages,
    TooMuchText,
    TruncatedFile,
)
from ingest.limits import Limits
from ingest.parsers import pdf
from ingest.parsers.registry import parse
from ingest.types import Block

MakePdf = Callable[..., Path]
CHINESE = "MSung-Light"


def picture(folder: Path) -> Path:
    """Return a small grey picture, as a scanner makes them."""
    path = folder / "scan.pgm"
    path.write_bytes(b"P5 20 20 255\n" + bytes(range(200)) * 2)
    return path


class TestText:
    def test_chinese(self, make_pdf: MakePdf) -> None:
        """Traditional Chinese comes out as text, with its page."""
        path = make_pdf([["第一條 目的"], ["第二條 出貨異常須於二十四小時內通報物流部。"]], font=CHINESE)

        document = parse(path, "出貨程序.pdf")

        assert document.title == "出貨程序"
        assert document.pages == 2
        found = [(block.text, block.page) for block in document.blocks]
        assert any("第一條" in text and page == 1 for text, page in found)
        assert any("二十四小時內通報物流部" in text and page == 2 for text, page in found)

    def test_hyphens(self, make_pdf: MakePdf) -> None:
        """A word parted at a line's end is whole again; a number's hyphen stays."""
        path = make_pdf([["Every ship-", "ment is checked under SOP-", "012 by the ware-", "house."]])

        text = " ".join(block.text for block in parse(path, "a.pdf").blocks)

        assert "shipment" in text
        assert "warehouse" in text
        assert "SOP-012" in text.replace("SOP- 012", "SOP-012")

    @pytest.mark.parametrize(
        ("raw", "read"),
        [
            ("ship\ufffement", "shipment"),
            ("SOP\ufffe012", "SOP-012"),
            ("o\ufb03ce \ufb01rst", "office first"),
            ("⼀⽉", "一月"),
            ("勞 動 基 準 法 施 行 細 則", "勞動基準法施行細則"),
            ("勞動基準法 施行細則", "勞動基準法 施行細則"),
            ("a\r\nb", "a\nb"),
        ],
    )
    def test_characters(self, raw: str, read: str) -> None:
        """Characters of typesetting become those that a person types."""
        assert pdf.page_text(raw) == read

    def test_pages_and_outline_go_to_the_cleaner(
        self, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The cleaner gets each page's lines and the outline with levels and pages."""
        seen: list[tuple[Sequence[str], Sequence[tuple[int, str, int]]]] = []

        def record(pages: Sequence[str], outline: Sequence[tuple[int, str, int]]) -> tuple[Block, ...]:
            seen.append((pages, outline))
            return (Block("paragraph", "x", page=1),)

        monkeypatch.setattr(pdf, "pages_to_blocks", record)
        outline = [(1, "Chapter 1", 1), (2, "Scope", 2)]

        parse(make_pdf([["one", "two"], ["three"]], outline=outline), "a.pdf")

        assert seen == [(["one\ntwo", "three"], outline)]

    def test_metadata(self, make_pdf: MakePdf) -> None:
        """The stated title is the title, unless a program made it up."""
        assert parse(make_pdf([["x"]], title="Employee Handbook"), "a.pdf").title == "Employee Handbook"
        assert parse(make_pdf([["x"]], title="Microsoft Word - draft.doc"), "手冊.pdf").title == "手冊"

    def test_pages_without_text_are_named(self, make_pdf: MakePdf) -> None:
        """Pages that hold no text among others that do are named in the metadata."""
        assert parse(make_pdf([["x"], [], ["y"]]), "a.pdf").metadata["pages_without_text"] == "2"


class TestRefusals:
    def test_encrypted(self, make_pdf: MakePdf) -> None:
        """A PDF with a password says so."""
        from reportlab.lib.pdfencrypt import StandardEncryption

        path = make_pdf([["secret"]], encrypt=StandardEncryption("user", "owner", strength=128))

        with pytest.raises(EncryptedFile, match="needs a password") as caught:
            parse(path, "a.pdf")
        assert caught.value.state == "failed"

    def test_owner_password_only(self, make_pdf: MakePdf) -> None:
        """A PDF that anybody may open but not change is read."""
        from reportlab.lib.pdfencrypt import StandardEncryption

        path = make_pdf([["open"]], encrypt=StandardEncryption("", "owner", strength=128))

        assert parse(path, "a.pdf").blocks[0].text == "open"

    def test_scanned(self, tmp_path: Path) -> None:
        """A PDF of pictures says that it has no text, and counts as skipped."""
        from reportlab.pdfgen.canvas import Canvas

        path = tmp_path / "scan.pdf"
        canvas = Canvas(str(path))
        canvas.drawInlineImage(str(picture(tmp_path)), 0, 0, 200, 200)
        canvas.save()

        with pytest.raises(NoText, match="scanned, no text found") as caught:
            parse(path, "scan.pdf")
        assert caught.value.state == "skipped"

    def test_blank(self, make_pdf: MakePdf) -> None:
        """A PDF of empty pages is empty, not scanned."""
        with pytest.raises(EmptyFile):
            parse(make_pdf([[], []]), "a.pdf")

    def test_truncated(self, make_pdf: MakePdf) -> None:
        """A PDF cut short is refused: half a document must not pass for a whole one."""
        path = make_pdf([["one"], ["two"]])
        path.write_bytes(path.read_bytes()[:-400])

        with pytest.raises(TruncatedFile, match="cut short"):
            parse(path, "a.pdf")

    def test_broken(self, tmp_path: Path) -> None:
        """A PDF of noise between head and tail is damaged."""
        path = tmp_path / "a.pdf"
        path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 10 + b"\nstartxref\n9\n%%EOF")

        with pytest.raises(BrokenFile, match="damaged"):
            parse(path, "a.pdf")

    def test_limits(self, make_pdf: MakePdf) -> None:
        """Too many pages and too much text are refused by number."""
        path = make_pdf([["one"], ["two"], ["three"]])

        with pytest.raises(TooManyPages, match="3, at most 2"):
            parse(path, "a.pdf", Limits(pages=2))
        with pytest.raises(TooMuchText, match="over 5 characters"):
            parse(path, "a.pdf", Limits(text_chars=5))
