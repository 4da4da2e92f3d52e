"""Documents by name: which titles and codes a question mentions, the longest first.

Names and questions are cut into the same tokens: one for each Han character, Latin word or number, folded,
with articles and punctuation dropped; so width, script, spaces, SOP-012 and "sop 012" do not matter, and a
Latin name matches whole words only. A trie over those tokens finds every name in one pass over the question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath

from opencc import OpenCC

from knowledge.glossary import Glossary
from knowledge.numerals import CJK_NUMERALS, read_number
from knowledge.text import HAN, fold
from knowledge.types import DocumentId

_TOKEN = re.compile(rf"[{HAN}〇○]|[a-z]+|\d+")
_NUMBERED = re.compile(rf"第\s*([{CJK_NUMERALS}]{{1,8}})\s*(?=[條条項项款目章节節])")
_APOSTROPHE_S = re.compile(r"['’ʼ]s\b")
_DROPPED = frozenset({"the", "a", "an"})
# One word, two spellings: Labour Standards Act, Organisation Act.
_SPELLING = re.compile(r"(?<=lab)our(?=s?$)|(?<=cent)re(?=s?$)|(?<=[^aeiou]i)s(?=ation|ations$|e$|ed$|ing$)")
_SPELLED = {"our": "or", "re": "er", "s": "z"}

_CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]{0,9}(?:[-_][A-Z0-9]{1,10}){0,3}[-_]\d{1,8}(?![A-Za-z0-9])")
_STATED_CODE = re.compile(
    r"(?:文件|表單|程序|辦法|制度)?(?:編號|编号|代碼|代号|代號)\s*[:：]?\s*(?P<code>" + _CODE.pattern + ")"
    r"|(?i:doc(?:ument)?\.?\s*(?:code|no|number|id)\b\.?)\s*[:：]?\s*(?P<code2>" + _CODE.pattern + ")"
)
_HEAD = 600  # characters in which a document states its own code
_EDITION = re.compile(
    r"(?:[\s_-]*(?:\([^()]*\)|（[^（）]*）|\[[^\[\]]*\]|【[^【】]*】|v(?:er(?:sion)?)?\.?\s*\d+(?:\.\d+)*|第[一二三四五六七八九十\d]+版"
    r"|rev(?:ision)?\.?\s*\d+|(?:19|20)\d\d(?:年版?|版)?|修訂版|最新版|final|草案))+\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DocumentName:
    """What a document is called: its title, where it came from, and its codes (see ``document_codes``).

    An entry's title is its question: nobody means a document by that.
    """

    document_id: DocumentId
    title: str
    source: str = ""
    codes: tuple[str, ...] = ()
    kind: str = "file"


@dataclass(frozen=True, slots=True)
class Mention:
    """A document's name in a question; ``start`` and ``end`` are offsets in the question as written."""

    start: int
    end: int
    document_ids: tuple[DocumentId, ...]
    distinct: bool  # specific enough for a bare number after it to be a clause
    rank: int  # 0 title or code, 1 glossary term, 2 shortened title or file name

    @property
    def length(self) -> int:
        """Characters covered."""
        return self.end - self.start


@dataclass(slots=True)
class _Entry:
    document_ids: list[DocumentId] = field(default_factory=list)
    distinct: bool = False
    rank: int = 9


