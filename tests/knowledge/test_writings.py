"""Codes, units and amounts are found however they are written."""

from __future__ import annotations

import pytest

from knowledge.writings import other_writings


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("SOP012 的出貨期限", "SOP-012 的出貨期限"),
        ("SOP-012 的出貨期限", "SOP012 的出貨期限"),
        ("超過3kg的包裹", "超過3公斤的包裹"),
        ("超過3 kg的包裹", "超過3kg的包裹"),
        ("超過3公斤的包裹", "超過3kg的包裹"),
        ("超過3公斤的包裹", "超過3 kg的包裹"),
        ("24hr 內", "24小時 內"),
        ("訂金 NT$1,000 可以退嗎", "訂金 1,000元 可以退嗎"),
        ("訂金 NTD 1000 可以退嗎", "訂金 1000元 可以退嗎"),
    ],
)
def test_other_ways(question: str, wanted: str) -> None:
    """The question is also asked in the other way."""
    assert wanted in other_writings(question)


@pytest.mark.parametrize(
    "question",
    [
        "出貨異常要在多久內通報？",
        "LH-AP300A 的濾網",
        "第4.3條",
        "user_id 是什麼",
        "A4 紙",
        "12,000 元以上",
        "3 months",
    ],
)
def test_left_alone(question: str) -> None:
    """Words, clause numbers, longer identifiers and whole words of time are asked as they are."""
    assert other_writings(question) == []
