from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from assistant.answering.service import Answerer
from assistant.answering.settings import AnsweringSettings
from assistant.answering.types import ClauseShown, Delta, Event, Final, Question, Queued, Retrieved, Trace
from assistant.evaluation.metrics import measure
from assistant.evaluation.running import Runner, WatchedChat, run
from assistant.evaluation.types import Case, Place
from knowledge.errors import NotFound
from knowledge.types import OPERATOR, Hit, Reader
from models.errors import Busy, Cancelled, MissingWeights
from tests.assistant.answering.conftest import desk  # noqa: F401 - a fixture
from tests.assistant.answering.ladder import Desk, ListedSearch, passage
from tests.assistant.evaluation.outcomes import DECLINED, answer, citation, hit

HITS = (hit("x.md", text="應於24小時內通報。"),)
CASES = [Case(str(i), f"問題{i}？", (Place("x.md"),)) for i in range(3)]


class Clock:
    """Goes on by one second at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Look."""
        self.now += 1
        return self.now


class Searching:
    """Finds the same for each question, and remembers who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Reader]] = []

    def search(self, query: str, reader: Reader, k: int) -> tuple[Hit, ...]:
        """Find."""
        self.asked.append((query, reader))
        return HITS[:k]


class Scripted:
    """Answers by a function of question and trace."""

    def __init__(self, script: Callable[[Question, Trace], Iterator[Event]]) -> None:
        self._script = script

    def stream(
        self,
        question: Question,
        reader: Reader,
        cancel: threading.Event | None = None,
        trace: Trace | None = None,
    ) -> Iterator[Event]:
        """Answer."""
        assert trace is not None
        yield from self._script(question, trace)


def quoting(question: Question, trace: Trace) -> Iterator[Event]:
    """Answer with a quote, as the ladder does."""
    trace.asked, trace.hits = question.text, HITS
    cited = citation("x.md", quote="應於24小時內通報。")
    yield Retrieved(HITS)
    yield ClauseShown(cited, cited.quote)
    trace.shown = [cited.quote]
    yield Delta(0, "應於24小時內通報。", (cited,))
    yield Final(answer("應於24小時內通報。", cited))


class TestRun:
    def test_every_step_is_timed_from_the_question(self) -> None:
        """Each event is a second after the one before."""
        runner = Runner(Searching(), Scripted(quoting), clock=Clock())

        found = runner.run(CASES[:1])[0]

        assert found.times_ms == {"search": 1000, "first_clause": 2000, "first_sentence": 3000, "whole": 4000}
        assert found.shown == ("應於24小時內通報。",)

    def test_only_the_search_is_asked_without_an_answerer(self) -> None:
        """Hits and their time, no answer."""
        found = run(CASES, Searching())

        assert [(one.hits, one.answer, list(one.times_ms)) for one in found] == [(HITS, None, ["search"])] * 3

    def test_one_broken_question_stops_nothing(self) -> None:
        """Its error is kept, the next is asked."""

        def broken(question: Question, trace: Trace) -> Iterator[Event]:
            if question.text == "問題1？":
                raise ValueError("kaputt")
            yield from quoting(question, trace)

        found = run(CASES, Searching(), Scripted(broken))

        assert [one.error for one in found] == [None, "ValueError: kaputt", None]

    def test_a_missing_model_is_no_broken_question(self) -> None:
        """No question could be answered: the run ends and says so."""

        def missing(question: Question, trace: Trace) -> Iterator[Event]:
            raise MissingWeights("chat")
            yield

        with pytest.raises(MissingWeights):
            run(CASES, Searching(), Scripted(missing))

    @pytest.mark.parametrize("inside", [True, False])
    def test_cancelling_gives_what_was_asked_so_far(self, inside: bool) -> None:
        """Between two questions, or in the middle of one."""
        cancel = threading.Event()

        def cancelling(question: Question, trace: Trace) -> Iterator[Event]:
            if question.text == "問題1？":
                cancel.set()
                if inside:
                    raise Cancelled("gone")
            yield from quoting(question, trace)

        found = run(CASES, Searching(), Scripted(cancelling), cancel=cancel)

        assert [one.case.id for one in found] == (["0"] if inside else ["0", "1"])

    def test_a_busy_model_is_asked_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A full queue is no failure of the question."""
        monkeypatch.setattr("assistant.evaluation.running._BUSY_WAIT_S", 0.0)
        tries: list[str] = []

        def busy(question: Question, trace: Trace) -> Iterator[Event]:
            tries.append(question.text)
            if len(tries) < 3:
                raise Busy(8, 12.0)
            yield from quoting(question, trace)

        found = run(CASES[:1], Searching(), Scripted(busy))

        assert (found[0].error, len(tries)) == (None, 3)

    def test_times_of_a_question_that_waited_are_not_its_own(self) -> None:
        """Someone else's answer was written meanwhile."""

        def waiting(question: Question, trace: Trace) -> Iterator[Event]:
            events = list(quoting(question, trace))
            yield from (*events[:2], Queued(1, 3.0), *events[2:])

        assert run(CASES[:1], Searching(), Scripted(waiting))[0].times_ms.keys() == {"search", "first_clause"}

    def test_what_was_answered_before_the_search_is_searched_for(self) -> None:
        """Ranks can be judged though the ladder never looked."""

        def chatting(question: Question, trace: Trace) -> Iterator[Event]:
            yield Final(DECLINED)

        assert run(CASES[:1], Searching(), Scripted(chatting))[0].hits == HITS

    def test_a_case_asks_as_its_audience(self) -> None:
        """The reader is narrowed, never widened."""
        search = Searching()
        case = Case("a", "問？", audience=("public", "hr"))

        run([case, CASES[0]], search, reader=Reader(frozenset({"public"})))

        assert [reader.audiences for _, reader in search.asked] == [{"public"}, {"public"}]

    def test_progress_is_told(self) -> None:
        """How many are done, of how many, and what is at hand."""
        told: list[Any] = []

        run(CASES, Searching(), progress=lambda *one: told.append(one))

        assert told == [(0, 3, "問題0？"), (1, 3, "問題1？"), (2, 3, "問題2？"), (3, 3, "")]


