"""References inside a clause, followed one step: "依第12條規定", 前條, "as provided in section 4.3".

A clause's own words say where it is continued. The clause meant is looked up like one that a question names,
through the same gate; what a clause found in this way refers to is not followed in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.clause_mentions import find_references
from knowledge.clauses import widen
from knowledge.numerals import read_number
from knowledge.references import resolve
from knowledge.searchable import Searchable
from knowledge.types import Passage, Reader

_MOST = 2  # clauses that are fetched for one
_MOST_PASSAGES = 4  # of one such clause
_OWN_LABEL = re.compile(
    r"\s*第[^條]{1,12}條(?:之[一二三四五六七八九十\d]{1,2})?[\s:：]|\s*(?:Article|Section)\s+[\d.-]+[\s:.]",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    r"(?P<before>前(?P<many>[二三四五兩两2-5])?[條条](?!件|例|目|文)|\b(?:preceding|previous|foregoing) (?:article|section|clause)\b)"
    r"|(?P<after>[次後后](?:[一1])?[條条](?!件|例|目|文)|\b(?:following|next|succeeding) (?:article|section|clause)\b)",
    re.IGNORECASE,
)


def referred(store: Searchable, passage: Passage, text: str, reader: Reader) -> list[list[Passage]]:
    """Return the clauses, as their passages, that ``text`` of ``passage`` refers to; at most two.

    A reference that names no document is to a clause of the same one. The clause itself, and clauses that
    the reader may not see, are left out.
    """
    found: list[list[Passage]] = []
    for clause in _clauses(store, passage, text, reader):
        own = any(p.document_id == passage.document_id and p.clause == passage.clause for p in clause)
        if clause and not own and clause not in found:
            found.append(clause[:_MOST_PASSAGES])
        if len(found) == _MOST:
            break
    return found


def refers(text: str) -> bool:
    """Return whether ``text`` can hold a reference at all: cheap, asked of every answer's best sentence."""
    body = _body(text)
    return _MAY_REFER.search(widen(body)) is not None or bool(find_references(body))


def _body(text: str) -> str:
    """Return a clause's text without its own label."""
    label = _OWN_LABEL.match(text)
    return text[label.end() :] if label else text


_MAY_REFER = re.compile(
    rf"第\s?[\d一二三四五六七八九十百〇零.之-]{{1,12}}\s?[條點节節章]|附[件錄表]\s?[\d一二三四五六七八九十A-Z]|{_BESIDE.pattern}"
    r"|\b(?:articles?|arts?\.|sections?|clauses?|appendix|annex)\s+(?:\d|(?-i:[A-Z]\b))|§",
    re.IGNORECASE,
)


def _clauses(store: Searchable, passage: Passage, text: str, reader: Reader) -> Iterator[list[Passage]]:
    body = _body(text)
    for match in _BESIDE.finditer(body):
        many = (read_number(match["many"]) or 1) if match["many"] else 1
        for steps in range(-many, 0) if match["before"] else (1,):
            yield store.repository.clause_beside(passage, steps, reader)
    for reference in resolve(body, store.names(reader)):
        ids = (passage.document_id,) if reference.document_ids is None else reference.document_ids
        yield store.repository.find_clause(ids, reference.clause_key, reader) if ids else []
