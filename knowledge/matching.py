"""When a passage is from the expected place, and when a text holds the expected words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from knowledge.clauses import clause_key, is_within, parse_label
from knowledge.numerals import CJK_NUMERALS
from knowledge.text import fold

_SPACE = re.compile(r"\s+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def same_source(source: str, wanted: str) -> bool:
    """Return whether ``source`` is ``wanted``, a row of it (``faq.csv#I006``), or it in some folder.

    People write a file's name or its path from the root that was ingested; both name it.
    """
    one, other = path_of(source), path_of(wanted)
    if "#" not in other:
        one = one.partition("#")[0]
    return one == other or one.endswith(f"/{other}")


def within(clause: str | None, heading: Sequence[str], wanted: str) -> bool:
    """Return whether a passage labelled ``clause`` below ``heading`` lies in the clause of the key ``wanted``.

    A label that repeats below several headings may be wanted with its heading's: 二、（一）.
    """
    if clause is None:
        return False
    key = clause_key(clause)
    if is_within(key, wanted):
        return True
    above = next((label for one in reversed(heading) if (label := parse_label(one)) is not None), None)
    return key.startswith("(") and above is not None and is_within(above.key + key, wanted)


def met(groups: Sequence[Sequence[str]], text: str) -> list[bool]:
    """Return for each group whether ``text`` holds one of its alternatives.

    Width, case, spaces between Chinese characters, thousands separators and Traditional or Simplified do not
    matter; a number is met by the whole number only: 24 is not in 240 nor in 1.24.
    """
    folded = _comparable(text)
    return [any(_holds(folded, _comparable(alternative)) for alternative in group) for group in groups]


def _holds(text: str, wanted: str) -> bool:
    if not wanted:
        return False
    return re.search(whole_numbers(wanted), text) is not None


def whole_numbers(wanted: str) -> str:
    """Return a pattern for ``wanted`` that begins and ends in the middle of no number and no Latin word.

    三天 is not in 十三天, eight not in eighteen; a plural may follow.
    """
    before = after = ""
    if wanted[0].isdecimal():
        before = r"(?<!\d)(?<!\d[.,])"
    elif wanted[0] in CJK_NUMERALS:
        before = rf"(?<![{CJK_NUMERALS}第\d])"
    elif wanted[0].isascii() and wanted[0].isalpha():
        before = r"(?<![a-z0-9])"
    if wanted[-1].isdecimal():
        after = r"(?!\d)(?![.,]\d)"
    elif wanted[-1].isascii() and wanted[-1].isalpha():
        after = r"(?:e?s)?(?![a-z0-9])"
    return before + re.escape(wanted) + after


def _comparable(text: str) -> str:
    folded = _THOUSANDS.sub("", _SPACE.sub(" ", fold(text)).strip())
    folded = re.sub(r"(?<=\d) (?=%)|(?<=\$) (?=\d)", "", folded)
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", folded)


def path_of(source: str) -> str:
    """Return a source as it is compared, whatever system it was written on."""
    return unicodedata.normalize("NFC", source).replace("\\", "/").removeprefix("./").strip()
