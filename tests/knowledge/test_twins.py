"""Copies and editions of a clause, and which of them a question names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.relevance import load_relevance
from knowledge.search import Searcher
from knowledge.store import Store
from knowledge.text import language_of
from knowledge.twins import alike, editions, grouped, kin, labels, named, named_together, sisters
from knowledge.types import OPERATOR, DocumentId, Hit, Passage, PassageId, Reader
from models.fakes import HashEmbedder
from tests.knowledge.conftest import Line, Shelf

LEAVE = "特別休假：服務滿一年者，每年給予 {} 日；服務滿三年者，每年給予 {} 日，應於三日前提出申請。"
FORCE = "本法自公布日施行。"


def passage(title: str, text: str, source: str = "", clause: str | None = "第二條") -> Passage:
    """Return a passage of a document that is called ``title``."""
    name = source or f"{title}.md"
    return Passage(
        PassageId(name + text), DocumentId(name), 1, name, title, "text", clause, (), None,
        0, len(text), text, language_of(text), "internal",
    )  # fmt: skip


OLD = passage("員工請假辦法（2025年版）", LEAVE.format(7, 10))
NEW = passage("員工請假辦法（2026年版）", LEAVE.format(10, 14))
SMALL = passage("X100 吸塵器使用手冊", "本產品自購買日起保固 12 個月，電池除外。", clause="2")
LARGE = passage("X200 吸塵器使用手冊", "本產品自購買日起保固 24 個月，電池除外。", clause="2")
SHOP = passage("門市退貨政策", "商品售出後七日內，得憑發票辦理退貨。")
WEB = passage("網購退貨政策", "商品售出後十四日內，得憑發票辦理退貨。")


def hits(*passages: Passage) -> list[Hit]:
    """Return the passages as hits, best first."""
    return [Hit(n, 1 - n / 10, one) for n, one in enumerate(passages, 1)]


class TestKinship:
    """Which documents are editions of one another."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("員工請假辦法（2025年版）", "員工請假辦法（2026年版）"),
            ("HR-003 員工請假辦法 v1.0", "HR-003 員工請假辦法 v2.0"),
            ("X100 吸塵器使用手冊", "X200 吸塵器使用手冊"),
            ("114年度行事曆", "115年度行事曆"),
            ("LH-AP300 使用手冊", "LH-AP500 使用手冊"),
            ("Leave Policy 2025", "Leave Policy 2026"),
            ("員工請假辦法", "員工請假辦法（修訂版）"),
            ("windows-10-faq", "windows-11-faq"),
        ],
    )
    def test_titles_that_differ_in_year_version_or_code(self, one: str, other: str) -> None:
        """Are kin."""
        assert kin(passage(one, "甲", "1.md"), passage(other, "乙", "2.md"))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("勞動基準法", "勞動基準法施行細則"),
            ("門市退貨政策", "網購退貨政策"),
            ("勞工保險條例", "就業保險法"),
            ("Leave Policy 2025", "Travel Policy 2025"),
            ("1174-5", "1174-27"),
            ("microsoft-365-a1-faq", "windows-11-faq"),
        ],
    )
    def test_titles_of_other_subjects(self, one: str, other: str) -> None:
        """Are not."""
        assert not kin(passage(one, "甲", "1.md"), passage(other, "乙", "2.md"))

    def test_a_document_is_no_edition_of_itself(self) -> None:
        """However alike its clauses are."""
        assert not kin(OLD, replace(OLD, clause="第三條"))

    def test_one_pattern_makes_sisters(self) -> None:
        """A shop's rules and those of the web are told apart; a handbook is another thing."""
        assert sisters(SHOP, WEB)
        assert not sisters(SHOP, passage("員工手冊", "乙"))


