"""The editing flow over HTTP, with a real store: two people, what each may do, and what they are told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.api.app import create_app
from assistant.api.editing_wire import (
    CollectionList,
    EntryBody,
    EntryList,
    GoldenList,
    MovedBody,
    PendingList,
    WholePending,
)
from assistant.api.operator import OperatorAccess
from assistant.api.parts import actor_of, require_operator
from assistant.settings import WebSettings
from clausewise.bootstrap import Program
from clausewise.home import Home
from clausewise.operations import LocalOperations
from clausewise.services import register, services_of
from clausewise.settings import load
from knowledge.permissions import VISITOR, Actor, Rights
from tests.clausewise.conftest import Cli

BOTH = frozenset({"public", "internal"})
AN = Actor("an", Rights(BOTH, BOTH, BOTH), "supervisor")
LEE = Actor("lee", Rights(BOTH, BOTH, BOTH), "supervisor")
EDITOR = Actor("editor", Rights(BOTH, BOTH), "editor")
ELSEWHERE = Actor("elsewhere", Rights(frozenset({"public"}), frozenset({"public"})), "editor")

ENTRY = {"question": "保固多久？", "answer": "保固期為一年。", "tags": ["售後"]}


@pytest.fixture
def program(fake_home: Path) -> Iterator[Program]:
    """Return a program over an empty home, with the shipped doubles for models."""
    home = Home.resolve(fake_home)
    made = Program(home, load(home, None))
    register(made.searchable_store.jobs, LocalOperations(made))
    yield made
    made.close()


@pytest.fixture
def app(program: Program, fake_home: Path) -> FastAPI:
    """Return its application."""
    access = OperatorAccess(fake_home / "operator.json")
    made = create_app(services_of(program), WebSettings(rate_write="1000/minute"), access)
    made.dependency_overrides[require_operator] = lambda: None
    return made


@pytest.fixture
def as_(app: FastAPI) -> Iterator[Callable[[Actor], TestClient]]:
    """Return a function that gives the client of somebody."""
    with TestClient(app, base_url="http://localhost") as client:

        def become(actor: Actor, language: str = "en") -> TestClient:
            app.dependency_overrides[actor_of] = lambda: actor
            client.headers["Accept-Language"] = language
            return client

        yield become


def test_an_entry_from_its_draft_to_its_removal(as_: Callable[..., TestClient], program: Program) -> None:
    """Every step over HTTP, in the shapes that the OpenAPI document tells."""
    assert as_(AN).patch("/api/v1/collections/internal", json={"review": True}).json()["review"] is True
    made = as_(AN).post("/api/v1/faq", json={**ENTRY, "draft": True, "comment": "常被問"})
    assert made.status_code == 201
    entry = MovedBody.model_validate(made.json()).document_id
    assert made.headers["location"] == f"/api/v1/faq/{entry}"

    submitted = as_(AN).post(f"/api/v1/documents/{entry}/versions/1/submit")
    assert submitted.json()["state"] == "review"
    (waiting,) = PendingList.model_validate(as_(LEE).get("/api/v1/reviews").json()).versions
    assert (waiting.kind, waiting.by, waiting.comment, waiting.cause) == ("entry", "an", "常被問", "review")
    whole = WholePending.model_validate(as_(LEE).get(f"/api/v1/reviews/{entry}/1").json())
    assert whole.passages[0].text == "保固多久？\n保固期為一年。"
    assert whole.difference is None

    own = as_(AN, "zh-TW").post(f"/api/v1/documents/{entry}/versions/1/approve")
    assert own.status_code == 409
    assert own.json()["error"]["message"] == "這個版本是 an 建立的，必須由另一個人審核。"
    assert (
        "second person"
        in as_(AN).post(f"/api/v1/documents/{entry}/versions/1/approve").json()["error"]["message"]
    )
    few = as_(EDITOR).post(f"/api/v1/documents/{entry}/versions/1/approve")
    assert (few.status_code, few.json()["error"]["code"]) == (403, "right_required")
    approved = as_(LEE).post(f"/api/v1/documents/{entry}/versions/1/approve", json={"comment": "好"})
    assert approved.json()["state"] == "live"
    again = as_(LEE, "zh-TW").post(f"/api/v1/documents/{entry}/versions/1/approve")
    assert again.json()["error"]["message"] == "第 1 版目前是「生效中」，不能這麼處理。"

    found = as_(AN).post("/api/v1/search", json={"query": "保固多久"}).json()
    assert found["hits"] == []  # the search asks who reads, and nobody is signed in here
    shown = EntryBody.model_validate(as_(AN).get(f"/api/v1/faq/{entry}").json())
    assert shown.live is not None
    assert (shown.base, shown.live.answer, shown.live.tags) == (1, "保固期為一年。", ["售後"])

    edit = {**ENTRY, "answer": "保固期為兩年。", "base": 1}
    assert as_(LEE).put(f"/api/v1/faq/{entry}", json=edit).json()["state"] == "review"
    stale = as_(AN, "zh-TW").put(f"/api/v1/faq/{entry}", json={**edit, "answer": "三年。"})
    assert stale.status_code == 409
    assert (
        stale.json()["error"]["message"] == "您修改的是第 1 版，但 lee 已經存了第 2 版。請先看過新版再修改。"
    )
    assert stale.json()["error"]["details"] == {"base": 1, "newest": 2, "by": "lee"}
    changed = WholePending.model_validate(as_(AN).get(f"/api/v1/reviews/{entry}/2").json())
    assert changed.difference is not None
    assert [one.kind for one in changed.difference.changes] == ["changed"]
    rejected = as_(AN).post(f"/api/v1/documents/{entry}/versions/2/reject", json={"comment": "沒有這回事"})
    assert rejected.json()["reason"] == "rejected by an: 沒有這回事"

    assert as_(AN).delete(f"/api/v1/faq/{entry}").json() == {"document_id": entry, "state": "removed"}
    assert as_(AN).get("/api/v1/faq").json() == {"entries": [], "total": 0}
    assert program.store.maintenance.check().ok


def test_who_sees_what(as_: Callable[..., TestClient]) -> None:
    """Hidden and absent look the same; visitors see public entries that answer, and nothing that waits."""
    internal = as_(AN).post("/api/v1/faq", json=ENTRY).json()["document_id"]
    public = as_(AN).post("/api/v1/faq", json={**ENTRY, "collection": "public"}).json()["document_id"]
    as_(AN).put(
        f"/api/v1/faq/{public}",
        json={**ENTRY, "collection": "public", "answer": "？年。", "base": 1, "draft": True},
    )

    listed = EntryList.model_validate(as_(VISITOR).get("/api/v1/faq").json())

    assert [(one.document_id, one.pending) for one in listed.entries] == [(public, None)]
    assert as_(VISITOR).get("/api/v1/reviews").json() == {"versions": []}
    for actor in (VISITOR, ELSEWHERE):
        hidden, absent = (as_(actor).get(f"/api/v1/faq/{one}") for one in (internal, "never"))
        assert (
            (hidden.status_code, hidden.json()) == (absent.status_code, absent.json()) == (404, hidden.json())
        )
        edit = {**ENTRY, "base": 1}
        hidden, absent = (as_(actor).put(f"/api/v1/faq/{one}", json=edit) for one in (internal, "never"))
        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())
        hidden, absent = (as_(actor).delete(f"/api/v1/faq/{one}") for one in (internal, "never"))
        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())
        hidden, absent = (
            as_(actor).post(f"/api/v1/documents/{one}/versions/1/approve") for one in (internal, "never")
        )
        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())
    names = [
        one.name
        for one in CollectionList.model_validate(as_(ELSEWHERE).get("/api/v1/collections").json()).collections
    ]
    assert names == ["public"]
    for collection in ("internal", "never"):
        refused = as_(ELSEWHERE).post("/api/v1/faq", json={**ENTRY, "collection": collection})
        assert (refused.status_code, refused.json()["error"]["message"]) == (
            404,
            "There is no such collection.",
        )
        assert as_(ELSEWHERE).get("/api/v1/golden", params={"collection": collection}).status_code == 404


@pytest.mark.parametrize(
    ("entry", "english", "chinese"),
    [
        ({**ENTRY, "question": " "}, "Please fill in the question.", "請填寫問題。"),
        (
            {**ENTRY, "answer": "長" * 4001},
            "The answer is too long: 4001 characters; the limit is 4000.",
            "答案太長：共 4001 個字，上限是 4000 個字。",
        ),
        (
            {**ENTRY, "tags": [str(n) for n in range(21)]},
            "Too many tags: 21; the limit is 20.",
            "標籤太多：共 21 個，上限是 20 個。",
        ),
    ],
)
def test_limits_are_told_in_both_languages(
    as_: Callable[..., TestClient], entry: dict[str, object], english: str, chinese: str
) -> None:
    """What was received, what is allowed, in the reader's language."""
    for language, message in (("en", english), ("zh-TW", chinese)):
        refused = as_(AN, language).post("/api/v1/faq", json=entry)
        assert (refused.status_code, refused.json()["error"]["message"]) == (422, message)


