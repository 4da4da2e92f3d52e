"""Old Office files through the real LibreOffice."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from openpyxl import Workbook

from ingest import converting, tools
from ingest.converting import converted
from ingest.errors import BrokenFile, ConverterMissing, IngestError, RenamedFile, TooLarge
from ingest.limits import Limits
from ingest.parsers.registry import parse


@pytest.fixture
def office(installed: Callable[[str], str], tmp_path: Path) -> Callable[[Path, str], Path]:
    """Return a function that saves a file in an old format."""
    program = installed("soffice")

    def saved(path: Path, old: str) -> Path:
        profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
        command = [program, "--headless", profile, "--convert-to", old, "--outdir", str(tmp_path), str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return path.with_suffix(f".{old}")

    return saved


class TestConverted:
    @pytest.mark.parametrize("old", ["doc", "rtf"])
    def test_word(self, office: Callable[[Path, str], Path], tmp_path: Path, old: str) -> None:
        """Headings, paragraphs and tables come as from today's format; the name's stem stays."""
        document = Document()
        document.add_heading("出貨程序", 0)
        document.add_paragraph("第1條 七日內退貨。")
        document.save(str(tmp_path / "規則.docx"))
        path = office(tmp_path / "規則.docx", old)

        with converted(path, f"規則.{old}", Limits()) as (made, name):
            found = parse(made, name)

        assert name == "規則.docx"
        assert [b.text for b in found.blocks] == ["出貨程序", "第1條 七日內退貨。"]
        assert not made.exists()

    def test_excel(self, office: Callable[[Path, str], Path], tmp_path: Path) -> None:
        """Rows have their header."""
        book = Workbook()
        for row in (["項目", "期限"], ["退貨", "七日"]):
            book.active.append(row)
        book.save(tmp_path / "a.xlsx")

        with converted(office(tmp_path / "a.xlsx", "xls"), "a.xls", Limits()) as (made, name):
            assert "項目：退貨；期限：七日" in [b.text for b in parse(made, name).blocks]

    def test_damage_has_a_cause(self, office: Callable[[Path, str], Path], tmp_path: Path) -> None:
        """A file cut short, and one that only begins like an old Office file."""
        (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_000))

        with pytest.raises(IngestError) as caught, converted(tmp_path / "a.doc", "a.doc", Limits()):
            pass
        assert isinstance(caught.value, BrokenFile)


class TestRefused:
    def test_says_what_to_install(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without LibreOffice the file is left out with the reason, never indexed empty."""
        monkeypatch.setattr(converting, "libreoffice", lambda: None)
        (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0")

        with (
            pytest.raises(ConverterMissing, match="libreoffice-writer-nogui"),
            converted(tmp_path / "a.doc", "a.doc", Limits()),
        ):
            pass

    def test_what_is_something_else(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """LibreOffice would take anything for text; a renamed file is told."""
        monkeypatch.setattr(converting, "libreoffice", lambda: tools.Tool("/bin/false", "1"))
        (tmp_path / "a.doc").write_text("just text")
        (tmp_path / "b.doc").write_bytes(b"x" * 2_000)

        with pytest.raises(RenamedFile), converted(tmp_path / "a.doc", "a.doc", Limits()):
            pass
        with pytest.raises(TooLarge), converted(tmp_path / "b.doc", "b.doc", Limits(file_bytes=1_000)):
            pass

    def test_missing_tools_are_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With what they are for, and how to get them."""
        monkeypatch.setattr(tools, "libreoffice", lambda: None)
        monkeypatch.setattr(tools, "tesseract", lambda: None)

        assert [one.name for one in tools.missing_tools()] == ["LibreOffice", "Tesseract"]
        assert all("apt install" in one.install for one in tools.missing_tools())
