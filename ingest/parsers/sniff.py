"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.errors import BrokenFile, EncryptedFile, ExpandingArchive, RenamedFile, TruncatedFile, UnknownType
from ingest.limits import MEGABYTE, Limits

_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a bitmap picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"RIFF", "a sound or video"),
    (b"ID3", "a sound"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"SQLite format 3", "a database"),
    (b"AT&TFORM", "a DjVu document"),
    (b"%!PS", "a PostScript document"),
    (b"bplist", "a property list"),
)
_PACKAGES = (
    ("word/", "a Word document"),
    ("xl/", "an Excel workbook"),
    ("ppt/", "a PowerPoint presentation"),
    ("META-INF/container.xml", "an e-book"),
)
_ODF = {"text": "an OpenDocument text", "spreadsheet": "an OpenDocument spreadsheet"}
_EXPECTED = {
    ".pdf": "a PDF",
    ".docx": "a Word document",
    ".xlsx": "an Excel workbook",
    ".pptx": "a PowerPoint presentation",
    ".odt": "an OpenDocument text",
    ".epub": "an e-book",
    ".msg": "an old Office file",
    ".png": "a PNG picture",
    ".jpg": "a JPEG picture",
    ".jpeg": "a JPEG picture",
    ".bmp": "a bitmap picture",
    ".tif": "a TIFF picture",
    ".tiff": "a TIFF picture",
    ".webp": "a sound or video",  # RIFF, as these begin
}
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_EXPANDS = 50 * MEGABYTE  # an Office file below this, unpacked, is read whatever its ratio
_TEXT = "text"


def check_content(path: Path, extension: str, limits: Limits) -> None:
    """Raise unless the content of the file is what its extension says.

    Raises:
        RenamedFile: it is another format.
        EncryptedFile: it is an Office file with a password.
        ExpandingArchive: it unpacks to more than the bounds allow.
        TruncatedFile, BrokenFile: it begins right and cannot be opened.
    """
    expected = _EXPECTED.get(extension, _TEXT)
    with path.open("rb") as file:
        head = file.read(2_048)
    kind = kind_of(head)
    if kind == "an old Office file" and extension in {".docx", ".xlsx", ".pptx"} and _locked(path):
        raise EncryptedFile
    if kind == "a zip archive":
        kind = _check_package(path, expected, limits)
    if kind == expected or (expected == "a PDF" and b"%PDF-" in head[:1_024]):
        return
    if kind != _TEXT or expected not in {_TEXT, "a PDF"}:
        if kind == _TEXT and not _printable(head):
            raise BrokenFile(kind=expected, why="it does not begin like one")
        raise RenamedFile(extension=extension, kind=kind if kind != _TEXT else _kind_of_text(head))
    if not _printable(head):
        raise BrokenFile(kind=expected, why="it does not begin like one")
    raise RenamedFile(extension=extension, kind=_kind_of_text(head))


def kind_of(head: bytes) -> str:
    """Return what the first bytes say; text when they say nothing."""
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[4:8] == b"ftyp":
        return "a video"
    return _TEXT


def _check_package(path: Path, expected: str, limits: Limits) -> str:
    """Return which format a zip file is, after making sure that it may be unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            infos = package.infolist()
            kind = package_kind(package)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        if expected == _TEXT:
            raise RenamedFile(extension=path.suffix or "?", kind="a zip archive") from error
        raise TruncatedFile(kind=expected.split(" ", 1)[1]) from error
    if kind == expected:
        size = sum(info.file_size for info in infos)
        ratio = limits.archive_ratio
        if size > limits.expanded_bytes or size > max(_EXPANDS, ratio * path.stat().st_size):
            raise ExpandingArchive(limit_mb=limits.expanded_bytes // MEGABYTE, ratio=ratio)
    return kind


def package_kind(package: zipfile.ZipFile) -> str:
    """Return which format a zip file is by the names of its members."""
    names = package.namelist()
    if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
        stated = package.read("mimetype").decode("ascii", "replace")
        for word, kind in _ODF.items():
            if stated.endswith(f"opendocument.{word}"):
                return kind
    if "[Content_Types].xml" in names or "META-INF/container.xml" in names:
        for prefix, kind in _PACKAGES:
            if any(name.startswith(prefix) for name in names):
                return kind
    return "a zip archive"


def _locked(path: Path) -> bool:
    """Tell whether an Office file holds a document encrypted with a password."""
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(MEGABYTE):
            if _LOCKED in tail + chunk:
                return True
            tail = chunk[-len(_LOCKED) :]
    return False


def _printable(head: bytes) -> bool:
    """Tell whether bytes can be text in some encoding: few control characters beside the NULs of UTF-16."""
    controls = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\f\v\x1b\0")
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return wide or (head.count(0) == 0 and controls <= len(head) // 100)


def _kind_of_text(head: bytes) -> str:
    """Return what sort of text it is."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    return "a web page" if start.startswith((b"<!doctype html", b"<html")) else "text"


def unknown(extension: str, supported: tuple[str, ...]) -> UnknownType:
    """Return the refusal of a format that is not read, with what to do where that is known."""
    advice = _ADVICE.get(extension)
    return UnknownType(
        extension=extension or "none",
        advice=f" ({advice})" if advice else "",
        supported=" ".join(supported),
    )


_ADVICES = {
    "save it as .docx or .pdf": ".pages .wps .docm .dotx .dot .hwp",
    "save it as .xlsx or .csv": ".ods .xlsm .xlsb .numbers",
    "save it as .pdf": ".odp .key",
    "convert it to .epub, .pdf or .html": ".mobi .azw3",
    "save it as .png or .pdf": ".gif .heic",
    "pack it as .zip": ".rar .7z .gz .tar .tgz .bz2 .xz",
}
_ADVICE = {extension: advice for advice, extensions in _ADVICES.items() for extension in extensions.split()}
