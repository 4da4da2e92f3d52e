"""Yearly versions, sister products, conflicts and copies with the real models, from files to answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import knowledge.samples
from assistant.answering.clarify import settle
from assistant.answering.conflicts import disagreement
from assistant.answering.types import Answer, Question, Turn
from clausewise.bootstrap import Program
from clausewise.home import Home
from clausewise.settings import load
from knowledge.types import INTERNAL, OPERATOR, PUBLIC, DocumentId, Reader

pytestmark = [pytest.mark.weights, pytest.mark.slow]

SAMPLES = Path(__file__).parents[2] / "evals/samples.jsonl"
DOCUMENTS = Path(knowledge.samples.__file__).parent / "documents"
LEAVE = """# 員工請假辦法（{year}年版）

## 第一條 目的

為使員工請假有所依循，特訂定本辦法。

## 第二條 特別休假

員工服務滿一年者，每年給予特別休假 {first} 日；服務滿三年者，每年給予 {third} 日。

## 第三條 病假

員工因傷病必須治療者，得請病假，一年內合計不得超過三十日。病假兩日以上應附診斷證明。
"""
MANUAL = """# {model} 無線吸塵器使用手冊

## 1 安全

使用前請詳閱本手冊，並妥善保存。請勿在潮濕的地面上使用。

## 2 保固

本產品自購買日起保固 {months} 個月。保固期間內因正常使用發生的故障，免費維修。

## 3 清潔

集塵盒每次使用後應清空，濾網每月以清水沖洗一次，陰乾後再裝回。
"""
FILES = {
    "hr/leave-2025.md": LEAVE.format(year=2025, first=7, third=10),
    "hr/leave-2026.md": LEAVE.format(year=2026, first=10, third=14),
    "manuals/x100.md": MANUAL.format(model="X100", months=12),
    "manuals/x200.md": MANUAL.format(model="X200", months=24),
    "returns.md": "# 退換貨政策\n\n## 第三條 期限\n\n顧客應於收到商品後 10 日內提出退貨。\n",
    "visitors.md": "# 訪客須知\n\n## 一 登記\n\n訪客應於一樓櫃檯登記姓名並換取識別證，離開時繳回。\n",
    "copy/visitors.md": "# 訪客須知\n\n## 一 登記\n\n訪客應於一樓櫃檯登記姓名並換取識別證，離開時繳回。\n",
}
FAQ = "id,question,answer\nF1,收到商品後幾天內可以退貨？,收到商品後 7 天內可以退貨。\n"


def made(folder: Path, models: Path) -> Program:
    """Return an empty program with the real models."""
    home = Home(folder / "home")
    home.create()
    settings = load(home)
    return Program(
        home, settings.model_copy(update={"models": settings.models.model_copy(update={"dir": models})})
    )


@pytest.fixture(scope="module")
def program(real_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Return a program over the files above: the FAQ is public, the rest internal."""
    folder = tmp_path_factory.mktemp("versions")
    for name, text in {**{f"internal/{n}": t for n, t in FILES.items()}, "public/faq.csv": FAQ}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    opened = made(folder, real_models)
    for audience in (PUBLIC, INTERNAL):
        opened.ingestor.run([folder / audience], audience)
    yield opened
    opened.close()


def ask(program: Program, question: str, *history: Turn, reader: Reader = OPERATOR) -> Answer:
    """Return an answer whose every citation was compared with the canonical text."""
    answer = program.answerer.answer(Question(question, history), reader)
    for citation in answer.citations:
        canonical = program.store.repository.canonical(
            DocumentId(citation.document_id), citation.version, OPERATOR
        )
        assert canonical[citation.start : citation.end] == citation.quote
    return answer


