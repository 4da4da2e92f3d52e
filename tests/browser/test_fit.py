"""The page on phones, in the dark, and for people who do not see it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
Check = Callable[[Page], None]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SCHEMES = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {**PHONE, "color_scheme": "light"}]
NAMES = ["light", "dark", "phone"]
QUESTIONS = {
    "zh-TW": ("出貨異常要在多久內通報？", "公司有沒有補助健身房會員費？"),
    "en-GB": ("How many days of annual leave do staff receive?", "Is there a gym subsidy?"),
}


def ask(page: Page, question: str) -> None:
    """Ask and wait for the end."""
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".exchange").last.and_(page.locator("[data-phase=done]")).wait_for()


def assert_fits(page: Page) -> None:
    """No sideways scrolling, and nothing reaches over the edge."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window


class TestAccessibility:
    @pytest.mark.parametrize("options", SCHEMES, ids=NAMES)
    @pytest.mark.parametrize("locale", QUESTIONS)
    def test_axe_finds_nothing(
        self, serve: Callable[..., Any], visit: Visit, check_accessibility: Check, locale: str,
        options: dict[str, object],
    ) -> None:  # fmt: skip
        """Empty, answered, with a document open, declined; WCAG 2.2 AA and best practice."""
        page = visit(serve().operator_link, locale=locale, **options)
        found, missing = QUESTIONS[locale]

        check_accessibility(page)
        ask(page, found)
        check_accessibility(page)
        page.locator(".cite").first.click()
        page.locator("#drawer mark").wait_for()
        check_accessibility(page)
        page.keyboard.press("Escape")
        ask(page, missing)
        check_accessibility(page)


class TestPhone:
    @pytest.mark.parametrize("locale", QUESTIONS)
    def test_nothing_scrolls_sideways_at_360(
        self, serve: Callable[..., Any], visit: Visit, locale: str
    ) -> None:
        """In every state."""
        page = visit(serve().operator_link, locale=locale, **PHONE)
        assert_fits(page)

        ask(page, QUESTIONS[locale][0])
        assert_fits(page)
        page.locator(".cite").first.click()
        page.locator("#drawer mark").wait_for()
        assert_fits(page)
        box = page.locator("#drawer").bounding_box()
        assert box is not None
        assert round(box["width"]) <= 360  # it slides in: fractions of a pixel

    def test_touch_targets_are_large_enough(self, serve: Callable[..., Any], visit: Visit) -> None:
        """24 pixels at least each way, WCAG 2.2 target size; the send button 40."""
        page = visit(serve().operator_link, **PHONE)
        ask(page, QUESTIONS["zh-TW"][0])

        send = page.locator("#send").bounding_box()
        assert send is not None
        assert min(send["width"], send["height"]) >= 40
        for button in page.locator("header button:visible, header a:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24


class TestDark:
    def test_the_scheme_of_the_system_is_followed(self, serve: Callable[..., Any], visit: Visit) -> None:
        """Dark ground, light words."""
        page = visit(serve().address, color_scheme="dark")

        expect(page.locator("body")).to_have_css("background-color", "rgb(17, 22, 20)")
        expect(page.locator("body")).to_have_css("color", "rgb(233, 238, 236)")
