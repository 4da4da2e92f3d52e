from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import (
    BrokenFile,
    EmptyFile,
    EncryptedFile,
    ExpandingArchive,
    IngestError,
    RenamedFile,
    TooLarge,
    TooMuchText,
    TruncatedFile,
    UnknownType,
    UnreadableFile,
)
from ingest.limits import Limits
from ingest.parsers.registry import SUPPORTED, parse
from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]


def package(*names: str, content: bytes = b"<x/>") -> bytes:
    """Return a zip file with members of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


WORD = package("[Content_Types].xml", "word/document.xml")
EXCEL = package("[Content_Types].xml", "xl/workbook.xml")


class TestTypes:
    @pytest.mark.parametrize("name", ["a.key", "a.doc", "a.exe", "a", "a.ods", ".pdf"])
    def test_others_are_refused_by_name(self, parse_bytes: ParseBytes, name: str) -> None:
        """A format that is not read is refused with those that are."""
        with pytest.raises(UnknownType, match="are not read") as caught:
            parse_bytes(name, "text")
        assert all(extension in caught.value.reason for extension in SUPPORTED)

    def test_advice(self, parse_bytes: ParseBytes) -> None:
        """Where it is known what to do, the sentence says it."""
        with pytest.raises(UnknownType, match=r"save it as \.docx"):
            parse_bytes("old.wps", b"\xd0\xcf\x11\xe0")

    def test_extensions_in_capitals(self, parse_bytes: ParseBytes) -> None:
        """An extension counts in capitals too."""
        assert parse_bytes("A.TXT", "text").blocks


class TestRenamed:
    @pytest.mark.parametrize(
        ("name", "data", "kind"),
        [
            ("a.pdf", WORD, "a Word document"),
            ("a.docx", b"%PDF-1.7\n%%EOF", "a PDF"),
            ("a.docx", EXCEL, "an Excel workbook"),
            ("a.xlsx", package("a.md"), "a zip archive"),
            ("a.csv", EXCEL, "an Excel workbook"),
            ("a.txt", b"\x89PNG\r\n\x1a\n", "a PNG picture"),
            ("a.pdf", b"<html><body>x</body></html>", "a web page"),
            ("a.docx", b"plain words", "text"),
            ("a.xlsx", b"a,b\n1,2\n", "text"),
            ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Office file"),
        ],
    )
    def test_renamed(self, parse_bytes: ParseBytes, name: str, data: bytes, kind: str) -> None:
        """A file whose content is another format is told what it is."""
        with pytest.raises(RenamedFile, match=f"named {Path(name).suffix} but its content is {kind}"):
            parse_bytes(name, data)


class TestDamaged:
    @pytest.mark.parametrize("extension", SUPPORTED)
    def test_no_bytes(self, parse_bytes: ParseBytes, extension: str) -> None:
        """A file of no bytes is empty, whatever its format."""
        with pytest.raises(EmptyFile, match="empty") as caught:
            parse_bytes(f"a{extension}", b"")
        assert caught.value.state == "skipped"

    @pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv"])
    def test_nothing_but_blanks(self, parse_bytes: ParseBytes, name: str) -> None:
        """A file of blanks is empty."""
        with pytest.raises(EmptyFile):
            parse_bytes(name, " \n\n\t\n")

    @pytest.mark.parametrize(("name", "data"), [("a.docx", WORD), ("a.xlsx", EXCEL)])
    def test_truncated(self, parse_bytes: ParseBytes, name: str, data: bytes) -> None:
        """An Office file without its end is cut short."""
        with pytest.raises(TruncatedFile, match="cut short"):
            parse_bytes(name, data[: len(data) // 2])

    @pytest.mark.parametrize(("name", "data"), [("a.docx", WORD), ("a.xlsx", EXCEL)])
    def test_broken_inside(self, parse_bytes: ParseBytes, name: str, data: bytes) -> None:
        """An Office file with nonsense inside is damaged."""
        with pytest.raises(BrokenFile, match="damaged"):
            parse_bytes(name, data)

    @pytest.mark.parametrize("extension", SUPPORTED)
    def test_noise(self, parse_bytes: ParseBytes, extension: str) -> None:
        """Noise under any name ends in a sentence."""
        noise = bytes((index * 197 + index // 7 + 83) % 256 for index in range(5_000))

        with pytest.raises(IngestError) as caught:
            parse_bytes(f"a{extension}", noise)
        assert len(caught.value.reason) > 20

    def test_office_password(self, parse_bytes: ParseBytes) -> None:
        """An Office file with a password says so."""
        container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")

        with pytest.raises(EncryptedFile, match="needs a password"):
            parse_bytes("a.docx", container)

    def test_not_there(self, tmp_path: Path) -> None:
        """A file that has gone since it was found is unreadable."""
        with pytest.raises(UnreadableFile, match="no such file"):
            parse(tmp_path / "gone.txt", "gone.txt")


class TestLimits:
    def test_large_file(self, tmp_path: Path) -> None:
        """A file of 200 MB is refused before a byte is read."""
        path = tmp_path / "large.txt"
        with path.open("wb") as file:
            file.truncate(200_000_000)

        with pytest.raises(TooLarge, match="too large: 200 MB, at most 100 MB"):
            parse(path, "large.txt")

    def test_text(self, tmp_path: Path) -> None:
        """More text than allowed is refused."""
        path = tmp_path / "a.txt"
        path.write_text("字" * 2_000, "utf-8")

        with pytest.raises(TooMuchText):
            parse(path, "a.txt", Limits(text_chars=1_000))

    def test_expanding_office_file(self, parse_bytes: ParseBytes) -> None:
        """An Office file that unpacks to far more than it holds is not unpacked."""
        bomb = package("[Content_Types].xml", "word/document.xml", content=bytes(60_000_000))

        with pytest.raises(ExpandingArchive, match="200 times its size"):
            parse_bytes("a.docx", bomb)


class TestCleaning:
    def test_text_can_be_stored(self, parse_bytes: ParseBytes) -> None:
        """What cannot be seen or saved is in no block; composed letters are one."""
        (block,) = parse_bytes("a.md", "e\u0301\u200b退\ufeff貨\x07\n").blocks

        assert block.text == "é退貨"
