"""Answers to DRCD's questions: with the article in the index, with it left out, and over other subjects."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.evaluation.running import Runner
from assistant.evaluation.types import Case, Outcome
from clausewise.bootstrap import Program
from clausewise.devsets import drcd
from clausewise.devsets.asking import counted, share, shares
from clausewise.devsets.data import Row, folder, passage_id
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import indexed

_QUESTIONS = 300
_FIRST = 200  # characters of an answer in which the gold string has to be


def answers(count: int | None) -> Result:
    """Ask with the articles in the index, then the same without them."""
    questions = drcd.chosen_questions(count or _QUESTIONS)
    with indexed("drcd", files=drcd.passages()) as program:
        present = asked(program, "answers, article present", questions)
    with indexed("drcd-left-out", files=drcd.passages(drcd.left_out_articles())) as program:
        absent = asked(program, "answers, article left out", questions)
    given = [row for row in present if row["answered"]]
    quotes = [(sum(row["quotes_true"]), len(row["quotes_true"])) for row in present + absent]
    cited = [(sum(row["citations_good"]), len(row["citations_good"])) for row in present]
    return Result(
        "answers",
        f"DRCD dev, {len(questions)} questions whose answer stands in one article only; default models. "
        f"{sum(total for _, total in cited)} citations with the article present, "
        f"{sum(total for _, total in quotes)} quotes in all",
        (
            share("present: gold string in the first 200 characters", _column(present, "right")),
            share("present: right of those answered", _column(given, "right")),
            shares("present: citations in the gold paragraph or with the gold string", cited),
            share("present: gold paragraph cited", _column(present, "cited")),
            share("present: gold paragraph cited, of those answered", _column(given, "cited")),
            share("present: declined", _column(present, "declined")),
            share("left out: declined", _column(absent, "declined")),
            shares("quotes equal to their span", quotes),
            *times(given),
        ),
        {"present": present, "absent": absent},
    )


def other_subjects(count: int | None) -> Result:
    """Ask the same questions of a handbook that answers none of them."""
    questions = drcd.chosen_questions(count or _QUESTIONS)
    with indexed("handbook", folder("handbook-18f") / "handbook-18f") as program:
        found = asked(program, "other-subjects", questions)
    return Result(
        "other-subjects",
        f"The same {len(questions)} questions of DRCD over handbook-18f only (English, 250 files)",
        (share("declined", _column(found, "declined")),),
        {"rows": found},
    )


def asked(program: Program, title: str, questions: Sequence[Row]) -> list[dict[str, Any]]:
    """Ask each question and return what is to be known of its answer; errors end the run."""
    runner = Runner(program.searcher, program.answerer, canonical=program.store.repository.canonical)
    tally = dict.fromkeys(("right", "cited", "declined"), 0)
    found: list[dict[str, Any]] = []
    for row in counted(title, questions, tally):
        outcome = runner.run([Case(row["id"], row["question"])])[0]
        found.append(judged(row, outcome))
        for name in tally:
            tally[name] += found[-1][name]
    return found


def judged(row: Row, outcome: Outcome) -> dict[str, Any]:
    """Judge one answer by DRCD's gold strings and paragraph. A question that broke is neither right nor declined."""
    answer = outcome.answer
    citations = answer.citations if answer else ()
    answered = answer is not None and answer.status == "answered"
    inside = [passage_id(one.source) == row["passage_id"] for one in citations]
    return {
        "question": row["question"],
        "gold": list(row["answers"]),
        "passage_id": row["passage_id"],
        "answer": answer.text if answer else None,
        "kind": answer.kind if answer else None,
        "reason": answer.decline.reason if answer and answer.decline else None,
        "error": outcome.error,
        "answered": answered,
        "declined": answer is not None and answer.status == "declined",
        "right": answered and answer is not None and _holds(answer.text[:_FIRST], row["answers"]),
        "cited": any(inside),
        "citations_good": [
            there or _holds(one.quote, row["answers"]) for there, one in zip(inside, citations, strict=True)
        ],
        "quotes": [(one.source, one.quote) for one in citations],
        "quotes_true": list(outcome.exact),
        "hits": [(hit.passage.source, round(hit.score, 3)) for hit in outcome.hits[:5]],
        "dropped": list(outcome.dropped),
        "times_ms": dict(outcome.times_ms),
    }


def times(found: Sequence[dict[str, Any]]) -> list[Figure]:
    """Return the median times of answers, where they have any."""
    figures = []
    for what, name in (("first checked sentence", "first_sentence"), ("whole answer", "whole")):
        values = [row["times_ms"][name] for row in found if name in row["times_ms"]]
        if values:
            figures.append(Figure(f"{what}, median", statistics.median(values), "ms"))
    return figures


def _holds(text: str, golds: Iterable[str]) -> bool:
    return any(gold in text for gold in golds)


def _column(found: Sequence[dict[str, Any]], name: str) -> list[float]:
    return [float(row[name]) for row in found]
