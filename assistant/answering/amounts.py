"""Amounts, dates and times of day in a text, each in one notation: 一年半, 18 個月 and eighteen months are equal.

Everything here works on folded text (``knowledge.text.fold``), so that patterns know one form of each character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from knowledge.numerals import CJK_AMOUNTS, WORDS, read_number
from knowledge.text import fold

Value = tuple[str, Fraction | tuple[int | None, int | None, int | None]]


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount in a folded text: ``text[start:end]``, with what it can mean."""

    start: int
    end: int
    values: frozenset[Value]  # (what is counted, how much); more than one where the text leaves it open
    raw: tuple[str, ...]  # its numbers as plain decimals, "50%" with its sign
    currency: str = ""  # of money, where the text says it

    @property
    def kinds(self) -> frozenset[str]:
        """What it may count; "" where unknown."""
        return frozenset(kind for kind, _ in self.values)

    @property
    def sign(self) -> str:
        """The same text for amounts that are equal, as far as one text can say it."""
        kind, value = min(self.values, key=str)
        return f"{kind}{value if isinstance(value, tuple) else plain(value)}"

    def equals(self, other: Amount) -> bool:
        """Return whether both can be the same amount; what says no unit agrees with any."""
        if self.currency != other.currency and self.currency and other.currency:
            return False
        if any(_same(mine, theirs) for mine in self.values for theirs in other.values):
            return True
        open_to_any = "" in self.kinds | other.kinds and "ordinal" not in self.kinds | other.kinds
        return open_to_any and self.raw == other.raw

    def rivals(self, other: Amount) -> bool:
        """Return whether ``other`` could stand in its place: it counts the same."""
        return bool(self.kinds & other.kinds)


def all_among(some: Iterable[Amount], others: Sequence[Amount]) -> bool:
    """Return whether each of ``some`` can be the same as one of ``others``."""
    return all(any(one.equals(other) for other in others) for one in some)


def _same(mine: Value, theirs: Value) -> bool:
    if mine[0] != theirs[0]:
        return False
    if isinstance(mine[1], tuple) and isinstance(theirs[1], tuple):
        both = [(a, b) for a, b in zip(mine[1], theirs[1], strict=True) if a is not None and b is not None]
        return bool(both) and all(a == b for a, b in both)
    return mine[1] == theirs[1]


def _folded(pattern: str) -> str:
    r"""Return a pattern whose Han characters are folded; the rest is left, since folding would lower \\W to \\w."""
    return re.sub("[\u3400-\u9fff]+", lambda m: fold(m.group()), pattern)


_HAN_NUMBER = f"[{fold(CJK_AMOUNTS)}]+"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SMALL = ("zero", *WORDS)
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
ENGLISH_NUMBERS = {word: value for value, word in enumerate(_SMALL)} | _TENS
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_HAN_SCALES = {fold(k): v for k, v in {"千": 1000, "萬": 10**4, "億": 10**8}.items()}
_ANY_WORD = "|".join(sorted(ENGLISH_NUMBERS, key=len, reverse=True))
_WORD_NUMBER = rf"\b(?:{_ANY_WORD})(?:[- ](?:{'|'.join(_SMALL[1:10])}))?(?:\s+(?:{'|'.join(_SCALES)}))?\b|\ba (?:{'|'.join(_SCALES)})\b"
_SCALE = rf"\s*[{''.join(_HAN_SCALES)}]{fold('萬')}?|k(?![a-z])| (?:{'|'.join(_SCALES)})\b"
_NUMBER = rf"(?:\d+\s*{fold('萬')}\s*\d+\s*{fold('千')}|{_DIGITS}(?:{_SCALE})?|{_HAN_NUMBER}|{_WORD_NUMBER})"

