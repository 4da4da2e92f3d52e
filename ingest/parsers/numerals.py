"""Numbers in the forms that word processors and web pages write in front of paragraphs.

Names of the forms are those of ECMA-376, part 1, 17.18.59 (ST_NumberFormat).
"""

from __future__ import annotations

from collections.abc import Callable

from knowledge.numerals import WORDS

_TRADITIONAL = "〇一二三四五六七八九"
_LEGAL_TRADITIONAL = "零壹貳參肆伍陸柒捌玖"
_LEGAL_SIMPLIFIED = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LARGEST = 99_999_999
_LONGEST_REPEAT = 50
_SMALL = ("zero", *WORDS[:19])
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def numeral(number: int, form: str) -> str:
    """Return ``number`` as ``form`` writes it; an unknown form and a number out of its range are decimal."""
    write = _FORMS.get(form)
    if write is None or not 0 <= number <= _LARGEST:
        return str(number)
    return write(number) or str(number)


def counted(
    number: int, digits: str = "零" + _TRADITIONAL[1:], units: str = "十百千", large: str = "萬"
) -> str:
    """Return a number in Chinese: 38 is 三十八, 105 is 一百零五, 10 is 十."""
    if number == 0:
        return digits[0]
    high, low = divmod(number, 10_000)
    if high:
        gap = digits[0] if 0 < low < 1_000 else ""
        return counted(high, digits, units, large) + large + gap + (_below(low, digits, units) if low else "")
    text = _below(low, digits, units)
    ten = digits[1] + units[0]
    return text[1:] if text.startswith(ten) and units[0] == "十" else text


def _below(number: int, digits: str, units: str) -> str:
    """Return a number under ten thousand in Chinese."""
    text, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += (digits[0] if zero and text else "") + digits[digit] + (units[place - 1] if place else "")
            zero = False
        else:
            zero = True
    return text


def _roman(number: int) -> str:
    """Return a Roman number; decimal beyond 3999."""
    if not 0 < number < 4_000:
        return ""
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _repeated(number: int, letters: str) -> str:
    """Return the n-th letter; after the last, letters twice, as word processors do: Z, AA, BB."""
    if number < 1:
        return ""
    turns, index = divmod(number - 1, len(letters))
    return letters[index] * (turns + 1) if turns < _LONGEST_REPEAT else ""


def _cycled(number: int, letters: str) -> str:
    """Return the n-th sign; decimal after the last."""
    return letters[number - 1] if 1 <= number <= len(letters) else ""


def _digits(number: int, digits: str) -> str:
    """Return a number digit by digit: 105 is 一〇五."""
    return "".join(digits[int(digit)] for digit in str(number))


def _from(first: str, last: int) -> Callable[[int], str]:
    """Return a writer of consecutive characters: 1 is ``first``, up to ``last``."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else ""


def _ordinal(number: int) -> str:
    """Return a number as 1st, 2nd, 3rd, 4th."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _spelt(number: int) -> str:
    """Return One, Two … Ninety-nine; decimal beyond."""
    if number >= 100:
        return ""
    if number < 20:
        return _SMALL[number].capitalize()
    tens, ones = divmod(number, 10)
    return _TENS[tens].capitalize() + (f"-{_SMALL[ones]}" if ones else "")


_FORMS: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "decimal": str,
    "decimalHalfWidth": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: _digits(number, "０１２３４５６７８９"),
    "decimalFullWidth2": lambda number: _digits(number, "０１２３４５６７８９"),
    "decimalEnclosedCircle": lambda number: _from("①", 20)(number) or f"({number})",
    "decimalEnclosedCircleChinese": lambda number: _from("①", 20)(number) or f"({number})",
    "decimalEnclosedFullstop": lambda number: _from("⒈", 20)(number) or f"{number}.",
    "decimalEnclosedParen": lambda number: _from("⑴", 20)(number) or f"({number})",
    "numberInDash": lambda number: f"- {number} -",
    "hex": lambda number: f"{number:X}",
    "ordinal": _ordinal,
    "cardinalText": _spelt,
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": lambda number: _repeated(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lowerLetter": lambda number: _repeated(number, "abcdefghijklmnopqrstuvwxyz"),
    "chineseCounting": lambda n: counted(n) if n < 100 else _digits(n, "○" + _TRADITIONAL[1:]),
    "taiwaneseCounting": lambda n: counted(n) if n < 100 else _digits(n, "○" + _TRADITIONAL[1:]),
    "japaneseCounting": counted,
    "chineseCountingThousand": lambda number: counted(number, large="万"),
    "taiwaneseCountingThousand": counted,
    "ideographDigital": lambda number: _digits(number, _TRADITIONAL),
    "japaneseDigitalTenThousand": lambda number: _digits(number, _TRADITIONAL),
    "taiwaneseDigital": lambda number: _digits(number, "○" + _TRADITIONAL[1:]),
    "ideographTraditional": lambda number: _cycled(number, _STEMS),
    "ideographZodiac": lambda number: _cycled(number, _BRANCHES),
    "ideographEnclosedCircle": lambda number: _from("㊀", 10)(number) or f"({number})",
    "ideographLegalTraditional": lambda number: counted(number, _LEGAL_TRADITIONAL, "拾佰仟", "萬"),
    "chineseLegalSimplified": lambda number: counted(number, _LEGAL_SIMPLIFIED, "拾佰仟", "万"),
    "japaneseLegal": lambda number: counted(number, "零壱弐参四伍六七八九", "拾百阡", "萬"),
}
