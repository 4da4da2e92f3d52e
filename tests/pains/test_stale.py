"""A document deleted or changed: its sentence is nowhere any more, within two seconds of the commit, by any way of asking."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.answering.types import Turn
from assistant.api.app import create_app
from assistant.api.operator import OperatorAccess
from assistant.settings import WebSettings
from clausewise.services import services_of
from knowledge.types import Reader
from tests.pains.conftest import House

OLD = "倉庫備用鑰匙放在三樓總務櫃第七格。"
NEW = "倉庫備用鑰匙放在一樓警衛室。"
TOLD = ("三樓總務櫃", "第七格")
VISIBLE_S = 2.0
STAFF = Reader(frozenset({"internal"}))


@pytest.fixture
def browser(house: House, tmp_path: Path) -> TestClient:
    """Return an operator's browser on the house's own application."""
    access = OperatorAccess(tmp_path / "operator.json")
    client = TestClient(
        create_app(services_of(house.program), WebSettings(), access), base_url="http://localhost"
    )
    client.get(access.new_link("http://localhost").removeprefix("http://localhost"))
    return client


def everything_said(house: House, browser: TestClient) -> dict[str, str]:
    """Ask for the old sentence in every way there is, and return what each gave."""
    house.says(OLD, OLD, OLD, OLD)
    question, history = (
        {"question": OLD},
        [{"role": "user", "content": OLD}, {"role": "assistant", "content": OLD}],
    )
    documents = browser.get("/api/v1/documents").json()["documents"]
    ways: dict[str, Callable[[], str]] = {
        "search": lambda: "".join(hit.passage.text for hit in house.search(OLD)),
        "search, one audience": lambda: "".join(hit.passage.text for hit in house.search(OLD, "internal")),
        "ask": lambda: house.ask(OLD).text,
        "follow-up": lambda: (
            house.ask("那備用鑰匙呢？", history=[Turn("user", OLD), Turn("assistant", OLD)]).text
        ),
        "api search": lambda: browser.post("/api/v1/search", json={"query": OLD}).text.replace(OLD, "", 1),
        "api ask": lambda: browser.post("/api/v1/ask", json=question).text,
        "api stream": lambda: (
            browser.post("/api/v1/ask", json=question, headers={"Accept": "text/event-stream"}).text
        ),
        "api history": lambda: browser.post("/api/v1/ask", json={**question, "history": history}).text,
        "openai": lambda: (
            browser.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": OLD}]}).text
        ),
        "documents": lambda: browser.get("/api/v1/documents").text,
        "document": lambda: "".join(
            browser.get(f"/api/v1/documents/{one['document_id']}").text for one in documents
        ),
        "names": lambda: " ".join(one.title for one in house.program.store.repository.document_names(STAFF)),
    }
    return {name: way() for name, way in ways.items()}


def stale(said: dict[str, str]) -> list[str]:
    """Return the ways that still gave the old sentence."""
    return [
        name
        for name, text in said.items()
        if any(part in text or json.dumps(part)[1:-1] in text for part in TOLD)
    ]


def test_is_found_before(house: House, browser: TestClient) -> None:
    """The check can fail: while the sentence is in force, asking finds it."""
    house.write("keys.md", "# 鑰匙", OLD)
    house.take_in()

    found = stale(everything_said(house, browser))

    assert {
        "search",
        "search, one audience",
        "ask",
        "api search",
        "api ask",
        "api stream",
        "document",
    } <= set(found)


@pytest.mark.parametrize("how", ["changed", "deleted", "removed", "expired", "rolled back", "pinned"])
def test_is_nowhere_afterwards(house: House, browser: TestClient, how: str) -> None:
    """Whatever made the sentence go, it is gone at once and everywhere; the answers before have filled every cache."""
    if how in {"rolled back", "pinned"}:
        house.write("keys.md", "# 鑰匙", NEW)
        house.take_in()
    house.write("keys.md", "# 鑰匙", OLD)
    house.write("other.md", "# 其他", "會議室請於前一日預約。")
    house.take_in()
    assert "search" in stale(everything_said(house, browser))
    document = house.document_id("keys.md")

    match how:
        case "changed":
            house.write("keys.md", "# 鑰匙", NEW)
            house.take_in()
        case "deleted":
            (house.docs / "keys.md").unlink()
            house.take_in(prune=True)
        case "removed":
            assert browser.delete(f"/api/v1/documents/{document}").status_code == 200
        case "expired":
            days = {"expires_at": "2020-01-01T00:00:00Z"}
            assert browser.patch(f"/api/v1/documents/{document}/days", json=days).status_code == 200
        case "rolled back":
            assert browser.post(f"/api/v1/documents/{document}/rollback").status_code == 200
        case "pinned":
            assert browser.post(f"/api/v1/documents/{document}/pin", json={"version": 1}).status_code == 200
    committed = time.monotonic()
    said = everything_said(house, browser)
    all_said = time.monotonic()
    if how == "expired":  # the operator, who looks after it, still sees the document itself
        said.pop("document")

    assert stale(said) == []
    assert all_said - committed < VISIBLE_S * len(
        said
    )  # each way was asked once, the model's own time included