def test_collections_and_golden_questions(as_: Callable[..., TestClient], program: Program) -> None:
    """Made, refused, asked as a job; a version that would lose one waits with its report until it is forced."""
    assert as_(AN).post("/api/v1/collections", json={"name": "sales", "title_zh": "業務"}).status_code == 201
    twice = as_(AN, "zh-TW").post("/api/v1/collections", json={"name": "sales"})
    assert (twice.status_code, twice.json()["error"]["message"]) == (
        409,
        "「sales」已經存在，請直接修改那一筆。",
    )
    odd = as_(AN).post("/api/v1/collections", json={"name": "a b"})
    assert (odd.status_code, odd.json()["error"]["code"]) == (422, "bad_name")

    entry = as_(AN).post("/api/v1/faq", json=ENTRY).json()["document_id"]
    question = {"question": "保固多久", "contains": "一年"}
    nothing = as_(AN).post(
        "/api/v1/golden", json={"collection": "internal", "questions": [{"question": "保固"}]}
    )
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (422, "expects_nothing")
    added = as_(AN).post("/api/v1/golden", json={"collection": "internal", "questions": [question]})
    (kept,) = GoldenList.model_validate(as_(AN).get("/api/v1/golden").json()).questions
    assert added.json() == {"added": [kept.id]}
    as_(AN).patch("/api/v1/collections/internal", json={"gate": True})

    lost = as_(EDITOR).put(f"/api/v1/faq/{entry}", json={**ENTRY, "answer": "視商品而定。", "base": 1}).json()

    assert (lost["state"], "保固多久" in lost["reason"]) == ("waiting", True)
    whole = WholePending.model_validate(as_(AN).get(f"/api/v1/reviews/{entry}/2").json())
    assert whole.report is not None
    assert (whole.report.lost[0].before, whole.report.lost[0].after) == (1, None)
    forced = as_(EDITOR).post(f"/api/v1/documents/{entry}/versions/2/publish", json={"force": True})
    assert forced.status_code == 403
    assert as_(AN).post(f"/api/v1/documents/{entry}/versions/2/publish").json()["state"] == "waiting"
    forced = as_(AN).post(f"/api/v1/documents/{entry}/versions/2/publish", json={"force": True})
    assert forced.json()["state"] == "live"

    program.store.jobs.start()
    started = as_(AN).post("/api/v1/golden/check", json={"collection": "internal"})
    assert started.status_code == 202
    job = program.store.jobs.get(started.json()["job_id"])
    until = time.monotonic() + 20
    while job.state in {"queued", "running"} and time.monotonic() < until:
        time.sleep(0.05)
        job = program.store.jobs.get(job.job_id)
    assert job.state == "done"
    assert job.result is not None
    assert (job.result["held"], len(job.result["questions"])) == (0, 1)
    assert as_(AN).delete(f"/api/v1/golden/{kept.id}").json()["id"] == kept.id
    assert as_(AN).delete(f"/api/v1/golden/{kept.id}").status_code == 404


