"""Deterministic doubles of the services, with a few invented documents: for tests, and for trying the page.

They keep every promise of the Protocols: audiences are obeyed, quotes are true substrings, streams end with
one Final and stop when they are cancelled.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.answering.types import (
    Answer,
    Citation,
    ClauseShown,
    Decline,
    Delta,
    Event,
    Final,
    Question,
    Retrieved,
    Sentence,
)
from assistant.api.fake_documents import DOCUMENTS, FakeDocument
from assistant.api.services import (
    Check,
    DocumentSummary,
    DocumentView,
    Job,
    ModelInfo,
    Services,
    VersionSummary,
)
from assistant.errors import NothingToRollBack
from knowledge.types import Hit, Passage, Reader

_SENTENCE = re.compile(r"[^。！？.!?\n]+(?:[。！？]|[.!?](?=\s|$))?")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]+|[\u3400-\u9fff]")
_RELEVANT = 0.34
_MADE_AT = "2026-11-03T02:15:00+00:00"

Script = Callable[[Question, Reader, threading.Event], Iterator[Event]]


def _terms(text: str) -> frozenset[str]:
    """Return Latin words and pairs of neighbouring Chinese characters."""
    words = _WORD.findall(text.lower())
    pairs = {a + b for a, b in zip(words, words[1:], strict=False) if len(a) == len(b) == 1}
    return frozenset(pairs | {word for word in words if len(word) > 3})


def _sees(reader: Reader, audience: str) -> bool:
    return reader.audiences is None or audience in reader.audiences


class FakeLibrary:
    """Documents in memory; ``started`` lists the ingests that were asked for."""

    def __init__(self, uploads: Path, documents: Sequence[FakeDocument] = DOCUMENTS) -> None:
        """Hold ``documents``; uploads go to a folder that the caller owns."""
        self._uploads = uploads
        self._documents = {document.document_id: document for document in documents}
        self.started: list[tuple[tuple[Path, ...], str]] = []

    @property
    def uploads(self) -> Path:
        """The folder given."""
        return self._uploads

    def passages(self, reader: Reader) -> list[Passage]:
        """Return the current passages that ``reader`` may see."""
        return [
            passage
            for document in self._documents.values()
            for passage in document.passages()
            if _sees(reader, passage.audience)
        ]

    def documents(self, reader: Reader, limit: int, offset: int) -> tuple[Sequence[DocumentSummary], int]:
        """List documents."""
        views = [self.document(document_id, reader, None) for document_id in self._documents]
        seen = [view.summary for view in views if view is not None]
        return seen[offset : offset + limit], len(seen)

    def document(self, document_id: str, reader: Reader, version: int | None) -> DocumentView | None:
        """Show a document."""
        document = self._documents.get(document_id)
        wanted = version or (document.version if document else 0)
        if document is None or wanted > document.version:
            return None
        everything = document.passages(wanted)
        seen = tuple(passage for passage in everything if _sees(reader, passage.audience))
        if not seen:
            return None
        summary = DocumentSummary(
            document_id=document_id,
            source=document.source,
            title=document.title,
            version=wanted,
            audiences=tuple(sorted({passage.audience for passage in seen})),
            passages=len(seen),
            updated_at=_MADE_AT,
        )
        text = document.text(wanted) if len(seen) == len(everything) else None
        return DocumentView(summary, document.version, seen, text)

    def history(self, document_id: str, reader: Reader) -> Sequence[VersionSummary] | None:
        """List versions."""
        document = self._documents.get(document_id)
        if document is None or self.document(document_id, reader, None) is None:
            return None
        return [_version(document, number) for number in range(document.version, 0, -1)]

    def rollback(self, document_id: str, version: int | None) -> VersionSummary | None:
        """Go back."""
        document = self._documents.get(document_id)
        if document is None:
            return None
        wanted = document.version - 1 if version is None else version
        if not 1 <= wanted < document.version:
            raise NothingToRollBack
        self._documents[document_id] = replace(document, version=wanted)
        return _version(self._documents[document_id], wanted)

    def remove(self, document_id: str) -> bool:
        """Forget a document."""
        return self._documents.pop(document_id, None) is not None

    def ingest(self, paths: Sequence[Path], audience: str) -> str:
        """Note what was asked."""
        self.started.append((tuple(paths), audience))
        return f"ingest-{len(self.started)}"


class OverlapSearcher:
    """Ranks passages by the share of the question's terms that they hold."""

    def __init__(self, library: FakeLibrary) -> None:
        """Search ``library``."""
        self._library = library

    def search(self, query: str, reader: Reader, k: int) -> Sequence[Hit]:
        """Return passages that share a term with the query."""
        asked = _terms(query)
        scored = [
            (len(asked & _terms(passage.text + passage.title)) / max(1, len(asked)), passage)
            for passage in self._library.passages(reader)
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
        cited_all = [_best(n, passage, question) for n, passage in enumerate([hits[0].passage, *others], start=1)]
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


class FakeIndex:
    """An index that is always right."""

    def status(self) -> dict[str, object]:
        """Count."""
        return {"documents": len(DOCUMENTS), "generation": 7}

    def rebuild(self) -> str:
        """Start."""
        return "rebuild-1"

    def check(self) -> str:
        """Start."""
        return "check-1"


class FakeJobs:
    """One finished job."""

    def jobs(self, limit: int) -> Sequence[Job]:
        """List it."""
        return [Job("ingest-1", "ingest", "done", _MADE_AT, _MADE_AT, {}, {"totals": {"indexed": 1}})][:limit]

    def job(self, job_id: str) -> Job | None:
        """Find it."""
        return next((job for job in self.jobs(1) if job.job_id == job_id), None)


class FakeModels:
    """Two models; a token is four characters."""

    def models(self) -> Sequence[ModelInfo]:
        """List them."""
        return [
            ModelInfo("sample-chat", "chat", "Apache-2.0", 1_117_320_768, present=True, in_use=True),
            ModelInfo("sample-embedder", "embedder", "MIT", 118_000_000, present=True, in_use=True),
        ]

    def count_tokens(self, text: str) -> int:
        """Count."""
        return (len(text) + 3) // 4


class FakeReadiness:
    """Ready, until ``missing`` says otherwise."""

    def __init__(self, missing: str | None = None) -> None:
        """Name the model that is ``missing``, if any."""
        self._missing = missing

    def checks(self) -> Sequence[Check]:
        """Tell."""
        advice = f"clausewise models pull {self._missing}"
        return [Check("store", ok=True), Check("chat", ok=self._missing is None, advice=advice)]


def fake_services(uploads: Path, pace_s: float = 0) -> Services:
    """Return a whole set of doubles over the invented documents."""
    library = FakeLibrary(uploads)
    searcher = OverlapSearcher(library)
    return Services(
        answerer=QuotingAnswerer(searcher, pace_s),
        searcher=searcher,
        library=library,
        index=FakeIndex(),
        jobs=FakeJobs(),
        models=FakeModels(),
        readiness=FakeReadiness(),
    )


def _version(document: FakeDocument, number: int) -> VersionSummary:
    current = number == document.version
    state = "live" if current else "superseded"
    return VersionSummary(number, state, _MADE_AT, len(document.passages(number)), current)


def _cite(n: int, passage: Passage, quote: str) -> Citation:
    start = passage.start + passage.text.index(quote)
    return Citation(
        n, passage.document_id, passage.source, passage.title, passage.version, passage.clause, passage.page,
        quote, start, start + len(quote), passage.heading,
    )  # fmt: skip


def _best(n: int, passage: Passage, question: Question) -> Citation:
    asked = _terms(question.text)
    sentences = [match.group().strip() for match in _SENTENCE.finditer(passage.text) if len(match.group()) > 8]
    return _cite(n, passage, max(sentences, key=lambda sentence: len(asked & _terms(sentence))))


def _answer_of(passage: Passage) -> str:
    return passage.text[passage.answer_start - passage.start :].strip()


def _told(citations: tuple[Citation, ...], kind: str) -> Iterator[Event]:
    sentences = tuple(Sentence(citation.quote, (citation.n,)) for citation in citations)
    for index, citation in enumerate(citations):
        yield Delta(index, citation.quote, (citation,))
    text = " ".join(f"{sentence.text} [{sentence.citations[0]}]" for sentence in sentences)
    model = "sample-chat" if kind == "written" else None
    timings = {"search": 18.0, "clause": 31.0, "first_sentence": 1240.0 if model else None, "total": 3180.0}
    language = "zh-Hant" if re.search(r"[\u3400-\u9fff]", text) else "en"
    yield Final(
        Answer("a-1", "answered", kind, text, language, sentences, citations, None, model, "answer-1", timings)  # type: ignore[arg-type]
    )


def _declined(question: Question, hits: Sequence[Hit]) -> Answer:
    chinese = re.search(r"[\u3400-\u9fff]", question.text)
    text = "目前的文件裡找不到這個問題的答案。" if chinese else "The documents do not hold an answer to this."
    looked_at = tuple(
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
    timings = {"search": 21.0, "clause": None, "first_sentence": None, "total": 24.0}
    return Answer("a-0", "declined", "declined", text, language, (), (), decline, None, None, timings)
