from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.numerals import read_number


def written(number: int) -> str:
    """Write 1..999 as Chinese statutes do."""
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += f"{digits[tens] if tens > 1 or hundreds else ''}十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")


class TestReadNumber:
    @given(st.integers(1, 999))
    def test_reads_what_statutes_write(self, number: int) -> None:
        """Every number up to 999 comes back from its Chinese form."""
        assert read_number(written(number)) == number

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("38", 38),
            ("３８", 38),
            ("一○五", 105),
            ("一〇五", 105),
            ("廿三", 23),
            ("參", 3),
            ("叁", 3),
            ("三 十 八", 38),
            ("XIV", 14),
            ("Ⅻ", 12),
            ("Fourteen", 14),
        ],
    )
    def test_other_forms(self, text: str, number: int) -> None:
        """Full width, digit by digit, formal, spaced, Roman and spelled out."""
        assert read_number(text) == number

    @pytest.mark.parametrize("text", ["", "第", "三八十", "civil", "IIX", "38a"])
    def test_no_number(self, text: str) -> None:
        """What is no number gives None, also where its letters or characters could be."""
        assert read_number(text) is None


class TestAmounts:
    """What amounts write beyond labels."""

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("兩", 2),
            ("二萬", 20_000),
            ("两万五千", 25_000),
            ("三億二千萬", 320_000_000),
            ("一千二百萬", 12_000_000),
        ],
    )
    def test_large_numbers(self, text: str, number: int) -> None:
        """萬 and 億 count what stands before them."""
        assert read_number(text) == number