# What a number counts: (kind, how many of the kind, pattern). Calendar months and clock seconds do not mix: a
# month is not thirty days. Of 個 and 項 nothing is known.
_UNITS: tuple[tuple[str, int, str], ...] = (
    ("workday", 1, "個?工作[天日]|個?營業日|個?上班日|(?:working|business|work)[ -]?days?"),
    ("month", 12, "年度?|周年|years?|yrs?"),
    ("month", 1, "個月|月|months?"),
    ("month", 3, "季|quarters?"),
    ("second", 1_209_600, "fortnights?"),
    ("second", 604_800, "個?星期|個?禮拜|周|weeks?"),
    ("second", 86_400, "天|日|(?:calendar )?days?"),
    ("second", 3600, "個?小時|個?鐘頭|hours?|hrs?"),
    ("second", 60, "分鐘|minutes?|mins?"),
    ("second", 1, "秒鐘?|seconds?|secs?"),
    ("age", 1, "歲"),
    (
        "money",
        1,
        "元|塊錢?|圓|美[元金]|歐元|日[圓元幣]|港[元幣]|英鎊|(?:us )?dollars?|yuan|yen|euros?|ntd|twd|usd|eur|jpy|gbp",
    ),
    ("gram", 1000, "公斤|kg|kilograms?|千克"),
    ("gram", 1, "公克|克|grams?|g"),
    ("gram", 10**6, "公噸|噸|tonnes?"),
    ("pound", 1, "磅|pounds?|lbs?"),
    ("metre", 1000, "公里|km|kilomet(?:re|er)s?"),
    ("metre", 1, "公尺|米|met(?:re|er)s?|m"),
    ("mile", 1, "英里|哩|miles?"),
    ("inch", 1, "英?吋|inch(?:es)?"),
    ("millimetre", 10, "公分|厘米|cm|centimet(?:re|er)s?"),
    ("millimetre", 1, "公釐|毫米|mm|millimet(?:re|er)s?"),
    ("litre", 1000, "公升|升|lit(?:re|er)s?"),
    ("litre", 1, "毫升|ml|millilit(?:re|er)s?"),
    ("byte", 10**9, "gb"),
    ("byte", 10**6, "mb"),
    ("byte", 10**12, "tb"),
    ("kwh", 1, "度電|kwh"),
    ("fahrenheit", 1, "°f|degrees fahrenheit"),
    ("degree", 1, "度|°c?|℃|degrees(?: celsius)?"),
    ("person", 1, "人|位|名|people|persons?"),
    ("kind", 1, "種|類|kinds?|types?|colou?rs?"),
    ("time", 1, "次|回|times"),
    ("fold", 1, "倍"),
    ("page", 1, "頁|pages?"),
    ("sheet", 1, "張|sheets?"),
    ("photo", 1, "photos?|pictures?"),
    ("floor", 1, "樓|層|floors?"),
    ("night", 1, "晚|夜|nights?"),
    ("point", 1, "points?"),
    ("area", 1, "坪"),
    ("character", 1, "個?字元|個?字符|characters?"),
)
_UNIT = re.compile(
    _folded(r"\s*-?(?:" + "|".join(f"(?P<u{i}>{p})" for i, (_, _, p) in enumerate(_UNITS)) + r")(?![a-z])")
)
_UNIT_APART = re.compile(
    r" (?!and|or|to|of|in|on|at|per|a|the)[a-z-]+ (years?|months?|weeks?|days?|hours?|minutes?)\b"
)
# A Chinese numeral counts as a number only before what can be counted, or after 第: 一些, 一般 and 十分 are words.
_COUNTED = _folded(
    "個年月日天周星期禮拜小時分秒元塊圓台件項條章節款目次人位名歲倍成折度里公克斤噸米尺吋英頁號樓層級類種張家格點"
    "字吨工季份架座封幅餐頓篇冊卷碗筆顆瓶箱間組門場本只輛趟堂家批套對雙副盒罐杯袋包桶枚棟戶桌席排欄聲段票期屆梯晚夜劑針粒片束支根"
)
_COUNTABLE = re.compile(_folded(f"[{_COUNTED}]|部(?![門分份長落])"))
_NO_NUMBER = re.compile(
    _folded(
        "一(?:部|個(?!月|小時|工作|星期|禮拜|鐘頭)|種|位(?!數)|次(?=性|可|能|最多|至多|只|得|要|就)|些|般|律|定|概|樣|併|同|旦|樓)"
    )
)

MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 - one line, not twelve
MONTH = "|".join(m[:3] + (f"(?:{m[3:]})?" if len(m) > 3 else "") for m in MONTHS)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s*(?:至|到|-|–|—|~|to|until|through)\s*"
_HAN_OR_DIGITS = rf"(?:\d{{1,4}}|{_HAN_NUMBER})"
_DATE = re.compile(
    _folded(
        rf"(?P<era>民國|西元|公元)?\s*(?P<y>{_HAN_OR_DIGITS})\s*年\s*(?P<m>{_HAN_OR_DIGITS})\s*月"
        rf"(?:\s*(?P<d>{_HAN_OR_DIGITS})\s*[日號](?:\s*{_TO}(?P<d2>{_HAN_OR_DIGITS})\s*[日號])?)?"
        rf"|(?P<era4>民國|西元|公元)\s*(?P<y4>{_HAN_OR_DIGITS})\s*年|(?P<y5>(?:19|20)\d\d|[一二][〇○零九][〇○零一二三四五六七八九]{{2}})\s*年"
        rf"|(?P<m1>{_HAN_OR_DIGITS})\s*月\s*(?P<d1>{_HAN_OR_DIGITS})\s*[日號](?:{_TO}(?P<d12>{_HAN_OR_DIGITS})\s*[日號])?"
        r"|(?P<yi>\d{2,4})[-/.](?P<mi>\d{1,2})[-/.](?P<di>\d{1,2})(?!\d|[./-]\d)"
        rf"|(?<=[每次當本]月)(?P<d3>{_HAN_OR_DIGITS})[日號]|(?<=[每次當本]月 )(?P<d4>{_HAN_OR_DIGITS}) ?[日號]"
        r"|(?<![\d/.])(?P<ms>1[0-2]|0?[1-9])/(?P<ds>3[01]|[12]\d|0?[1-9])(?![\d/%])"
    )
    + rf"|\b(?P<me>{MONTH})\b\.?\s+(?P<de>{_DAY})(?:(?:{_TO}|\s+and\s+)(?P<de2>{_DAY}))?\b(?:,?\s+(?P<ye>\d{{4}}))?"
    rf"|\b(?P<df>{_DAY})(?:(?:{_TO}|\s+and\s+)(?P<df2>{_DAY}))?\s+(?:of\s+)?(?P<mf>{MONTH})\b\.?(?:,?\s+(?P<yf>\d{{4}}))?"
    rf"|\b(?P<my>{'|'.join(MONTHS)})\s+(?P<yy>(?:19|20)\d\d)\b"
    r"|\b(?:on|by|before|after|until|from|to) the (?P<d5>\d{1,2})(?:st|nd|rd|th)\b"
    r"(?! (?:floor|time|year|month|week|hour|birthday|attempt|item))"
)
_TIME = re.compile(
    _folded(
        rf"(?P<part>上午|早上|清晨|凌晨|中午|下午|傍晚|晚上|晚間|夜間)?\s*(?P<h>\d{{1,2}}|{_HAN_NUMBER})\s*"
        rf"(?:[時點](?!數|鐘頭|候|間|段)鐘?(?:(?P<half>半)|\s*(?P<min>\d{{1,2}}|{_HAN_NUMBER})\s*分)?"
        r"|:(?P<min2>\d\d)(?!\d))(?!\s*[ap]\.?m\b)"
    )
    + r"|\b(?P<h3>\d{1,2})(?::(?P<min3>\d\d))?\s*(?P<ap>[ap])\.?m\b\.?"
)
_DAYS = {fold(c): i for i, c in enumerate("一二三四五六日", 1)} | {fold("天"): 7}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905 - one line, not seven
_WEEKDAY = re.compile(
    _folded(
        rf"(?P<work>(?:星期|周|禮拜)一{_TO}(?:星期|周|禮拜)?五|平日|平常日)|(?:星期|周|禮拜)(?P<zh>[一二三四五六日天])(?![次個天年日])"
    )
    + rf"|\b(?P<workdays>monday{_TO}friday|weekdays)\b|\b(?P<en>{'|'.join(_WEEKDAYS)})s?\b"
)
_LATE = fold("下午傍晚晚上晚間夜間")
_SHARE = re.compile(
    _folded(
        rf"百分之(?P<of>{_HAN_NUMBER}|[\d.]+)|(?P<p>{_DIGITS}|{_HAN_NUMBER}|{_WORD_NUMBER})\s*(?:%|percent\b|per cent\b)"
        rf"|(?P<cheng>\d|{_HAN_NUMBER})\s*成(?![立為長功員果本品交])|(?P<zhe>\d{{1,2}}(?:\.\d)?|{_HAN_NUMBER})\s*折(?!抵|換|讓|舊)"
        rf"|(?:(?P<whole>{_HAN_NUMBER}|\d+)又)?(?P<under>{_HAN_NUMBER}|\d+)分之(?P<over>{_HAN_NUMBER}|\d+)"
        r"|(?<![\d/.])(?P<fo>\d{1,2})/(?P<fu>\d{1,2})(?![\d/])"
    )
    + rf"|(?:\b(?P<ew>{_ANY_WORD})\s+and\s+)?\b(?P<eo>one|two|three|a)[ -](?P<eu>half|third|quarter|fifth)s?\b"
)
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5}
_HALF = re.compile(
    _folded(r"(?<![大一多])半(?:個)?(?P<u>年|月|天|日|小時)|\bhalf an? (?P<e>year|day|hour)\b")
)
_HALVES: dict[str, Value] = {
    "年": ("month", Fraction(6)), "year": ("month", Fraction(6)), "月": ("month", Fraction(1, 2)),
    "天": ("second", Fraction(43_200)), "日": ("second", Fraction(43_200)), "day": ("second", Fraction(43_200)),
    "小时": ("second", Fraction(1800)), "hour": ("second", Fraction(1800)),
}  # fmt: skip
_MONEY_BEFORE = re.compile(
    _folded(
        r"(?:nt\$|us\$|hk\$|\$|€|£|¥|新台幣|台幣|人民幣|港幣|日幣|日圓|美元|美金|歐元|\b(?:twd|ntd|usd|eur|jpy|gbp)\b)\s*$"
    )
)
_CURRENCIES = {
    "twd": "nt\\$|新?台幣|twd|ntd", "usd": "us\\$|美元|美金|usd|us dollars", "eur": "€|歐元|eur|euros?", "gbp": "£|英鎊|gbp",
    "jpy": "¥|日圓|日幣|日元|jpy|yen", "cny": "人民幣|rmb|cny|yuan", "hkd": "hk\\$|港幣|港元",
}  # fmt: skip
_CURRENCY = re.compile("|".join(f"(?P<{name}>{_folded(words)})" for name, words in _CURRENCIES.items()))
_PLAIN = re.compile(rf"(?<![a-z0-9.])(?<![a-z]-){_NUMBER}")
_CODE = re.compile(r"\d+(?:\.\d+){2,}|[a-z]+[-_]?\d[a-z0-9_-]*")
_AND_HALF = re.compile(_folded("半(?!價|數|天)"))
# "1) ", "2. ", "(3)" and 4、 number the items of a list; they count nothing, also where the items follow on one line.
_LIST_MARK = re.compile(
    r"(?:^|(?<=[;。\n])|(?<=[^\d]:))\s*(?:\d{1,2}[.、)](?!\d)|\(\d{1,2}\))\s*|(?<=\s)\(?\d{1,2}\)(?=\s*[^\s\d])"
)
_FAHRENHEIT = fold("華氏")
_RANGE = re.compile(r"\s*(?:至|到|-|–|—|~|to|and|or|或)\s*\Z")


