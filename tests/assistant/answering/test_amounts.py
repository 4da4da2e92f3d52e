"""Amounts, dates and times of day, in one notation each."""

from __future__ import annotations

import pytest

from assistant.answering.amounts import Amount, amounts
from knowledge.text import fold


def only(text: str) -> Amount:
    """Return the one amount of a text."""
    (found,) = amounts(fold(text))
    return found


class TestEqual:
    """What is the same amount, written differently."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("三十日", "30 天"),
            ("1 週", "七天"),
            ("半年", "六個月"),
            ("一年半", "18 個月"),
            ("24 小時", "1 天"),
            ("兩年", "24 months"),
            ("半小時", "thirty minutes"),
            ("新臺幣 3,200 元", "NT$3,200"),
            ("二萬元", "20,000元"),
            ("1 萬 2 千元", "12,000 元"),
            ("三億二千萬元", "320,000,000 元"),
            ("百分之五", "5%"),
            ("三成", "30 percent"),
            ("九折", "10%"),
            ("三分之一", "1/3"),
            ("一又三分之一", "one and one third"),
            ("下午 2 時", "14:00"),
            ("晚上十一點半", "11:30 p.m."),
            ("民國 115 年 3 月 1 日", "2026-03-01"),
            ("115 年 3 月 1 日", "March 1, 2026"),
            ("1 July 2026", "7月1日"),
            ("7/31", "7 月 31 日"),
            ("星期三", "Wednesday"),
            ("週一至週五", "weekdays"),
            ("twenty-four hours", "24 小時"),
            ("three consecutive days", "3 天"),
            ("一個半小時", "90 分鐘"),
            ("within a week", "七天"),
            ("two dozen people", "24 人"),
            ("加倍", "兩倍"),
            ("半價", "五折"),
            ("1.5k", "1,500"),
            ("2026-07-01.", "1 July 2026"),
            ("上午 8 時 30 分", "08:30"),
        ],
    )
    def test_two_ways_of_writing(self, one: str, other: str) -> None:
        """They are equal, both ways round."""
        assert only(one).equals(only(other))
        assert only(other).equals(only(one))

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("30 日", "一個月"),
            ("5 個工作天", "5 天"),
            ("3 公斤", "3 公克"),
            ("60 公里", "60 英里"),
            ("攝氏 2 度", "華氏 2 度"),
            ("上午 9 時", "下午 9 時"),
            ("民國 115 年 3 月 1 日", "2025 年 3 月 1 日"),
            ("9 月 8 日", "8 月 9 日"),
            ("第二人", "兩個人"),
            ("九折", "九成"),
            ("5%", "5 元"),
        ],
    )
    def test_different_facts(self, one: str, other: str) -> None:
        """Of the same numbers, and not the same amounts."""
        assert not only(one).equals(only(other))


class TestFound:
    """Where amounts are, and where none are."""

    @pytest.mark.parametrize(
        "text",
        [
            "一般商品一些",
            "一個表單",
            "1. 先填單",
            "應:1) 先填單",
            "應: (2) 先填單",
            "SOP-012",
            "192.168.8.1",
            "no one",
            "每一季辦理",
        ],
    )
    def test_no_amount(self, text: str) -> None:
        """Words, list marks, codes and addresses count nothing."""
        assert amounts(fold(text)) == []

    def test_a_range_shares_its_unit(self) -> None:
        """The first number of 2–3 個工作天 counts working days."""
        first, last = amounts(fold("2–3 個工作天"))

        assert first.kinds == last.kinds == {"workday"}

    def test_a_range_of_days_shares_its_month(self) -> None:
        """Both are dates."""
        assert amounts(fold("9月8日到12日"))[1].equals(only("9 月 12 日"))
