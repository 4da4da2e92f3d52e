"""When a hit or a citation is at the expected place, and when an answer holds the expected words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from assistant.evaluation.types import Place
from knowledge.clauses import clause_key, is_within, parse_label
from knowledge.numerals import CJK_NUMERALS
from knowledge.text import fold
from knowledge.types import Hit

_SPACE = re.compile(r"\s+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def same_source(source: str, wanted: str) -> bool:
    """Return whether ``source`` is ``wanted``, a row of it (``faq.csv#I006``), or it in some folder.

    People write a file's name or its path from the root that was ingested; both name it.
    """
    one, other = _path(source), _path(wanted)
    if "#" not in other:
        one = one.partition("#")[0]
    return one == other or one.endswith(f"/{other}")


def is_place(source: str, clause: str | None, places: Iterable[Place], heading: Sequence[str] = ()) -> bool:
    """Return whether a passage of ``source`` labelled ``clause`` lies at one of ``places``.

    A clause is met by itself and by what lies below it: who expects 第4條 is served by 第4.3條. A label that
    repeats below several headings may be named with its heading's: 二、（一）.
    """
    return any(
        same_source(source, place.source)
        and (place.clause is None or _within(clause, heading, clause_key(place.clause)))
        for place in places
    )


def _within(clause: str | None, heading: Sequence[str], wanted: str) -> bool:
    if clause is None:
        return False
    key = clause_key(clause)
    if is_within(key, wanted):
        return True
    above = next((label for one in reversed(heading) if (label := parse_label(one)) is not None), None)
    return key.startswith("(") and above is not None and is_within(above.key + key, wanted)


def hit_at(hit: Hit, places: Sequence[Place]) -> bool:
    """Return whether a hit, or the same text elsewhere that was joined to it, lies at one of ``places``."""
    return any(is_place(p.source, p.clause, places, p.heading) for p in (hit.passage, *hit.places))


def place_key(hit: Hit, *, by_clause: bool) -> str:
    """Return one name for all hits of a place: its document (or row), with its clause where asked for."""
    source = _path(hit.passage.source)
    if not by_clause:
        return source
    above = next((one for one in reversed(hit.passage.heading) if parse_label(one) is not None), "")
    return "\t".join((source, above, clause_key(hit.passage.clause or "")))


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


def _path(source: str) -> str:
    return unicodedata.normalize("NFC", source).replace("\\", "/").removeprefix("./").strip()