def number(text: str) -> Fraction | None:  # noqa: PLR0911 - one for each way of writing
    """Return the value of a number as texts write it: 1,200, 3.5萬, 兩萬, "twenty-four", "two hundred"."""
    text = text.strip().replace(",", "")
    if (whole := read_number(text)) is not None and not re.fullmatch(r"[a-z]+", text):
        return Fraction(whole)
    if re.match(r"\d", text):
        digits = re.match(r"[\d.]+", text)
        value = Fraction(digits.group().rstrip(".")) if digits else Fraction(0)
        rest = text[digits.end() if digits else 0 :].strip()
        if more := re.search(r"\d.*", rest):  # 1 萬 2 千
            return value * _HAN_SCALES.get(rest[0], 1) + (number(more.group()) or 0)
        if rest in _SCALES or rest == "k":
            return value * _SCALES.get(rest, 1000)
        for scale in rest:
            value *= _HAN_SCALES.get(scale, 1)
        return value
    words = re.split(r"[-\s]+", text)
    if words[0] == "a" and words[-1] in _SCALES:
        return Fraction(_SCALES[words[-1]])
    if words[0] not in ENGLISH_NUMBERS:
        return None
    total = sum(ENGLISH_NUMBERS[word] for word in words if word in ENGLISH_NUMBERS)
    return Fraction(total * _SCALES.get(words[-1], 1))


