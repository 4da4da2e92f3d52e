"""Clause references in a question: 勞動基準法第38條, SOP-012 4.3, Article 38 of the Labor Standards Act.

A number is a reference when it says so (第…條, Article, §), or when it stands right after a document's
name and nothing marks it as an amount. Its document is the name beside it. A law or a document number that is named but not
indexed gives a reference into no document: better nothing than another law's article 8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from knowledge.clause_mentions import AND, COUNTED, Reference, find_references, number_key
from knowledge.clauses import DECIMAL, QUANTITY, widen
from knowledge.names import Mention, NameIndex
from knowledge.text import HAN
from knowledge.types import DocumentId

_BARE = re.compile(rf"(?P<items>(?:{DECIMAL}|\d{{1,4}}(?:\s?[-之]\s?\d{{1,2}})*|{COUNTED})(?![\d%％]))")

# Between a name and its clause: "SOP-012 v2 的 4.3", "《勞動基準法》第38條", "the Act, Article 38".
_GAP = re.compile(
    r"(?:[\s,，、:：的之中裡里內内》」』）)\]\"'’]|'s"
    r"|(?<![a-z])(?:v(?:er)?\.?\s?\d+(?:\.\d+)*|version\s\d+|rev\.?\s?\d+|第\s?\d+\s?版)"
    r"|\([^()]{0,30}\)|規定|规定|關於|关于)*",
    re.IGNORECASE,
)
_BARE_GAP = re.compile(
    r"(?:[\s》」』）)\]的,，]|\.\s|(?:v\.?\s?\d+(?:\.\d+)*|rev\.?\s?\d+)\s)*", re.IGNORECASE
)
# Between a clause and its document: "Article 38 of the", "4.3 in", "第4.3條（SOP-012".
_OF = re.compile(
    r"\s*(?:\([^()]{0,20}\)\s*)*(?:of|in|under|from|within|at)\s+(?:the\s+)?[\"'“‘《「]?\s*", re.IGNORECASE
)
# "of the The Organic Act": names start after both.
_ARTICLES = re.compile(r"(?:the\s+|an?\s+|[\s\"'“‘《「])*", re.IGNORECASE)
_LOOSE_OF = re.compile(r"[\s,，(（《「]*(?:the\s+)?", re.IGNORECASE)
_OF_BARE = re.compile(rf"(?<![\w.]){DECIMAL}(?=\s+(?:of|in)\s)", re.IGNORECASE)

# What makes a bare number no clause: an amount's unit, or running text other than a question about it.
_AFTER_BARE = re.compile(
    r"\s*(?:$|[?？!！。.,，;；:：)）」』》]|第?\s?\d*\s?[項款](?!目)|規定|规定|是|的|說|说|寫|写|內容|内容"
    r"|講|讲|怎|如何|有什|有何|指|要求|條"
    r"|(?:says?|mean|means|about|requires?|provides?|states?|is|what|and|or|in|regarding|cover)\b)",
    re.IGNORECASE,
)
_YEAR = range(1900, 2101)

# A law's name ends so; 方法, 做法 and 合法 are no laws.
_STATUTE = (
    "(?<![方做想看無作用說手語寫算合違非依])法|條例|条例|規則|规则|細則|细则|準則|准则|規程|规程|通則|通则"
    "|要點|要点|公約|公约|協定|协定|條文|条文"
)
_HOUSE = (
    "辦法|办法|標準|标准|規範|规范|規章|规章|章程|契約|合約|合约|手冊|手册|須知|须知|政策|程序|流程"
    "|標準書|说明书|說明書|指南|指引|規定|规定|作業|作业|制度|SOP|sop"
)
_TITLE = re.compile(rf"[{HAN}A-Za-z]{{1,30}}(?:{_STATUTE}|{_HOUSE})(?=[》」』）)\s的之]*$)")
_TITLED_BARE = re.compile(
    rf"(?P<title>[{HAN}A-Za-z]{{1,30}}(?:{_STATUTE}|{_HOUSE}))[\s的]{{0,2}}(?P<number>{DECIMAL})(?![\d%.])"
)
_IS_STATUTE = re.compile(rf"(?:{_STATUTE})$")
_LEAD_IN = re.compile(
    r".*(?:請問|请问|想問|想问|什麼是|依據|依据|依照|根據|根据|按照|關於|关于|違反|违反|適用|适用|參照"
    r"|以及|還是|還有|與|及|和|跟|問|依|按|據|公司的|本公司|我們公司|我們的?|在)"
)
# A house's own document number: SOP-012, HR-003, NOTICE-2027-01.
_CODE = re.compile(
    r"(?<![A-Za-z0-9-])[A-Z]{2,10}(?:-[A-Z]{1,6})?(?:-\d{1,6}){1,3}(?![A-Za-z0-9-])", re.IGNORECASE
)
_SELF = re.compile(
    r"(?:本|該|该|此|同|這|这|那|前開|上述|前述)"
    r"(?:法|條例|规则|規則|辦法|準則|標準|細則|手冊|規範|要點|契約|合約|公司法)$"
)
_LATIN_TITLE = re.compile(
    r"(?:[A-Z][\w’'-]*|\d+)(?:\s+(?:(?:of|and|for|the|on|in|to)\s+)*[A-Z][\w’'-]*){0,15}"
)
_LATIN_STATUTE = re.compile(
    r"\b(?:Acts?|Laws?|Codes?|Rules?|Regulations?|Directive|Constitution|Treaty|[A-Z]{3,})\b"
)
_LISTED = re.compile(r"[\s、,，及與和或跟的]{0,9}(?:and|or|以及|還有|还有)?\s{0,3}", re.IGNORECASE)


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


def resolve(question: str, index: NameIndex) -> list[Resolved]:
    """Return the clauses that ``question`` asks for, each with the documents it can mean, best first."""
    asked = _Question(question, widen(question), index, index.mentions(question))
    references = _references(asked)
    resolved: list[Resolved] = []
    previous: Resolved | None = None
    for position, one in enumerate(references):
        since = references[position - 1].end if position else 0
        ids, span, hint = _beside(asked, one, since) or _elsewhere(asked, one, since, previous)
        for key in one.keys:
            previous = Resolved(ids, key, span, hint)
            resolved.append(previous)
    return resolved


def _references(asked: _Question) -> list[Reference]:
    """Return a question's references in order: in so many words, bare after a name, or all of it."""
    inside = [(one.start, one.end) for one in asked.mentions]
    references = [one for one in find_references(asked.text) if not _overlaps(one, inside)]
    references = sorted([*references, *_bare(asked, references)], key=lambda one: one.start)
    references = [one for one in references if not one.counted or _is_placed(asked, one, references)]
    whole = None if references else _whole(asked.wide)
    return [whole] if whole else references


