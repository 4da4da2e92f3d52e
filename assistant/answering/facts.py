"""The facts of a sentence that must agree with its source: numbers, names and what is denied."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from assistant.answering.amounts import ENGLISH_NUMBERS, MONTH, MONTHS
from knowledge.numerals import read_number
from knowledge.text import fold

_LARGE = {"萬": 10_000, "万": 10_000, "億": 100_000_000, "亿": 100_000_000}
_CHINESE_NUMBER = "零〇一二兩两三四五六七八九十百千萬万億亿"
# A Chinese numeral counts as a number only before a unit or after 第: 一些, 一般 and 十分 are words.
_UNIT = (
    "個年月日天週周小時分秒元塊台臺件項條章節款目次人位名歲倍成折度里公克斤噸米尺吋頁號樓層級類種萬億%％"
    "时条节项号层级类种个岁吨亿万"
)
_NUMBER = re.compile(
    rf"(?P<digits>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<scale>[千萬万億亿])?(?P<percent>\s*%)?"
    rf"|(?P<share>百分之)(?P<of>[{_CHINESE_NUMBER}點点\d.]+)"
    rf"|(?!一[個种種位次些])(?P<chinese>[{_CHINESE_NUMBER}]+)(?=[{_UNIT}])"
)
_ENGLISH_NUMBER = re.compile(
    rf"\b({'|'.join(ENGLISH_NUMBERS)})(?:[- ](one|two|three|four|five|six|seven|eight|nine))?\b"
)
_ENGLISH_SCALE = re.compile(r"\s+(hundred|thousand|million|billion)\b")
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_MONTH = re.compile(rf"\b({MONTH})\b\.?(?=\s+\d)")
_LIST_MARK = re.compile(r"^\s*(?:\d{1,2}[.、)）](?!\d)|[(（]\d{1,2}[)）])\s*")


def chinese_value(numeral: str) -> int | None:
    """Return the value of a Chinese numeral: 十二 12, 三千五百 3500, 二〇二四 2024; None if it is none."""
    return read_number(numeral) if numeral and all(c in _CHINESE_NUMBER for c in numeral) else None


def _plain(value: float) -> str:
    whole = math.isfinite(value) and value == int(value)  # three hundred digits in a row are no finite float
    return str(int(value)) if whole else repr(round(value, 6))


def numbers(text: str) -> frozenset[str]:
    """Return a text's numbers in one notation: "1,000", "1千" and "一千元" are all "1000"; "5%" stays."""
    return frozenset(value for value, _ in measures(text))


def measures(text: str) -> frozenset[tuple[str, str | None]]:
    """Return each number with what it counts, None where unknown: ("24", "hour") for 24 小時 and 24 hours.

    第二人 is an ordinal and counts nothing: two people are another fact.
    """
    text = _LIST_MARK.sub("", unicodedata.normalize("NFKC", text)).lower()
    found: set[tuple[str, str | None]] = set()
    for match in _NUMBER.finditer(text):
        unit = "ordinal" if text[: match.start()].rstrip().endswith("第") else _unit(text, match.end())
        found.update((value, unit) for value in _values(match))
    for match in _ENGLISH_NUMBER.finditer(text):
        amount = ENGLISH_NUMBERS[match[1]] + (ENGLISH_NUMBERS[match[2]] if match[2] else 0)
        scale = _ENGLISH_SCALE.match(text, match.end())
        end = scale.end() if scale else match.end()
        found.add((_plain(amount * (_SCALES[scale[1]] if scale else 1)), _unit(text, end)))
    for match in _MONTH.finditer(text):
        found.add((str(next(i for i, m in enumerate(MONTHS, 1) if m.startswith(match[1][:3]))), "month"))
    return frozenset(found)


def _values(match: re.Match[str]) -> list[str]:
    if match["share"]:
        share = chinese_value(match["of"])
        return [f"{share if share is not None else match['of']}%"]
    if match["chinese"]:
        value = chinese_value(match["chinese"])
        return [str(value)] if value is not None else []
    amount = float(match["digits"].replace(",", ""))
    amount *= {"千": 1000, **_LARGE}.get(match["scale"] or "", 1)
    return [_plain(amount) + ("%" if match["percent"] else "")]


def agree(said: frozenset[tuple[str, str | None]], source: frozenset[tuple[str, str | None]]) -> bool:
    """Return whether the source has every number said, counting the same where both say what they count."""
    return all(any(v == w and (u == x or u is None or x is None) for w, x in source) for v, u in said)


