"""Clause references in a question: 勞動基準法第38條, SOP-012 4.3, Article 38 of the Labor Standards Act.

A number is a reference when it says so (第…條, Article, §), or when it stands right after a document's name and
nothing marks it as an amount. Its document is the name beside it. A law that is named but not indexed gives a
reference into no document: better nothing than another law's article 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from knowledge.clauses import DECIMAL, NUMBER, QUANTITY, clause_key, widen
from knowledge.names import Mention, NameIndex
from knowledge.numerals import CJK_NUMERALS, read_number
from knowledge.text import HAN
from knowledge.types import DocumentId

_LIST_LIMIT = 20  # clauses of one range: 第1條至第20條

_COUNTED = rf"{NUMBER}(?:\s*[-之]\s*{NUMBER})*"
_ITEM = rf"(?:{DECIMAL}|{_COUNTED})"
_TAIL = rf"(?:\s?[之-]\s?{NUMBER}(?!部|般|切|種|個|次))*"
_PARAGRAPH = rf"(?:\s*(?:第\s*{NUMBER}\s*[項款目]|但書|前段|後段))*"
_AND = r"\s*(?:、|,|及|與|和|或|以及|跟)\s*"
_TO = r"\s*(?:至|到|~|～)\s*"
_ZH = re.compile(
    rf"第?\s*(?P<items>{_ITEM}(?:(?:{_AND}|{_TO}|\s?-\s?)(?:第\s*)?{_ITEM})*?)\s*(?P<unit>條(?![鐵铁路線线河街船航捷魚鱼狗裙褲繩])|(?<=\d)\s?節)"
    rf"(?P<more>{_TAIL})(?P<rest>{_PARAGRAPH})"
)
_ZH_NAMED = re.compile(  # 第三點（二）, 第4.3, 第三章, 第二節, 附件一, 第4.3款
    rf"第\s*(?:(?P<point>{NUMBER})\s*點\s*(?P<sub>\(\s*{NUMBER}\s*\)|第\s*{NUMBER}\s*款)?"
    rf"|(?P<container>{NUMBER}\s*[章節編篇])|(?P<decimal>{DECIMAL})\s*[款項]?(?!\s?[\d版代屆季期次個名]))"
    r"|(?P<appendix>(?:附件|附錄)\s*(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3}))"
    rf"|(?<![{CJK_NUMERALS}{HAN}])(?P<outer>{NUMBER})\s*、\s*(?P<inner>\(\s*{NUMBER}\s*\))"
)
_NUM = r"\d{1,4}(?:\.\d{1,3})*(?:-\d{1,2})*"
_LATIN = re.compile(
    rf"(?<![a-z])(?P<word>articles?|arts?\.?|sections?|sec\.?|clauses?|rules?|§{{1,2}}|chapters?|paras?\.?|appendix|annex)"
    rf"\s*(?:no\.?\s*)?(?P<items>{_NUM}(?:(?:\s*,\s*(?:and\s+)?|\s+(?:and|or|to|through|&)\s+|\s*[~]\s*){_NUM})*"
    r"|[ivxlc]+(?![a-z])|[a-z](?![a-z]))(?![a-z0-9%])",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?P<items>(?:{DECIMAL}|\d{{1,4}}(?:\s?[-之]\s?\d{{1,2}})*|{_COUNTED})(?![\d%％]))")

# Between a name and its clause: "SOP-012 v2 的 4.3", "《勞動基準法》第38條", "Labor Standards Act, Article 38".
_GAP = re.compile(
    r"(?:[\s,，、:：的之中裡里內内》」』）)\]\"'’]|'s|(?<![a-z])(?:v(?:er)?\.?\s?\d+(?:\.\d+)*|version\s\d+|rev\.?\s?\d+|第\s?\d+\s?版)"
    r"|\([^()]{0,30}\)|規定|规定|關於|关于)*",
    re.IGNORECASE,
)
_BARE_GAP = re.compile(r"(?:[\s》」』）)\]的,，]|\.\s|(?:v\.?\s?\d+(?:\.\d+)*|rev\.?\s?\d+)\s)*", re.IGNORECASE)
# Between a clause and its document: "Article 38 of the", "4.3 in", "第4.3條（SOP-012".
_OF = re.compile(r"\s*(?:\([^()]{0,20}\)\s*)*(?:of|in|under|from|within|at)\s+(?:the\s+)?[\"'“‘《「]?\s*", re.IGNORECASE)
_ARTICLES = re.compile(r"(?:the\s+|an?\s+|[\s\"'“‘《「])*", re.IGNORECASE)  # "of the The Organic Act": names start after both
_LOOSE_OF = re.compile(r"[\s,，(（《「]*(?:the\s+)?", re.IGNORECASE)
_OF_BARE = re.compile(rf"(?<![\w.]){DECIMAL}(?=\s+(?:of|in)\s)", re.IGNORECASE)

# What makes a bare number no clause: an amount's unit, or running text other than a question about it.
_AFTER_BARE = re.compile(
    r"\s*(?:$|[?？!！。.,，;；:：)）」』》]|第?\s?\d*\s?[項款](?!目)|規定|规定|是|的|說|说|寫|写|內容|内容|講|讲|怎|如何|有什|有何|指|要求|條"
    r"|(?:says?|mean|means|about|requires?|provides?|states?|is|what|and|or|in|regarding|cover)\b)",
    re.IGNORECASE,
)
_YEAR = range(1900, 2101)

_STATUTE = (
    "法|條例|条例|規則|规则|細則|细则|準則|准则|規程|规程|通則|通则|要點|要点|公約|公约|協定|协定|條文|条文"  # a law's name ends so
)
_HOUSE = (
    "辦法|办法|標準|标准|規範|规范|規章|规章|章程|契約|合約|合约|手冊|手册|須知|须知|政策|程序|流程|標準書|说明书|說明書|指南|指引"
    "|規定|规定|作業|作业|制度|SOP|sop"
)
_TITLE = re.compile(rf"[{HAN}A-Za-z]{{1,30}}(?:{_STATUTE}|{_HOUSE})(?=[》」』）)\s的之]*$)")
_TITLED_BARE = re.compile(
    rf"(?P<title>[{HAN}A-Za-z]{{1,30}}(?:{_STATUTE}|{_HOUSE}))[\s的]{{0,2}}(?P<number>{DECIMAL})(?![\d%.])"
)
_IS_STATUTE = re.compile(rf"(?:{_STATUTE})$")
_LEAD_IN = re.compile(
    r".*(?:請問|请问|想問|想问|什麼是|依據|依据|依照|根據|根据|按照|關於|关于|違反|违反|適用|适用|參照|以及|還是|還有|與|及|和|跟|問|依|按|據|公司的|本公司|我們公司|我們的?|在)"
)
_SELF = re.compile(r"(?:本|該|该|此|同|這|这|那|前開|上述|前述)(?:法|條例|规则|規則|辦法|準則|標準|細則|手冊|規範|要點|契約|合約|公司法)$")
_LATIN_TITLE = re.compile(r"(?:[A-Z][\w’'-]*|\d+)(?:\s+(?:(?:of|and|for|the|on|in|to)\s+)*[A-Z][\w’'-]*){0,15}")
_LATIN_STATUTE = re.compile(r"\b(?:Acts?|Laws?|Codes?|Rules?|Regulations?|Directive|Constitution|Treaty|[A-Z]{3,})\b")
_LISTED = re.compile(r"[\s、,，及與和或跟的]*(?:and|or|以及|還有|还有)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A clause named in a question, before its document is known."""

    start: int
    end: int
    keys: tuple[str, ...]  # several for 第38條及第39條, Articles 4 to 6
    counted: bool = False  # 38 條 without 第: a clause beside a document's name, else a count