def plain(value: Fraction) -> str:
    """Return a number as a decimal without needless zeros."""
    return str(value.numerator) if value.denominator == 1 else repr(round(float(value), 6))


def amounts(text: str) -> list[Amount]:
    """Return the amounts of a folded text in order, none overlapping. A list's own number is none."""
    found: list[Amount] = []
    taken = [(m.start(), m.end()) for m in _CODE.finditer(text) if _is_code(m.group())]
    taken += [mark.span() for mark in _LIST_MARK.finditer(text)]
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            for amount in read(match, text):
                found.append(amount)
                taken.append((amount.start, amount.end))
    found.sort(key=lambda one: one.start)
    return list(_ranges(found, text))


_PER = re.compile(
    _folded(
        "(?:每一?|[當單同](?=[日天月年]))(?=[\u3400-\u9fff])|(?=[年月日周]費|[年月]租|[年月日]薪|[年月]繳)"
    )
    + r"|\b(?:per|an?|each|every) (?=[a-z])"
)


def rates(text: str) -> frozenset[Value]:
    """Return what a folded text counts by: one day for 每日, 每一天 and "per day", which 一天 may say as well."""
    found: set[Value] = set()
    for match in _PER.finditer(text):
        if (unit := _UNIT.match(text, match.end())) is not None:
            kind, many, _ = _UNITS[int(str(unit.lastgroup)[1:])]
            found.add((kind, Fraction(many)))
        elif (counted := _COUNTABLE.match(text, match.end())) is not None:
            found.add((counted.group(), Fraction(1)))
    return frozenset(found)


def counts_by(amount: Amount, text: str, counted: frozenset[Value]) -> bool:
    """Return whether an amount of a folded text is 一天 where another says 每日."""
    if not re.match(_ONE, text[amount.start : amount.end]):
        return False
    return bool(amount.values & counted) or (text[amount.end : amount.end + 1], Fraction(1)) in counted


def is_article(amount: Amount, text: str) -> bool:
    """Return whether an amount of a folded text may say no more than "a": 一次, 一份."""
    return re.match(_ONE, text[amount.start : amount.end]) is not None and "ordinal" not in amount.kinds


_ONE = r"(?:一|1(?!\d)|one\b|an?\b)"


def _is_code(text: str) -> bool:
    return not re.fullmatch(r"\d{2,4}\.\d{1,2}\.\d{1,2}|(?:nt|us|hk)\d.*", text)


