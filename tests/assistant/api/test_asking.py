import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.answering.types import ClauseShown, Delta, Event, Final, Question, Queued, Retrieved
from assistant.api.fakes import fake_services
from assistant.api.schemas import event_json
from assistant.api.wire import AnswerBody, HitBody, SearchResult
from assistant.errors import AssistantError
from knowledge.errors import NothingIndexed
from knowledge.types import Reader
from models.errors import Busy, MissingWeights

Operator = Callable[[TestClient], TestClient]
ANOMALY = "出貨異常要在多久內通報？"
LEAVE = "How many days of annual leave do staff receive?"
STREAM = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the names and data of a stream's events."""
    events = []
    for block in text.strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if lines:
            events.append((lines["event"], json.loads(lines["data"])))
    return events


class TestAskForJson:
    def test_the_answer_has_the_promised_shape(self, operator: TestClient) -> None:
        """Every key of the contract is there and nothing that the documentation does not name."""
        answer = operator.post("/api/v1/ask", json={"question": ANOMALY}).json()

        AnswerBody.model_validate(answer)
        assert list(answer)[:11] == [
            "id", "status", "kind", "answer", "language", "sentences", "citations", "decline", "model",
            "prompt_version", "timings_ms",
        ]  # fmt: skip
        assert list(answer["citations"][0])[:10] == [
            "n", "document_id", "source", "title", "version", "clause", "page", "quote", "start", "end",
        ]  # fmt: skip

    def test_a_stranger_is_answered_from_public_documents_only(self, client: TestClient) -> None:
        """The procedure is internal: without the operator link it neither answers nor shows."""
        response = client.post("/api/v1/ask", json={"question": ANOMALY})

        assert response.json()["status"] == "declined"
        assert "SOP-012" not in response.text

    def test_the_operator_sees_every_audience(self, operator: TestClient) -> None:
        """The same question in the browser that opened the link finds the internal clause."""
        answer = operator.post("/api/v1/ask", json={"question": ANOMALY}).json()

        assert answer["status"] == "answered"
        assert answer["citations"][0]["clause"] == "第4.3條"

    def test_an_audience_narrows(self, operator: TestClient) -> None:
        """The operator may look at it as the public does."""
        answer = operator.post("/api/v1/ask", json={"question": ANOMALY, "audience": ["public"]}).json()

        assert answer["status"] == "declined"

    def test_an_audience_never_widens(self, client: TestClient) -> None:
        """Asking for 'internal' does not make a stranger an employee."""
        answer = client.post(
            "/api/v1/ask", json={"question": ANOMALY, "audience": ["internal", "public"]}
        ).json()

        assert answer["status"] == "declined"

    def test_the_history_is_cut_to_its_newest_turns(self, make_app: Callable[..., FastAPI]) -> None:
        """Of a long conversation only the last turns that fit reach the answerer."""
        seen: list[Question] = []

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            seen.append(question)
            yield from ()

        history = [{"role": "user", "content": f"turn {n}"} for n in range(30)]
        client = TestClient(
            make_app(script, history_turns=3), base_url="http://localhost", raise_server_exceptions=False
        )
        client.post("/api/v1/ask", json={"question": "?", "history": history})

        assert [turn.content for turn in seen[0].history] == ["turn 27", "turn 28", "turn 29"]

    def test_a_huge_turn_ends_the_history(self, make_app: Callable[..., FastAPI]) -> None:
        """Characters are bounded as well as turns."""
        seen: list[Question] = []

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            seen.append(question)
            yield from ()

        client = TestClient(
            make_app(script, history_characters=10),
            base_url="http://localhost",
            raise_server_exceptions=False,
        )
        turns = [{"role": "assistant", "content": "x" * 11}, {"role": "user", "content": "short"}]
        client.post("/api/v1/ask", json={"question": "?", "history": turns})

        assert [turn.content for turn in seen[0].history] == ["short"]

    @pytest.mark.parametrize("question", ["", "   \n"])
    def test_an_empty_question_is_refused(self, client: TestClient, question: str) -> None:
        """Nothing was asked."""
        response = client.post("/api/v1/ask", json={"question": question})

        assert response.status_code == 422
        assert response.json()["error"]["code"] == "invalid_request"

    def test_a_long_question_is_refused_with_the_numbers(self, client: TestClient) -> None:
        """The limit and the length are told, to people and to programs."""
        response = client.post("/api/v1/ask", json={"question": "問" * 2001})

        error = response.json()["error"]
        assert (response.status_code, error["code"]) == (422, "question_too_long")
        assert error["details"] == {"length": 2001, "limit": 2000}
        assert "2001" in error["message"]

    def test_an_unknown_key_is_refused(self, client: TestClient) -> None:
        """A misspelt 'audience' must not pass unnoticed."""
        response = client.post("/api/v1/ask", json={"question": "q", "audiences": ["public"]})

        assert response.status_code == 422

    def test_busy_is_429_and_says_when(self, make_app: Callable[..., FastAPI]) -> None:
        """The model's queue is full."""

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield Retrieved(())
            raise Busy(4, 11.2)

        client = TestClient(make_app(script), base_url="http://localhost")
        response = client.post("/api/v1/ask", json={"question": "?"})

        assert (response.status_code, response.headers["Retry-After"]) == (429, "12")
        assert response.json()["error"]["details"] == {"position": 4, "wait_s": 11.2}

    def test_every_place_taken_is_busy_too(self, make_app: Callable[..., FastAPI]) -> None:
        """Beyond the questions that may be in work at once nothing is even searched."""
        started, go_on = threading.Event(), threading.Event()

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            started.set()
            go_on.wait(10)
            yield from ()

        with TestClient(
            make_app(script, asks_at_once=1), base_url="http://localhost", raise_server_exceptions=False
        ) as client:
            first = threading.Thread(
                target=client.post, args=("/api/v1/ask",), kwargs={"json": {"question": "1"}}
            )
            first.start()
            assert started.wait(10)

            response = client.post("/api/v1/ask", json={"question": "2"})

            go_on.set()
            first.join(10)
        assert response.status_code == 429
        assert response.json()["error"]["code"] == "busy"

    @pytest.mark.parametrize(
        "error", [MissingWeights("run: clausewise models pull"), NothingIndexed("ingest first")]
    )
    def test_what_is_missing_is_503_with_advice(
        self, make_app: Callable[..., FastAPI], error: Exception
    ) -> None:
        """The command that helps is in the details."""

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            raise error
            yield

        response = TestClient(make_app(script), base_url="http://localhost").post(
            "/api/v1/ask", json={"question": "?"}
        )

        assert response.status_code == 503
        assert response.json()["error"]["details"]["advice"] == str(error)