class TestQuotes:
    @pytest.mark.parametrize(
        ("text", "exact"), [("應於24小時內通報。以下", True), ("應於48小時內通報。", False)]
    )
    def test_a_quote_is_compared_with_its_span(self, text: str, exact: bool) -> None:
        """Offsets count in the canonical text of the version."""
        found = run(CASES[:1], Searching(), Scripted(quoting), canonical=lambda *_: text)

        assert found[0].exact == (exact,)

    def test_a_source_that_cannot_be_opened_resolves_to_nothing(self) -> None:
        """A citation that its reader cannot follow is a false one."""

        def gone(*_: object) -> str:
            raise NotFound("no document")

        assert run(CASES[:1], Searching(), Scripted(quoting), canonical=gone)[0].exact == (False,)


class TestWatchedChat:
    def test_the_first_token_is_timed_and_the_rest_is_the_models(self) -> None:
        """Empty pieces are no token."""

        class Model:
            model_id = "m"

            def stream(self, messages: object, **_: object) -> Iterator[AIMessageChunk]:
                yield from (AIMessageChunk(content=text) for text in ("", "好", "。"))

        watched = WatchedChat(Model(), Clock())

        assert [chunk.content for chunk in watched.stream([])] == ["", "好", "。"]
        assert (watched.first_token_at, watched.model_id) == (1.0, "m")

    def test_on_the_real_ladder(self, desk: Callable[..., Desk]) -> None:  # noqa: F811 - the fixture
        """The first token comes before the first checked sentence, and the figures add up."""
        found = passage("出貨異常應於24小時內通報物流部。", clause="第4.3條")
        place = desk((found, 0.9), says=["出貨異常應於24小時內通報物流部。"])
        watched = WatchedChat(place.chat)
        answerer = Answerer(place.search, watched, AnsweringSettings())
        case = Case("a", "出貨異常多久內通報？", (Place("sop.md", "4.3"),), (("24",),), True)

        outcomes = run([case], Listed(place.search), answerer, watched=watched, reader=OPERATOR)

        times = outcomes[0].times_ms
        assert times["search"] <= times["first_token"] <= times["first_sentence"] <= times["whole"]
        assert measure(outcomes).whats == {"right": 1}


class Listed:
    """The list search of the ladder's tests, as a searcher."""

    def __init__(self, search: ListedSearch) -> None:
        self._search = search

    def search(self, query: str, reader: Reader, k: int) -> tuple[Hit, ...]:
        """Find."""
        return self._search.find(query, reader, k).hits
