"""Clauses that a text names in so many words: 第38條之1, 第4條至第6條, Articles 38 and 39, § 4.3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from knowledge.clauses import DECIMAL, NUMBER, clause_key, widen
from knowledge.numerals import CJK_NUMERALS, read_number
from knowledge.text import HAN

_LIST_LIMIT = 20  # clauses of one range: 第1條至第20條

COUNTED = rf"{NUMBER}(?:\s{{0,3}}[-之]\s{{0,3}}{NUMBER}){{0,3}}"
_ITEM = rf"(?:{DECIMAL}|{COUNTED})"
_TAIL = rf"(?:\s?[之-]\s?{NUMBER}(?!部|般|切|種|個|次)){{0,3}}"
_PARAGRAPH = rf"(?:\s{{0,3}}(?:第\s{{0,3}}{NUMBER}\s{{0,3}}[項款目]|但書|前段|後段)){{0,4}}"
AND = r"\s{0,3}(?:、|,|及|與|和|或|以及|跟)\s{0,3}"
TO = r"\s{0,3}(?:至|到|~|～)\s{0,3}"
# Every repetition is bounded: a question is anyone's text, and must not keep the server busy.
_ZH = re.compile(
    rf"第?\s{{0,3}}(?P<items>{_ITEM}(?:(?:{AND}|{TO})(?:第\s{{0,3}})?{_ITEM}){{0,20}}?)"
    r"\s{0,3}(?P<unit>條(?![鐵铁路線线河街船航捷魚鱼狗裙褲繩])|(?<=\d)\s?節)"  # 第一條鐵路 is a railway
    rf"(?P<more>{_TAIL})(?P<rest>{_PARAGRAPH})"
)
_ZH_NAMED = re.compile(  # 第三點（二）, 第4.3, 第三章, 第二節, 附件一, 第4.3款
    rf"第\s*(?:(?P<point>{NUMBER})\s*點\s*(?P<sub>\(\s*{NUMBER}\s*\)|第\s*{NUMBER}\s*款)?"
    rf"|(?P<container>{NUMBER}\s*[章節編篇])|(?P<decimal>{DECIMAL})\s*[款項]?(?!\s?[\d版代屆季期次個名]))"
    rf"|(?:參見|詳見|請見|參照|參閱|依照?|見)\s*(?:本[^\s,。]{{1,6}}?\s*)?(?P<see>{DECIMAL})(?!\.?\d)"
    r"(?!\s?[版代屆季期次個名元公千倍kKmg%°])(?:\s*[節條項點款])?"
    r"|(?P<appendix>(?:附件|附錄)\s*(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}))"
    rf"|(?<![{CJK_NUMERALS}{HAN}])(?P<outer>{NUMBER})\s*、\s*(?P<inner>\(\s*{NUMBER}\s*\))"
)
_NUM = r"\d{1,4}(?:\.\d{1,3})*(?:-\d{1,2})*"
_LATIN = re.compile(
    r"(?<![a-z])(?P<word>articles?|arts?\.?|sections?|sec\.?|clauses?|rules?|§{1,2}|chapters?|paras?\.?|paragraphs?|point|appendix"
    r"|annex|see(?=\s+\d{1,3}(?:\.\d{1,3}){1,3}(?!\s?(?:kg|km|cm|mm|g|m|l|ml|%|percent|hours?|days?|euros?|dollars?))))"
    rf"\s*(?:no\.?\s*)?(?P<items>{_NUM}(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|or|to|through|&)\s+|\s*[~]\s*){_NUM})*"
    r"|[ivxlc]+(?![a-z])|[a-z](?![a-z]))(?![a-z0-9%])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A clause named in a question, before its document is known."""

    start: int
    end: int
    keys: tuple[str, ...]  # several for 第38條及第39條, Articles 4 to 6
    counted: bool = False  # 38 條 without 第: a clause beside a document's name, else a count