class TestAskForEvents:
    def test_events_come_in_order_and_end_with_one_final(self, operator: TestClient) -> None:
        """What was found, the clause, sentences, the whole."""
        response = operator.post("/api/v1/ask", json={"question": ANOMALY}, headers=STREAM)

        names = [name for name, _ in events_of(response.text)]
        assert response.headers["content-type"].startswith("text/event-stream")
        assert names[:3] == ["retrieved", "clause", "delta"]
        assert names.count("final") == 1
        assert names[-1] == "final"

    def test_chinese_is_sent_as_it_is(self, operator: TestClient) -> None:
        """UTF-8 on the wire, no escapes, so that people can read a log of it."""
        raw = operator.post("/api/v1/ask", json={"question": ANOMALY}, headers=STREAM).content

        assert "應於24小時內通報物流商".encode() in raw
        assert b"\\u" not in raw

    def test_quotes_are_true_substrings_of_the_document(self, operator: TestClient) -> None:
        """Offsets are code points of the canonical text."""
        events = events_of(operator.post("/api/v1/ask", json={"question": ANOMALY}, headers=STREAM).text)

        for citation in events[-1][1]["citations"]:
            text = operator.get(f"/api/v1/documents/{citation['document_id']}").json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]

    def test_an_english_question_gets_english(self, client: TestClient) -> None:
        """The second language is an equal one."""
        events = events_of(client.post("/api/v1/ask", json={"question": LEAVE}, headers=STREAM).text)

        assert events[-1][1]["language"] == "en"
        assert "seven days" in events[-1][1]["answer"]

    def test_busy_before_anything_was_sent_is_still_429(self, make_app: Callable[..., FastAPI]) -> None:
        """A status says it better than an event."""

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            raise Busy(4, 3)
            yield

        client = TestClient(make_app(script), base_url="http://localhost")
        response = client.post("/api/v1/ask", json={"question": "?"}, headers=STREAM)

        assert (response.status_code, response.headers["Retry-After"]) == (429, "3")

    def test_a_failure_on_the_way_is_the_last_event(self, make_app: Callable[..., FastAPI]) -> None:
        """The stream ends with one error in the one shape and no final."""

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield Retrieved(())
            yield Queued(2, 7.5)
            raise ValueError("a secret of the house")

        client = TestClient(make_app(script), base_url="http://localhost")
        response = client.post(
            "/api/v1/ask", json={"question": "?"}, headers={**STREAM, "Accept-Language": "en"}
        )

        events = events_of(response.text)
        assert [name for name, _ in events] == ["retrieved", "queued", "error"]
        assert events[1][1] == {"position": 2, "wait_s": 7.5}
        assert events[2][1]["error"]["code"] == "internal"
        assert "secret" not in response.text

    def test_a_stream_without_final_is_an_error(self, make_app: Callable[..., FastAPI]) -> None:
        """A reader is never left without an ending."""

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield Retrieved(())

        client = TestClient(make_app(script), base_url="http://localhost")
        response = client.post("/api/v1/ask", json={"question": "?"}, headers=STREAM)

        assert [name for name, _ in events_of(response.text)] == ["retrieved", "error"]

    def test_answers_are_counted(self, operator: TestClient) -> None:
        """By status and kind, with the time of each stage."""
        operator.post("/api/v1/ask", json={"question": ANOMALY}, headers=STREAM)

        figures = operator.get("/metrics").text
        assert 'clausewise_answers_total{kind="written",status="answered"} 1.0' in figures
        assert 'clausewise_answer_stage_seconds_count{stage="first_sentence"} 1.0' in figures
        assert "clausewise_answers_abandoned_total 0.0" in figures
        assert 'route="/api/v1/ask"' in figures


