"""What people do on the page, in a real browser against a real server with doubles behind it."""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from assistant.answering.types import (
    Answer,
    Citation,
    ClauseShown,
    Delta,
    Event,
    Final,
    Question,
    Queued,
    Retrieved,
    Sentence,
)
from assistant.api.fake_documents import DOCUMENTS
from knowledge.types import Hit, Reader
from models.errors import Busy

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
Serve = Callable[..., Any]
ANOMALY = "出貨異常要在多久內通報？"
QUOTE = "發現短少、破損、錯寄或逾期未達時，承辦人員應於24小時內通報物流商，並在系統建立異常案件。"
SHIPPING = DOCUMENTS[0]


def ask(page: Page, question: str) -> None:
    """Type a question, send it and wait for its end."""
    page.locator("#question").fill(question)
    page.keyboard.press("Enter")
    page.locator(".exchange").last.and_(page.locator("[data-phase=done]")).wait_for()


def citing(quote: str, version: int = 3) -> Citation:
    """Return a citation of the shipping procedure."""
    start = SHIPPING.text(version).index(quote)
    return Citation(
        1,
        "d-shipping",
        SHIPPING.source,
        SHIPPING.title,
        version,
        "第4條",
        11,
        quote,
        start,
        start + len(quote),
    )


def answering(citation: Citation) -> list[Event]:
    """Return the events of an answer of one sentence."""
    sentence = Sentence(citation.quote, (1,))
    return [
        Retrieved((Hit(1, 0.9, SHIPPING.passages()[3]),)),
        ClauseShown(citation, citation.quote),
        Delta(0, citation.quote, (citation,)),
        Final(
            Answer(
                "a",
                "answered",
                "written",
                f"{citation.quote} [1]",
                "zh-Hant",
                (sentence,),
                (citation,),
                None,
                "m",
                "1",
            )
        ),
    ]


def telling(*events: Event) -> Callable[..., Iterator[Event]]:
    """Return a script that tells these events."""

    def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
        yield from events

    return script