# What a number counts, where telling it apart matters. Of 個 and 項 nothing is known: they count anything.
_UNITS = {
    "year": "年|years?|歲|岁|years? old",
    "month": "個月|个月|月|months?",
    "week": "週|周|星期|weeks?",
    "workday": "個?工作[天日]|个?工作[天日]|(?:working|business)[ -]days?",
    "day": "天|日|(?:calendar )?days?",
    "hour": "個?小時|个?小时|hours?|hrs?",
    "minute": "分鐘|分钟|minutes?|mins?",
    "second": "秒鐘?|seconds?|secs?",
    "money": "元|塊錢|块钱|圓|dollars?|yuan|ntd",
    "weight": "公斤|公克|kg|kilograms?",
    "length": "公里|公尺|公分|km|kilometres?|kilometers?|cm",
    "person": "人|位|名|people|persons?",
    "kind": "種|种|kinds?|types?|colou?rs?",
    "time": "次|times",
    "photo": "張|张|photos?|pictures?",
    "percent": "成|percent",
    "area": "坪",
}
_UNIT_AFTER = re.compile(
    r"\s*-?(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()) + r")(?![a-z])"
)


def _unit(text: str, end: int) -> str | None:
    match = _UNIT_AFTER.match(text, end)
    return match.lastgroup if match else None


def without_numbers(text: str) -> str:
    """Return ``text`` with # for each number and what it counts, for comparing what remains."""
    text = unicodedata.normalize("NFKC", text).lower()
    pieces: list[str] = []
    at = 0
    for match in sorted((*_NUMBER.finditer(text), *_ENGLISH_NUMBER.finditer(text)), key=lambda m: m.start()):
        if match.start() >= at:
            unit = _UNIT_AFTER.match(text, match.end())
            pieces += [text[at : match.start()], "#"]
            at = unit.end() if unit else match.end()
    return "".join((*pieces, text[at:]))


_NAME = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z][\w&'-]*|[A-Za-z]+[-_]?\d[\w-]*|[a-z]+[A-Z]\w*|\d+(?:\.\d+){2,})(?:[- ](?:[A-Z][\w&'-]*))*",
    re.ASCII,
)
_QUOTED = re.compile(r"《([^》]{1,40})》|「([^」]{1,40})」|“([^”]{1,60})”|\"([^\"]{1,60})\"")


def names(text: str, *, latin_text: bool) -> frozenset[str]:
    """Return folded names: titles, quotations, codes, capitalised words (in English not a sentence's first)."""
    found = {next(g for g in m.groups() if g) for m in _QUOTED.finditer(text)}
    for match in _NAME.finditer(text):
        if text[match.end() : match.end() + 1] == "$" or text[: match.start()].endswith("°"):
            continue  # a currency or a unit, NT$ and °C
        first = not text[: match.start()].strip(" \t\n\"'“‘([") or text[: match.start()].rstrip().endswith(
            (".", "!", "?", ":")
        )
        words = match.group().split(" ")
        if latin_text and first and not any(c.isdigit() or c.isupper() for c in match.group()[1:]):
            words = words[1:]
        if words and words != ["I"]:
            found.add(" ".join(words))
    return frozenset(fold(name) for name in found if name.strip())


# "不得超過 20 公斤" bounds an amount as "最多 20 公斤" does; it denies nothing.
_BOUNDS = re.compile(
    r"(?:不得|不可|不能|不應|不应|不)\s*(?:超過|超过|逾|大於|大于|高於|高于|多於|多于|少於|少于|低於|低于|小於|小于)|"
    r"\b(?:(?:may|must|can|shall|should|does|do|is|are)\s+)?(?:not|never)\s+(?:to\s+)?(?:exceed\w*|be\s+(?:more|less|later|earlier|fewer)\s+than)|"
    r"\b(?:no|not)\s+(?:more|less|later|earlier|fewer)\s+than\b|\bcannot\s+exceed\b"
)

# What turns a statement into its opposite. 不僅, 不只, 不論 and 不過 do not; nor does "not only".
_DENIALS = re.compile(
    r"不(?![僅只論过過管論斷但久同])|沒有?|没有?|(?<!若)未(?!來|来|滿|满)|無(?!論|线|線)|无(?!论|线)|(?<![並并])非(?!常|洲)|"
    r"禁止|停止|勿|免(?!費|费)|"
    r"\b(?:not(?! only)|no|never|none|neither|nor|without|cannot|prohibited|forbidden)\b|n't\b"
)
_ENDS_SCOPE = re.compile(
    r"[，,。；;：:！!？?、\n]|\b(?:but|and|or|if|unless|except|when|while|because)\b|但|而|則|则|才"
)
_HAN_SCOPE = 8  # characters that a denial reaches
_LATIN_SCOPE = 45


@dataclass(frozen=True, slots=True)
class Denials:
    """The pieces of a text that stand under a denial."""

    count: int
    reach: str  # folded text of all scopes, parted by newlines


def denials(text: str) -> Denials:
    """Find the denials of a text and what each reaches, up to the clause's end."""
    folded = _BOUNDS.sub("#", unicodedata.normalize("NFKC", text).casefold())
    scopes: list[str] = []
    for match in _DENIALS.finditer(folded):
        end = _ENDS_SCOPE.search(folded, match.end())
        limit = match.end() + (_LATIN_SCOPE if match.group().isascii() else _HAN_SCOPE)
        scopes.append(folded[match.end() : min(end.start() if end else len(folded), limit)])
    return Denials(len(scopes), fold("\n".join(scopes)))
