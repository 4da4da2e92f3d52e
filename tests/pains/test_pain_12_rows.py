"""Pain 12: the answer from the wrong row of a table, or a row without its header."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.pains.conftest import House

ROWS = 1000


def workbook(path: Path) -> None:
    """Write two sheets: one of 1,000 rows whose supplier cells are merged, and one that says something else."""
    book = Workbook()
    stock = book.active
    stock.title = "庫存"
    stock.append(["供應商", "料號", "庫存量", "安全存量"])
    for number in range(1, ROWS + 1):
        first = number % 10 == 1
        stock.append([f"供應商{number // 10}" if first else None, f"P{number:04}", 3000 + number, 50])
    for top in range(2, ROWS + 2, 10):
        stock.merge_cells(start_row=top, end_row=top + 9, start_column=1, end_column=1)
    prices = book.create_sheet("價格")
    prices.append(["料號", "單價（元）"])
    for number in range(1, ROWS + 1, 100):
        prices.append([f"Q{number:04}", 7 * number])
    book.save(path)


@pytest.fixture
def stock(house: House) -> House:
    """Return a house with the workbook."""
    workbook(house.docs / "stock.xlsx")
    house.take_in()
    return house


@pytest.mark.slow
def test_the_right_row_with_its_header(stock: House) -> None:
    """A row is found by its part number, has its headings and its merged supplier, and is cited by sheet and row."""
    for number in (1, 777, 1000):
        best = stock.search(f"料號 P{number:04} 的庫存量是多少？")[0].passage

        assert best.source == f"stock.xlsx#庫存!row={number}"
        assert f"庫存量：{3000 + number}" in best.text
        assert f"供應商：供應商{(number - 1) // 10}" in best.text or number % 10 == 0
    price = stock.search("料號 Q0701 的單價是多少元？")[0].passage
    assert price.source == "stock.xlsx#價格!row=8"
    assert "單價（元）：4907" in price.text


@pytest.mark.slow
def test_a_number_of_another_row_is_not_let_through(stock: House) -> None:
    """The model mixes up two rows: the sentence is dropped, and the right one is let through."""
    stock.says("料號 P0777 的庫存量是 3778。")
    wrong = stock.ask("料號 P0777 的庫存量是多少？")
    stock.says("料號 P0777 的庫存量是 3777。")
    right = stock.ask("料號 P0777 的庫存量是多少？")

    assert "3778" not in wrong.text
    assert "3777" in right.text
    assert right.citations[0].source == "stock.xlsx#庫存!row=777"
