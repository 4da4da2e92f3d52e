from __future__ import annotations

import pytest

from knowledge.glossary import Glossary
from knowledge.names import DocumentName, NameIndex, document_codes
from knowledge.types import DocumentId


def name(title: str, source: str = "", *codes: str) -> DocumentName:
    """Name a document whose id is its title."""
    return DocumentName(DocumentId(title), title, source, codes)


def named(index: NameIndex, question: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return (words, documents) of each mention."""
    return [(question[m.start : m.end], m.document_ids) for m in index.mentions(question)]


class TestDocumentCodes:
    def test_title_and_file(self) -> None:
        """Codes come from the title and the file's name, each once."""
        found = document_codes("CW-SOP-012 出貨作業", "sop/HR-003_員工請假辦法.docx")

        assert found == ("CW-SOP-012", "HR-003")

    def test_stated_in_the_head(self) -> None:
        """A code that the head states counts; one that the text only mentions does not."""
        text = "客訴處理程序\n\n文件編號：SOP-015；版本：2.4\n\n依 SOP-012 辦理。"

        assert document_codes("客訴處理程序", "客訴.docx", text) == ("SOP-015",)
        assert document_codes("Handbook", "", "Document code: HB-05, version 2") == ("HB-05",)

    @pytest.mark.parametrize("title", ["2024-2025 計畫", "COVID 19", "T-shirt 規格", "ISO 9001 手冊"])
    def test_not_codes(self, title: str) -> None:
        """Years and words with numbers are no codes."""
        assert document_codes(title) == ()


class TestMentions:
    def test_longest_wins(self) -> None:
        """A title inside a longer title that is there is not mentioned."""
        index = NameIndex([name("勞動基準法"), name("勞動基準法施行細則")])

        assert named(index, "勞動基準法施行細則第3條") == [("勞動基準法施行細則", ("勞動基準法施行細則",))]
        assert named(index, "勞動基準法第3條") == [("勞動基準法", ("勞動基準法",))]

    @pytest.mark.parametrize(
        "written", ["勞動基準法", "劳动基准法", "勞動 基準法", "《勞動基準法》", "勞 動 基 準 法"]
    )
    def test_script_and_space(self, written: str) -> None:
        """Simplified characters, spaces and quotation marks do not hide a title."""
        index = NameIndex([name("勞動基準法")])

        assert [ids for _, ids in named(index, f"請問{written}第3條")] == [("勞動基準法",)]

    def test_phrases_of_simplified(self) -> None:
        """計畫 is 计划 in Simplified: by phrase, not by character."""
        index = NameIndex([name("資料維護計畫辦法")])

        assert named(index, "资料维护计划办法")

    @pytest.mark.parametrize(
        "written",
        ["the Labor Standards Act", "labor standards act", "Labour Standards Act's", "LABOR  STANDARDS ACT"],
    )
    def test_latin_titles(self, written: str) -> None:
        """Case, articles, British spelling and a genitive do not hide a title."""
        index = NameIndex([name("Labor Standards Act")])

        assert [ids for _, ids in named(index, f"What does {written} say?")] == [("Labor Standards Act",)]

    def test_whole_words_only(self) -> None:
        """A Latin name inside a longer word is not mentioned."""
        assert named(NameIndex([name("Leave Act")]), "Sick leave activity") == []

    @pytest.mark.parametrize("written", ["SOP-012", "sop012", "SOP 012", "ＳＯＰ－０１２", "SOP-12"])
    def test_codes(self, written: str) -> None:
        """A code is found in any of its spellings."""
        index = NameIndex([name("出貨作業標準書", "SOP-012.docx")])

        assert [ids for _, ids in named(index, f"{written} 4.3")] == [("出貨作業標準書",)]

    @pytest.mark.parametrize("written", ["XSOP-012", "SOP-0123", "SOP-012.5"])
    def test_code_inside_another(self, written: str) -> None:
        """A code that is part of another is not mentioned."""
        assert named(NameIndex([name("出貨作業標準書", "SOP-012.docx")]), written) == []

    def test_without_edition_and_code(self) -> None:
        """A title is found without its edition, its note in brackets and its code."""
        index = NameIndex([name("SOP-012 出貨作業標準書 v2"), name("最低工資法（112.12.27制定）")])

        assert named(index, "出貨作業標準書與最低工資法") == [
            ("出貨作業標準書", ("SOP-012 出貨作業標準書 v2",)),
            ("最低工資法", ("最低工資法（112.12.27制定）",)),
        ]

    def test_own_title_beats_a_shortened_one(self) -> None:
        """A document that is called so beats one that is so called for short."""
        index = NameIndex([name("請假辦法（2023年版）"), name("請假辦法")])

        assert named(index, "請假辦法") == [("請假辦法", ("請假辦法",))]

    def test_same_title_twice(self) -> None:
        """Two documents of one title are both meant."""
        one, other = (DocumentName(DocumentId(i), "請假辦法") for i in "ab")

        assert NameIndex([one, other]).mentions("請假辦法")[0].document_ids == ("a", "b")

    def test_a_title_of_one_character(self) -> None:
        """法 is mentioned where it stands alone, not in 公司法."""
        index = NameIndex([name("法")])

        assert named(index, "法第3條") == [("法", ("法",))]
        assert named(index, "公司法第3條") == []

    def test_glossary(self) -> None:
        """A term stands for the title in its group, first of all one in its own script."""
        glossary = Glossary([("勞基法", "勞動基準法"), ("Labor Standards Act", "勞動基準法")])
        both = NameIndex([name("勞動基準法"), name("Labor Standards Act")], glossary)
        chinese = NameIndex([name("勞動基準法")], glossary)

        assert named(both, "勞基法第38條") == [("勞基法", ("勞動基準法",))]
        assert named(both, "Labor Standards Act") == [("Labor Standards Act", ("Labor Standards Act",))]
        assert named(chinese, "Labor Standards Act") == [("Labor Standards Act", ("勞動基準法",))]

    def test_number_in_a_title(self) -> None:
        """第四十五條 in a title is 第45條 in a question."""
        index = NameIndex([name("勞動基準法第四十五條認定基準"), name("勞動基準法")])

        assert named(index, "勞動基準法第45條認定基準") == [
            ("勞動基準法第45條認定基準", ("勞動基準法第四十五條認定基準",))
        ]


class TestFind:
    def test_by_whole_name_or_its_end(self) -> None:
        """A whole name is found first, else titles that end so, the shortest first."""
        index = NameIndex(
            [name("星曜電子員工手冊（2024年版）"), name("子公司星曜電子員工手冊"), name("手冊")]
        )

        assert index.find("手冊") == ("手冊",)
        assert index.find("員工手冊") == ("星曜電子員工手冊（2024年版）", "子公司星曜電子員工手冊")
        assert index.find("客戶手冊") == ()
