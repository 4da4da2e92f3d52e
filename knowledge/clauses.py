"""Clause labels: what stands at a line's start, and one key for all the ways of writing the same number.

第38條之1, 第 38-1 條, 第三十八條之一, Article 38-1 and § 38-1 share the key ``38-1``; 第4.3條, 4.3 and
Section 4.3 share ``4.3``. The kind is not part of a clause's key, because people ask with bare numbers
(勞動基準法 38); only containers, which people name by kind, carry it (``chapter3``). A nested label is
joined to what it lies in: 一、（二） is ``1(2)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.numerals import CJK_NUMERALS, UNICODE_ROMAN, WORDS, read_number

LabelKind = Literal[
    "appendix",  # 附件一, Appendix A
    "part",  # 第一編, Part I, 壹、
    "chapter",  # 第一章, Chapter 1
    "section",  # 第一節; Section 4, where that one holds articles is for the outline to say
    "subsection",  # 第一款, Subsection 1
    "division",  # 第一目
    "article",  # 第38條, Article 38, Clause 4, § 38
    "decimal",  # 4.3.2, 第4.3條, Section 4.3
    "numbered",  # "4." or "4、": a clause or a list, by context
    "point",  # 一、
    "sub",  # （一）
]
CONTAINERS: frozenset[LabelKind] = frozenset(
    {"appendix", "part", "chapter", "section", "subsection", "division"}
)

# One character for one, so that offsets stay true.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDTH |= dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\t"), ord(" "))
_WIDTH |= dict.fromkeys(map(ord, "‐‑‒–—―−"), ord("-"))
_WIDTH |= {ord(a): ord(b) for a, b in ("条條", "节節", "编編", "编編", "项項", "点點", "附附")}

_CJK = rf"[{CJK_NUMERALS}](?:\s?[{CJK_NUMERALS}]){{0,7}}"
NUMBER = rf"(?:\d{{1,4}}|{_CJK})"
_ROMAN = rf"(?:[{UNICODE_ROMAN}]|[IVXLC]+(?![A-Za-z]))"
_LATIN_NUMBER = rf"(?:\d{{1,4}}(?:\.\d{{1,3}})*(?:-\d{{1,3}})*|{_ROMAN}|(?:{'|'.join(WORDS)})\b)"

# "之" before a numeral counts on: 第三十八條之一. Before anything else it is grammar: 第三十八條之規定.
ARTICLE = (
    rf"第\s*(?P<article>{NUMBER}(?:\s*[-之]\s*{NUMBER})*)\s*條"
    rf"(?P<more>(?:\s?[之-]\s?{NUMBER}(?!部|般|切|種|個|次))*)"
)
DECIMAL = r"\d{1,3}(?:\.\d{1,3}){1,5}"
_ZH_DECIMAL = rf"第\s*(?P<zh_decimal>{DECIMAL})\s*[條節點款項章]"
_CONTAINER = rf"第\s*(?P<container>{NUMBER})\s*(?P<unit>[編篇部章節款目])"
_APPENDIX = (
    rf"(?:附件|附錄|附录|附表)\s*(?P<zh_appendix>{NUMBER}|(?-i:[A-Z])(?![A-Za-z]))"
    r"|(?:Appendix|Annex|Schedule|Exhibit)\s+(?P<appendix>\d{1,3}|(?-i:[A-Z]|[IVX]+)(?![A-Za-z]))"
)
_LATIN = (
    r"(?P<word>Articles?|Art\.?|Sections?|Sec\.?|Clause|Rule|Chapter|Part|Subsection|Subparagraph|§)\s*"
    rf"(?P<latin>{_LATIN_NUMBER})(?![\w%])"
)
_BARE = (
    rf"(?P<decimal>{DECIMAL})(?P<dot>\.?)(?![\d%])"
    r"|(?P<numbered>\d{1,3})\s*[.、](?!\d)"
    r"|(?P<spaced>\d{1,2})(?=\s+[^\W\d_])"
    rf"|(?P<formal>[壹貳參肆伍陸柒捌玖拾贰叁参陆]{{1,3}})\s*[、.]"
    rf"|(?P<point>{_CJK})\s*[、.]"
    rf"|\(\s*(?P<sub>{_CJK})\s*\)"
)
_LABEL = re.compile(rf"(?:{_ZH_DECIMAL}|{ARTICLE}|{_CONTAINER}|{_APPENDIX}|{_LATIN}|{_BARE})", re.IGNORECASE)
_STARTS = frozenset("第附aAsScCrRpPeE§(" + "0123456789" + CJK_NUMERALS)

_UNIT_KIND: dict[str, LabelKind] = {
    "編": "part", "篇": "part", "部": "part", "章": "chapter", "節": "section", "款": "subsection",
    "目": "division",
}  # fmt: skip
_WORD_KIND: dict[str, LabelKind] = {
    "section": "section", "sec": "section", "chapter": "chapter", "part": "part", "subsection": "subsection",
    "subparagraph": "subsection",
}  # fmt: skip

# What follows a number that is only mentioned: 第三條第一項, 第三條所定, Article 3 of, Section 4 applies.
_MENTION = re.compile(
    r"(?:第|及|與|和|或|至|到|、|,|，|;|；|所|之|的|規定|规定|中(?![央華])|各款|各項|前段|後段|但書|情形)"
    rf"|\s*(?:[,、]|[及與和或至到]\s*第|第\s*{NUMBER}\s*[項款目])"
    r"|\s?(?:(?!deleted|repealed|omitted|reserved)[a-z]|-\s?[a-z])"
)
# Quantities that start a line: 3.5 公斤, 2.5%, 12.5 MB; not 3.1 日結, 4.1 個人資料.
QUANTITY = re.compile(
    r"\s*(?:公斤|公克|公分|公尺|公里|公噸|公升|毫米|毫升|吋|英吋|坪|元|萬|万|億|亿|倍|度(?!假)|小時|小时|分鐘|分钟|秒|天(?!然)"
    r"|日(?![結结報报誌志常])|[個个](?![人別别案體体])|年(?![度終终資资])|月(?![結结報报])|人(?![員员事力])|次(?!要)|件(?![數数])"
    r"|%|°|kg|g|mg|km|cm|mm|m|ml|l|gb|mb|tb|kb|ghz|mhz|hz|v|w|kw|mah|inch(?:es)?|percent|million|billion"
    r"|hours?|days?|years?|minutes?|x)(?![A-Za-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Label:
    """A clause label at the start of a line."""

    text: str  # as written, "第 38-1 條"
    kind: LabelKind
    number: tuple[int, ...]  # (38, 1) for 38-1, (4, 3, 2) for 4.3.2
    key: str
    end: int  # offset in the line where the caption or body starts
    strong: bool  # set off from what follows by space, colon or the line's end


def widen(text: str) -> str:
    """Return ``text`` with one width and one form of the signs that labels use; offsets do not move."""
    return text.translate(_WIDTH)


def _numbers(text: str) -> tuple[int, ...] | None:
    values = [read_number(part) for part in re.split(r"[-之.]", text) if part.strip()]
    return None if not values or None in values else tuple(v for v in values if v is not None)


def _key(kind: LabelKind, number: tuple[int, ...], *, dotted: bool, latin: bool) -> str:
    joined = ("." if dotted else "-").join(map(str, number))
    if kind == "sub":
        return f"({joined})"
    if kind in CONTAINERS and not (kind == "section" and latin):
        return kind + joined
    return joined


_Read = tuple[LabelKind, tuple[int, ...], bool, bool]  # kind, number, dotted, latin


def _read(match: re.Match[str]) -> _Read | None:
    """Return what a match of ``_LABEL`` says; None where its number cannot be read."""
    group = match.groupdict()
    if group["latin"]:
        return _read_latin(group["word"], group["latin"])
    if decimal := group["zh_decimal"] or group["decimal"]:
        return "decimal", tuple(map(int, decimal.split("."))), True, True
    if appendix := group["zh_appendix"] or group["appendix"]:
        value = read_number(appendix)
        return "appendix", (ord(appendix.upper()) - 64 if value is None else value,), False, True
    kind, text = next(((kind, group[name]) for name, kind in _BARE_KINDS if group[name]), (None, ""))
    if kind is None:
        kind = _UNIT_KIND[group["unit"]] if group["container"] else "article"
        text = group["container"] or group["article"] + group["more"]
    number = _numbers(text)
    return (kind, number, False, False) if number else None


def _read_latin(word: str, text: str) -> _Read | None:
    number = _numbers(text)
    if not number:
        return None
    if "." in text:
        return "decimal", number, True, True
    return _WORD_KIND.get(word.casefold().rstrip(".").removesuffix("s"), "article"), number, False, True


_BARE_KINDS: tuple[tuple[str, LabelKind], ...] = (
    ("numbered", "numbered"), ("spaced", "numbered"), ("formal", "part"), ("point", "point"), ("sub", "sub"),
)  # fmt: skip


def _match(line: str, offset: int) -> tuple[re.Match[str], Label] | None:
    wide = widen(line)
    match = _LABEL.match(wide, offset)
    read = match and _read(match)
    if match is None or read is None:
        return None
    kind, number, dotted, latin = read
    rest = wide[match.end() :]
    strong = not rest or rest[0] in " :?([【〈《「-" or kind in {"numbered", "point", "sub"}
    strong = strong and not match["spaced"]  # "4 出貨" may as well be an amount
    end = match.end() + len(rest) - len(rest.lstrip(" :."))
    text = line[offset : match.end()].rstrip()
    if kind in {"numbered", "decimal"}:
        text = text.rstrip(".．、 ")
    return match, Label(text, kind, number, _key(kind, number, dotted=dotted, latin=latin), end, strong)


def parse_label(line: str) -> Label | None:
    """Return the label that ``line`` starts with; None for a line without one or that only mentions a clause.

    Whether it is plausible where it stands (numbering, nesting) is for the document's outline to decide.
    """
    offset = len(line) - len(line.lstrip())
    if offset == len(line) or widen(line[offset]) not in _STARTS:
        return None
    found = _match(line, offset)
    if found is None:
        return None
    match, label = found
    rest = widen(line[offset + len(label.text) :])
    named = match["article"] or match["container"] or match["latin"] or match["zh_decimal"]
    if named and _MENTION.match(rest):
        return None
    if match["spaced"] and (QUANTITY.match(rest) or rest.lstrip()[:1].islower()):
        return None
    if match["decimal"] and not match["dot"] and (QUANTITY.match(rest) or rest[:1] in set("-/~,;)、。，")):
        return None
    return label


def clause_key(label: str) -> str:
    """Return the key by which labels are compared; two ways of writing one clause give the same key.

    Nested labels written together are joined: 三、（二） gives ``3(2)``; a paragraph's number is dropped:
    第38條第2項 gives ``38``. Text that holds no label gives itself, folded and without spaces.
    """
    found: list[str] = []
    rest = label.strip()
    while rest and (one := _match(rest, 0)) is not None:
        if found and one[1].key[0] != "(":
            break
        found.append(one[1].key)
        rest = rest[one[1].end :].lstrip("、 ")
    if found:
        return "".join(found)
    bare = "".join(widen(label).casefold().split())
    value = read_number(bare) if bare and (bare.isdecimal() or set(bare) <= set(CJK_NUMERALS)) else None
    return bare if value is None else str(value)


def is_within(key: str, ancestor: str) -> bool:
    """Return whether ``key`` is ``ancestor`` or below it: 4.3.2 and 4(2) lie within 4, 4-1 does not."""
    return key == ancestor or (key.startswith(ancestor) and key[len(ancestor)] in ".(/")