class TestGroups:
    """One hit for a clause and its twins."""

    def test_editions_are_one_hit(self) -> None:
        """The best stands for them; numbers do not keep them apart."""
        found = grouped(hits(OLD, SHOP, NEW), "特別休假有幾天？")

        assert [hit.passage for hit in found] == [OLD, SHOP]
        assert found[0].editions == (NEW,)
        assert found[0].places == ()

    def test_the_named_edition_stands_for_them(self) -> None:
        """With the relevance of the best, so that order is kept."""
        found = grouped(hits(OLD, NEW), "2026年特別休假有幾天？")

        assert found[0].passage == NEW
        assert found[0].editions == (OLD,)
        assert found[0].score == pytest.approx(0.9)

    def test_copies_are_places(self) -> None:
        """Of unrelated documents too."""
        copy = passage("員工手冊", SHOP.text)

        found = grouped(hits(SHOP, copy), "退貨")

        assert [(hit.passage, hit.places) for hit in found] == [(SHOP, (copy,))]

    def test_what_each_law_says_of_itself_stays_apart(self) -> None:
        """Two acts that take effect on promulgation are two facts."""
        one, other = passage("甲法", FORCE, clause="第十條"), passage("乙法", FORCE, clause="第十條")

        assert len(grouped(hits(one, other), "乙法何時施行？")) == 2

    def test_another_clause_of_an_edition_is_no_twin(self) -> None:
        """The titles alone join nothing."""
        other = passage(
            NEW.title, "員工因傷病必須治療者，得請病假，一年內合計不得超過三十日。", clause="第三條"
        )

        assert not editions(OLD, other)
        assert len(grouped(hits(OLD, other), "病假")) == 2

    def test_rows_of_two_price_lists_are_told_apart_by_their_first_cell(self) -> None:
        """A battery is no motor."""
        battery = replace(passage("2025 報價表", "品項：電池更換；價格：560", "a.xlsx"), kind="record")
        motor = replace(passage("2026 報價表", "品項：馬達更換；價格：580", "b.xlsx"), kind="record")

        assert not editions(battery, motor)
        assert editions(battery, replace(motor, text="品項：電池更換；價格：600"))

    def test_short_texts_must_be_equal_but_for_numbers(self) -> None:
        """婚假八日 is not 喪假八日."""
        assert alike(passage("甲", "婚假八日。"), passage("乙", "喪假八日。")) == 0


class TestNaming:
    """What a question says of the document that it means."""

    @pytest.mark.parametrize(
        ("question", "meant"),
        [
            ("2026年的特休有幾天？", NEW),
            ("115年特休有幾天？", NEW),
            ("今年的特休有幾天？", NEW),
            ("去年的特休有幾天？", OLD),
            ("最新的特休規定", NEW),
            ("How many days under the 2025 policy?", OLD),
        ],
    )
    def test_a_year(self, question: str, meant: Passage) -> None:
        """In any calendar, or counted from today."""
        assert named(question, (OLD, NEW), date(2026, 5, 1)) == (meant,)

    @pytest.mark.parametrize(
        ("question", "meant"),
        [("X200的保固？", (LARGE,)), ("x100 保固", (SMALL,)), ("保固多久", ()), ("X300 保固", ())],
    )
    def test_a_model(self, question: str, meant: tuple[Passage, ...]) -> None:
        """In either case; one that is not there names none."""
        assert named(question, (SMALL, LARGE)) == meant

    def test_a_word_of_the_title(self) -> None:
        """網購 is the web's."""
        assert named("網購的商品幾天內可以退？", (SHOP, WEB)) == (WEB,)
        assert named("商品幾天內可以退？", (SHOP, WEB)) == ()

    def test_an_amount_names_no_year_and_no_version(self) -> None:
        """滿 2 年 is not 第 2 版."""
        first = passage("員工請假辦法 第1版", LEAVE.format(7, 10))
        second = passage("員工請假辦法 第2版", LEAVE.format(10, 14))

        assert named("滿2年特休幾天？", (first, second)) == ()
        assert named("第2版的特休幾天？", (first, second)) == (second,)

    def test_small_words_name_nothing(self) -> None:
        """A pronoun is no folder of the IT department."""
        one, other = passage("FAQ list", "甲", "it/faq.md"), passage("FAQ list", "乙", "hr/faq.md")

        assert named("How do I reset it?", (one, other)) == ()

    @pytest.mark.parametrize(
        ("titles", "question", "meant"),
        [
            (("Refund Policy EU", "Refund Policy US"), "Refund Policy US: how many days?", 1),
            (("Refund Policy EU", "Refund Policy US"), "May I return it in the US?", 1),
            (("Refund Policy EU", "Refund Policy US"), "Can you tell us about returns?", None),
            (("保險方案A", "保險方案B"), "保險方案B的住院日額給付多少？", 1),
            (("保險方案A", "保險方案B"), "方案 a 的住院日額？", 0),
            (("iPhone 14 保固", "iPhone 15 保固"), "iPhone 15 的保固多久？", 1),
            (("iPhone 14 保固", "iPhone 15 保固"), "15 天內可以退嗎？", None),
            (("A棟管理規則", "B棟管理規則"), "B棟幾點關門？", 1),
        ],
    )
    def test_small_names(self, titles: tuple[str, str], question: str, meant: int | None) -> None:
        """A letter or a small number counts beside its neighbour of the title, or as capitals; by chance it does not."""
        members = tuple(passage(title, LEAVE.format(7, 10)) for title in titles)

        assert named(question, members) == (() if meant is None else (members[meant],))

    def test_named_together(self) -> None:
        """X100 and X200 in one question are both meant; one of them, or none, is not several."""
        assert named_together("X100 跟 X200 的保固各是多久？", (SMALL, LARGE)) == (SMALL, LARGE)
        assert named_together("2025 和 2026 年的特休各幾天？", (OLD, NEW)) == (OLD, NEW)
        assert named_together("X200 的保固？", (SMALL, LARGE)) == ()
        assert named_together("保固多久？", (SMALL, LARGE)) == ()

    def test_both_named_is_none(self) -> None:
        """Who compares two means both."""
        assert named("2025年和2026年的特休差幾天？", (OLD, NEW)) == ()