class TestAsking:
    def test_from_the_operator_link_to_the_marked_clause(self, serve: Serve, visit: Visit) -> None:
        """Opens the link, asks, reads clause and answer, clicks the citation, sees the words marked."""
        page = visit(serve().operator_link)
        expect(page).to_have_url(re.compile(r"/$"))

        ask(page, ANOMALY)
        expect(page.locator(".clause mark")).to_have_text(QUOTE)
        page.locator(".answer .cite").first.click()

        expect(page.locator("#drawer-title")).to_have_text("SOP-012 出貨作業程序")
        expect(page.locator("#drawer mark")).to_have_text(QUOTE)
        expect(page.locator("#drawer mark")).to_be_in_viewport()

    def test_a_list_that_no_model_wrote_keeps_its_lines(self, serve: Serve, visit: Visit) -> None:
        """One below the other, without the note that a model wrote them, and not beside their own clause."""
        cited = citing(QUOTE)
        shown, items = (
            ClauseShown(cited, QUOTE),
            (Sentence("一、申請書。", (1,)), Sentence("二、發票。", (1,))),
        )
        final = Answer(
            "a", "answered", "written", "一、申請書。 [1]\n二、發票。 [1]", "zh-Hant", items, (cited,), None, None, None
        )  # fmt: skip
        page = visit(serve(telling(Retrieved(()), shown, Final(final))).operator_link)

        ask(page, ANOMALY)

        expect(page.locator(".answer-text p")).to_have_count(2)
        expect(page.locator(".clause-slot .card")).to_have_count(0)
        expect(page.locator(".answer .card-head")).to_have_text("回答")

    def test_sources_and_clause_are_there_before_the_answer(self, serve: Serve, visit: Visit) -> None:
        """Nobody waits for the model to see where the answer will come from."""
        go_on = threading.Event()
        retrieved, clause, *rest = answering(citing(QUOTE))

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield retrieved
            yield clause
            go_on.wait(20)
            yield from rest

        page = visit(serve(script).operator_link)
        page.locator("#question").fill(ANOMALY)
        page.keyboard.press("Enter")

        expect(page.locator(".source")).to_have_count(1)
        expect(page.locator(".clause mark")).to_have_text(QUOTE)
        expect(page.locator(".answer .sentence")).to_have_count(0)
        expect(page.get_by_role("status")).to_contain_text("逐句查核")

        go_on.set()
        expect(page.locator(".answer .sentence")).to_have_count(1)
        expect(page.locator(".source .badge")).to_have_text("1")

    def test_a_sentence_that_is_there_is_not_written_again(self, serve: Serve, visit: Visit) -> None:
        """A screen reader would read it twice: the node of the first delta is the node of the end."""
        go_on = threading.Event()
        *first, final = answering(citing(QUOTE))

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield from first
            go_on.wait(20)
            yield final

        page = visit(serve(script).operator_link)
        page.locator("#question").fill(ANOMALY)
        page.keyboard.press("Enter")
        page.locator(".answer .sentence").evaluate("element => { element.dataset.first = 'yes'; }")
        go_on.set()

        expect(page.locator(".exchange[data-phase=done]")).to_be_visible()
        expect(page.locator(".answer .sentence[data-first=yes]")).to_have_count(1)
        expect(page.locator(".answer .sentence")).to_have_count(1)

    def test_a_stranger_reads_public_documents_only(self, serve: Serve, visit: Visit) -> None:
        """And is told so."""
        page = visit(serve().address)

        ask(page, ANOMALY)

        expect(page.locator(".reader")).to_have_text("公開文件")
        expect(page.locator(".declined")).to_be_visible()
        expect(page.locator("body")).not_to_contain_text("SOP-012")

    def test_a_decline_says_what_was_looked_at(self, serve: Serve, visit: Visit) -> None:
        """The closest places can be opened."""
        page = visit(serve().operator_link)

        ask(page, "公司有沒有補助健身房會員費？")
        expect(page.locator(".declined .say")).to_have_text("目前的文件裡找不到這個問題的答案。")
        page.locator(".declined .source").first.click()

        expect(page.locator("#drawer .passage[data-cited]")).to_be_in_viewport()

    def test_a_faq_answer_shows_its_question(self, serve: Serve, visit: Visit) -> None:
        """Word for word, with the pair's own question above it."""
        page = visit(serve().address)

        ask(page, "可以開立三聯式發票嗎？")

        expect(page.locator(".answer .tag")).to_have_text("常見問題")
        expect(page.locator(".faq-question")).to_have_text("可以開立三聯式發票嗎？")

    def test_a_follow_up_carries_the_conversation(self, serve: Serve, visit: Visit) -> None:
        """Earlier turns go along, and stay on the page."""
        seen: list[Question] = []

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            seen.append(question)
            yield from answering(citing(QUOTE))

        page = visit(serve(script).address)
        ask(page, "第一個問題")
        ask(page, "那金額超過的呢？")

        assert [turn.content for turn in seen[1].history] == ["第一個問題", f"{QUOTE} [1]"]
        expect(page.locator(".exchange")).to_have_count(2)

    def test_an_example_asks(self, serve: Serve, visit: Visit) -> None:
        """One click from the empty page."""
        page = visit(serve(examples_zh=("七天內可以退貨嗎？",)).address)

        page.get_by_role("button", name="七天內可以退貨嗎？").click()

        expect(page.locator(".asked")).to_have_text("七天內可以退貨嗎？")
        expect(page.locator(".exchange[data-phase=done]")).to_be_visible()

    def test_the_queue_is_told(self, serve: Serve, visit: Visit) -> None:
        """Who waits knows how long."""
        go_on = threading.Event()

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield Queued(3, 12.4)
            go_on.wait(20)
            yield from answering(citing(QUOTE))

        page = visit(serve(script).address)
        page.locator("#question").fill(ANOMALY)
        page.keyboard.press("Enter")

        expect(page.get_by_role("status")).to_have_text("前面還有 3 個問題，約需 12 秒")
        go_on.set()
        expect(page.locator(".exchange[data-phase=done]")).to_be_visible()

    def test_stop_stops_the_server_too(self, serve: Serve, visit: Visit) -> None:
        """The button that sent now stops, and the model is free for the next."""
        stopped = threading.Event()

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield Retrieved(())
            if cancel.wait(20):
                stopped.set()

        page = visit(serve(script).address)
        page.locator("#question").fill(ANOMALY)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="停止回答").click()

        expect(page.get_by_role("status")).to_have_text("已停止。")
        assert stopped.wait(2)


