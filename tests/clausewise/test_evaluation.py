from __future__ import annotations

import csv
import io
import json
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from clausewise.demo import DOCUMENTS
from knowledge.tables import EventRow
from models.errors import MissingWeights
from tests.clausewise.test_serve import server, url

Cli = Callable[..., Any]

TABLE = """id,question,source,clause,answer_contains,answerable
exact,出貨作業 4.3,shipping.md,4.3,24,是
faq,可以退貨嗎？,faq.csv#F1,,七天|7天,是
weather,今天的天氣如何？,,,,否
lost,揀貨怎麼做？,nowhere.md,1,沒有這個詞,是
"""


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Return a file of four questions."""
    path = tmp_path / "questions.csv"
    path.write_text(TABLE, "utf-8")
    return path


class TestRun:
    def test_the_whole_way(self, indexed: Path, questions: Path, tmp_path: Path, cli: Cli) -> None:
        """Questions go the way a person's do; table, JSON and page tell the same."""
        out, html = tmp_path / "r.json", tmp_path / "r.html"

        shown = cli("eval", "run", questions, "--out", out, "--html", html, "--language", "zh-Hant")
        printed = cli("eval", "run", questions, "--json").json

        kept = json.loads(out.read_text("utf-8"))
        whats = {item["id"]: item["what"] for item in kept["items"]}
        assert whats == {"exact": "right", "faq": "right", "weather": "right", "lost": "not_retrieved"}
        assert whats == {item["id"]: item["what"] for item in printed["items"]}
        assert kept["figures"][0]["name"] == "recall@1"
        assert kept["items"][3]["unknown_sources"] == ["nowhere.md"]
        assert "引用精確率" in shown.out
        assert "未檢索到" in shown.out
        assert "揀貨怎麼做？" in html.read_text("utf-8")
        assert shown.code == 0

    def test_quotes_are_compared_with_the_documents(self, indexed: Path, questions: Path, cli: Cli) -> None:
        """Every citation of this corpus is its span of the canonical text."""
        figures = {one["name"]: one for one in cli("eval", "run", questions, "--json").json["figures"]}

        assert figures["resolvable"]["value"] == 1.0
        assert figures["resolvable"]["count"] >= 2

    def test_compared_with_itself(self, indexed: Path, questions: Path, tmp_path: Path, cli: Cli) -> None:
        """All questions pair, none changed, and it is said in words."""
        cli("eval", "run", questions, "--out", tmp_path / "old.json")

        compared = cli("eval", "run", questions, "--compare", tmp_path / "old.json", "--language", "en")
        told = cli("eval", "run", questions, "--compare", tmp_path / "old.json", "--json").json["comparison"]

        assert "4 of 4 questions are paired" in compared.out
        assert "No question's figures changed." in compared.out
        assert (told["paired"], told["questions"]) == (4, [])

    def test_other_questions_are_refused_before_any_is_asked(
        self, indexed: Path, questions: Path, tmp_path: Path, cli: Cli
    ) -> None:
        """The error says how many could be paired."""
        cli("eval", "run", questions, "--out", tmp_path / "old.json")
        questions.write_text("question\n別的？\n另外的？\n", "utf-8")

        outcome = cli("eval", "run", questions, "--compare", tmp_path / "old.json", "--json")

        assert (outcome.code, outcome.json["error"]["code"]) == (2, "bad_comparison")
        assert "only 0 of 2" in outcome.err

    def test_an_evaluation_is_not_in_the_log_of_answers(
        self, indexed: Path, questions: Path, cli: Cli
    ) -> None:
        """Its questions are nobody's, and must not count as what people ask."""
        cli("eval", "run", questions)
        cli("ask", "可以退貨嗎？")

        assert events(indexed).count("answer.given") == 1

    def test_an_audience_narrows(self, indexed: Path, questions: Path, cli: Cli) -> None:
        """The documents are internal: to the public nothing is found."""
        found = cli("eval", "run", questions, "--audience", "public", "--json").json

        assert {item["what"] for item in found["items"]} == {"right", "not_retrieved"}
        assert all(item["hits"] == [] for item in found["items"])

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("question\n", "there is no question"),
            ("question,answerable\n問？,maybe\n", "line 2: answerable is 'maybe'"),
        ],
    )
    def test_a_bad_file_is_wrong_usage(
        self, indexed: Path, questions: Path, cli: Cli, text: str, message: str
    ) -> None:
        """Exit code 2, the line, and the reason."""
        questions.write_text(text, "utf-8")

        outcome = cli("eval", "run", questions, "--json")

        assert (outcome.code, outcome.json["error"]["code"]) == (2, "bad_questions")
        assert message in outcome.err

    def test_paths_are_looked_at_before_the_first_question(
        self, indexed: Path, questions: Path, tmp_path: Path, cli: Cli
    ) -> None:
        """A result that could not be written is not computed."""
        assert cli("eval", "run", tmp_path / "none.csv").code == 2
        assert cli("eval", "run", questions, "--out", tmp_path / "none" / "r.json").code == 2
        assert cli("eval", "run", questions, "--html", tmp_path).code == 2
        assert cli("eval", "run", questions, "--compare", tmp_path / "none.json").code == 2

    def test_nothing_indexed(self, fake_home: Path, questions: Path, cli: Cli) -> None:
        """Exit code 3 and the way out."""
        outcome = cli("eval", "run", questions)

        assert outcome.code == 3
        assert "clausewise ingest" in outcome.err

    def test_a_question_that_breaks_is_exit_code_1(
        self, indexed: Path, questions: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The others are asked, the broken one is named with its line."""
        from assistant.evaluation.running import Runner

        asking = Runner._answered

        def broken(self: Runner, case: Any, *rest: Any) -> Any:
            if case.id == "faq":
                raise ValueError("kaputt")
            return asking(self, case, *rest)

        monkeypatch.setattr(Runner, "_answered", broken)

        outcome = cli("eval", "run", questions, "--json")

        assert outcome.code == 1
        assert "line 3: ValueError: kaputt" in outcome.err
        assert outcome.json["outcomes"] == {"right": 2, "not_retrieved": 1, "failed": 1}

    def test_unknown_columns_are_told(self, indexed: Path, questions: Path, cli: Cli) -> None:
        """A misspelt heading would otherwise go unnoticed."""
        questions.write_text("question,anwser\n可以退貨嗎？,七天\n", "utf-8")

        assert "Columns not used: anwser." in cli("eval", "run", questions).err


class TestDraft:
    def test_the_file_is_one_that_run_reads(self, indexed: Path, tmp_path: Path, cli: Cli) -> None:
        """Proposed, corrected by nobody, and asked."""
        out = tmp_path / "draft.csv"

        drafted = cli("eval", "draft", "--count", 10, "--out", out)
        ran = cli("eval", "run", out, "--json")

        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
        assert {row["origin"] for row in rows} >= {"faq", "heading"}
        assert {row["answerable"] for row in rows} == {"yes"}
        assert f"{len(rows)} questions" in drafted.err
        assert ran.code == 0
        assert ran.json["questions"] == len(rows)
        assert "Columns not used" not in ran.err

    def test_a_workbook_is_one(self, indexed: Path, tmp_path: Path, cli: Cli) -> None:
        """Excel refuses a table of commas by that name."""
        out = tmp_path / "draft.xlsx"

        assert cli("eval", "draft", "--count", 4, "--out", out).code == 0
        assert out.read_bytes()[:2] == b"PK"
        assert cli("eval", "run", out, "--json").json["questions"] > 0
        assert "neither .csv nor .xlsx" in cli("eval", "draft", "--out", tmp_path / "draft.doc").err

    def test_without_weights_it_says_so(
        self, indexed: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """FAQ pairs and headings need no model."""
        from models.fakes import FakeChat

        def missing(_: FakeChat) -> None:
            raise MissingWeights("chat")

        monkeypatch.setattr(FakeChat, "load", missing)

        outcome = cli("eval", "draft", "--json")

        assert (outcome.code, outcome.json["chat"]) == (0, None)
        assert {one["origin"] for one in outcome.json["questions"]} == {"faq", "heading"}
        assert "clausewise models pull" in outcome.err

    def test_only_what_the_audience_sees(self, indexed: Path, cli: Cli) -> None:
        """Nothing is public here."""
        assert cli("eval", "draft", "--audience", "public", "--json").json["questions"] == []

    def test_nothing_indexed(self, fake_home: Path, cli: Cli) -> None:
        """Exit code 3."""
        assert cli("eval", "draft").code == 3


@pytest.mark.slow
class TestServer:
    def test_commands_and_jobs_go_to_the_running_server(
        self, indexed: Path, questions: Path, tmp_path: Path, cli: Cli
    ) -> None:
        """The same figures over the socket and as a job over HTTP; a bad question is refused there too."""
        alone = cli("eval", "run", questions, "--json").json
        with server(indexed) as (_, lines), httpx.Client(base_url=url(lines)) as browser:
            served = cli("eval", "run", questions, "--json").json
            drafted = cli("eval", "draft", "--count", 3, "--json").json
            browser.get(re.findall(r"http://\S+/operator\?token=\S+", "".join(lines))[0])
            question = {
                "question": "出貨作業 4.3",
                "source": "shipping.md",
                "clause": "4.3",
                "answer_contains": "24",
            }
            place = browser.post("/api/v1/eval", json={"questions": [question]}).headers["location"]
            job = finished(browser, place)

        assert served["outcomes"] == alone["outcomes"]
        assert [item["what"] for item in served["items"]] == [item["what"] for item in alone["items"]]
        assert len(drafted["questions"]) == 3
        assert (job["state"], job["result"]["outcomes"]) == ("done", {"right": 1})


@pytest.mark.weights
class TestRealModels:
    def test_questions_about_the_demo_corpus(self, home: Path, tmp_path: Path, cli: Cli) -> None:
        """Six questions in three languages on the real models: most are right, all quotes are true."""
        lines = (Path(__file__).parents[1] / "evals/samples.jsonl").read_text("utf-8").splitlines()
        by_id = {json.loads(line)["id"]: line for line in lines}
        chosen = ["S001", "S003", "S005", "S117", "S055", "S119"]
        (tmp_path / "q.jsonl").write_text("\n".join(by_id[one] for one in chosen), "utf-8")
        for file in ("sop/SOP-012_出貨作業標準程序.docx", "hr/Employee_Handbook_Chapter_5.docx"):
            (tmp_path / "docs" / file).parent.mkdir(parents=True)
            shutil.copy(DOCUMENTS / "internal" / file, tmp_path / "docs" / file)
        cli("ingest", tmp_path / "docs")

        outcome = cli("eval", "run", tmp_path / "q.jsonl", "--html", tmp_path / "r.html", "--json")

        figures = {one["name"]: one["value"] for one in outcome.json["figures"]}
        assert outcome.code == 0, outcome.err
        assert figures["recall@5"] == 1.0
        assert figures["right"] >= 4 / 6
        assert figures["resolvable"] == 1.0
        assert {"search", "first_token", "whole"} <= outcome.json["times_ms"].keys()
        assert outcome.json["times_ms"]["first_token"]["median"] < outcome.json["times_ms"]["whole"]["p95"]


def events(home: Path) -> list[str]:
    """Return the kinds of all events in a home's log."""
    from clausewise.bootstrap import Program
    from clausewise.home import Home
    from clausewise.settings import load

    program = Program(Home(home), load(Home(home)))
    try:
        with program.store.database.read() as connection:
            return list(connection.execute(select(EventRow.kind)).scalars())
    finally:
        program.close()


def finished(browser: httpx.Client, place: str) -> Any:
    """Wait for a job and return it."""
    deadline = time.monotonic() + 60
    while (job := browser.get(place).json())["state"] in {"queued", "running"}:
        assert time.monotonic() < deadline, job
        time.sleep(0.1)
    return job
