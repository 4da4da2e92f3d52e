from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsers.numerals import counted, numeral


class TestNumeral:
    @pytest.mark.parametrize(
        ("form", "number", "written"),
        [
            ("decimal", 12, "12"),
            ("decimalZero", 7, "07"),
            ("decimalFullWidth", 38, "３８"),
            ("decimalEnclosedCircle", 3, "③"),
            ("decimalEnclosedCircle", 21, "(21)"),
            ("upperRoman", 14, "XIV"),
            ("lowerRoman", 4, "iv"),
            ("upperLetter", 28, "BB"),
            ("lowerLetter", 2, "b"),
            ("ordinal", 12, "12th"),
            ("ordinal", 23, "23rd"),
            ("cardinalText", 21, "Twenty-one"),
            ("taiwaneseCountingThousand", 10, "十"),
            ("taiwaneseCountingThousand", 38, "三十八"),
            ("taiwaneseCountingThousand", 105, "一百零五"),
            ("taiwaneseCountingThousand", 110, "一百一十"),
            ("taiwaneseCountingThousand", 10_005, "一萬零五"),
            ("chineseCountingThousand", 20, "二十"),
            ("chineseCountingThousand", 12_000, "一万二千"),
            ("chineseCounting", 105, "一○五"),
            ("taiwaneseDigital", 12, "一二"),
            ("ideographDigital", 10, "一〇"),
            ("ideographTraditional", 3, "丙"),
            ("ideographTraditional", 11, "11"),
            ("ideographZodiac", 12, "亥"),
            ("ideographLegalTraditional", 11, "壹拾壹"),
            ("chineseLegalSimplified", 6, "陆"),
            ("none", 3, "3"),
            ("no such form", 3, "3"),
            ("decimal", -1, "-1"),
        ],
    )
    def test_forms(self, form: str, number: int, written: str) -> None:
        """Each form writes its numbers as a word processor does."""
        assert numeral(number, form) == written

    @given(st.integers(min_value=0, max_value=99_999_999))
    def test_counting_is_one_to_one(self, number: int) -> None:
        """What a Chinese number says, digit by digit and place by place, is the number itself."""
        values = {"十": 10, "百": 100, "千": 1_000}
        total = section = digit = 0
        for character in counted(number):
            if character == "萬":
                total, section, digit = (total + section + digit) * 10_000, 0, 0
            elif character in values:
                section += (digit or 1) * values[character]
                digit = 0
            else:
                digit = "零一二三四五六七八九".index(character)

        assert total + section + digit == number
