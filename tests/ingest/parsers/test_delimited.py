from __future__ import annotations

from collections.abc import Callable

import pytest

from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]


class TestFaq:
    def test_pairs(self, parse_bytes: ParseBytes) -> None:
        """A row with question and answer is a pair, named by its id, with its own audience and tags."""
        text = (
            "id,question,answer,category,audience,tags\n"
            'F012,可以退貨嗎？,"可以，七日內。\n運費自付。",退貨,public,"退款,運費"\n'
        )

        (block,) = parse_bytes("faq.csv", text).blocks

        assert block.kind == "faq"
        assert block.text == "可以退貨嗎？\n可以，七日內。\n運費自付。"
        assert block.question == "可以退貨嗎？"
        assert (block.anchor, block.audience) == ("F012", "public")
        assert block.tags == ("退貨", "退款", "運費")

    @pytest.mark.parametrize(
        "header", ["問題,答案,編號,對象", " 问题 ,答案,编号,对象", "\ufeffQuestion,ANSWER,Id,Audience"]
    )
    def test_header_words(self, parse_bytes: ParseBytes, header: str) -> None:
        """Headings are known in Chinese too, whatever their case, blanks and byte order mark."""
        (block,) = parse_bytes("faq.csv", f"{header}\n幾點開門？,九點。,A1,內部\n").blocks

        assert (block.kind, block.anchor, block.audience) == ("faq", "A1", "internal")

    def test_rows_are_named_by_place(self, parse_bytes: ParseBytes) -> None:
        """Without an id a row is named by its place; empty rows keep their number."""
        blocks = parse_bytes("faq.csv", "question,answer\nQ1,A1\n,\nQ3,A3\n").blocks

        assert [block.anchor for block in blocks] == ["row=1", "row=3"]

    def test_an_id_used_twice(self, parse_bytes: ParseBytes) -> None:
        """The second row with the same id is named by its place."""
        blocks = parse_bytes("faq.csv", "id,question,answer\nF1,Q1,A1\nF1,Q2,A2\n").blocks

        assert [block.anchor for block in blocks] == ["F1", "row=2"]

    def test_unanswered(self, parse_bytes: ParseBytes) -> None:
        """A question without an answer is a record, and keeps its audience."""
        (block,) = parse_bytes("faq.csv", "question,answer,audience\nQ1,,internal\n").blocks

        assert (block.kind, block.text, block.audience) == (
            "record",
            "question：Q1；audience：internal",
            "internal",
        )


class TestRecords:
    def test_row_with_header(self, parse_bytes: ParseBytes) -> None:
        """A row of any other table stands alone, with its headings; empty cells are left out."""
        blocks = parse_bytes("stock.csv", "品號,品名,庫存\nA-1,充電器,12\nA-2,,3\n").blocks

        assert [block.kind for block in blocks] == ["record", "record"]
        assert blocks[0].text == "品號：A-1；品名：充電器；庫存：12"
        assert blocks[1].text == "品號：A-2；庫存：3"
        assert blocks[1].anchor == "row=2"

    def test_id_column(self, parse_bytes: ParseBytes) -> None:
        """A record table with an id column names its rows by it."""
        (block,) = parse_bytes("stock.csv", "編號,品名\nA-1,充電器\n").blocks

        assert block.anchor == "A-1"

    def test_audience_is_a_faq_word(self, parse_bytes: ParseBytes) -> None:
        """A column 對象 of a record table says nothing about readers."""
        (block,) = parse_bytes("rules.csv", "辦法,對象\n請假,正職員工\n").blocks

        assert block.audience is None

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_delimiters(self, parse_bytes: ParseBytes, delimiter: str) -> None:
        """The delimiter is found by itself, also when cells hold others."""
        rows = [["name", "note", "price"], ["cable", '"a, b; c"', "10"], ["plug", '"d, e"', "20"]]
        text = "\n".join(delimiter.join(row) for row in rows)

        blocks = parse_bytes("list.csv", text).blocks

        assert blocks[0].text == "name：cable；note：a, b; c；price：10"

    def test_title_above_the_header(self, parse_bytes: ParseBytes) -> None:
        """A line of one cell above the table is no header."""
        blocks = parse_bytes("list.csv", "庫存表\n品號,品名\nA-1,充電器\n").blocks

        assert [block.text for block in blocks] == ["品號：A-1；品名：充電器"]

    @pytest.mark.parametrize("encoding", ["cp950", "utf-16", "utf-8-sig"])
    def test_encodings(self, parse_bytes: ParseBytes, encoding: str) -> None:
        """A table saved by Excel in Taiwan is read."""
        (block,) = parse_bytes("faq.csv", "問題,答案\n保固多久？,一年。\n".encode(encoding)).blocks

        assert block.text == "保固多久？\n一年。"