def _ranges(found: list[Amount], text: str) -> Iterator[Amount]:
    """Give the first number of "3 to 5 days" the unit of the second."""
    for i, one in enumerate(found):
        after = found[i + 1] if i + 1 < len(found) else None
        if (
            after is not None
            and one.kinds == {""}
            and "" not in after.kinds
            and _RANGE.match(text[one.end : after.start])
            and (value := number(one.raw[0])) is not None
        ):
            unit = _UNIT.search(text, after.start)
            kind, many, _ = (
                _UNITS[int(str(unit.lastgroup)[1:])]
                if unit and unit.end() == after.end
                else (min(after.kinds), 1, "")
            )
            yield Amount(one.start, one.end, frozenset({(kind, value * many)}), one.raw)
        else:
            yield one


def _date(match: re.Match[str], _: str) -> list[Amount]:
    group = {k: v for k, v in match.groupdict().items() if v}

    def value(*names: str) -> int | None:
        written = next((group[name] for name in names if name in group), None)
        if written is None:
            return None
        read = number(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", written))
        return int(read) if read is not None else None

    begin = match.start("d5") if "d5" in group else match.start()
    month = value("m", "m1", "mi", "ms")
    if month is None and (name := next((group[n] for n in ("me", "mf", "my") if n in group), None)):
        month = next(i for i, m in enumerate(MONTHS, 1) if m.startswith(name[:3]))
    year, day = (
        value("y", "y4", "y5", "yi", "ye", "yf", "yy"),
        value("d", "d1", "di", "ds", "de", "df", "d3", "d4", "d5"),
    )
    if month is not None and not 1 <= month <= 12:
        return []
    if (
        year is not None
        and (year < 200 and "西元" not in group.get("era", ""))
        and ("y" in group or "y4" in group or "yi" in group)
    ):
        if month is None and "y4" not in group:
            return []
        year += 1911  # 民國 115 年 is 2026
    values: set[Value] = {("date", (year, month, day))}
    if "ms" in group:
        values.add(("share", Fraction(int(group["ms"]), int(group["ds"]))))
    raw = tuple(str(v) for v in (year, month, day) if v is not None)
    last = value("d2", "d12", "de2", "df2")
    if last is None:
        return [Amount(begin, match.end(), frozenset(values), raw)]
    cut = next(match.start(name) for name in ("d2", "d12", "de2", "df2") if match[name])
    return [
        Amount(match.start(), cut, frozenset(values), raw),
        Amount(cut, match.end(), frozenset({("date", (year, month, last))}), (str(last),)),
    ]


def _time(match: re.Match[str], text: str) -> list[Amount]:
    if match["h3"]:
        hour, minute = int(match["h3"]), int(match["min3"] or 0)
        hour = hour % 12 + (12 if match["ap"] == "p" else 0)
        at: Value = ("clock", Fraction(hour * 60 + minute))
        return [Amount(match.start(), match.end(), frozenset({at}), (str(hour), str(minute)))]
    read = number(match["h"])
    part = match["part"]
    if read is None or read > 24 or (_NO_NUMBER.match(text, match.start("h")) and not part):
        return []
    minute = 30 if match["half"] else int(number(match["min"] or match["min2"] or "0") or 0)
    hour = int(read)
    values: set[Value] = set()
    if part:
        late = part in {_LATE[i : i + 2] for i in range(0, len(_LATE), 2)}
        hour = hour + 12 if late and hour < 12 else hour
        values.add(("clock", Fraction(hour * 60 + minute)))
    else:
        values.add(("clock", Fraction(hour * 60 + minute)))
        if hour <= 12 and match["min2"] is None:
            values.add(("clock", Fraction(hour % 12 * 60 + 720 + minute)))
        if text[match.end() - 1] == fold("點"):
            values.add(("point", Fraction(hour)))
    return [
        Amount(
            match.start(),
            match.end(),
            frozenset(values),
            (str(int(read)),) + ((str(minute),) if minute else ()),
        )
    ]


def _share(match: re.Match[str], _: str) -> list[Amount]:
    group = {k: v for k, v in match.groupdict().items() if v}
    span = match.start(), match.end()

    def made(share: Fraction | None, *raw: str) -> list[Amount]:
        return [Amount(*span, frozenset({("share", share)}), raw)] if share is not None else []

    if "of" in group or "p" in group:
        read = number(group.get("of") or group["p"])
        return made(read / 100, plain(read) + "%") if read is not None else []
    if "cheng" in group:
        read = number(group["cheng"])
        return made(read / 10, plain(read)) if read is not None and read <= 10 else []
    if "zhe" in group:  # 九折 takes off a tenth; 85 折 is 八五折
        read = number(group["zhe"])
        if read is None or not 0 < read < 100:
            return []
        kept = read / 10 if read < 10 else read / 100
        return [Amount(*span, frozenset({("zhe", kept), ("share", 1 - kept)}), (plain(read),))]
    if "under" in group or "fo" in group:
        over, under = number(group.get("over") or group["fo"]), number(group.get("under") or group["fu"])
        whole = number(group.get("whole", "0")) or Fraction(0)
        return made(whole + over / under, plain(over), plain(under)) if over and under else []
    over = Fraction(1 if group["eo"] == "a" else ENGLISH_NUMBERS[group["eo"]])
    whole = Fraction(ENGLISH_NUMBERS[group["ew"]]) if "ew" in group else Fraction(0)
    return made(whole + over / _PARTS[group["eu"]], plain(over), str(_PARTS[group["eu"]]))


def _weekday(match: re.Match[str], _: str) -> list[Amount]:
    if match["work"] or match["workdays"]:
        return [Amount(match.start(), match.end(), frozenset({("weekday", Fraction(15))}), ("1-5",))]
    day = _DAYS[match["zh"]] if match["zh"] else _WEEKDAYS.index(match["en"]) + 1
    return [Amount(match.start(), match.end(), frozenset({("weekday", Fraction(day))}), (f"day {day}",))]


def _alternatives(pattern: str) -> list[str]:
    """Return the alternatives of a pattern, not parted inside its brackets."""
    return re.findall(r"(?:\((?:[^()]|\([^()]*\))*\)|[^|()])+", pattern)


_WORDED: tuple[tuple[str, Value], ...] = (
    ("加倍|雙倍|double|twice(?= (?:the|as|that))", ("fold", Fraction(2))),
    ("(?:triple|three times)(?: (?:the|as)| pay)?", ("fold", Fraction(3))),
    ("twice", ("time", Fraction(2))),
    ("半價|half[ -]price", ("zhe", Fraction(1, 2))),
    ("[一過]?半數|半薪|half(?= (?:of|the|pay|price|fee|day))", ("share", Fraction(1, 2))),
    ("正午|noon", ("clock", Fraction(720))),
    ("午夜|midnight", ("clock", Fraction(0))),
    ("周末|weekends?", ("weekday", Fraction(67))),
)  # fmt: skip
_WORDED_AMOUNT = re.compile(
    "|".join(
        f"(?P<w{i}>"
        + "|".join(rf"\b{one}\b" if one.isascii() else _folded(one) for one in _alternatives(p))
        + ")"
        for i, (p, _) in enumerate(_WORDED)
    )
)
# "within a week": only where nothing is counted by it, as "per" and "twice" count.
_ARTICLE = re.compile(
    r"\b(?:(?:within|after|for|least|about|than|every|by|over|under|next|notice of|period of) (?P<a>an?)"
    r"|(?P<s>an?)(?= (?:year|month|week|day|hour)['’]?s? ?['’]? (?:notice|advance|before|after|later|ahead)))"
    r" (?P<u>year|month|week|day|hour|minute)s?\b"
)
_COUNT_HALF = re.compile(_folded(rf"(?P<n>{_HAN_NUMBER}|\d+)個半(?P<u>月|小時|鐘頭|星期)"))


def _worded(match: re.Match[str], _: str) -> list[Amount]:
    kind, value = _WORDED[int(str(match.lastgroup)[1:])][1]
    values: set[Value] = {(kind, value)}
    if kind == "zhe":
        values.add(("share", 1 - value if isinstance(value, Fraction) else value))
    return [Amount(match.start(), match.end(), frozenset(values), (match.group(),))]


def _article(match: re.Match[str], _: str) -> list[Amount]:
    kind, many, _ = next(unit for unit in _UNITS if re.fullmatch(_folded(unit[2]), match["u"]))
    begin = match.start("a") if match["a"] else match.start("s")
    return [Amount(begin, match.end(), frozenset({(kind, Fraction(many))}), ("1",))]


def _count_half(match: re.Match[str], _: str) -> list[Amount]:
    read = number(match["n"])
    if read is None:
        return []
    kind, many = _COUNT_HALVES[match["u"]]
    return [
        Amount(
            match.start(), match.end(), frozenset({(kind, (read + Fraction(1, 2)) * many)}), (plain(read),)
        )
    ]


_COUNT_HALVES = {
    fold(k): v
    for k, v in {
        "月": ("month", 1),
        "小時": ("second", 3600),
        "鐘頭": ("second", 3600),
        "星期": ("second", 604_800),
    }.items()
}


def _half(match: re.Match[str], _: str) -> list[Amount]:
    return [Amount(match.start(), match.end(), frozenset({_HALVES[match["u"] or match["e"]]}), ("0.5",))]


def _measure(match: re.Match[str], text: str) -> list[Amount]:  # noqa: PLR0911 - one for each reading
    start, end = match.span()
    written = match.group()
    ordinal = text[:start].rstrip().endswith("第")
    if (
        re.match(r"[^\d\sa-z]", written)
        and not ordinal
        and (_NO_NUMBER.match(text, start) or not _COUNTABLE.match(text, end))
    ):
        return []
    value = number(written)
    if value is None or (written == "一" and text[start - 1 : start] == "每"):  # 每一季
        return []
    end = start + len(written.rstrip())
    raw = (plain(value),)
    money = _MONEY_BEFORE.search(text[max(0, start - 6) : start])
    sign = len(money.group()) if money else 0
    if ordinal:
        return [Amount(start, end, frozenset({("ordinal", value)}), raw)]
    unit = _UNIT.match(text, end)
    if unit is None and (apart := _UNIT_APART.match(text, end)) is not None:  # three consecutive days
        kind, many, _ = _UNITS[
            next(i for i, (_, _, p) in enumerate(_UNITS) if re.fullmatch(_folded(p), apart[1]))
        ]
        return [Amount(start, end, frozenset({(kind, value * many)}), raw)]
    if written == "one" and unit is None:
        return []
    if unit is None:
        said = _CURRENCY.search(text[start - sign : start])
        return [
            Amount(
                start - sign,
                end,
                frozenset({("money" if sign else "", value)}),
                raw,
                str(said.lastgroup) if said else "",
            )
        ]
    kind, many, _ = _UNITS[int(str(unit.lastgroup)[1:])]
    value, end = value * many, unit.end()
    if (half := _AND_HALF.match(text, end)) is not None and kind in {"month", "second"}:
        value, end = value + Fraction(many, 2), half.end()
    if kind == "degree" and _FAHRENHEIT in text[max(0, start - 10) : start]:
        kind = "fahrenheit"
    kinds = {kind, "month"} if kind == "age" else {kind}
    values = {(k, value * 12 if k == "month" and kind == "age" else value) for k in kinds}
    said = _CURRENCY.search(text[start - sign : end]) if kind == "money" else None
    currency = str(said.lastgroup) if said else ""
    return [Amount(start - (sign if kind == "money" else 0), end, frozenset(values), raw, currency)]


_Read = Callable[[re.Match[str], str], list[Amount]]
_READERS: tuple[tuple[re.Pattern[str], _Read], ...] = (
    (_DATE, _date), (_WEEKDAY, _weekday), (_SHARE, _share), (_TIME, _time), (_COUNT_HALF, _count_half), (_WORDED_AMOUNT, _worded),
    (_ARTICLE, _article), (_HALF, _half), (_PLAIN, _measure),
)  # fmt: skip
