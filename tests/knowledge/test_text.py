"""Search keys and languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from knowledge.text import fold, keys, language_of, script_only, shares_script

_T2S = OpenCC("t2s")


class TestKeys:
    """One function for index and query."""

    def test_han_becomes_bigrams_and_words_stay_whole(self) -> None:
        """Chinese is cut into neighbouring pairs, Latin words and numbers are kept."""
        found = keys("出貨異常 within 24 hours")

        assert found.grams == [fold(pair) for pair in ("出貨", "貨異", "異常")] + ["within", "24", "hour"]
        assert found.unigrams == [fold(c) for c in "出貨異常"]

    def test_an_identifier_is_kept_whole_and_in_parts(self) -> None:
        """SOP-012 is found by itself and by its parts."""
        found = keys("ＳＯＰ－０１２ 第4.3條")

        assert found.idents == ["sop-012", "4.3"]
        assert {"sop", "012", "4", "3"} <= set(found.grams)

    def test_thousands_separators_do_not_matter(self) -> None:
        """1,000 and 1000 are one number; a list of numbers stays a list."""
        assert keys("1,000 元").grams == keys("1000元").grams
        assert keys("3,4").grams == ["3", "4"]

    @pytest.mark.parametrize(
        ("traditional", "simplified"),
        [
            ("學習資料後臺發現著裡", "学习资料后台发现着里"),
            ("頭髮與發展", "头发与发展"),
            ("乾燥與幹部", "干燥与干部"),
        ],
    )
    def test_both_scripts_have_the_same_keys(self, traditional: str, simplified: str) -> None:
        """A Simplified question finds a Traditional passage, and the other way round."""
        assert keys(traditional).grams == keys(simplified).grams

    @given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=40))
    def test_converting_a_text_changes_no_key(self, text: str) -> None:
        """Characters converted one by one to Simplified keep their keys."""
        converted = "".join(_T2S.convert(c) for c in text)

        assert keys(text) == keys(converted)

    @given(st.text(max_size=60))
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        """The fold is stable, so keys of keys are keys, for text without exotic case pairs."""
        once = fold(text)

        assert keys(once).unigrams == keys(text).unigrams

    def test_english_plurals_meet(self) -> None:
        """A question about policies finds a policy."""
        assert keys("policies and leaves").grams == keys("policy and leave").grams


class TestLanguageOf:
    """Script first."""

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("退貨要多久？", "zh-Hant"),
            ("学习资料在哪里", "zh-Hans"),
            ("公里", "zh-Hant"),
            ("使用 VPN 連線時 Outlook cannot connect to server", "zh-Hant"),
            ("How many days of annual leave?", "en"),
            ("こんにちは世界", "und"),
            ("12345", "und"),
        ],
    )
    def test_language(self, text: str, language: str) -> None:
        """Each script is told by its own characters."""
        assert language_of(text) == language

    def test_characters_of_both_scripts_tell_nothing(self) -> None:
        """里, 后 and 台 are Simplified forms of others and Traditional in their own right."""
        _, hans = script_only()

        assert not hans & set("里后台只干余")
        assert set("学规资") <= hans

    def test_both_chinese_scripts_share_words(self) -> None:
        """Folding makes one script of the two; English shares none."""
        assert shares_script("zh-Hant", "zh-Hans")
        assert not shares_script("zh-Hant", "en")