@dataclass(slots=True)
class _Trie:
    below: dict[str, _Trie] = field(default_factory=dict)
    entry: _Entry | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A folded token and where it stands in the text as written."""

    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the tokens by which names are compared."""
    folded, origin = _folded(text)
    for match in reversed(list(_NUMBERED.finditer(folded))):  # 第四十五條 in a title is 第45條 in a question
        value = read_number(match[1])
        if value is not None:
            first, last = match.span(1)
            digits = str(value)
            folded = folded[:first] + digits + folded[last:]
            origin[first:last] = [(origin[first][0], origin[last - 1][1])] * len(digits)
    folded = _APOSTROPHE_S.sub("  ", folded)
    found: list[Token] = []
    for match in _TOKEN.finditer(folded):
        word = match.group()
        if word in _DROPPED:
            continue
        if word.isdecimal():
            word = word.lstrip("0") or "0"
        elif len(word) > 3 and word.isascii():
            word = _SPELLING.sub(lambda m: _SPELLED[m.group()], word)
        found.append(Token(word, origin[match.start()][0], origin[match.end() - 1][1]))
    return found


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Fold character by character, so that each folded one knows its span in the text as written."""
    parts: list[str] = []
    origin: list[tuple[int, int]] = []
    for index, character in enumerate(text):
        folded = fold(character)
        parts.append(folded)
        origin.extend([(index, index + 1)] * len(folded))
    return "".join(parts), origin


def document_codes(title: str, source: str = "", text: str = "") -> tuple[str, ...]:
    """Return a document's codes (SOP-012, CW-HR-003), from its title, its file's name and its head.

    ``text`` is the canonical text; only "文件編號：SOP-012" and the like in its first lines count, for a code
    in running text is some other document's.
    """
    stem = PurePosixPath(source.partition("#")[0]).stem
    found = [match.group() for name in (title, stem) for match in _CODE.finditer(name)]
    found += [match["code"] or match["code2"] for match in _STATED_CODE.finditer(text[:_HEAD])]
    return tuple(dict.fromkeys(found))


class NameIndex:
    """Every name of every document, for look-up inside questions. Build once; a look-up takes microseconds.

    5,000 titles: 1.5 s to build, 0.1 ms for a question that names one (2 cores, 2026-11).
    """

    def __init__(self, names: Iterable[DocumentName], glossary: Glossary | None = None) -> None:
        """Index titles, codes, file names, and the glossary's terms for them."""
        self._root = _Trie()
        by_title: dict[tuple[str, ...], list[DocumentId]] = {}
        for name in names:
            if name.kind == "entry":
                continue
            by_title.setdefault(_words(name.title), []).append(name.document_id)
            self._add(name.title, [name.document_id], rank=0)
            self._add(_simplified(name.title), [name.document_id], rank=0)
            for code in name.codes or document_codes(name.title, name.source):
                self._add_code(code, name.document_id)
            for alias in _aliases(name):
                self._add(alias, [name.document_id], rank=2)
                by_title.setdefault(_words(alias), []).append(name.document_id)
        self._add_terms(glossary, by_title)
        self._titles = [(f" {' '.join(words)} ", ids) for words, ids in by_title.items()]

    def _add_terms(
        self, glossary: Glossary | None, by_title: dict[tuple[str, ...], list[DocumentId]]
    ) -> None:
        """Let each term of the glossary stand for the titles of its group, in its own script if any are."""
        for terms in glossary.groups if glossary else ():
            titled = {term: by_title[words] for term in terms if (words := _words(term)) in by_title}
            for term in terms if titled else ():
                alike = [
                    one for other, ids in titled.items() if other.isascii() == term.isascii() for one in ids
                ]
                self._add(
                    term,
                    alike or [one for ids in titled.values() for one in ids],
                    rank=1,
                    distinct=_distinct(_words(term)) or term.isupper(),
                )

    def mentions(self, question: str) -> list[Mention]:
        """Return the names in ``question`` in order, none inside a longer one."""
        return _longest(self._matches(tokens(question), question))

    def find(self, name: str) -> tuple[DocumentId, ...]:
        """Return the documents called ``name``: by whole name, else as the end of a title; best first."""
        found = tokens(name)
        for one in self._matches(found, name):
            if found and (one.start, one.end) == (found[0].start, found[-1].end):
                return one.document_ids
        return self.ending(name)

    def ending(self, name: str) -> tuple[DocumentId, ...]:
        """Return the documents whose title ends in ``name``: 員工手冊 for 星曜電子員工手冊."""
        return self._titled(f" {' '.join(_words(name))} ", str.endswith)

    def containing(self, name: str) -> tuple[DocumentId, ...]:
        """Return the documents with ``name`` anywhere in their title: 出貨作業 for 出貨作業標準書."""
        return self._titled(f" {' '.join(_words(name))} ", str.__contains__)

    def _titled(self, wanted: str, holds: Callable[[str, str], bool]) -> tuple[DocumentId, ...]:
        found = sorted(
            (len(title), ids) for title, ids in self._titles if wanted.strip() and holds(title, wanted)
        )
        return tuple(dict.fromkeys(one for _, ids in found for one in ids))

    def _matches(self, found: Sequence[Token], question: str) -> Iterator[Mention]:
        for first in range(len(found)):
            node = self._root
            for last in range(first, len(found)):
                below = node.below.get(found[last].text)
                if below is None:
                    break
                node = below
                start, end = found[first].start, found[last].end
                if node.entry is not None and not _cuts(question, start, end):
                    entry = node.entry
                    yield Mention(start, end, tuple(entry.document_ids), entry.distinct, entry.rank)

    def _add_code(self, code: str, document_id: DocumentId) -> None:
        self._add(code, [document_id], rank=0, distinct=True)
        shorter = re.split(r"[-_]", code, maxsplit=1)[1:]  # CW-SOP-012 is SOP-012 to the people of CW
        if shorter and _CODE.fullmatch(shorter[0]):
            self._add(shorter[0], [document_id], rank=2, distinct=True)

    def _add(self, name: str, ids: Sequence[DocumentId], *, rank: int, distinct: bool | None = None) -> None:
        words = _words(name)
        if not words:
            return
        node = self._root
        for word in words:
            node = node.below.setdefault(word, _Trie())
        if node.entry is None:
            node.entry = _Entry()
        entry = node.entry
        if rank < entry.rank:
            entry.document_ids.clear()  # a document's own title beats a shortened one
            entry.rank = rank
        if rank == entry.rank:
            entry.document_ids.extend(one for one in ids if one not in entry.document_ids)
        entry.distinct = entry.distinct or (_distinct(words) if distinct is None else distinct)


