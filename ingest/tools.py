"""Programs that are used where they are installed: which there are, and what goes without them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache

_PROBE_S = 30.0  # LibreOffice takes seconds to tell its version when it starts for the first time


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that is installed; ``languages`` are those that Tesseract reads."""

    path: str
    version: str
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A program that is not installed: what it would be used for, and how to get it."""

    name: str
    feature: str
    install: str


_INSTALL = {
    "libreoffice": "apt install libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui",
    "tesseract": "apt install tesseract-ocr tesseract-ocr-osd tesseract-ocr-chi-tra",
}


@lru_cache(maxsize=1)
def libreoffice() -> Tool | None:
    """Return LibreOffice, which reads .doc, .xls, .ppt and .rtf; None where it is not installed."""
    path = shutil.which("soffice") or shutil.which("libreoffice")
    return Tool(path, _version(path, r"\d+(?:\.\d+)+")) if path else None


@lru_cache(maxsize=1)
def tesseract() -> Tool | None:
    """Return Tesseract, which reads pictures of text; None where it is not installed."""
    path = shutil.which("tesseract")
    if path is None:
        return None
    listed = _said(path, "--list-langs").splitlines()[1:]
    return Tool(
        path, _version(path, r"\d+(?:\.\d+)+"), tuple(line.strip() for line in listed if line.strip())
    )


def missing_tools() -> list[Missing]:
    """Return what is not installed, for a start's messages and a status."""
    found = []
    if libreoffice() is None:
        found.append(
            Missing("LibreOffice", "reading .doc, .xls, .ppt and .rtf files", _INSTALL["libreoffice"])
        )
    if tesseract() is None:
        found.append(Missing("Tesseract", "reading scans and pictures", _INSTALL["tesseract"]))
    return found


def _version(path: str, pattern: str) -> str:
    found = re.search(pattern, _said(path, "--version"))
    return found.group() if found else "unknown"


def _said(path: str, option: str) -> str:
    try:
        done = subprocess.run([path, option], capture_output=True, timeout=_PROBE_S, check=False)  # noqa: S603 - a path that `which` found
    except (OSError, subprocess.SubprocessError):
        return ""
    return (done.stdout or done.stderr).decode("utf-8", "replace")