class TestTrouble:
    @pytest.mark.parametrize("late", [False, True], ids=["at once", "after the search"])
    def test_busy_says_when_and_can_be_tried_again(self, serve: Serve, visit: Visit, late: bool) -> None:
        """The second try is answered."""
        tries = iter([True, False])

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            if next(tries):
                if late:
                    yield Retrieved(())
                raise Busy(4, 7)
            yield from answering(citing(QUOTE))

        page = visit(serve(script).address, expect_complaints=True)
        page.locator("#question").fill(ANOMALY)
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_contain_text("目前排隊的問題太多")
        expect(page.get_by_role("alert")).to_contain_text("7 秒後可以再試")
        page.get_by_role("button", name="再試一次").click()
        expect(page.locator(".exchange").last).to_have_attribute("data-phase", "done")

    def test_offline_is_told_plainly(self, serve: Serve, visit: Visit) -> None:
        """And works again when the line is back."""
        page = visit(serve().address, expect_complaints=True)
        page.context.set_offline(True)
        page.locator("#question").fill("七天內可以退貨嗎？")
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_contain_text("連不上伺服器")

        page.context.set_offline(False)
        page.get_by_role("button", name="再試一次").click()
        expect(page.locator(".exchange").last).to_have_attribute("data-phase", "done")

    def test_a_stream_that_breaks_off_is_a_failure(self, serve: Serve, visit: Visit) -> None:
        """A bug on the server ends in a sentence, not in silence."""

        def script(question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
            yield Retrieved(())
            raise RuntimeError("bug")

        page = visit(serve(script).address, locale="en-GB")
        page.locator("#question").fill("?")
        page.keyboard.press("Enter")

        expect(page.get_by_role("alert")).to_contain_text("The server failed.")

    def test_a_spent_link_shows_the_public_page(self, serve: Serve, visit: Visit) -> None:
        """With a sentence about it."""
        site = serve()
        visit(site.operator_link)

        page = visit(site.operator_link, expect_complaints=True)

        expect(page.get_by_role("alert")).to_contain_text("管理連結已經失效")
        expect(page.locator(".reader")).to_have_text("公開文件")


class TestTyping:
    def test_shift_enter_is_a_new_line(self, serve: Serve, visit: Visit) -> None:
        """Enter alone sends."""
        page = visit(serve().address)

        page.locator("#question").press_sequentially("一")
        page.keyboard.press("Shift+Enter")
        page.locator("#question").press_sequentially("二")

        expect(page.locator("#question")).to_have_value("一\n二")
        expect(page.locator(".exchange")).to_have_count(0)

    def test_enter_that_confirms_a_word_does_not_send(self, serve: Serve, visit: Visit) -> None:
        """Chinese is typed through an input method."""
        page = visit(serve().address)
        page.locator("#question").fill("出貨")

        dispatch = (
            "(field, more) => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', ...more}))"
        )
        for detail in ({"isComposing": True}, {"keyCode": 229}):
            page.locator("#question").evaluate(dispatch, {"bubbles": True, **detail})

        expect(page.locator("#question")).to_have_value("出貨")
        expect(page.locator(".exchange")).to_have_count(0)

    def test_everything_by_keyboard(self, serve: Serve, visit: Visit) -> None:
        """Skip link, question, citation, document, back to the citation."""
        page = visit(serve(telling(*answering(citing(QUOTE)))).operator_link)
        for _ in range(20):  # the question has the focus: everything before it can be reached backwards
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.className") == "skip":
                break
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("#question")).to_be_focused()

        page.keyboard.type(ANOMALY)
        page.keyboard.press("Enter")
        expect(page.locator(".exchange[data-phase=done]")).to_be_visible()
        for _ in range(20):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.className") == "cite":
                break
        expect(page.locator(".cite")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#drawer mark")).to_be_in_viewport()
        page.keyboard.press("Escape")

        expect(page.locator("#drawer")).not_to_be_visible()
        expect(page.locator(".cite")).to_be_focused()


class TestDocument:
    def test_marks_count_characters_beyond_the_basic_plane(self, serve: Serve, visit: Visit) -> None:
        """Offsets are code points; the words after a symbol of two UTF-16 units are marked exactly."""
        quote = "鋰電池商品應附安全說明。"
        page = visit(serve(telling(*answering(citing(quote)))).operator_link)

        ask(page, "鋰電池？")
        page.locator(".cite").click()

        expect(page.locator("#drawer mark")).to_have_text(quote)

    def test_an_older_version_says_so(self, serve: Serve, visit: Visit) -> None:
        """What was cited then is shown as it was then."""
        page = visit(serve(telling(*answering(citing(QUOTE, version=2)))).operator_link)

        ask(page, ANOMALY)
        page.locator(".cite").click()

        expect(page.locator("#drawer-notice")).to_contain_text("這裡顯示的是第 2 版；目前版本是第 3 版。")
        expect(page.locator("#drawer")).not_to_contain_text("第5.1條")

    def test_a_hidden_part_leaves_a_gap(self, serve: Serve, visit: Visit) -> None:
        """A stranger sees that something is missing nowhere but at the document's end; never what."""
        page = visit(serve().address)

        ask(page, "網路訂購的商品可以在七天內退貨嗎？")
        page.locator(".cite").first.click()

        expect(page.locator("#drawer")).to_contain_text("第四條 保固")
        expect(page.locator("#drawer")).not_to_contain_text("例外核准")

    def test_a_way_back_to_the_quote(self, serve: Serve, visit: Visit) -> None:
        """Who has scrolled away finds back."""
        small = {"width": 360, "height": 420}
        page = visit(serve().operator_link, viewport=small)
        ask(page, ANOMALY)
        page.locator(".cite").first.click()
        expect(page.locator("#drawer mark")).to_be_in_viewport()

        page.locator("#drawer-body").evaluate("body => body.scrollTo({top: 0, behavior: 'instant'})")
        page.get_by_role("button", name="回到引用處").click()

        expect(page.locator("#drawer mark")).to_be_in_viewport()

    def test_markup_in_a_document_stays_text(self, serve: Serve, visit: Visit) -> None:
        """Whatever a document, a title or a model says, nothing of it runs."""
        evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
        citation = Citation(1, "d-shipping", evil, evil, 3, evil, 1, QUOTE, 0, 5)
        script = telling(
            ClauseShown(citation, evil),
            Delta(0, evil, (citation,)),
            Final(
                Answer(
                    "a",
                    "answered",
                    "written",
                    evil,
                    "en",
                    (Sentence(evil, (1,)),),
                    (citation,),
                    None,
                    None,
                    None,
                )
            ),
        )
        page = visit(serve(script).operator_link)

        ask(page, evil)

        expect(page.locator(".asked")).to_have_text(evil)
        expect(page.locator(".sentence")).to_contain_text(evil)
        assert page.locator("main img").count() == 0
        assert "owned" not in page.title()


class TestPolicy:
    def test_the_policy_blocks_inline_scripts(self, serve: Serve, visit: Visit) -> None:
        """Even one that got into the page would not run."""
        page = visit(serve().address, expect_complaints=True)

        with pytest.raises(Error, match=r"(?i)content security policy"):
            page.add_script_tag(content="document.title = 'owned'")

        assert page.title() == "Clausewise｜問文件，看條文"

    def test_nothing_is_asked_of_another_host(self, serve: Serve, visit: Visit) -> None:
        """No text leaves the building."""
        site = serve()
        page = visit(site.operator_link)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))

        page.reload()
        ask(page, ANOMALY)
        page.locator(".cite").first.click()
        page.locator("#drawer mark").wait_for()

        assert asked
        assert [url for url in asked if not url.startswith(site.address)] == []