class TestLabels:
    """Short names that tell documents apart."""

    @pytest.mark.parametrize(
        ("passages", "names"),
        [
            ((OLD, NEW), ("2025年版", "2026年版")),
            ((SMALL, LARGE), ("X100", "X200")),
            ((SHOP, WEB), ("門市", "網購")),
            (
                (passage("LH-AP300 使用手冊", "甲"), passage("LH-AP500 使用手冊", "乙")),
                ("LH-AP300", "LH-AP500"),
            ),
            (
                (passage("請假辦法", "甲", "2025/a.md"), passage("請假辦法", "乙", "2026/a.md")),
                ("2025/a.md", "2026/a.md"),
            ),
            ((passage("請假辦法", "甲"), passage("請假辦法（新）", "乙")), ("請假辦法", "請假辦法（新）")),
            (
                (passage("iPhone 14 User Guide", "a"), passage("iPhone 15 User Guide", "b")),
                ("iPhone 14", "iPhone 15"),
            ),
            (
                (passage("月租方案 3 資費說明", "甲"), passage("月租方案 5 資費說明", "乙")),
                ("月租方案 3", "月租方案 5"),
            ),
            ((passage("Price list 2025", "a"), passage("Price list 2026", "b")), ("2025", "2026")),
        ],
    )
    def test_what_tells_the_titles_apart(self, passages: tuple[Passage, ...], names: tuple[str, ...]) -> None:
        """Else the titles, else the files."""
        assert labels(passages) == names


class TestCodes:
    """Files that are called by their code alone."""

    def test_they_are_editions_where_their_texts_are_alike(self) -> None:
        """And nothing else joins them."""
        one = replace(SMALL, title="X100")

        assert editions(one, replace(LARGE, title="X200"))
        assert not editions(one, replace(OLD, title="X200"))


class TestSearch:
    """Over a real store."""

    @pytest.fixture
    def searcher(self, store: Store, shelf: Shelf, embedder: HashEmbedder) -> Searcher:
        """Return a search over two editions, one public, and three more documents with a second clause."""
        for year, first, second, audience in ((2025, 7, 10, "internal"), (2026, 10, 14, "public")):
            text = LEAVE.format(first, second)
            shelf.put(
                f"{year}.md", [Line(text, clause="2", audience=audience)], f"員工請假辦法（{year}年版）"
            )
        for name in ("倉儲", "採購", "資安"):
            shelf.put(
                f"{name}.md", [Line(f"{name}人員應每日巡檢並留存紀錄。", clause="2")], f"{name}作業規範"
            )
        return Searcher(store, embedder, load_relevance())

    def test_editions_that_a_reader_may_not_see_are_not_told(self, searcher: Searcher) -> None:
        """Neither as a hit nor beside one."""
        public = Reader(frozenset({"public"}))

        assert [hit.editions for hit in searcher.search("滿三年的特別休假有幾天？", public)] == [()]
        assert searcher.search("滿三年的特別休假有幾天？", OPERATOR)[0].editions != ()

    def test_a_number_of_many_documents_gives_the_clauses_to_choose_from(self, searcher: Searcher) -> None:
        """Where the question is nothing else."""
        found = searcher.find("第2條是什麼？", OPERATOR)

        assert not found.exact_only
        assert len({p.document_id for p in found.unnamed}) == 5
        assert searcher.find("第2條的巡檢紀錄要留存嗎？", OPERATOR).unnamed == ()

    def test_a_law_that_is_not_there_is_said_to_be_unknown(self, searcher: Searcher) -> None:
        """By the name that the question gives it; one that is there is found."""
        assert searcher.find("勞動基準法第38條", OPERATOR).unknown == "勞動基準法"
        assert searcher.find("倉儲作業規範第2條", OPERATOR).unknown is None

    def test_the_day_of_a_version_is_known(self, searcher: Searcher) -> None:
        """For what was found."""
        hit = searcher.search("滿三年的特別休假有幾天？", OPERATOR)[0]

        days = searcher.dates([hit.passage])

        assert list(days) == [(hit.passage.document_id, hit.passage.version)]
