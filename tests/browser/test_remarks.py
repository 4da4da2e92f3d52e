"""What is no answer, on the page: remarks, and a decline with the clause that may help."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.answering.service import Answerer
from assistant.answering.settings import AnsweringSettings
from assistant.answering.smalltalk import Intent
from assistant.answering.texts import remark_text
from assistant.answering.types import Event, Question
from assistant.api.fake_documents import DOCUMENTS
from knowledge.types import Hit, Reader
from models.fakes import FakeChat
from tests.assistant.answering.ladder import ListedSearch

pytestmark = pytest.mark.browser

Serve = Callable[..., Any]
Visit = Callable[..., Page]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SAID = {
    "zh-TW": {"greeting": "你好", "human": "我要找真人客服", "abuse": "你這個白痴機器人", "task": "幫我寫一首詩"},
    "en-GB": {"greeting": "Hello", "human": "I want to talk to a person", "abuse": "you stupid bot", "task": "Tell me a joke"},
}  # fmt: skip
UNANSWERED = {"zh-TW": "出貨異常的獎金有多少？", "en-GB": "How large is the bonus for a shipping anomaly?"}
INTENTS: dict[str, Intent] = {"greeting": "greeting", "human": "human", "abuse": "abuse", "task": "general"}
HELP = {"zh-TW": "可能有幫助", "en-GB": "May help"}
PERSON = {"zh-TW": "請專人協助", "en-GB": "ask a person"}


def ladder(score: float) -> Callable[..., Iterator[Event]]:
    """Return a real ladder over one document of the doubles, whose first clause is found with ``score``."""
    search = ListedSearch([Hit(1, score, DOCUMENTS[0].passages()[1])])
    search.embedder.load()
    answerer = Answerer(search, FakeChat(script=["好。"]), AnsweringSettings())  # type: ignore[arg-type]

    def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
        return answerer.stream(question, reader, cancel)

    return script


def ask(page: Page, question: str) -> None:
    """Ask and wait for the end."""
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".exchange").last.and_(page.locator("[data-phase=done]")).wait_for()


@pytest.mark.parametrize("locale", SAID)
def test_a_remark_gets_its_fixed_text(serve: Serve, visit: Visit, locale: str) -> None:
    """Without sources; what is not served looks like a decline."""
    page = visit(serve(ladder(0.9)).operator_link, locale=locale)

    for kind, text in SAID[locale].items():
        ask(page, text)

        exchange = page.locator(".exchange").last
        expect(exchange.locator(".declined")).to_have_count(1 if kind in {"abuse", "task"} else 0)
        expect(exchange.locator(".sources")).to_be_hidden()
        expect(exchange.locator(".source, .clause")).to_have_count(0)
        told = remark_text(INTENTS[kind], "en" if locale == "en-GB" else "zh-Hant")
        expect(exchange.get_by_role("log")).to_contain_text(told)


@pytest.mark.parametrize("locale", UNANSWERED)
def test_a_decline_offers_the_nearest_clause_and_a_person(serve: Serve, visit: Visit, locale: str) -> None:
    """One click opens it in its document, at the words."""
    page = visit(serve(ladder(0.09)).operator_link, locale=locale)

    ask(page, UNANSWERED[locale])

    expect(page.locator(".declined .say")).to_contain_text(PERSON[locale])
    card = page.locator(".card.clause")
    expect(card).to_have_count(1)
    expect(card.locator(".tag")).to_have_text(HELP[locale])
    card.get_by_role("button").click()
    expect(page.locator("#drawer mark").first).to_be_in_viewport()


def test_nothing_is_offered_where_nothing_is_close(serve: Serve, visit: Visit) -> None:
    """A clause about something else would mislead."""
    page = visit(serve(ladder(0.01)).operator_link)

    ask(page, UNANSWERED["zh-TW"])

    expect(page.locator(".declined")).to_be_visible()
    expect(page.locator(".card.clause")).to_have_count(0)


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
@pytest.mark.parametrize("locale", SAID)
def test_they_can_be_used_by_everyone(
    serve: Serve,
    visit: Visit,
    check_accessibility: Callable[[Page], None],
    locale: str,
    options: dict[str, object],
) -> None:
    """In both languages, in the dark and on a phone."""
    page = visit(serve(ladder(0.09)).operator_link, locale=locale, **options)
    for text in (*SAID[locale].values(), UNANSWERED[locale]):
        ask(page, text)

    check_accessibility(page)
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window
