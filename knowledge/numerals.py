"""Numbers as clause labels and amounts write them: 38, ３８, 三十八, 一○五, 參, 兩萬五千, XIV, Ⅳ, Fourteen."""

from __future__ import annotations

import re

CJK_DIGITS = "〇○零一二三四五六七八九壹貳參肆伍陸柒捌玖贰叁参肆陆"
CJK_NUMERALS = CJK_DIGITS + "十百千拾佰仟廿卅"
CJK_AMOUNTS = CJK_NUMERALS + "兩两萬万億亿"  # labels have none of these, amounts do
UNICODE_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip

_VALUES = {
    **dict.fromkeys("〇○零", 0),
    **{c: n for n, c in enumerate("一二三四五六七八九", 1)},
    **{c: n for n, c in enumerate("壹貳參肆伍陸柒捌玖", 1)},
    "贰": 2,
    "叁": 3,
    "参": 3,
    "陆": 6,
    "兩": 2,
    "两": 2,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30}
_LARGE = {"萬": 10_000, "万": 10_000, "億": 100_000_000, "亿": 100_000_000}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN_FORM = re.compile(r"(?=[clxvi])c{0,3}(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")


def _cjk(text: str) -> int | None:
    """Read 三十八, 一百零五, 兩萬五千, and digit by digit 一○五; None where the order makes no number."""
    if all(c in _VALUES for c in text):
        return int("".join(str(_VALUES[c]) for c in text))
    total, section, digit = 0, 0, None
    for character in text:
        if character in _LARGE:
            section, scale = section + (digit or 0), _LARGE[character]
            above = total if total >= scale else 0  # 三億二千萬: only 二千 is counted in 萬
            total, section, digit = above + (total - above + section or 1) * scale, 0, None
        elif character in _UNITS:
            section += (1 if digit is None or digit == 0 else digit) * _UNITS[character]
            digit = None
        elif character in _TENS:
            section, digit = section + _TENS[character], None
        elif digit not in (None, 0):
            return None  # 三八十: two digits side by side among units
        else:
            digit = _VALUES[character]
    return total + section + (digit or 0)


def _roman(text: str) -> int | None:
    if not _ROMAN_FORM.fullmatch(text):
        return None
    values = [_ROMAN[c] for c in text]
    return sum(-v if any(w > v for w in values[i + 1 : i + 2]) else v for i, v in enumerate(values))


def read_number(text: str) -> int | None:
    """Return the whole number that ``text`` writes in one of the forms above; None when it is none."""
    plain = "".join(text.split()).casefold()
    if plain.isdecimal():
        return int(plain)
    if plain and all(c in CJK_AMOUNTS for c in plain):
        return _cjk(plain)
    if len(plain) == 1 and plain.upper() in UNICODE_ROMAN:
        return UNICODE_ROMAN.index(plain.upper()) + 1
    if plain in WORDS:
        return WORDS.index(plain) + 1
    return _roman(plain)