class TestReader:
    def test_the_language_switch_keeps_question_and_answer(self, serve: Serve, visit: Visit) -> None:
        """The page's words change, the conversation and a half-typed question stay."""
        page = visit(serve().address)
        ask(page, "七天內可以退貨嗎？ 網路訂購的商品")
        page.locator("#question").fill("還有")

        page.get_by_role("link", name="EN").click()
        page.wait_for_selector("html[lang=en] body[data-ready]")

        expect(page.locator(".asked")).to_have_text("七天內可以退貨嗎？ 網路訂購的商品")
        expect(page.locator(".exchange[data-phase=done]")).to_be_visible()
        expect(page.locator("#question")).to_have_value("還有")
        expect(page.locator(".sources h3")).to_contain_text("Sources")

        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "en")

    def test_signing_out(self, serve: Serve, visit: Visit) -> None:
        """The browser is a stranger's again."""
        page = visit(serve().operator_link)

        page.get_by_role("button", name="登出").click()

        expect(page.locator(".reader")).to_have_text("公開文件")

    def test_a_new_question_starts_over(self, serve: Serve, visit: Visit) -> None:
        """The conversation is gone from the page."""
        page = visit(serve().address)
        ask(page, "七天內可以退貨嗎？")

        page.get_by_role("button", name="新的問題").click()

        expect(page.locator(".exchange")).to_have_count(0)
        expect(page.locator("#examples")).to_be_visible()
