"""A question asked back over HTTP: the choices with their names."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator

from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.answering.clarify import clarify_text
from assistant.answering.types import Answer, Choice, Event, Final, Question, Retrieved
from assistant.api.wire import AnswerBody
from knowledge.types import Reader

CHOICES = (
    Choice("X100", "d1", "x100.pdf", "X100 使用手冊", 1, "2"),
    Choice("X200", "d2", "x200.pdf", "X200 使用手冊", 3, None),
)
ASKED_BACK = Answer(
    "a", "clarify", "clarify", clarify_text("differ", ["X100", "X200"], "zh-Hant"), "zh-Hant",
    (), (), None, None, None, {}, CHOICES,
)  # fmt: skip


def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
    """Ask back, whatever is asked."""
    yield Retrieved(())
    yield Final(ASKED_BACK)


def test_the_choices_are_named(make_app: Callable[..., FastAPI]) -> None:
    """As JSON and at the end of a stream; an answer to any other question has none."""
    with TestClient(make_app(script), base_url="http://localhost") as client:
        answer = client.post("/api/v1/ask", json={"question": "保固多久？"}).json()
        stream = client.post(
            "/api/v1/ask", json={"question": "保固多久？"}, headers={"Accept": "text/event-stream"}
        ).text

    AnswerBody.model_validate(answer)
    assert (answer["status"], answer["kind"], answer["decline"]) == ("clarify", "clarify", None)
    assert answer["choices"] == [
        {
            "label": "X100",
            "document_id": "d1",
            "source": "x100.pdf",
            "title": "X100 使用手冊",
            "version": 1,
            "clause": "2",
        },
        {
            "label": "X200",
            "document_id": "d2",
            "source": "x200.pdf",
            "title": "X200 使用手冊",
            "version": 3,
            "clause": None,
        },
    ]
    assert json.loads(stream.strip().rpartition("data: ")[2]) == answer


def test_an_answer_has_no_choices(client: TestClient) -> None:
    """The key is there and empty."""
    assert client.post("/api/v1/ask", json={"question": "七天內可以退貨嗎？"}).json()["choices"] == []
