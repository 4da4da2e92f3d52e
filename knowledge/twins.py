"""The same clause in several documents: copies, yearly editions, manuals of sister products.

Copies are one hit with several places. Editions — documents whose titles differ in a year, a version or a
code only — say nearly the same with other facts; they are one hit too, and the one that the question names
stands for them. What is only written alike in unrelated documents stays apart: "this act takes effect on the day of
its promulgation" is said by each act for itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache

from knowledge.names import tokens
from knowledge.numerals import CJK_NUMERALS
from knowledge.text import HAN, fold, keys
from knowledge.types import Hit, Passage

_EDITION = 0.5  # shared pairs of characters, numbers left out, of one clause in two editions
_MOVED = 0.75  # the same where clause and heading differ: the next edition counts otherwise
_SUBJECT = 4  # letters, a Han character counted as two, that a title's subject has at least
_PATTERN = 0.3  # shared pairs of characters of two titles of one pattern
_FEW = 6  # pairs; shorter texts must have them all in common

# Numbers, codes and amounts: what editions differ in.
_MARKED = re.compile(
    rf"[a-z]*[-_]?\d[\w.,:/%-]*|[{CJK_NUMERALS}兩两]+(?=[個个年月日天週周小時时分元塊次人位名倍成折條条項项公台臺歲岁%])",
    re.ASCII,
)
_SELF = re.compile(
    r"(?:本|此|這)(?:法|條例|规则|規則|辦法|办法|準則|准则|標準|标准|細則|细则|要點|要点|規程|规程|通則|条例|章程|契約|公約)"
    r"|\b(?:this|these)\s+(?:act|law|code|rules?|regulations?|directions?|guidelines?|standards?|agreement)\b"
)
# Words of a title that tell editions apart and no subjects.
_EDITION_WORD = re.compile(
    r"民國|民国|年度|年|月|日|版本|版|修訂|修订|修正|草案|新|舊|旧|現行|现行|第|公告|施行|生效"
    r"|\b(?:v|ver|version|rev|revision|edition|final|draft|copy)\b"
)
# SOP-012, AP300, 2.1: words with a digit, with the letters that a hyphen joins to them.
_CODED = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,5}[-_])?[a-z]{0,6}\d[a-z0-9.]*", re.ASCII)
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_PIECES = re.compile(rf"[A-Za-z]+|\d+|[{HAN}]")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LOCAL_YEAR = re.compile(r"(?<!\d)(\d{2,3})\s?年")
_LOCAL_EPOCH = 1911  # 民國元年 is 1912
_NUMBERED = re.compile(
    r"(?:第|v\.?|ver\.?|version|版本|rev\.?)\s?(\d{1,3})(?!\d)|(?<!\d)(\d{1,3})(?:\.0)?\s?[版代期]"
)
_RELATIVE = (
    (re.compile(r"今年|本年度?|this year"), 0),
    (re.compile(r"去年|last year"), -1),
    (re.compile(r"明年|next year"), 1),
)
_NEWEST = re.compile(r"最新|現行|现行|\b(?:latest|newest|current)\b")
_SMALL = frozenset("the and for with from are how what all you your not can may about into who when".split())  # noqa: SIM905 - one line
_SUFFIX = re.compile(r"\s?年?度?版?")
_ASCII = re.compile(r"[A-Za-z0-9._-]")
_BEFORE = re.compile(r"(?:[A-Za-z][\w.+-]*|[\u3400-\u9fff]{1,4})[\s-]?$")
_YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class _Shape:
    """A text as twins are compared: its words, and its pairs with numbers and codes left out."""

    words: str
    grams: frozenset[str]
    speaks_of_itself: bool


@lru_cache(maxsize=4096)
def _shape(text: str) -> _Shape:
    folded = fold(text)
    return _Shape(
        " ".join(text.split()),
        frozenset(keys(_MARKED.sub(" ", folded)).grams),
        _SELF.search(folded) is not None,
    )


def alike(one: Passage, other: Passage) -> float:
    """Return the share of words that two passages have in common, numbers and codes left out, 0..1."""
    mine, theirs = _shape(one.text).grams, _shape(other.text).grams
    if min(len(mine), len(theirs)) < _FEW:
        return float(mine == theirs)
    common = len(mine & theirs)
    return common / (len(mine) + len(theirs) - common)


@lru_cache(maxsize=4096)
def _core(title: str) -> str:
    """Return what a title names when years, versions and codes are taken away; "" where too little is left."""
    folded = _EDITION_WORD.sub(" ", _CODED.sub(" ", fold(title)))
    words = [word for word in _WORD.findall(folded) if word not in CJK_NUMERALS and not word.isdecimal()]
    letters = sum(2 if word >= "\u3400" else len(word) for word in words)
    return "".join(words) if letters >= _SUBJECT else ""


def kin(one: Passage, other: Passage) -> bool:
    """Return whether two documents are editions of one another: titles alike but for years, versions, codes."""
    core = _core(one.title)
    return one.document_id != other.document_id and bool(core) and core == _core(other.title)


def sisters(one: Passage, other: Passage) -> bool:
    """Return whether two documents have titles of one pattern (門市退貨政策, 網購退貨政策), each with words of its own."""
    mine, theirs = _title_grams(one.title), _title_grams(other.title)
    own = (
        mine - theirs and theirs - mine
    )  # 門市FAQ and FAQ are not: one of them has no word that it stands for
    return bool(own) and len(mine & theirs) >= _PATTERN * max(len(mine | theirs), 1)


@lru_cache(maxsize=4096)
def _title_grams(title: str) -> frozenset[str]:
    return frozenset(keys(title).grams)


def same_words(one: Passage, other: Passage) -> bool:
    """Return whether two passages are copies: the same text under the same clause."""
    return one.clause == other.clause and _shape(one.text).words == _shape(other.text).words


def editions(one: Passage, other: Passage) -> bool:
    """Return whether two passages are one clause in two editions."""
    if one.kind != other.kind or one.document_id == other.document_id:
        return False
    if not kin(one, other):
        # Files that are called by their code alone (x100.pdf, x200.pdf) must be alike all the more.
        return (
            _core(one.title) == _core(other.title) == ""
            and one.kind == "text"
            and alike(one, other) >= _MOVED
        )
    if one.kind == "record":
        return _row(one) == _row(other)
    if one.kind == "faq":
        return fold(one.question or "") == fold(other.question or "") or alike(one, other) >= _MOVED
    placed = (one.clause is not None and one.clause == other.clause) or (
        bool(one.heading) and one.heading[-1:] == other.heading[-1:]
    )
    return alike(one, other) >= (_EDITION if placed else _MOVED)


def _row(passage: Passage) -> str:
    """Return what a row of a table is about: its first cell."""
    return fold(re.split(r"[；;\n]", passage.text.strip(), maxsplit=1)[0])


def grouped(hits: Iterable[Hit], question: str) -> list[Hit]:
    """Join copies and editions (hits best first): one hit with its places and its editions, ranks untouched.

    Of editions the one that ``question`` names stands first, else the best.
    """
    groups: list[list[Hit]] = []
    for hit in hits:
        home = next((group for group in groups if _joins(hit.passage, group)), None)
        if home is None:
            groups.append([hit])
        elif all(hit.passage != one.passage for one in home):
            home.append(hit)
    return [_one(group, question) if len(group) > 1 else group[0] for group in groups]


def _joins(passage: Passage, group: Sequence[Hit]) -> bool:
    first = group[0].passage
    if same_words(first, passage):
        return first.document_id == passage.document_id or (
            not _shape(passage.text).speaks_of_itself or kin(first, passage)
        )
    return all(one.passage.document_id != passage.document_id for one in group) and editions(first, passage)


def _one(group: Sequence[Hit], question: str) -> Hit:
    meant = named(question, [hit.passage for hit in group])
    first = next((hit for hit in group if hit.passage in meant), group[0])
    others = [hit.passage for hit in group if hit.passage.document_id != first.passage.document_id]
    return replace(
        first,
        score=group[0].score,
        exact=first.exact or group[0].exact,
        places=tuple(p for p in others if same_words(first.passage, p)),
        editions=tuple(p for p in others if not same_words(first.passage, p)),
    )


def named(
    question: str, passages: Sequence[Passage], today: date | None = None, *, by_title: bool = False
) -> tuple[Passage, ...]:
    """Return those of ``passages`` that the question names by what tells their documents apart; () for none.

    Told apart by words of title and path, and by codes and years anywhere unless ``by_title``. ``today`` resolves
    今年 and "this year".
    """
    counts = [len(found) for found in _said(question, passages, today, by_title=by_title)]
    best = max(counts, default=0)
    if best == 0 and _NEWEST.search(fold(question)):
        years = [max((int(y) for y in _YEAR.findall(f"{p.title} {p.source}")), default=0) for p in passages]
        if all(years) and len(set(years)) > 1:
            return tuple(p for p, year in zip(passages, years, strict=True) if year == max(years))
    if best == 0 or all(count == best for count in counts):
        return ()
    return tuple(p for p, count in zip(passages, counts, strict=True) if count == best)


def named_together(question: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return those of ``passages`` that the question names each by a mark of its own, where it names several: X100 and X200."""
    found = _said(question, passages, None, by_title=True)
    own = [mine.difference(*(o for o in found if o is not mine)) for mine in found]
    apart = tuple(p for p, mine in zip(passages, own, strict=True) if mine)
    return apart if len(apart) > 1 else ()