class TestSearch:
    def test_hits_have_the_promised_shape(self, client: TestClient) -> None:
        """Query, hits and milliseconds; a hit's first keys are the contract's."""
        body = client.post("/api/v1/search", json={"query": "七天內退貨", "k": 3}).json()

        SearchResult.model_validate(body)
        assert list(body) == ["query", "hits", "ms"]
        assert list(body["hits"][0])[:11] == [
            "rank", "score", "passage_id", "document_id", "source", "title", "version", "clause", "heading",
            "page", "text",
        ]  # fmt: skip

    def test_k_bounds_the_hits(self, operator: TestClient) -> None:
        """At most k."""
        assert len(operator.post("/api/v1/search", json={"query": "出貨異常", "k": 2}).json()["hits"]) == 2

    @pytest.mark.parametrize("k", [0, 101])
    def test_k_itself_is_bounded(self, client: TestClient, k: int) -> None:
        """Nobody asks for the whole store."""
        assert client.post("/api/v1/search", json={"query": "退貨", "k": k}).status_code == 422

    def test_a_stranger_finds_public_passages_only(self, client: TestClient, operator: TestClient) -> None:
        """Access holds in the search itself."""
        client.cookies.clear()
        hits = client.post("/api/v1/search", json={"query": "出貨異常 通報物流商", "k": 50}).json()["hits"]

        assert "物流/SOP-012 出貨作業程序.docx" not in {hit["source"] for hit in hits}


class TestEncoding:
    def test_every_event_has_a_name(self, tmp_path: Any) -> None:
        """The closed set of events is the contract's, with the queue's place beside it."""
        services = fake_services(tmp_path)
        stream = services.answerer.stream(Question(ANOMALY), Reader(None), threading.Event())

        named = {type(event): event_json(event)[0] for event in [*stream, Queued(1, 2.0)]}

        assert named == {
            Retrieved: "retrieved", ClauseShown: "clause", Delta: "delta", Final: "final", Queued: "queued",
        }  # fmt: skip

    def test_a_hit_is_what_the_documentation_says(self, tmp_path: Any) -> None:
        """The encoder and the documented shape cannot drift apart."""
        hits = fake_services(tmp_path).searcher.search(ANOMALY, Reader(None), 1)

        HitBody.model_validate(event_json(Retrieved(tuple(hits)))[1]["hits"][0])  # type: ignore[index]


def test_every_error_has_a_message_in_both_languages() -> None:
    """No code without words."""
    from assistant.web.catalogue import TONGUES, catalogue

    def leaves(kind: type[AssistantError]) -> Iterator[type[AssistantError]]:
        for child in kind.__subclasses__():
            yield child
            yield from leaves(child)

    for tongue in TONGUES:
        for kind in leaves(AssistantError):
            assert f"error.{kind.code}" in catalogue(tongue).texts
