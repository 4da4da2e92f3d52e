"""Values of cells as a sheet shows them: thousands, decimals, percent, currency signs, dates.

The format codes are those of ECMA-376, 18.8.31, as far as business sheets use them. A code that is not
understood shows the plain value: wrong digits would be worse than bare ones.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

Number = int | float

# One element of a format code: a literal, something that is not shown, or what is filled in.
_ELEMENT = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]|_.|\*.'
    r"|(?P<digits>[0#?](?:[0#?,]*[0#?])?(?:\.[0#?]+)?)(?P<scale>,*)|(?P<other>.)",
    re.DOTALL,
)
_SHOWN = frozenset("$€£¥￥%+-()/: 　")  # signs that stand for themselves without quotation marks
_WIDE_SIGNS = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
_DATE_PART = re.compile(
    r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.|([yeamdhs]+)|(AM/PM|上午/下午)|(.)', re.IGNORECASE
)
_ROC = 1911  # the year before the first of the Republic, whose years format code "e" counts in Taiwan
_LOCALE_TAIWAN = re.compile(r"\[\$-(?:0?404|[0-9A-F]*0404)\]", re.IGNORECASE)
_BUILT_IN = frozenset({"mm-dd-yy", "m/d/yy", "yyyy-mm-dd h:mm:ss", "m/d/yy h:mm", "general"})
_PLAIN_DIGITS = 15  # that a sheet keeps of a number


def shown_number(value: Number, code: str) -> str:
    """Return a number under a format code; the plain number where the code says nothing that is understood."""
    plain = f"{value:.{_PLAIN_DIGITS}g}" if isinstance(value, float) else str(value)
    if not code or code in {"General", "@"}:
        return plain
    sections = _sections(code)
    chosen, amount = sections[0], value
    if value < 0 and len(sections) > 1:
        chosen, amount = sections[1], -value
    elif value == 0 and len(sections) > 2:
        chosen = sections[2]
    return _filled(amount, chosen, signed=value < 0 and len(sections) == 1) or plain


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[str, ...]:
    """Return the parts of a format code for positive, negative and zero values."""
    return tuple(re.findall(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)', code)[: code.count(";") + 1])


def _filled(value: Number, section: str, *, signed: bool) -> str:
    """Return a value set into one section; empty where the section has no place for digits, or unknown signs."""
    parts: list[str] = []
    places = 0
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", section)
    for match in _ELEMENT.finditer(section):
        if match["digits"]:
            places += 1
            parts.append(_digits(value, match["digits"], len(match["scale"] or ""), percent=percent))
        elif (literal := match["quoted"] or match["escaped"] or match["currency"]) is not None:
            parts.append(literal)
        elif (sign := match["other"]) is not None:
            if sign not in _SHOWN and not _WIDE_SIGNS.match(sign):
                return ""
            parts.append(sign)
    if places != 1:
        return ""  # a fraction, a telephone number, text alone
    return ("-" if signed else "") + "".join(parts).strip()


def _digits(value: Number, pattern: str, scale: int, *, percent: bool) -> str:
    whole, _, fraction = pattern.partition(".")
    amount = abs(Decimal(repr(value))) * (100 if percent else 1) / (Decimal(1000) ** scale)
    rounded = amount.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    head, _, tail = text.partition(".")
    optional = len(fraction) - len(fraction.rstrip("#"))
    while optional and tail.endswith("0"):
        tail, optional = tail[:-1], optional - 1
    head = head.zfill(whole.count("0"))
    return f"{head}.{tail}" if tail else head


def shown_date(value: dt.datetime | dt.date | dt.time, code: str) -> str:
    """Return a date or time under a format code; ISO 8601 where the code follows the reader's own settings."""
    if code.casefold() in _BUILT_IN or not re.search("[yemdhs]", code, re.IGNORECASE):
        return _iso(value)
    parts: list[str] = []
    minutes = False  # "m" after hours, or before seconds, counts minutes
    pieces = list(_DATE_PART.finditer(_sections(code)[0]))
    for index, match in enumerate(pieces):
        quoted, escaped, field, noon, other = match.groups()
        if field:
            later = next((p[3] for p in pieces[index + 1 :] if p[3]), "")
            text = _date_field(
                value,
                field.lower(),
                minutes=minutes or later[:1].lower() == "s",
                taiwan=bool(_LOCALE_TAIWAN.search(code)),
            )
            if text is None:
                return _iso(value)
            minutes = field[0].lower() == "h" or (minutes and field[0].lower() == "s")
            parts.append(text)
        elif noon:
            return _iso(value)  # twelve hours twice a day
        else:
            parts.append(quoted or escaped or ("" if other in {None, "@"} else other))
    return "".join(parts).strip()


def _date_field(
    value: dt.datetime | dt.date | dt.time, field: str, *, minutes: bool, taiwan: bool
) -> str | None:
    """Return one field of a date; None where the value has none, or the field names a month or weekday."""
    kind, length = field[0], len(field)
    if kind == "m" and minutes:
        number = getattr(value, "minute", None)
    else:
        number = (
            getattr(
                value,
                {"y": "year", "e": "year", "m": "month", "d": "day", "h": "hour", "s": "second"}[kind],
                None,
            )
            if kind != "a"
            else None
        )
    if number is None or (kind in "md" and length > 2):
        return None
    if kind == "e":
        return str(number - _ROC) if taiwan else str(number)
    if kind == "y":
        return f"{number:04d}" if length > 2 else f"{number % 100:02d}"
    return f"{number:02d}" if length > 1 else str(number)


def _iso(value: dt.datetime | dt.date | dt.time) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, dt.date) else value.isoformat("minutes")
