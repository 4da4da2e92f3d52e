"""A citation opened after its document has changed: the old text, and what has become of the clause, over a real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from assistant.answering.types import Answer, Citation, ClauseShown, Delta, Event, Final, Sentence
from assistant.api.fakes import fake_services
from assistant.api.services import Services
from clausewise.library import Library
from clausewise.lifecycle import LifeCycle
from ingest.pipeline import Ingestor
from knowledge.identity import EmbedderInfo
from knowledge.store import Store
from knowledge.types import OPERATOR, PUBLIC, DocumentId
from models.fakes import HashEmbedder

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
FILLER = [
    f"第{number}條 附則\n\n本條為第{number}項附則，與退貨無關，僅作篇幅之用。" for number in range(10, 60)
]
BEFORE = (
    "# 退貨辦法",
    "第1條 期限\n\n顧客應於收到商品七日內退貨。",
    "第2條 運費\n\n退貨運費由本公司負擔。",
    "第3條 贈品\n\n退貨時應一併退還贈品。",
    *FILLER,
    "# 服務\n\n本章說明門市提供的各項服務。",
    "## 換貨\n\n換貨以一次為限，並應檢附發票。",
    "# 雜項\n\n本章說明其他未盡事宜的處理。",
)
# 1 changed, 2 as it was, 3 gone, the unnumbered one under another heading.
AFTER = (
    "# 退貨辦法",
    "第1條 期限\n\n顧客應於收到商品十四日內退貨。",
    "第2條 運費\n\n退貨運費由本公司負擔。",
    *FILLER,
    "# 服務\n\n本章說明門市提供的各項服務。",
    "# 雜項\n\n本章說明其他未盡事宜的處理。",
    "## 換貨\n\n換貨以一次為限，並應檢附發票。",
)
CHANGED = "顧客應於收到商品七日內退貨。"
NOTICE = "#drawer-notice"


class Desk:
    """A document that was cited in version 1 and has a second version since."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.file = folder / "returns.md"
        self._ingestor = Ingestor(store, HashEmbedder())

    def write(self, paragraphs: tuple[str, ...]) -> None:
        """Let the file become this, and take it in."""
        self.file.write_text("\n\n".join(paragraphs) + "\n", "utf-8")
        assert self._ingestor.run([self.file], PUBLIC).state == "done"

    @property
    def document_id(self) -> DocumentId:
        """The one document's id."""
        return self.store.documents.browse()[0].document_id

    def citing(self, quote: str, version: int = 1) -> list[Event]:
        """Return the events of an answer that cites ``quote`` of ``version``."""
        start = self.store.repository.canonical(self.document_id, version, OPERATOR).index(quote)
        cited = Citation(
            1,
            self.document_id,
            "returns.md",
            "退貨辦法",
            version,
            None,
            None,
            quote,
            start,
            start + len(quote),
        )
        answer = Answer(
            "a", "answered", "written", quote, "zh-Hant", (Sentence(quote, (1,)),), (cited,), None, "m", "1"
        )
        return [ClauseShown(cited, quote), Delta(0, quote, (cited,)), Final(answer)]

    def services(self, uploads: Path) -> Services:
        """Return the doubles with this store's documents in their place."""
        library = Library(self.store, uploads, lambda _paths, _audience, _note: "never")
        return replace(fake_services(uploads), library=library, life_cycle=LifeCycle(self.store))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk whose document has its first version only."""
    embedder = HashEmbedder()
    with Store.open(tmp_path / "home", EmbedderInfo(embedder.model_id, embedder.dimension)) as store:
        desk = Desk(store, tmp_path)
        desk.write(BEFORE)
        yield desk


@pytest.fixture
def open_cited(desk: Desk, serve: Callable[..., Any], visit: Visit, tmp_path: Path) -> Callable[..., Page]:
    """Return a function that asks, lets the file become ``AFTER``, and then clicks the citation."""

    def open_(quote: str, *, changed: bool = True, **options: object) -> Page:
        events = desk.citing(quote)
        services = desk.services(tmp_path / "uploads")
        page = visit(serve(lambda *_: iter(events), services=services).address, **options)
        page.locator("#question").fill("?")
        page.keyboard.press("Enter")
        page.locator(".exchange[data-phase=done]").wait_for()
        if changed:
            desk.write(AFTER)
        page.locator(".cite").first.click()
        expect(page.locator("#drawer mark")).to_have_text(quote)
        return page

    return open_


class TestNotice:
    def test_nothing_is_said_while_the_version_is_in_force(self, open_cited: Callable[..., Page]) -> None:
        """No notice, and no room taken by one."""
        page = open_cited(CHANGED, changed=False)

        expect(page.locator(NOTICE)).to_be_empty()
        expect(page.locator(NOTICE)).not_to_be_visible()

    @pytest.mark.parametrize(
        ("locale", "told", "label"),
        [
            (
                "zh-TW",
                "這裡顯示的是第 1 版；目前版本是第 2 版。 引用的條文在目前版本已經修改。",
                "現行條文",
            ),
            (
                "en-GB",
                "This is version 1; the current one is 2. The cited clause has changed since.",
                "As it reads now",
            ),
        ],
    )
    def test_a_changed_clause(
        self, open_cited: Callable[..., Page], locale: str, told: str, label: str
    ) -> None:
        """The old words stay marked, and the notice beside them holds the clause as it reads now."""
        page = open_cited(CHANGED, locale=locale)

        expect(page.locator(f"{NOTICE} > p")).to_have_text(told)
        expect(page.locator(f"{NOTICE} .now-name")).to_contain_text(label)
        expect(page.locator(f"{NOTICE} .now-text")).to_contain_text("收到商品十四日內退貨。")
        expect(page.locator("#drawer-body")).not_to_contain_text("十四日")

    @pytest.mark.parametrize(
        ("quote", "told", "now"),
        [
            ("退貨運費由本公司負擔。", "沒有變動", None),
            ("退貨時應一併退還贈品。", "已經刪除", None),
            ("換貨以一次為限，並應檢附發票。", "條號或位置不同", "雜項 › 換貨"),
        ],
        ids=["unchanged", "gone", "moved"],
    )
    def test_other_fates(
        self, open_cited: Callable[..., Page], quote: str, told: str, now: str | None
    ) -> None:
        """Each is told apart; the clause is written out only where people would look for it in vain."""
        page = open_cited(quote)

        expect(page.locator(f"{NOTICE} > p")).to_contain_text(told)
        if now is None:
            expect(page.locator(f"{NOTICE} .now")).to_have_count(0)
        else:
            expect(page.locator(f"{NOTICE} .now-name")).to_contain_text(now)

    def test_stays_in_sight_of_a_quote_far_down(self, open_cited: Callable[..., Page]) -> None:
        """The document scrolls to the quote; the notice does not scroll away with its beginning."""
        page = open_cited(
            "本條為第58項附則，與退貨無關，僅作篇幅之用。", viewport={"width": 360, "height": 640}
        )

        expect(page.locator("#drawer mark")).to_be_in_viewport()
        expect(page.locator(f"{NOTICE} > p")).to_be_in_viewport()
        assert page.locator("#drawer-body").evaluate("body => body.scrollTop") > 0

    def test_opens_the_clause_where_it_stands_now(self, open_cited: Callable[..., Page]) -> None:
        """One click leads to the current version, at the clause, and the notice is gone."""
        page = open_cited(CHANGED)

        page.get_by_role("button", name="開啟目前版本").click()

        expect(page.locator("#drawer .passage[data-cited]").first).to_contain_text("十四日內退貨")
        expect(page.locator("#drawer-meta")).to_contain_text("第 2 版")
        expect(page.locator(NOTICE)).to_be_empty()

    def test_a_stranger_to_the_new_version_learns_nothing_of_it(
        self, desk: Desk, open_cited: Callable[..., Page]
    ) -> None:
        """Where the document is internal by now, an open page gets neither the old text nor the new."""
        page = open_cited(CHANGED, changed=False, expect_complaints=True)
        page.keyboard.press("Escape")
        Ingestor(desk.store, HashEmbedder()).run([desk.file], "internal")

        page.locator(".cite").first.click()

        expect(page.get_by_role("alert")).to_have_text("找不到這份文件。")
        expect(page.locator(NOTICE)).to_be_empty()
        expect(page.locator("#drawer")).not_to_contain_text("第 2 版")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(
        self, open_cited: Callable[..., Page], check_accessibility: Callable[[Page], None], scheme: str
    ) -> None:
        """WCAG 2.2 AA on a phone, and nothing reaches over its edge."""
        page = open_cited(CHANGED, viewport={"width": 360, "height": 740}, color_scheme=scheme)
        expect(page.locator(f"{NOTICE} .now-text")).to_be_visible()

        check_accessibility(page)

        wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= window
