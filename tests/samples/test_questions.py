"""The questions about the demo corpus point at what is there."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from knowledge.samples.build import HERE

DOCUMENTS = HERE / "documents"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "evals/samples.jsonl").read_text(encoding="utf-8").splitlines()
]


def is_there(source: str) -> bool:
    """Tell whether a source, its anchor aside, is a document of one of the two audiences."""
    return any(
        (DOCUMENTS / audience / source.partition("#")[0]).is_file() for audience in ("public", "internal")
    )


class TestQuestions:
    def test_there_are_at_least_eighty_with_ids_of_their_own(self) -> None:
        """A set on which a change of a few percent can be seen."""
        assert len(QUESTIONS) >= 80
        assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)

    def test_three_languages_and_both_outcomes_are_asked(self) -> None:
        """Traditional first, English second, Simplified must just work; some must be declined."""
        languages = Counter(question["language"] for question in QUESTIONS)

        assert languages["zh-Hant"] > languages["en"] > 20
        assert languages["zh-Hans"] >= 10
        assert sum(not question["answerable"] for question in QUESTIONS) >= 20

    def test_what_can_be_answered_names_a_document_and_words(self) -> None:
        """Every expected source is a file of the corpus."""
        for question in QUESTIONS:
            if question["answerable"]:
                assert question["answer_contains"], question["id"]
                assert all(map(is_there, [question["source"], *question["also"]])), question["id"]

    def test_what_cannot_be_answered_says_why(self) -> None:
        """Absent from the documents, outside their subject, or not for this reader."""
        reasons = {question["why"] for question in QUESTIONS if not question["answerable"]}

        assert reasons == {"absent", "out_of_scope", "audience"}