def _said(
    question: str, passages: Sequence[Passage], today: date | None, *, by_title: bool
) -> list[frozenset[str]]:
    """Return for each passage what the question says of what is its own."""
    marks = [_own(p.title, p.source) if by_title else _marks(p) for p in passages]
    shared = frozenset.intersection(*marks) if marks else frozenset()
    asked = _asked(question, today or datetime.now(UTC).date())
    short = _short(question, [p.title for p in passages])
    return [(asked & (mine - shared)) | few for mine, few in zip(marks, short, strict=True)]


def _short(question: str, titles: Sequence[str]) -> list[frozenset[str]]:
    """Return for each title which of its own one or two letters and small numbers the question says: EU, 14 of iPhone 14.

    Such pieces stand in many questions by chance; they count beside the title's own neighbour, or as capitals.
    """
    pieces = [_PIECES.findall(unicodedata.normalize("NFKC", title)) for title in titles]
    shared = set(map(fold, pieces[0])).intersection(*(map(fold, one) for one in pieces)) if pieces else set()
    asked = _PIECES.findall(unicodedata.normalize("NFKC", question))
    places: dict[str, list[int]] = {}
    for at, piece in enumerate(asked):
        places.setdefault(fold(piece), []).append(at)
    chinese = any(piece >= "\u3400" for piece in asked)
    found = []
    for own in pieces:
        said = set()
        for i, piece in enumerate(own):
            if piece >= "\u3400" or _tells(fold(piece)) or fold(piece) in shared:
                continue
            for at in places.get(fold(piece), ()):
                beside = (i > 0 < at and fold(own[i - 1]) == fold(asked[at - 1])) or (
                    i + 1 < len(own) and at + 1 < len(asked) and fold(own[i + 1]) == fold(asked[at + 1])
                )
                if beside or (piece.isupper() and asked[at] == piece and (len(piece) > 1 or chinese)):
                    said.add("~" + fold(piece))
        found.append(frozenset(said))
    return found


