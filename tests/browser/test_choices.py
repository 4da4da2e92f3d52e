"""A question asked back on the page: one click chooses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.answering.clarify import clarify_text
from assistant.answering.types import Answer, Choice, Event, Final, Question, Retrieved, Sentence
from knowledge.types import Reader

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LONG = "Cordless Vacuum Cleaner for Households with Pets, User Manual"
ASKED = {"zh-TW": "保固多久？", "en-GB": "How long is the warranty?"}


def offered(english: bool) -> Answer:
    """Return a question back with two choices."""
    choices = (
        Choice("X100", "d1", "x100.pdf", f"X100 {LONG}", 1, "2"),
        Choice("X200", "d2", "x200.pdf", f"X200 {LONG}", 1, "2"),
    )
    text = clarify_text("differ", ["X100", "X200"], "en" if english else "zh-Hant")
    return Answer(
        "a", "clarify", "clarify", text, "en", (), (), None, None, None, {}, choices
    )  # fmt: skip


def serving(seen: list[Question]) -> Callable[..., Iterator[Event]]:
    """Return a script that asks back until a choice comes."""

    def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
        seen.append(question)
        yield Retrieved(())
        if question.text == "X200":
            told = (Sentence("24 個月。", ()),)
            yield Final(Answer("b", "answered", "written", "24 個月。", "zh-Hant", told, (), None, "m", "1"))
        else:
            yield Final(offered(question.text.isascii()))

    return script


def ask(page: Page, question: str) -> None:
    """Ask and wait for the choices."""
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".choices").wait_for()


def test_a_choice_asks_again(serve: Callable[..., Any], visit: Callable[..., Page]) -> None:
    """Its name is the next question, with what was asked before it."""
    seen: list[Question] = []
    page = visit(serve(serving(seen)).address)
    ask(page, ASKED["zh-TW"])
    expect(page.locator(".choices .say")).to_have_text(
        "不同文件對這個問題的規定不一樣，請問您要問的是哪一份？"
    )
    expect(page.locator(".choice")).to_have_count(2)

    page.get_by_role("button", name="X200").click()

    expect(page.locator(".exchange").last.locator(".answer-text")).to_have_text("24 個月。")
    assert seen[1].text == "X200"
    assert [turn.content for turn in seen[1].history] == [ASKED["zh-TW"], offered(english=False).text]


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["light", "dark", "phone"])
@pytest.mark.parametrize("locale", ASKED)
def test_choices_fit_and_can_be_used_by_everyone(
    serve: Callable[..., Any], visit: Callable[..., Page], check_accessibility: Callable[[Page], None],
    locale: str, options: dict[str, object],
) -> None:  # fmt: skip
    """In both languages, in the dark and on a phone, by keyboard too."""
    page = visit(serve(serving([])).address, locale=locale, **options)
    ask(page, ASKED[locale])

    check_accessibility(page)
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window
    assert all(
        (button.bounding_box() or {"height": 0})["height"] >= 44 for button in page.locator(".choice").all()
    )
    page.locator(".choice").first.focus()
    expect(page.locator(".choice").first).to_be_focused()