def find_references(question: str) -> list[Reference]:
    """Return the clauses that ``question`` names in so many words (第…條, Article …, § …), in order."""
    wide = widen(question)
    kept: list[Reference] = []
    for one in sorted(_explicit(wide), key=lambda r: (r.start, -r.end)):
        if kept and one.start < kept[-1].end:
            continue
        if kept and re.fullmatch(TO, wide[kept[-1].end : one.start]):  # 第4條至第6條
            first, last = kept[-1].keys[-1], one.keys[0]
            if first.isdecimal() and last.isdecimal():
                between = range(int(first) + 1, min(int(last), int(first) + _LIST_LIMIT))
                one = replace(one, keys=(*map(str, between), *one.keys))  # noqa: PLW2901 -- the range's end
        kept.append(one)
    return kept


def _explicit(wide: str) -> Iterator[Reference]:
    for match in _ZH.finditer(wide):
        said = match.group().lstrip()
        keys = _expanded(match["items"], match["more"])
        counted = not said.startswith("第")
        # 一條 is one of something, and 2.3.5 條 no clause; 三十八條 without 第 is an article.
        cut = counted and bool(re.match(r"[\d.第]", wide[max(0, match.start() - 1) : match.start()]))
        one_of = counted and match["items"][0] in CJK_NUMERALS and len(match["items"].strip()) == 1
        if keys and not cut and not one_of:
            yield Reference(match.end() - len(said), match.end(), keys, counted=counted)
    for match in _ZH_NAMED.finditer(wide):
        yield Reference(match.start(), match.end(), (_named_key(match.groupdict()),))
    for match in _LATIN.finditer(wide):
        yield from _latin(match)


def _named_key(group: dict[str, str | None]) -> str:
    if number := group["point"] or group["outer"]:
        return clause_key(number) + _sub(group["sub"] or group["inner"])
    if container := group["container"]:
        return clause_key("第" + container)
    return clause_key(group["appendix"] or group["decimal"] or group["see"] or "")


def _sub(text: str | None) -> str:
    value = read_number(re.sub(r"[第款()\s]", "", text)) if text else None
    return "" if value is None else f"({value})"


def _latin(match: re.Match[str]) -> Iterator[Reference]:
    word, items = match["word"].casefold().rstrip("."), match["items"]
    if not items[0].isdecimal() and (word in {"rule", "rules", "para", "paras"} or items[0].islower()):
        return  # "article a", "rule i": words of a sentence
    if word.startswith(("chapter", "append", "annex")):
        keys: tuple[str, ...] = (clause_key(f"{'Chapter' if word[0] == 'c' else 'Appendix'} {items}"),)
    elif items[0].isdecimal():
        keys = _expanded(items)
    else:
        value = read_number(items)
        keys = () if value is None else (str(value),)
    if keys:
        yield Reference(match.start(), match.end(), keys)


def _expanded(items: str, more: str = "") -> tuple[str, ...]:
    """Return the keys of a list or range: 38、39 and 4.3; 第4條至第6條 gives 4, 5, 6."""
    plain = re.sub(r"第|條|\bno\.?", " ", items, flags=re.IGNORECASE)
    parts = re.split(
        r"(\s*(?:至|到|~|～|\bto\b|\bthrough\b)\s*|[、,及與和或跟&]|以及|\band\b|\bor\b)",
        plain,
        flags=re.IGNORECASE,
    )
    keys: list[str] = []
    ranged = False
    for part in parts:
        word = part.strip().casefold()
        if word in {"至", "到", "~", "～", "to", "through"}:
            ranged = True
        elif word and (word[0].isdecimal() or word[0] in CJK_NUMERALS):
            key = number_key(word)
            if key is None:
                return ()
            if ranged and keys and keys[-1].isdecimal() and key.isdecimal():
                keys.extend(
                    str(n) for n in range(int(keys[-1]) + 1, min(int(key), int(keys[-1]) + _LIST_LIMIT))
                )
            keys.append(key)
            ranged = False
    if keys and more.strip():
        suffix = [read_number(n) for n in re.split(r"[之-]", more) if n.strip()]
        keys[-1] += "".join(f"-{n}" for n in suffix)
    return tuple(dict.fromkeys(keys))


def number_key(text: str) -> str | None:
    """Return the key of one number, 38, 38-1, 三十八之一 or 4.3; None where it is none."""
    if "." in text:
        return text.replace(" ", "")
    values = [read_number(part) for part in re.split(r"[-之]", text) if part.strip()]
    return None if not values or None in values else "-".join(map(str, values))
