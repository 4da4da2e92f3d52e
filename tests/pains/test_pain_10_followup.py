"""Pain 10: a follow-up question is searched without its context."""

from __future__ import annotations

import pytest

from assistant.answering.types import Trace, Turn
from tests.pains.conftest import House

HISTORY = (Turn("user", "團購訂單的付款期限是幾天？"), Turn("assistant", "團購訂單應於三日內付款。 [1]"))


@pytest.fixture
def orders(house: House) -> House:
    """Return a house in which one word alone finds the wrong clause."""
    house.write(
        "group.md",
        "# 團購訂單",
        "第1條 付款",
        "團購訂單應於三日內付款。",
        "第2條 退貨",
        "團購訂單於十四日內可以退貨。",
    )
    house.write("single.md", "# 一般訂單", "第1條 退貨", "退貨退貨：一般訂單的退貨期限為七日，退貨請洽門市。")
    house.take_in()
    return house


def test_what_about_returns(orders: House) -> None:
    """「那退貨呢？」 after a question on group orders is about returns of group orders."""
    orders.says("團購訂單於十四日內可以退貨。")
    trace = Trace()

    answer = orders.ask("那退貨呢？", history=HISTORY, trace=trace)

    assert "團購" in trace.asked
    assert trace.hits[0].passage.source == "group.md"
    assert "第2條" in [hit.passage.clause for hit in trace.hits[:2]]
    assert "十四日" in answer.text


def test_a_question_that_stands_alone(orders: House) -> None:
    """A whole question after the same history is searched as it is."""
    trace = Trace()

    orders.ask("一般訂單的退貨期限是幾天？", history=HISTORY, trace=trace)

    assert trace.asked == "一般訂單的退貨期限是幾天？"
    assert trace.hits[0].passage.source == "single.md"


def test_without_history_it_is_searched_as_it_is(orders: House) -> None:
    """There is nothing to take over."""
    trace = Trace()

    orders.ask("那退貨呢？", trace=trace)

    assert "團購" not in trace.asked
