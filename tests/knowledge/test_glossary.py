from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.glossary import BadGlossary, Glossary, load_glossary, read_pairs, shipped


class TestGlossary:
    def test_joins_pairs_that_share_a_term(self) -> None:
        """Terms that mean one thing form one group, however the pairs are chained."""
        glossary = Glossary([("勞基法", "勞動基準法"), ("LSA", "Labor Standards Act"), ("LSA", "勞基法")])

        assert len(glossary.groups) == 1
        assert set(glossary.same_as("勞動基準法")) == {"勞基法", "LSA", "Labor Standards Act"}

    def test_width_and_script_do_not_matter(self) -> None:
        """A term is found in Simplified and in full width."""
        glossary = Glossary([("勞基法", "勞動基準法"), ("SOP", "標準作業程序")])

        assert glossary.same_as("劳基法") == ("勞動基準法",)
        assert glossary.same_as("ｓｏｐ") == ("標準作業程序",)

    def test_unknown_term(self) -> None:
        """A term without a group has no others."""
        assert Glossary().same_as("勞基法") == ()


class TestVariants:
    """The question said in the other words of the glossary."""

    def test_both_scripts_and_widths(self) -> None:
        """A term counts in Simplified characters and in full width as well."""
        glossary = Glossary([("勞基法", "勞動基準法"), ("SOP", "標準作業程序")])

        assert glossary.variants("劳基法规定什么？") == ["勞動基準法规定什么?"]
        assert glossary.variants("ＳＯＰ在哪裡") == ["標準作業程序在哪裡"]

    def test_translations_reach_chinese_clauses(self) -> None:
        """An English question is also asked with the Chinese term that staff gave."""
        glossary = Glossary([("annual leave", "特休"), ("特休", "特別休假")])

        found = glossary.variants("How many days of Annual  Leave do I get?")

        assert found == ["How many days of 特休 do I get?", "How many days of 特別休假 do I get?"]

    def test_latin_terms_are_words(self) -> None:
        """OT is not in "hotel", and kg is not in "background"."""
        glossary = Glossary([("OT", "加班"), ("kg", "公斤")])

        assert glossary.variants("Is the hotel background music paid for?") == []
        assert glossary.variants("OT怎麼算") == ["加班怎麼算"]

    def test_an_old_name(self) -> None:
        """What a product was called is found under what it is called."""
        glossary = Glossary([("清淨小幫手", "LH-AP300")])

        assert glossary.variants("清淨小幫手多久換濾網") == ["LH-AP300多久換濾網"]
        assert glossary.variants("LH-AP300多久換濾網") == ["清淨小幫手多久換濾網"]


class TestShipped:
    def test_common_laws(self) -> None:
        """The abbreviations that people in Taiwan use are there."""
        glossary = load_glossary()

        for term, law in [
            ("勞基法", "勞動基準法"),
            ("性平法", "性別平等工作法"),
            ("勞退條例", "勞工退休金條例"),
            ("職安法", "職業安全衛生法"),
            ("個資法", "個人資料保護法"),
            ("消保法", "消費者保護法"),
        ]:
            assert law in glossary.same_as(term)

    def test_no_pair_says_nothing(self) -> None:
        """No line maps a term to itself, and no line is there twice."""
        pairs = shipped()

        assert all(term != same_as for term, same_as in pairs)
        assert len(set(pairs)) == len(pairs)


class TestLoadGlossary:
    def test_staff_add_to_it(self, tmp_path: Path) -> None:
        """The home's file is joined with the shipped one; a byte order mark and empty lines do not matter."""
        file = tmp_path / "glossary.csv"
        file.write_text("\ufeffterm,same_as\n出貨SOP,SOP-012\n,\n勞準法,勞動基準法\n", encoding="utf-8")

        glossary = load_glossary(file)

        assert glossary.same_as("出貨SOP") == ("SOP-012",)
        assert "勞基法" in glossary.same_as("勞準法")

    def test_absent_file(self, tmp_path: Path) -> None:
        """Without a file of their own the shipped terms remain."""
        assert load_glossary(tmp_path / "glossary.csv").same_as("勞基法")

    def test_wrong_header(self) -> None:
        """A file without the two columns is refused, with the header that it has."""
        with pytest.raises(BadGlossary, match="term,same_as"):
            read_pairs("a,b\n1,2\n")

    def test_half_a_pair(self) -> None:
        """A line with one of the two values missing is refused by number."""
        with pytest.raises(BadGlossary, match="line 3"):
            read_pairs("term,same_as\nA,B\nC,\n")