@dataclass(frozen=True, slots=True)
class Resolved:
    """A clause that a question asks for.

    ``document_ids`` is None where the question names no document, and empty where it names one that is not
    indexed. ``span`` covers the clause and, where it stands beside it, the document's name.
    """

    document_ids: tuple[DocumentId, ...] | None
    clause_key: str
    span: tuple[int, int]
    document_hint: str | None = None  # the document as the question names it


def find_references(question: str) -> list[Reference]:
    """Return the clauses that ``question`` names in so many words (第…條, Article …, § …), in order."""
    wide = widen(question)
    kept: list[Reference] = []
    for one in sorted(_explicit(wide), key=lambda r: (r.start, -r.end)):
        if kept and one.start < kept[-1].end:
            continue
        if kept and re.fullmatch(_TO, wide[kept[-1].end : one.start]):  # 第4條至第6條
            first, last = kept[-1].keys[-1], one.keys[0]
            if first.isdecimal() and last.isdecimal():
                between = range(int(first) + 1, min(int(last), int(first) + _LIST_LIMIT))
                one = replace(one, keys=(*map(str, between), *one.keys))  # noqa: PLW2901 -- the range's end
        kept.append(one)
    return kept


def resolve(question: str, index: NameIndex) -> list[Resolved]:
    """Return the clauses that ``question`` asks for, each with the documents it can mean, best first."""
    wide = widen(question)
    mentions = index.mentions(question)
    inside = [(one.start, one.end) for one in mentions]
    references = [one for one in find_references(question) if not _overlaps(one, inside)]
    references += _bare(wide, index, mentions, references)
    references.sort(key=lambda one: one.start)
    references = [one for one in references if not one.counted or _beside(wide, one, mentions, references)]
    if not references and (whole := _whole(wide)) is not None:
        references = [whole]
    resolved: list[Resolved] = []
    previous: Resolved | None = None
    for position, one in enumerate(references):
        before = references[position - 1].end if position else 0
        ids, span, hint = _document(question, wide, one, index, mentions, before) or _elsewhere(
            wide, one, mentions, before, previous
        )
        for key in one.keys:
            previous = Resolved(ids, key, span, hint)
            resolved.append(previous)
    return resolved


