"""Asking the questions: each goes the way a person's does, and one that breaks costs only itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from assistant.answering.types import (
    Answer,
    ClauseShown,
    Delta,
    Event,
    Final,
    Question,
    Queued,
    Retrieved,
    Trace,
)
from assistant.evaluation.types import Case, Outcome
from knowledge.errors import KnowledgeError
from knowledge.types import OPERATOR, DocumentId, Hit, Reader
from models.errors import Busy, Cancelled, MissingWeights

HITS = 10
_BUSY_TRIES = 20
_BUSY_WAIT_S = 3.0

Canonical = Callable[[DocumentId, int, Reader], str]
Progress = Callable[[int, int, str], None]  # done, of how many, the question at hand


class Searcher(Protocol):
    """Finds passages; knowledge.search.Searcher is one."""

    def search(self, query: str, reader: Reader, k: int) -> Sequence[Hit]:
        """Return at most ``k`` hits that ``reader`` may see, best first."""


class Answerer(Protocol):
    """Turns a question into events; assistant.answering.service.Answerer is one."""

    def stream(
        self,
        question: Question,
        reader: Reader,
        cancel: threading.Event | None = None,
        trace: Trace | None = None,
    ) -> Iterator[Event]:
        """Yield the events of an answer; the last one is Final."""


class WatchedChat:
    """A chat model that remembers when the first token of its latest answer came; all else is the model's.

    Sentences leave the server only after their check, so the events of an answer do not tell this.
    """

    def __init__(self, chat: Any, clock: Callable[[], float] = time.perf_counter) -> None:
        self._chat = chat
        self._clock = clock
        self.first_token_at: float | None = None

    def __getattr__(self, name: str) -> Any:
        """Give everything else from the model itself."""
        return getattr(self._chat, name)

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Stream as the model does."""
        for chunk in self._chat.stream(*args, **kwargs):
            if self.first_token_at is None and str(getattr(chunk, "content", "")):
                self.first_token_at = self._clock()
            yield chunk


@dataclass(slots=True)
class Runner:
    """Asks cases of a searcher and, where there is one, an answerer.

    ``canonical`` gives the text that citations count in, so that quotes can be checked; without it they are
    not. ``watched`` is the chat model that the answerer writes with, where first tokens are to be timed.
    """

    searcher: Searcher
    answerer: Answerer | None = None
    reader: Reader = OPERATOR
    canonical: Canonical | None = None
    watched: WatchedChat | None = None
    clock: Callable[[], float] = time.perf_counter
    cancel: threading.Event = field(default_factory=threading.Event)

    def run(self, cases: Sequence[Case], progress: Progress | None = None) -> list[Outcome]:
        """Ask every case in order; when ``cancel`` is set, return what has been asked so far.

        Raises:
            MissingWeights: a model is not there, so that no question could be answered.
        """
        outcomes: list[Outcome] = []
        for number, case in enumerate(cases):
            if self.cancel.is_set():
                break
            if progress is not None:
                progress(number, len(cases), case.question)
            try:
                outcomes.append(self._patiently(case))
            except MissingWeights:
                raise
            except Cancelled:
                break
            except Exception as error:  # noqa: BLE001 - a question that breaks must not stop the others
                outcomes.append(Outcome(case, asked=case.question, error=f"{type(error).__name__}: {error}"))
        if progress is not None and not self.cancel.is_set():
            progress(len(cases), len(cases), "")
        return outcomes

    def _patiently(self, case: Case) -> Outcome:
        """Ask; when the model's queue is full, wait and ask again."""
        for _ in range(_BUSY_TRIES - 1):
            try:
                return self._ask(case)
            except Busy:
                if self.cancel.wait(_BUSY_WAIT_S):
                    break
        return self._ask(case)

    def _ask(self, case: Case) -> Outcome:
        reader = self.reader.narrowed(None if case.audience is None else list(case.audience))
        if self.answerer is None:
            began = self.clock()
            hits = tuple(self.searcher.search(case.question, reader, HITS))
            return Outcome(case, case.question, hits, times_ms={"search": (self.clock() - began) * 1000})
        outcome = self._answered(case, self.answerer, reader)
        if outcome.hits or not (case.places or case.answer_contains):
            return outcome
        # Answered before the search (small talk, a question asked back): what would have been found?
        return replace(outcome, hits=tuple(self.searcher.search(outcome.asked, reader, HITS)))

    def _answered(self, case: Case, answerer: Answerer, reader: Reader) -> Outcome:
        trace, times = Trace(), dict[str, float]()
        queued = False
        if self.watched is not None:
            self.watched.first_token_at = None
        began = self.clock()
        answer: Answer | None = None
        for event in answerer.stream(Question(case.question, case.history), reader, self.cancel, trace):
            now = (self.clock() - began) * 1000
            queued |= isinstance(event, Queued)
            match event:
                case Retrieved():
                    times.setdefault("search", now)
                case ClauseShown():
                    times.setdefault("first_clause", now)
                case Delta():
                    times.setdefault("first_clause", now)  # a FAQ's answer is the source's own words
                    times.setdefault("first_sentence", now)
                case Final():
                    times["whole"] = now
                    answer = event.answer
                case _:
                    pass
        if answer is None:
            raise RuntimeError("the stream ended without an answer")
        if self.watched is not None and self.watched.first_token_at is not None:
            times["first_token"] = (self.watched.first_token_at - began) * 1000
        if queued:  # somebody else's question was written meanwhile: these times are not this question's
            times = {name: ms for name, ms in times.items() if name in {"search", "first_clause"}}
        return Outcome(
            case,
            trace.asked or case.question,
            tuple(trace.hits[:HITS]),
            answer,
            tuple(trace.shown),
            tuple(trace.dropped),
            self._exact(answer, reader),
            times,
        )

    def _exact(self, answer: Answer, reader: Reader) -> tuple[bool, ...]:
        """Tell of each citation whether its quote is its span of the canonical text."""
        if self.canonical is None:
            return ()
        found: list[bool] = []
        for one in answer.citations:
            try:
                text = self.canonical(DocumentId(one.document_id), one.version, reader)
            except KnowledgeError:  # a source that its reader cannot open resolves to nothing
                found.append(False)
            else:
                found.append(text[one.start : one.end] == one.quote)
        return tuple(found)


def run(
    cases: Sequence[Case],
    searcher: Searcher,
    answerer: Answerer | None = None,
    *,
    reader: Reader = OPERATOR,
    canonical: Canonical | None = None,
    watched: WatchedChat | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> list[Outcome]:
    """Ask every case; see Runner. Without an answerer only the search is asked."""
    runner = Runner(searcher, answerer, reader, canonical, watched, cancel=cancel or threading.Event())
    return runner.run(cases, progress)
