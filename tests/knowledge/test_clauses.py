from __future__ import annotations

import pytest

from knowledge.clauses import clause_key, is_within, parse_label


class TestParseLabel:
    @pytest.mark.parametrize(
        ("line", "label", "kind", "key", "rest"),
        [
            ("第38條　特別休假", "第38條", "article", "38", "特別休假"),
            ("第 38-1 條", "第 38-1 條", "article", "38-1", ""),
            ("第三十八條之一（定義）", "第三十八條之一", "article", "38-1", "（定義）"),
            ("第３８條：休假", "第３８條", "article", "38", "休假"),
            ("第五条 退货", "第五条", "article", "5", "退货"),
            ("Article 38-1", "Article 38-1", "article", "38-1", ""),
            ("Article XIV. Notices", "Article XIV", "article", "14", "Notices"),
            ("§ 38 Leave", "§ 38", "article", "38", "Leave"),
            ("Clause 7: Term", "Clause 7", "article", "7", "Term"),
            ("第4.3條 出貨異常", "第4.3條", "decimal", "4.3", "出貨異常"),
            ("4.3.2 倉庫", "4.3.2", "decimal", "4.3.2", "倉庫"),
            ("４．３　倉庫", "４．３", "decimal", "4.3", "倉庫"),
            ("Section 4.3 Returns", "Section 4.3", "decimal", "4.3", "Returns"),
            ("Section 4 Returns", "Section 4", "section", "4", "Returns"),
            ("4. 出貨", "4", "numbered", "4", "出貨"),
            ("4 出貨", "4", "numbered", "4", "出貨"),
            ("一、目的", "一、", "point", "1", "目的"),
            ("（二）範圍", "（二）", "sub", "(2)", "範圍"),
            ("(二) 範圍", "(二)", "sub", "(2)", "範圍"),
            ("壹、總則", "壹、", "part", "part1", "總則"),
            ("第 十一 章 附則", "第 十一 章", "chapter", "chapter11", "附則"),
            ("Chapter Ⅰ General Provisions", "Chapter Ⅰ", "chapter", "chapter1", "General Provisions"),
            ("附件一 價目表", "附件一", "appendix", "appendix1", "價目表"),
            ("Appendix B Forms", "Appendix B", "appendix", "appendix2", "Forms"),
            ("第 10 條 (刪除)", "第 10 條", "article", "10", "(刪除)"),
            ("Article 18 deleted", "Article 18", "article", "18", "deleted"),
            ("第 12 條　第五條所定人員", "第 12 條", "article", "12", "第五條所定人員"),
        ],
    )
    def test_forms(self, line: str, label: str, kind: str, key: str, rest: str) -> None:
        """Each form gives its label as written, its kind, its key and where the caption starts."""
        found = parse_label(line)

        assert found is not None
        assert (found.text, found.kind, found.key, line[found.end :]) == (label, kind, key, rest)

    @pytest.mark.parametrize(
        "line",
        [
            "第三條第一項所稱事業",
            "第38條、第39條之規定",
            "第 38 條第 2 項",
            "第三條所定事業",
            "第十條至第十七條之規定",
            "Article 38 of the Act applies",
            "Article 13 and Article 18",
            "Section 4 applies to",
            "Articles of association",
            "Scheduled maintenance",
            "依第 38 條規定",
        ],
    )
    def test_mentions_are_text(self, line: str) -> None:
        """A clause that is only mentioned at a line's start is no label."""
        assert parse_label(line) is None

    @pytest.mark.parametrize(
        "line",
        ["3.5 公斤以上", "2.5%", "12.5 MB", "2024.01.05 公告", "3 天內", "5 days", "1.5-2.0 倍", "一二樓"],
    )
    def test_amounts_and_dates_are_text(self, line: str) -> None:
        """A quantity, a date or a range at a line's start is no label."""
        assert parse_label(line) is None

    def test_run_on_is_weak(self) -> None:
        """A label that runs into its text needs confirmation by the numbering."""
        weak, strong = parse_label("第三條雇主應置備"), parse_label("第三條 雇主應置備")

        assert weak is not None
        assert strong is not None
        assert (weak.strong, strong.strong) == (False, True)


class TestClauseKey:
    @pytest.mark.parametrize(
        "label",
        ["第38條之1", "第 38-1 條", "第三十八條之一", "第３８－１條", "Article 38-1", "§ 38-1", "38-1"],
    )
    def test_one_clause_one_key(self, label: str) -> None:
        """The ways of writing one article share a key."""
        assert clause_key(label) == "38-1"

    @pytest.mark.parametrize("label", ["第4.3條", "4.3", "４．３", "Section 4.3", "第 4.3 節"])
    def test_decimals(self, label: str) -> None:
        """The ways of writing one decimal clause share a key."""
        assert clause_key(label) == "4.3"

    def test_paragraph_is_dropped(self) -> None:
        """A paragraph belongs to its article."""
        assert clause_key("第38條第2項") == "38"

    def test_nested(self) -> None:
        """Labels written together are joined; a lone inner one stays open."""
        assert clause_key("三、（二）") == "3(2)"
        assert clause_key("（二）") == "(2)"

    def test_no_label(self) -> None:
        """Text without a label is compared folded and without spaces."""
        assert clause_key(" 附 則 Ａ") == "附則a"


class TestIsWithin:
    def test_below(self) -> None:
        """Deeper numbers lie within; neighbours and inserted articles do not."""
        assert is_within("4.3.2", "4")
        assert is_within("4(2)", "4")
        assert is_within("4", "4")
        assert not is_within("4-1", "4")
        assert not is_within("43", "4")