def _beside(wide: str, one: Reference, mentions: Sequence[Mention], references: Sequence[Reference]) -> bool:
    """Return whether a count of 條 stands where only a clause can: after a name, in a list, or first of all."""
    if not wide[: one.start].strip() or any(_GAP.fullmatch(wide, m.end, one.start) for m in mentions if m.end <= one.start):
        return True
    if any(re.fullmatch(_AND, wide[other.end : one.start]) for other in references if other.end <= one.start):
        return True
    return bool(_TITLE.search(wide[: one.start]))


def _overlaps(one: Reference, spans: Sequence[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in spans)


def _explicit(wide: str) -> Iterator[Reference]:
    for match in _ZH.finditer(wide):
        keys = _expanded(match["items"], match["more"])
        said = match.group().lstrip()
        before = wide[max(0, match.start() - 1) : match.start()]
        if keys and (said.startswith("第") or not re.match(r"[\d.第]", before)):
            if not said.startswith("第") and match["items"][0] in CJK_NUMERALS and len(match["items"].strip()) < 2:
                continue  # 一條 is one of something; 三十八條 without 第 is an article
            yield Reference(match.end() - len(said), match.end(), keys, counted=not said.startswith("第"))
    for match in _ZH_NAMED.finditer(wide):
        group = match.groupdict()
        if group["point"]:
            key = clause_key(group["point"]) + _sub(group["sub"])
        elif group["outer"]:
            key = clause_key(group["outer"]) + _sub(group["inner"])
        elif group["container"]:
            key = clause_key("第" + group["container"])
        elif group["appendix"]:
            key = clause_key(group["appendix"])
        else:
            key = clause_key(group["decimal"])
        yield Reference(match.start(), match.end(), (key,))
    for match in _LATIN.finditer(wide):
        yield from _latin(match)


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
    parts = re.split(r"(\s*(?:至|到|~|～|\bto\b|\bthrough\b)\s*|[、,及與和或跟&]|以及|\band\b|\bor\b)", plain, flags=re.IGNORECASE)
    keys: list[str] = []
    ranged = False
    for part in parts:
        word = part.strip().casefold()
        if word in {"至", "到", "~", "～", "to", "through"}:
            ranged = True
        elif word and (word[0].isdecimal() or word[0] in CJK_NUMERALS):
            key = _number_key(word)
            if key is None:
                return ()
            if ranged and keys and keys[-1].isdecimal() and key.isdecimal():
                keys.extend(str(n) for n in range(int(keys[-1]) + 1, min(int(key), int(keys[-1]) + _LIST_LIMIT)))
            keys.append(key)
            ranged = False
    if keys and more.strip():
        suffix = [read_number(n) for n in re.split(r"[之-]", more) if n.strip()]
        keys[-1] += "".join(f"-{n}" for n in suffix)
    return tuple(dict.fromkeys(keys))


def _number_key(text: str) -> str | None:
    if "." in text:
        return text.replace(" ", "")
    values = [read_number(part) for part in re.split(r"[-之]", text) if part.strip()]
    return None if not values or None in values else "-".join(map(str, values))


def _bare(wide: str, index: NameIndex, mentions: Sequence[Mention], known: Sequence[Reference]) -> Iterator[Reference]:
    """Yield numbers that stand right after a document's name, or decimals right before "of" one."""
    taken = [(one.start, one.end) for one in known] + [(one.start, one.end) for one in mentions]
    for mention in mentions:
        gap = _BARE_GAP.match(wide, mention.end)
        start = gap.end() if gap else mention.end
        match = _BARE.match(wide, start)
        if match is None or not mention.distinct or not _is_clause(wide, match, mention):
            continue
        key = _number_key(match["items"])
        one = Reference(match.start(), match.end(), (key,) if key else ())
        if key and not _overlaps(one, taken):
            taken.append((one.start, one.end))
            yield one
    for match in _TITLED_BARE.finditer(wide):  # 員工手冊 4.3, where the title is 星曜電子員工手冊
        one = Reference(match.start("number"), match.end("number"), (match["number"],))
        name = _LEAD_IN.sub("", match["title"])
        if not _overlaps(one, taken) and index.ending(name) and not QUANTITY.match(wide, match.end()):
            yield one
    for match in _OF_BARE.finditer(wide):
        one = Reference(match.start(), match.end(), (match.group(),))
        of = _OF.match(wide, match.end())
        if of and any(mention.start == of.end() for mention in mentions) and not _overlaps(one, taken):
            yield one


def _is_clause(wide: str, match: re.Match[str], mention: Mention) -> bool:
    items = match["items"]
    if not items[0].isdecimal() and (match.start() == mention.end or len(items) > 6):
        return False  # 員工手冊一本 counts; 勞基法 三十八 does not
    if items.isdecimal() and int(items) in _YEAR:
        return False
    if "." in items and not QUANTITY.match(wide, match.end()):
        return True
    return bool(_AFTER_BARE.match(wide, match.end()))


def _whole(wide: str) -> Reference | None:
    """Read a question that is nothing but a number as a clause: "4.3", "38-1"."""
    match = re.fullmatch(rf"\s*(?P<items>{DECIMAL}|\d{{1,3}}-\d{{1,2}})\s*[?？]?\s*", wide)
    return match and Reference(match.start("items"), match.end("items"), (match["items"],))


_Found = tuple[tuple[DocumentId, ...] | None, tuple[int, int], str | None]


def _document(
    question: str, wide: str, one: Reference, index: NameIndex, mentions: Sequence[Mention], before: int
) -> _Found | None:
    """Find the document that stands beside a reference; None where nothing does."""
    follows = next((m for m in mentions if m.start >= one.end), None)
    precedes = next((m for m in reversed(mentions) if m.end <= one.start), None)
    of = _OF.match(wide, one.end)
    if of and follows and _ARTICLES.fullmatch(wide, of.end(), follows.start):
        return _found(question, follows, one)
    if precedes and _GAP.fullmatch(wide, precedes.end, one.start):
        return _found(question, precedes, one)
    if of and (title := _LATIN_TITLE.match(question, of.end())):
        ids = index.find(title.group())
        if ids or _LATIN_STATUTE.search(title.group()):
            return ids, (one.start, title.end()), title.group()
    start = max(before, precedes.end if precedes else 0)
    title = _TITLE.search(wide[start : one.start])
    if title and (found := _titled(question, wide, one, index, precedes, start, title)):
        return found
    if follows and (gap := _LOOSE_OF.match(wide, one.end)) and gap.end() == follows.start:
        return _found(question, follows, one)
    return None


def _found(question: str, mention: Mention, one: Reference) -> _Found:
    span = (min(mention.start, one.start), max(mention.end, one.end))
    return mention.document_ids, span, question[mention.start : mention.end]


def _titled(
    question: str, wide: str, one: Reference, index: NameIndex, precedes: Mention | None, start: int, title: re.Match[str]
) -> _Found | None:
    """Read the words before a reference as a document's title: part of an indexed one, or a law that is not indexed."""
    if precedes is not None and title.start() == 0 and precedes.end == start:  # 勞動基準法 + 施行細則, only the Act indexed
        name, begins = question[precedes.start : start + title.end()], precedes.start
    else:
        name = _LEAD_IN.sub("", title.group())
        begins = start + title.end() - len(name)
        name = question[begins : begins + len(name)]
    if len(name) < 2 or _SELF.search(widen(name)):
        return None
    statute = bool(_IS_STATUTE.search(name))
    ids = index.ending(name) or (() if statute else index.containing(name))
    return (ids, (begins, one.end), name) if ids or statute else None


def _elsewhere(wide: str, one: Reference, mentions: Sequence[Mention], before: int, previous: Resolved | None) -> _Found:
    """Find the document of a reference that stands alone: carried on in a list, else the one named nearest."""
    own = (one.start, one.end)
    if previous is not None and _LISTED.fullmatch(wide, before, one.start):
        return previous.document_ids, own, previous.document_hint
    named = [m for m in mentions if m.rank < 2 or m.distinct]
    nearest = min(named, key=lambda m: (m.start > one.start, abs(m.start - one.start)), default=None)
    if nearest is None:
        return None, own, None
    return nearest.document_ids, own, wide[nearest.start : nearest.end]
