"""Writes the binary documents of the demo corpus from readable sources, each time the same bytes.

``python -m knowledge.samples.build [FOLDER]`` writes into ``documents/`` beside this file, or into FOLDER.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path

from knowledge.samples.portable import write_pdf
from knowledge.samples.source import read_source
from knowledge.samples.tables import REPAIRS, STORES, Sheet, write_calendar, write_workbook
from knowledge.samples.word import write_word

HERE = Path(__file__).resolve().parent
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_STORES_MADE, _REPAIRS_MADE = datetime(2026, 11, 2), datetime(2026, 10, 6)  # noqa: DTZ001 openpyxl wants naive

_WORD = {
    "public/POL-102_保固服務條款.docx": "POL-102",
    "internal/sop/SOP-012_出貨作業標準程序.docx": "SOP-012",
    "internal/sop/SOP-015_客訴處理程序.docx": "SOP-015",
    "internal/hr/HR-003_員工請假辦法.docx": "HR-003",
    "internal/hr/Employee_Handbook_Chapter_5.docx": "HANDBOOK-5",
}
_PDF = {
    "public/manuals/LH-AP300_空氣清淨機使用手冊.pdf": "AP300",
    "internal/hr/HR-005_差旅費用報支辦法.pdf": "HR-005",
}


def _word(stem: str) -> bytes:
    source = read_source(HERE / "sources" / f"{stem}.md")
    return _settle(write_word(source), datetime.fromisoformat(source.meta["effective"]))


def _pdf(stem: str) -> bytes:
    return write_pdf(read_source(HERE / "sources" / f"{stem}.md"))


def _workbook(sheets: dict[str, Sheet], made: datetime) -> bytes:
    return _settle(write_workbook(sheets, made), made)


def documents() -> dict[str, Callable[[], bytes]]:
    """Return what writes each built document, by its path inside ``documents/``."""
    return (
        {path: lambda stem=stem: _word(stem) for path, stem in _WORD.items()}
        | {path: lambda stem=stem: _pdf(stem) for path, stem in _PDF.items()}
        | {
            "public/門市與產品資料.xlsx": lambda: _workbook(STORES, _STORES_MADE),
            "internal/repair/維修報價表.xlsx": lambda: _workbook(REPAIRS, _REPAIRS_MADE),
            "internal/hr/2027年行事曆.csv": write_calendar,
        }
    )


def _settle(office_file: bytes, made: datetime) -> bytes:
    """Return the same Office file without the moment of writing: fixed zip dates, modified when made."""
    stamp = rb"\g<1>" + made.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(office_file)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(stamp, data)
            new.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def build(folder: Path) -> list[Path]:
    """Write every built document below ``folder`` and return the files."""
    written = []
    for name, write in documents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write())
        written.append(path)
    return written


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "documents")
