"""Text recognition by Tesseract, where it is installed: a picture in, lines and a confidence out.

Runs in the parsing process, under its limits; the picture goes in and the text comes out through pipes, so nothing is
written. Orientation is found first and the picture turned: left to one run (``--psm 1``), Tesseract read a page on its
side with a confidence of 72 where it had 95 upright.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from ingest.errors import TimeLimit
from ingest.limits import Limits
from ingest.parsers.lines import joined, readable

DPI = 300  # what Tesseract's models are trained for
FLOOR = 40.0  # mean confidence of words, of 100, below which a page's text is not worth having
PAGE_S = 90.0
_TURN_FROM = 1.0  # Tesseract's own measure; a page of four lines, lying on its side, has 4
_ROTATE = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_SURE = re.compile(r"^Orientation confidence: ([\d.]+)$", re.MULTILINE)
_WORD_LEVEL = "5"
_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page's text, and how sure its words are on average, 0..100."""

    text: str
    confidence: float

    @property
    def legible(self) -> bool:
        """Whether there is text, and it is sure enough to be shown to people."""
        return bool(self.text.strip()) and self.confidence >= FLOOR


def recognise(picture: Any, limits: Limits) -> Recognised:
    """Return the text in a PIL picture.

    Raises:
        TimeLimit: Tesseract took too long over this page.
    """
    grey = picture.convert("L")
    if turn := _turn(_asked(grey, limits, "-l", "osd", "--psm", "0")):
        grey = grey.rotate(-turn, expand=True, fillcolor=255)
    return _read(_asked(grey, limits, "-l", limits.ocr_languages, "--psm", "3", "tsv"))


def _asked(picture: Any, limits: Limits, *options: str) -> str:
    """Return what Tesseract says of a picture."""
    data = io.BytesIO()
    picture.save(data, "PNG", dpi=(DPI, DPI))
    try:
        done = subprocess.run(  # noqa: S603 - the program that the settings name
            [limits.tesseract, "stdin", "stdout", *options],
            input=data.getvalue(),
            capture_output=True,
            timeout=PAGE_S,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeLimit(limit_s=PAGE_S) from error
    return done.stdout.decode("utf-8", "replace")


def _turn(said: str) -> int:
    """Return by how many degrees clockwise a page must be turned; 0 where Tesseract is not sure, or has no ``osd``."""
    turn, sure = _ROTATE.search(said), _SURE.search(said)
    return int(turn.group(1)) if turn and sure and float(sure.group(1)) >= _TURN_FROM else 0


def _read(table: str) -> Recognised:
    """Return what Tesseract's table says: words by block, paragraph and line, each with its confidence."""
    lines: dict[tuple[str, ...], list[str]] = {}
    letters, sure = 0, 0.0
    for row in table.splitlines()[1:]:
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD_LEVEL or not cells[11].strip():
            continue
        word = readable(cells[11]).strip()
        lines.setdefault((cells[2], cells[3], cells[4]), []).append(word)
        letters += len(word)
        sure += len(word) * float(cells[10])
    text, last = "", None
    for (block, paragraph, _), words in lines.items():
        here = (block, paragraph)
        text += ("" if last is None else "\n" if last == here else "\n\n") + joined(words)
        last = here
    return Recognised(text, sure / letters if letters else 0.0)
