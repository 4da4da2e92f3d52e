"""A price list of a thousand rows, from the file to the answer: the right row, the right cell, with its unit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import Workbook

from assistant.answering.service import Answerer
from assistant.answering.settings import AnsweringSettings
from assistant.answering.types import Answer, Question
from ingest.pipeline import Ingestor
from knowledge.identity import EmbedderInfo
from knowledge.relevance import FEATURES, load_relevance
from knowledge.search import Searcher
from knowledge.store import Store
from knowledge.types import OPERATOR, DocumentId
from models.fakes import FakeChat, HashEmbedder

ROWS = 1_000
PLACES = ("台北", "新北", "桃園", "臺中", "高雄")
COUNT = "一二三四五六七八九十"
KINDS = ("咖啡機", "空氣清淨機", "除濕機", "電風扇", "吸塵器")

# The fake's vectors mean nothing, so words alone make a passage relevant here.
WORDS_ALONE = tuple(6.0 if name in {"coverage", "bm25"} else 0.0 for name in FEATURES)


def model(number: int) -> str:
    """Return a model's code; X-10, X-100 and X-1000 are three models."""
    return f"X-{number}"


def price(number: int) -> int:
    """Return what a model costs."""
    return 500 + 7 * number


def price_list(sheet: Any) -> None:
    """Fill a sheet: a title, a unit, a header of two rows, a merged cell for each ten rows, prices with commas."""
    sheet.title = "2027 價目"
    sheet.append(["2027 年度商品價目表"])
    sheet.append(["單位：新臺幣元", None, None, None, "製表：商品部"])
    sheet.append(["類別", "型號", "價格", None, "庫存(台)"])
    sheet.append([None, None, "定價", "會員價", None])
    for number in range(1, ROWS + 1):
        kind = KINDS[number // 10 % len(KINDS)] if number % 10 == 1 else None
        sheet.append([kind, model(number), price(number), price(number) - 50, number * 3 % 97])
        for column in "CD":
            sheet[f"{column}{number + 4}"].number_format = "#,##0"
    for merged in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        sheet.merge_cells(merged)
    for first in range(5, ROWS + 5, 10):
        sheet.merge_cells(f"A{first}:A{first + 9}")


def stores(sheet: Any) -> None:
    """Fill the second sheet: shops whose names differ in one character."""
    sheet.append(["門市名稱", "地址", "電話", "營業時間"])
    for place in PLACES:
        for number in COUNT:
            serial = PLACES.index(place) * 10 + COUNT.index(number)
            sheet.append(
                [
                    f"{place}{number}店",
                    f"{place}市中央路 {serial + 1} 號",
                    f"02-2345-{6700 + serial}",
                    "11:00–21:30",
                ]
            )


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Answerer, Searcher, Store]]:
    """Return an answerer over one workbook; its model says what no table says."""
    folder = tmp_path_factory.mktemp("tables")
    book = Workbook()
    price_list(book.active)
    stores(book.create_sheet("門市"))
    (folder / "docs").mkdir()
    book.save(folder / "docs/價目與門市.xlsx")
    embedder = HashEmbedder()
    embedder.load()
    (folder / "home").mkdir()
    store = Store.open(folder / "home", EmbedderInfo(embedder.model_id, embedder.dimension))
    Ingestor(store, embedder).run([folder / "docs"], "internal")
    searcher = Searcher(store, embedder, replace(load_relevance(), same=(-3.0, *WORDS_ALONE)))
    chat = FakeChat(script=["價格是一元。"])
    chat.load()
    yield Answerer(searcher, chat, AnsweringSettings()), searcher, store
    chat.close()
    store.close()


Parts = tuple[Answerer, Searcher, Store]


def ask(parts: Parts, question: str) -> Answer:
    """Return an answer whose citations were compared with the canonical text."""
    answer = parts[0].answer(Question(question), OPERATOR)
    for citation in answer.citations:
        canonical = parts[2].repository.canonical(
            DocumentId(citation.document_id), citation.version, OPERATOR
        )
        assert canonical[citation.start : citation.end] == citation.quote
    return answer


NUMBERS = sorted({10, 100, 1000, 99, 999, *random.Random(20261121).sample(range(1, ROWS + 1), 20)})


class TestPriceList:
    @pytest.mark.parametrize("number", NUMBERS)
    def test_the_row_asked_for_is_first(self, answerer: Parts, number: int) -> None:
        """However many codes begin alike; cited as sheet and row, the header not counted."""
        hits = answerer[1].search(f"{model(number)} 的定價是多少？", OPERATOR)

        assert hits[0].passage.source == f"價目與門市.xlsx#2027 價目!row={number}"
        assert f"型號：{model(number)}；" in hits[0].passage.text

    @pytest.mark.parametrize("number", NUMBERS)
    def test_the_cell_is_the_answer(self, answerer: Parts, number: int) -> None:
        """The value as the sheet shows it, its heading, the unit that stands above the table, the row's key."""
        answer = ask(answerer, f"請問{model(number)}的會員價多少錢？")

        assert answer.sentences[0].text == (
            f"型號：{model(number)}；價格 會員價：{price(number) - 50:,}（新臺幣元）。"
        )
        assert [citation.source for citation in answer.citations] == [
            f"價目與門市.xlsx#2027 價目!row={number}"
        ]
        assert (answer.kind, answer.model) == ("written", None)

    def test_a_merged_cell_counts_for_each_of_its_rows(self, answerer: Parts) -> None:
        """The row's class, written once for ten rows."""
        assert "空氣清淨機" in ask(answerer, "X-17 的類別是什麼？").text

    def test_both_prices_where_the_question_does_not_say_which(self, answerer: Parts) -> None:
        """Two columns below one heading are both its answer."""
        text = ask(answerer, "X-20 的價格？").text

        assert "定價：640" in text
        assert "會員價：590" in text

    @pytest.mark.parametrize(
        ("question", "given"), [("X-20 的會員價？", True), ("X-20 的會員價加總？", False)]
    )
    def test_a_question_beyond_one_cell_is_for_the_model(
        self, answerer: Parts, question: str, *, given: bool
    ) -> None:
        """Nothing is reckoned from cells; the model here knows nothing."""
        answer = ask(answerer, question)

        assert answer.timings_ms["clause"] is not None  # relevant enough for the cell to be asked for
        assert (answer.status == "answered") is given


class TestStores:
    @pytest.mark.parametrize("serial", range(0, 50, 7))
    def test_names_that_differ_in_one_character(self, answerer: Parts, serial: int) -> None:
        """台北一店 is not 台北二店; 臺 and 台 are one; the second sheet has its own header."""
        place, number = PLACES[serial // 10], COUNT[serial % 10]

        answer = ask(answerer, f"{place.replace('台', '臺')}{number}店的電話幾號？")

        assert answer.sentences[0].text == f"門市名稱：{place}{number}店；電話：02-2345-{6700 + serial}。"
        assert answer.citations[0].source == f"價目與門市.xlsx#門市!row={serial + 1}"

    def test_simplified_in_simplified_out(self, answerer: Parts) -> None:
        """The cells in the asker's script; the quote as it is written."""
        answer = ask(answerer, "请问新北三店的营业时间？")

        assert answer.sentences[0].text == "门市名称：新北三店；营业时间：11:00–21:30。"
        assert "營業時間" in answer.citations[0].quote
