from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from assistant.answering.types import Turn
from assistant.evaluation.errors import BadQuestions
from assistant.evaluation.questions import MOST_QUESTIONS, read_questions, read_records, record_of
from assistant.evaluation.types import Case, Place

ROOT = Path(__file__).parents[3]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a file and return its path."""
    path.write_bytes(text.encode(encoding))
    return path


def one(record: dict[str, Any]) -> Case:
    """Return the case of one record."""
    return read_records([(2, record)]).cases[0]


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16"])
    def test_chinese_tables_in_the_encodings_of_offices(self, tmp_path: Path, encoding: str) -> None:
        """Excel writes Big5 or a byte order mark; the headings may be Chinese."""
        text = "編號,問題,來源,條文,答案包含,可回答,對象\nA1,多久內通報？,sop.md,第4.3條,24|二十四,是,internal\n,股價？,,,,否,\n"

        first, second = read_questions(written(tmp_path / "q.csv", text, encoding)).cases

        assert first == Case(
            "A1",
            "多久內通報？",
            (Place("sop.md", "第4.3條"),),
            (("24", "二十四"),),
            True,
            (),
            ("internal",),
            2,
        )
        assert (second.question, second.answerable, second.line) == ("股價？", False, 3)

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_other_delimiters(self, tmp_path: Path, delimiter: str) -> None:
        """Semicolons and tabs part cells as well."""
        path = written(
            tmp_path / "q.csv",
            delimiter.join(("question", "source")) + "\n" + delimiter.join(("Why?", "a.md")),
        )

        assert read_questions(path).cases[0].places == (Place("a.md"),)

    def test_lines_are_those_of_the_file(self, tmp_path: Path) -> None:
        """A cell over two lines and a blank line are counted."""
        path = written(tmp_path / "q.csv", 'question,answer_contains\n"Two\nlines?",1\n\nNext?,2\n')

        assert [case.line for case in read_questions(path).cases] == [2, 5]

    def test_a_workbook(self, tmp_path: Path) -> None:
        """The first visible sheet with a column of questions; numbers and yes/no cells are read as text."""
        book = Workbook()
        book.active.append(["無關"])  # type: ignore[union-attr]
        sheet = book.create_sheet("題目")
        for row in (
            ["測驗題"],
            ["問題", "答案包含", "可回答"],
            ["幾天？", 7, True],
            [None, None, None],
            ["幾倍？", 1.5, None],
        ):
            sheet.append(row)
        book.save(tmp_path / "q.xlsx")

        first, second = read_questions(tmp_path / "q.xlsx").cases

        assert (first.question, first.answer_contains, first.answerable, first.line) == (
            "幾天？",
            (("7",),),
            True,
            3,
        )
        assert (second.answer_contains, second.line) == ((("1.5",),), 5)

    def test_json_lines_with_groups(self, tmp_path: Path) -> None:
        """A list of texts is a list of groups, all of them to be met."""
        line = {
            "question": "Who and when?",
            "answer_contains": ["manager|head", "24"],
            "source": "a.md",
            "also": ["b.md"],
        }

        case = read_questions(written(tmp_path / "q.jsonl", json.dumps(line) + "\n\n")).cases[0]

        assert case.answer_contains == (("manager", "head"), ("24",))
        assert case.places == (Place("a.md"), Place("b.md"))

    def test_the_questions_of_the_demo_corpus(self) -> None:
        """The file that the project itself measures with is one of these."""
        read = read_questions(ROOT / "tests/evals/samples.jsonl")

        assert len(read.cases) > 100
        assert {case.answerable for case in read.cases} == {True, False}

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("q.csv", "", "no column is named 'question'"),
            ("q.csv", "source\na.md\n", "no column is named 'question'"),
            ("q.csv", "question\n", "there is no question in it"),
            ("q.csv", "question,source\n,a.md\n", "line 2: the question is empty"),
            (
                "q.csv",
                "question,answerable\nWhy?,maybe\n",
                "line 2: answerable is 'maybe'; it may be yes, no",
            ),
            ("q.csv", "question,clause\nWhy?,4.3\n", "line 2: clause '4.3' needs the source"),
            ("q.csv", "question,source,clause\nWhy?,a|b|c,1|2\n", "3 sources and 2 clauses"),
            ("q.csv", "id,question\nA,Why?\nA,How?\n", "line 3: id 'A' is that of line 2"),
            (
                "q.csv",
                'question,history\nWhy?,"[{""role"": ""system"", ""content"": ""x""}]"\n',
                "line 2: a turn of history is",
            ),
            ("q.csv", "question\nfirst, second?\n", "line 2: 2 cells under 1 columns"),
            ("q.jsonl", "{", "line 1: not JSON"),
            ("q.jsonl", "[1]", "line 1: [1] is not a JSON object"),
            ("q.jsonl", '{"question": ["a"]}', "line 1: question is ['a']; it must be text"),
            (
                "q.jsonl",
                '{"question": "a", "answer_contains": [{"x": 1}]}',
                "line 1: answer_contains is an object",
            ),
            ("q.xlsx", "no zip", "is not an XLSX workbook"),
            ("q.txt", "question", "questions come in .csv, .tsv, .xlsx"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, name: str, text: str, message: str) -> None:
        """The error names the file, the line, what stands there, and what may."""
        with pytest.raises(BadQuestions) as caught:
            read_questions(written(tmp_path / name, text))

        assert message in str(caught.value)
        assert name in str(caught.value)

    def test_damaged_workbooks_are_named(self, tmp_path: Path) -> None:
        """A cut sheet, a broken part and changed bytes end in the same clear error."""
        book = Workbook()
        book.active.append(["question"])  # type: ignore[union-attr]
        book.active.append(["退貨要幾天？"])  # type: ignore[union-attr]
        book.save(tmp_path / "good.xlsx")
        for number, part in enumerate(("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml")):
            bad = tmp_path / f"bad{number}.xlsx"
            with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(bad, "w") as made:
                for name in good.namelist():
                    data = good.read(name)
                    made.writestr(name, data[: len(data) // 2] if name == part else data)

            with pytest.raises(BadQuestions, match=r"damaged"):
                read_questions(bad)

    def test_a_workbook_as_people_see_it(self, tmp_path: Path) -> None:
        """Percentages, dates and fixed decimals; a wrong dimension and rows of blanks lose nothing."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (["question", "answer-contains", "clause", "source"], ["  ", None, None, None]):
            sheet.append(row)
        for value, form, clause in (
            (0.05, "0%", 4.10),
            (date(2026, 1, 1), "yyyy-mm-dd", 4.2),
            (8, "General", 4.3),
        ):
            sheet.append(["多少？", value, clause, "a.md"])
            sheet.cell(sheet.max_row, 2).number_format = form
            sheet.cell(sheet.max_row, 3).number_format = "0.00"
        book.save(tmp_path / "q.xlsx")
        wrong = tmp_path / "wrong.xlsx"
        with zipfile.ZipFile(tmp_path / "q.xlsx") as good, zipfile.ZipFile(wrong, "w") as made:
            for name in good.namelist():
                data = good.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    data = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', data)
                made.writestr(name, data)

        cases = read_questions(wrong).cases

        assert [case.answer_contains for case in cases] == [(("5%",),), (("2026-01-01",),), (("8",),)]
        assert [case.places[0].clause for case in cases] == ["4.10", "4.20", "4.30"]

    def test_two_columns_of_one_meaning(self, tmp_path: Path) -> None:
        """The filled one counts; two filled ones are refused, by their names."""
        kept = read_questions(written(tmp_path / "a.csv", "question,source,文件\n為什麼？,a.md,\n"))

        assert kept.cases[0].places[0].source == "a.md"
        with pytest.raises(BadQuestions, match="'source' and '文件' both mean source"):
            read_questions(written(tmp_path / "b.csv", "question,source,文件\n為什麼？,a.md,b.md\n"))
        with pytest.raises(BadQuestions, match="two columns are named 'source'"):
            read_questions(written(tmp_path / "c.csv", "question,source,source\n為什麼？,a.md,b.md\n"))

    def test_limits(self, tmp_path: Path) -> None:
        """Too many questions and too long ones are refused."""
        many = "question\n" + "為什麼？\n" * (MOST_QUESTIONS + 1)

        with pytest.raises(BadQuestions, match="more than 10000"):
            read_questions(written(tmp_path / "q.csv", many))
        with pytest.raises(BadQuestions, match="at most 4000"):
            one({"question": "長" * 4001})