class TestVersions:
    """Two years of one policy."""

    def test_the_year_is_asked_for(self, program: Program) -> None:
        """Where the years differ."""
        answer = ask(program, "服務滿三年的特別休假有幾天？")

        assert answer.status == "clarify"
        assert [choice.label for choice in answer.choices] == ["2025年版", "2026年版"]

    @pytest.mark.parametrize(
        ("question", "days", "source"),
        [
            ("2026年服務滿三年的特別休假有幾天？", "14", "hr/leave-2026.md"),
            ("114年服務滿三年的特別休假有幾天？", "10", "hr/leave-2025.md"),
        ],
    )
    def test_a_year_that_is_named_is_answered(
        self, program: Program, question: str, days: str, source: str
    ) -> None:
        """From that year's document alone."""
        answer = ask(program, question)

        assert answer.status == "answered"
        assert days in answer.text
        assert {citation.source for citation in answer.citations} == {source}

    @pytest.mark.parametrize(("said", "days"), [("2026年的", "14"), ("第一個", "10")])
    def test_the_choice_is_answered(self, program: Program, said: str, days: str) -> None:
        """In whatever words."""
        question = "服務滿三年的特別休假有幾天？"
        offered = ask(program, question)

        answer = ask(program, said, Turn("user", question), Turn("assistant", offered.text))

        assert answer.status == "answered"
        assert days in answer.text

    def test_what_both_years_say_is_answered(self, program: Program) -> None:
        """With both as its places."""
        answer = ask(program, "病假幾日以上要附診斷證明？")

        assert answer.status == "answered"
        assert {c.source for c in answer.citations} | {p for c in answer.citations for p in c.places} == {
            "hr/leave-2025.md",
            "hr/leave-2026.md",
        }

    def test_a_clause_of_both_is_asked_about(self, program: Program) -> None:
        """Named by its number."""
        assert ask(program, "員工請假辦法第二條").status == "clarify"
        assert ask(program, "員工請假辦法（2026年版）第二條").kind == "clause"


class TestProducts:
    """Two manuals of one pattern."""

    @pytest.mark.parametrize("question", ["保固多久？", "How long is the warranty?"])
    def test_the_model_is_asked_for(self, program: Program, question: str) -> None:
        """In both languages."""
        assert [choice.label for choice in ask(program, question).choices] == ["X100", "X200"]

    def test_a_model_that_is_named_is_answered(self, program: Program) -> None:
        """From its own manual."""
        answer = ask(program, "X200 的保固是多久？")

        assert "24" in answer.text
        assert {citation.source for citation in answer.citations} == {"manuals/x200.md"}


class TestConflicts:
    """A FAQ and a policy."""

    def test_both_are_shown(self, program: Program) -> None:
        """And it is said that they disagree."""
        answer = ask(program, "收到商品後幾天內可以退貨？")

        assert answer.text.startswith("文件之間的說法不一致")
        assert {citation.source for citation in answer.citations} == {"faq.csv#F1", "returns.md"}
        assert "7 天" in answer.text
        assert "10 日" in answer.text

    def test_a_customer_sees_the_public_one_alone(self, program: Program) -> None:
        """A conflict with what may not be seen is not told."""
        answer = ask(program, "收到商品後幾天內可以退貨？", reader=Reader(frozenset({PUBLIC})))

        assert answer.kind == "faq"
        assert "10" not in answer.text


class TestCopies:
    """The same file twice."""

    def test_one_citation_with_two_places(self, program: Program) -> None:
        """No source is listed twice."""
        answer = ask(program, "訪客要在哪裡登記？")

        assert answer.status == "answered"
        for citation in answer.citations:
            assert {citation.source, *citation.places} == {"visitors.md", "copy/visitors.md"}


class TestSamples:
    """The demo's documents, whose facts agree."""

    def test_nothing_is_asked_back_and_nothing_disagrees(self, real_models: Path, tmp_path: Path) -> None:
        """Over all questions of the development set."""
        program = made(tmp_path, real_models)
        for audience in (PUBLIC, INTERNAL):
            program.ingestor.run([DOCUMENTS / audience], audience)
        embed = program.searcher.embed_passages
        wrong: list[str] = []
        for line in SAMPLES.read_text("utf-8").splitlines():
            row = json.loads(line)
            reader = Reader(frozenset(row["audience"])) if row["audience"] else OPERATOR
            found = program.searcher.find(row["question"], reader)
            settled = settle(row["question"], found, embed, 0.2)
            if settled.several or disagreement(settled.found, embed):
                wrong.append(row["question"])
        program.close()

        assert wrong == []