def _simplified(title: str) -> str:
    """Return the title as Simplified text writes it: by phrases (計畫 is 计划), unlike folding."""
    return str(_converter().convert(title))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _words(name: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(name))


def _distinct(words: Sequence[str]) -> bool:
    han = sum(not word.isascii() for word in words)
    return han >= 3 or len(words) - han >= 2 or (han >= 1 and len(words) > han)


def _aliases(name: DocumentName) -> Iterator[str]:
    """Yield shorter ways to say a title: without edition and code, and the file's name."""
    stem = PurePosixPath(name.source.partition("#")[0]).stem
    for text in dict.fromkeys((name.title, stem)):
        plain = _EDITION.sub("", text).strip()
        uncoded = _CODE.sub(" ", plain).strip(" -_:：　")
        uncoded = _EDITION.sub("", uncoded).strip(" -_:：　")
        for alias in dict.fromkeys((plain, uncoded)):
            if alias != name.title and _distinct(_words(alias)):
                yield alias


def _cuts(question: str, start: int, end: int) -> bool:
    """Return whether the span cuts a number (SOP 1 in SOP 1.3) or a word (法 in 公司法)."""
    digit_before = start > 0 and question[start].isdecimal() and question[start - 1] in "0123456789."
    decimal_after = bool(re.match(r"\.?\d", question[end : end + 2])) and question[end - 1].isdecimal()
    lone = end - start == 1 and start > 0 and question[start - 1].isalnum()
    return digit_before or decimal_after or lone


def _longest(matches: Iterable[Mention]) -> list[Mention]:
    taken: list[Mention] = []
    for one in sorted(matches, key=lambda m: (-m.length, m.rank, m.start)):
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda m: m.start)
