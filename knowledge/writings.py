"""Other ways to write the codes, amounts and units of a question: SOP012 and SOP-012, 3kg and 3 公斤.

Keys already fold width, case and the grouping of digits. What is left are ways that no key joins, because
joining them in the index would lose what tells codes apart; so the question is asked in each way instead.
"""

from __future__ import annotations

import re

_CODE = re.compile(r"(?<![A-Za-z0-9\-_./])([A-Za-z]{2,6})(-?)(\d{2,6})(?![A-Za-z0-9\-_./])")
_UNITS = {
    "kg": "公斤", "g": "公克", "km": "公里", "m": "公尺", "cm": "公分", "mm": "公釐", "ml": "毫升", "l": "公升",
    "hr": "小時", "hrs": "小時", "h": "小時", "min": "分鐘", "mins": "分鐘", "sec": "秒", "pcs": "個",
}  # fmt: skip
_LATIN = {han: latin for latin, han in reversed(_UNITS.items())}
_MEASURE = re.compile(
    r"(?<![A-Za-z0-9.])(\d[\d,]*(?:\.\d+)?)( ?)("
    + "|".join(sorted([*_UNITS, *_LATIN], key=len, reverse=True))
    + r")(?![A-Za-z])",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"(?:NT\$|NTD|TWD|NT)\s?(\d[\d,]*(?:\.\d+)?)(?:\s?元)?", re.IGNORECASE)


def other_writings(question: str) -> list[str]:
    """Return ``question`` with its codes, its units and its amounts written otherwise, one kind at a time."""
    found = [
        _CODE.sub(lambda m: f"{m[1]}{'' if m[2] else '-'}{m[3]}", question),
        _MEASURE.sub(_other_unit, question),
        _MEASURE.sub(_other_gap, question),
        _AMOUNT.sub(lambda m: f"{m[1]}元", question),
    ]
    return [other for other in dict.fromkeys(found) if other != question]


def _other_unit(found: re.Match[str]) -> str:
    unit = found[3].lower()
    return f"{found[1]}{_UNITS[unit]}" if unit in _UNITS else f"{found[1]}{_LATIN[unit]}"


def _other_gap(found: re.Match[str]) -> str:
    if found[3].lower() not in _UNITS:
        return f"{found[1]} {_LATIN[found[3]]}"
    return f"{found[1]}{'' if found[2] else ' '}{found[3]}"
