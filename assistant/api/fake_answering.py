"""Deterministic answering over the invented documents: search by shared words, answers by quoting."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Sequence

from assistant.answering.types import (
    Answer,
    Citation,
    ClauseShown,
    Decline,
    Delta,
    Event,
    Final,
    Kind,
    Question,
    Retrieved,
    Sentence,
)
from knowledge.types import Hit, Passage, Reader

_SENTENCE = re.compile(r"[^。！？.!?\n]+(?:[。！？]|[.!?](?=\s|$))?")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]+|[\u3400-\u9fff]")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_RELEVANT = 0.34

Script = Callable[[Question, Reader, threading.Event], Iterator[Event]]


def _terms(text: str) -> frozenset[str]:
    """Return Latin words and pairs of neighbouring Chinese characters."""
    words = _WORD.findall(text.lower())
    pairs = {a + b for a, b in itertools.pairwise(words) if len(a) == len(b) == 1}
    return frozenset(pairs | {word for word in words if len(word) > 3})


class OverlapSearcher:
    """Ranks passages by the share of the question's terms that they hold."""

    def __init__(self, passages_of: Callable[[Reader], list[Passage]]) -> None:
        """Search what ``passages_of`` a reader returns."""
        self._passages_of = passages_of

    def search(self, query: str, reader: Reader, k: int) -> Sequence[Hit]:
        """Return passages that share a term with the query."""
        asked = _terms(query)
        scored = [
            (len(asked & _terms(passage.text + passage.title)) / max(1, len(asked)), passage)
            for passage in self._passages_of(reader)
        ]
        best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])[:k]
        return [Hit(rank, score, passage) for rank, (score, passage) in enumerate(best, start=1)]


class QuotingAnswerer:
    """Answers with the sentences it found, word for word; declines when they share too little."""

    def __init__(self, searcher: OverlapSearcher, pace_s: float = 0) -> None:
        """Wait ``pace_s`` seconds before each sentence, as a model would."""
        self._searcher = searcher
        self._pace_s = pace_s

    def stream(self, question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
        """Yield what was found, the clause, sentences, and the whole."""
        hits = tuple(self._searcher.search(question.text, reader, 6))
        yield Retrieved(hits)
        if not hits or hits[0].score < _RELEVANT:
            yield Final(_declined(question, hits))
            return
        if hits[0].passage.kind == "faq":
            cited = _cite(1, hits[0].passage, _answer_of(hits[0].passage))
            yield from _told((cited,), "faq")
            return
        yield ClauseShown(_best(1, hits[0].passage, question), hits[0].passage.text.strip())
        others = [hit.passage for hit in hits[1:3] if hit.score >= _RELEVANT and hit.passage.kind != "faq"]
        cited_all = [
            _best(n, passage, question) for n, passage in enumerate([hits[0].passage, *others], start=1)
        ]
        for event in _told(tuple(cited_all), "written"):
            if cancel.wait(self._pace_s):
                return
            yield event


class ScriptedAnswerer:
    """Answers by a function, for what cannot be brought about otherwise: a full queue, a crash, a wait."""

    def __init__(self, script: Script) -> None:
        """Run ``script`` for each question."""
        self._script = script

    def stream(self, question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
        """Run the script."""
        yield from self._script(question, reader, cancel)


def _cite(n: int, passage: Passage, quote: str) -> Citation:
    start = passage.start + passage.text.index(quote)
    return Citation(
        n, passage.document_id, passage.source, passage.title, passage.version, passage.clause, passage.page,
        quote, start, start + len(quote), passage.heading,
    )  # fmt: skip


def _best(n: int, passage: Passage, question: Question) -> Citation:
    asked = _terms(question.text)
    sentences = [
        match.group().strip() for match in _SENTENCE.finditer(passage.text) if len(match.group()) > 8
    ]
    return _cite(n, passage, max(sentences, key=lambda sentence: len(asked & _terms(sentence))))


def _answer_of(passage: Passage) -> str:
    return passage.text[passage.answer_start - passage.start :].strip()


def _told(citations: tuple[Citation, ...], kind: Kind) -> Iterator[Event]:
    sentences = tuple(Sentence(citation.quote, (citation.n,)) for citation in citations)
    for index, citation in enumerate(citations):
        yield Delta(index, citation.quote, (citation,))
    text = " ".join(f"{sentence.text} [{sentence.citations[0]}]" for sentence in sentences)
    model = "sample-chat" if kind == "written" else None
    first = 1240.0 if model else None
    timings = {"search": 18.0, "clause": 31.0, "first_sentence": first, "total": 3180.0}
    language = "zh-Hant" if _CHINESE.search(text) else "en"
    yield Final(
        Answer("a-1", "answered", kind, text, language, sentences, citations, None, model, "v1", timings)
    )


def _declined(question: Question, hits: Sequence[Hit]) -> Answer:
    chinese = _CHINESE.search(question.text)
    text = "目前的文件裡找不到這個問題的答案。" if chinese else "The documents do not hold an answer to this."
    looked_at: tuple[dict[str, object], ...] = tuple(
        {
            "document_id": hit.passage.document_id,
            "source": hit.passage.source,
            "title": hit.passage.title,
            "clause": hit.passage.clause,
            "score": round(hit.score, 4),
        }
        for hit in hits[:3]
    )
    decline = Decline("no_relevant_passage", looked_at)
    language = "zh-Hant" if chinese else "en"
    timings: dict[str, float | None] = {"search": 21.0, "clause": None, "first_sentence": None, "total": 24.0}
    return Answer("a-0", "declined", "declined", text, language, (), (), decline, None, None, timings)