class TestCells:
    @pytest.mark.parametrize(
        ("cell", "meant"),
        [
            ("yes", True),
            ("是", True),
            ("TRUE", True),
            (1, True),
            ("no", False),
            ("否", False),
            (False, False),
            ("", None),
        ],
    )
    def test_answerable(self, cell: object, meant: bool | None) -> None:
        """Yes and no in both languages; empty is unknown."""
        assert one({"question": "Why?", "answerable": cell}).answerable is meant

    def test_expectations_make_a_question_answerable(self) -> None:
        """Who names a place or words expects an answer."""
        assert one({"question": "Why?", "source": "a.md"}).answerable is True
        assert one({"question": "Why?"}).answerable is None

    def test_history_in_three_ways(self) -> None:
        """Turns as a list, as its JSON, and as plain lines; a line without speaker goes on."""
        turns = [
            {"role": "user", "content": "退貨呢？"},
            {"role": "assistant", "content": "七日內。\n可退。"},
        ]
        meant = (Turn("user", "退貨呢？"), Turn("assistant", "七日內。\n可退。"))

        for history in (
            turns,
            json.dumps(turns),
            "user: 退貨呢？\nassistant: 七日內。\n可退。",
            "客戶：退貨呢？\n助理：七日內。\n可退。",
        ):
            assert one({"question": "多久？", "history": history}).history == meant

    @pytest.mark.parametrize(
        ("history", "roles"),
        [
            ("出貨異常要多久通報", ["user"]),
            (["a?", "b.", "c?"], ["user", "assistant", "user"]),
            ({"role": "user", "content": "a?"}, ["user"]),
            ('{"role": "user", "content": "a?"}', ["user"]),
            ("user: a? | assistant: b.", ["user", "assistant"]),
            ("甲 | 乙", ["user"]),
        ],
    )
    def test_plain_history(self, history: object, roles: list[str]) -> None:
        """An earlier question alone, texts in turn, one turn, turns on one line."""
        assert [turn.role for turn in one({"question": "q", "history": history}).history] == roles

    def test_history_of_endless_brackets_is_refused(self) -> None:
        """Nested without end, it is no history."""
        with pytest.raises(BadQuestions, match="history begins like JSON"):
            one({"question": "q", "history": "[" * 100_000})

    def test_clauses_go_with_their_sources(self) -> None:
        """One clause serves all sources, several go in order, and one source may have several clauses."""
        assert one({"question": "?", "source": "a|b", "clause": "4"}).places == (
            Place("a", "4"),
            Place("b", "4"),
        )
        assert one({"question": "?", "source": "a|b", "clause": "4|5"}).places == (
            Place("a", "4"),
            Place("b", "5"),
        )
        assert one({"question": "?", "source": "a", "clause": "4|5"}).places == (
            Place("a", "4"),
            Place("a", "5"),
        )

    def test_ids_are_of_the_question_where_none_are_given(self) -> None:
        """The same question has the same id in any file; one asked twice is counted."""
        first, second, other = read_records(
            [(2, {"question": "A?"}), (3, {"question": "A?"}), (4, {"question": "B?"})]
        ).cases

        assert second.id == f"{first.id}-2"
        assert one({"question": "A?"}).id == first.id != other.id

    def test_columns_of_no_use_are_named(self) -> None:
        """A misspelt column does not go unnoticed; `origin` of a draft is known."""
        assert read_records([(2, {"question": "A?", "anwser": "x", "origin": "faq"})]).ignored == ("anwser",)

    def test_an_apostrophe_before_a_formula_is_taken_away(self) -> None:
        """`eval draft` puts it there, so that no spreadsheet runs a document's text."""
        assert one({"question": "'=1+1 是多少？"}).question == "=1+1 是多少？"

    @given(
        st.lists(
            st.lists(st.text("甲乙24ab ", min_size=1, max_size=5).filter(str.strip), min_size=1, max_size=3),
            max_size=3,
        ),
        st.lists(
            st.tuples(st.sampled_from(["a.md", "b/c.csv#1"]), st.sampled_from([None, "第4條", "5"])),
            max_size=3,
        ),
        st.sampled_from([True, False, None]),
    )
    def test_a_case_survives_the_way_to_a_server(
        self, groups: list[list[str]], places: list[tuple[str, str | None]], answerable: bool | None
    ) -> None:
        """A record made of a case gives the case again, but for the order of places."""
        record = {
            "question": "問？",
            "answer_contains": groups,
            "answerable": answerable,
            "history": [{"role": "user", "content": "先。"}],
        }
        with_clause = [p for p in places if p[1]]
        record |= {
            "source": [s for s, _ in with_clause],
            "clause": [c for _, c in with_clause],
            "also": [s for s, c in places if not c],
        }
        case = one(record)

        sent = record_of(case)

        assert read_records([(sent.pop("line"), sent)]).cases == (case,)