@lru_cache(maxsize=4096)
def _own(title: str, source: str) -> frozenset[str]:
    about = fold(f"{title}\n{source.partition('#')[0]}")
    found = keys(about)
    plain = {t for t in (*found.grams, *found.idents) if _tells(t)}
    return frozenset(plain) | _years(about) | _counted(about)


def _tells(term: str) -> bool:
    """Return whether a term of a title can tell documents apart: no small number, no small English word."""
    if term.isdecimal():
        return len(term) >= 4
    return not (term.isascii() and term.isalpha()) or (len(term) > 2 and term not in _SMALL)


def _marks(passage: Passage) -> frozenset[str]:
    body = fold("\n".join((*passage.heading, passage.text)))
    codes = {t for t in keys(body).grams if any(c.isdecimal() for c in t) and any(c.isalpha() for c in t)}
    return _own(passage.title, passage.source) | codes | frozenset(_YEAR.findall(body))


def _years(folded: str) -> frozenset[str]:
    local = {str(int(year) + _LOCAL_EPOCH) for year in _LOCAL_YEAR.findall(folded) if 50 <= int(year) < 200}
    return frozenset(_YEAR.findall(folded)) | local


def _counted(folded: str) -> frozenset[str]:
    return frozenset(f"#{int(a or b)}" for a, b in _NUMBERED.findall(folded))


def _asked(question: str, today: date) -> frozenset[str]:
    folded = fold(question)
    found = keys(folded)
    words = {t for t in (*found.grams, *found.idents) if not t.isdecimal()}
    relative = {str(today.year + shift) for pattern, shift in _RELATIVE if pattern.search(folded)}
    return frozenset(words | relative) | _years(folded) | _counted(folded)


def labels(passages: Sequence[Passage], *, short: bool = True) -> tuple[str, ...]:
    """Return a name for each of ``passages``, all different: what tells the titles apart, else the titles.

    2025年版 and 2026年版, X100 and X200, 門市 and 網購; documents of one title go by their files.
    """
    titles = [p.title for p in passages]
    found = [[t.text for t in tokens(title)] for title in titles]
    shared = set(found[0]).intersection(*found[1:]) if found else set()
    telling = [_telling(title, shared) if short else "" for title in titles]
    sources = [p.source.partition("#")[0] for p in passages]
    stems = [s.rpartition("/")[2].rpartition(".")[0] or s for s in sources]
    for names in (
        telling,
        titles,
        stems,
        sources,
        [f"{t} ({p.source})" for t, p in zip(titles, passages, strict=True)],
    ):
        if all(names) and len({fold(n) for n in names}) == len(names):
            return tuple(names)
    return tuple(p.source for p in passages)


def _telling(title: str, shared: set[str]) -> str:
    """Return the part of a title that is its own, with the rest of its code or year; "" where it is too little."""
    own = [t for t in tokens(title) if t.text not in shared]
    if not own or own[-1].end - own[0].start > max(12, len(title) // 2):
        return ""
    start, end = own[0].start, own[-1].end
    while start and _ASCII.match(title[start - 1]) and _ASCII.match(title[start]):
        start -= 1
    while end < len(title) and _ASCII.match(title[end]) and _ASCII.match(title[end - 1]):
        end += 1
    suffix = _SUFFIX.match(title, end)
    if suffix and title[end - 1].isdecimal():
        end = suffix.end()
    number = title[start:end].strip()
    if number.isdecimal() and len(number) < _YEAR_DIGITS and (word := _BEFORE.search(title, 0, start)):
        start = word.start()  # so short a number alone names nothing: iPhone 14
    label = title[start:end].strip(" -_.()（）[]【】《》")
    return label if len(label) > 1 else ""