def test_an_entry_answers_within_two_seconds(as_: Callable[..., TestClient], program: Program) -> None:
    """From the request to the search that finds it; and once it is removed, not any more."""
    began = time.monotonic()
    entry = as_(AN).post("/api/v1/faq", json={**ENTRY, "collection": "public"}).json()["document_id"]
    hits = as_(VISITOR).post("/api/v1/search", json={"query": "保固多久？"}).json()["hits"]

    assert time.monotonic() - began < 2
    assert [hit["document_id"] for hit in hits] == [entry]
    as_(AN).delete(f"/api/v1/faq/{entry}")
    assert as_(VISITOR).post("/api/v1/search", json={"query": "保固多久？"}).json()["hits"] == []


@pytest.mark.weights
def test_the_ladder_answers_an_entry_word_for_word(
    home: Path, folder: Path, cli: Cli, real_models: Path
) -> None:
    """The FAQ step gives the answer as it was written, with the entry as its source."""
    (home / "settings.toml").write_text('[models]\nchat = "fake"\n', encoding="utf-8")
    cli("ingest", folder)
    made = cli("faq", "add", "保固多久？", "保固期為一年，\n自購買日起算。", "--json").json

    answer = cli("ask", "保固有多久？", "--json").json

    assert (answer["kind"], answer["sentences"][0]["text"]) == ("faq", "保固期為一年，\n自購買日起算。")
    assert [one["document_id"] for one in answer["citations"]] == [made["document_id"]]