def _is_placed(asked: _Question, one: Reference, references: Sequence[Reference]) -> bool:
    """Return whether 38 條 stands where only a clause can: after a name, in a list, or first of all."""
    wide, before = asked.wide, asked.wide[: one.start]
    named = any(_GAP.fullmatch(wide, m.end, one.start) for m in asked.mentions if m.end <= one.start)
    listed = any(re.fullmatch(AND, wide[r.end : one.start]) for r in references if r.end <= one.start)
    return named or listed or not before.strip() or bool(_TITLE.search(before))


def _overlaps(one: Reference, spans: Sequence[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in spans)


def _bare(asked: _Question, known: Sequence[Reference]) -> list[Reference]:
    """Return numbers that stand right after a document's name, and decimals right before "of" one."""
    found: list[Reference] = []
    taken = [(r.start, r.end) for r in known] + [(m.start, m.end) for m in asked.mentions]
    for one in (*_after_names(asked), *_after_titles(asked), *_before_names(asked)):
        if not _overlaps(one, taken):
            taken.append((one.start, one.end))
            found.append(one)
    return found


def _after_names(asked: _Question) -> Iterator[Reference]:
    for mention in asked.mentions:
        gap = _BARE_GAP.match(asked.wide, mention.end)
        match = _BARE.match(asked.wide, gap.end() if gap else mention.end)
        if match and mention.distinct and _is_clause(asked.wide, match, mention):
            key = number_key(match["items"])
            if key:
                yield Reference(match.start(), match.end(), (key,))


def _after_titles(asked: _Question) -> Iterator[Reference]:
    """Yield 4.3 of 員工手冊 4.3, where the title is 星曜電子員工手冊."""
    for match in _TITLED_BARE.finditer(asked.wide):
        if asked.index.ending(_LEAD_IN.sub("", match["title"])) and not QUANTITY.match(
            asked.wide, match.end()
        ):
            yield Reference(match.start("number"), match.end("number"), (match["number"],))


def _before_names(asked: _Question) -> Iterator[Reference]:
    for match in _OF_BARE.finditer(asked.wide):
        of = _OF.match(asked.wide, match.end())
        if of and any(mention.start == of.end() for mention in asked.mentions):
            yield Reference(match.start(), match.end(), (match.group(),))


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


@dataclass(frozen=True, slots=True)
class _Question:
    """A question with what was found in it."""

    text: str
    wide: str
    index: NameIndex
    mentions: Sequence[Mention]

    def before(self, one: Reference) -> Mention | None:
        """The last name before a reference."""
        return next((m for m in reversed(self.mentions) if m.end <= one.start), None)

    def after(self, one: Reference) -> Mention | None:
        """The first name after a reference."""
        return next((m for m in self.mentions if m.start >= one.end), None)

    def found(self, mention: Mention, one: Reference) -> _Found:
        """Join a reference with the name beside it."""
        span = (min(mention.start, one.start), max(mention.end, one.end))
        return mention.document_ids, span, self.text[mention.start : mention.end]


def _beside(asked: _Question, one: Reference, since: int) -> _Found | None:
    """Find the document that stands beside a reference; None where nothing does.

    ``since`` is where the reference before this one ended.
    """
    follows, precedes = asked.after(one), asked.before(one)
    of = _OF.match(asked.wide, one.end)
    if of and follows and _ARTICLES.fullmatch(asked.wide, of.end(), follows.start):
        return asked.found(follows, one)
    if precedes and _GAP.fullmatch(asked.wide, precedes.end, one.start):
        return asked.found(precedes, one)
    if of and (title := _LATIN_TITLE.match(asked.text, of.end())):
        ids = asked.index.find(title.group())
        if ids or _LATIN_STATUTE.search(title.group()):
            return ids, (one.start, title.end()), title.group()
    since_name = max(since, precedes.end if precedes else 0)
    if found := _titled(asked, one, since_name) or _coded(asked, one, since):
        return found
    if follows and (gap := _LOOSE_OF.match(asked.wide, one.end)) and gap.end() == follows.start:
        return asked.found(follows, one)
    return None


def _titled(asked: _Question, one: Reference, since: int) -> _Found | None:
    """Read the words before a reference as a title: a part of an indexed one, or a law not indexed."""
    title = _TITLE.search(asked.wide[since : one.start])
    if title is None:
        return None
    end = since + title.end()
    precedes = asked.before(one)
    if precedes is not None and title.start() == 0 and precedes.end == since:
        begins = precedes.start  # 勞動基準法 + 施行細則, where only the Act is indexed
    else:
        begins = end - len(_LEAD_IN.sub("", title.group()))
    name = asked.text[begins:end]
    if len(name) < 2 or _SELF.search(asked.wide[begins:end]):
        return None
    statute = bool(_IS_STATUTE.search(name))
    ids = asked.index.ending(name) or (() if statute else asked.index.containing(name))
    return (ids, (begins, one.end), name) if ids or statute else None


def _coded(asked: _Question, one: Reference, since: int) -> _Found | None:
    """Read a document number beside a reference, which no document here has: 4.3 of another is no answer."""
    of = _OF.match(asked.wide, one.end)
    if of and (code := _CODE.match(asked.wide, of.end())):
        return (), (one.start, code.end()), asked.text[code.start() : code.end()]
    for code in _CODE.finditer(asked.wide, since, one.start):
        if _GAP.fullmatch(asked.wide, code.end(), one.start):
            return (), (code.start(), one.end), asked.text[code.start() : code.end()]
    return None


def _elsewhere(asked: _Question, one: Reference, since: int, previous: Resolved | None) -> _Found:
    """Find the document of a reference that stands alone: carried on in a list, else the nearest."""
    own = (one.start, one.end)
    if previous is not None and _LISTED.fullmatch(asked.wide, since, one.start):
        return previous.document_ids, own, previous.document_hint
    named = [m for m in asked.mentions if m.rank < 2 or m.distinct]
    nearest = min(named, key=lambda m: (m.start > one.start, abs(m.start - one.start)), default=None)
    if nearest is None:
        return None, own, None
    return nearest.document_ids, own, asked.text[nearest.start : nearest.end]
