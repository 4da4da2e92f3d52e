"""Is the relevance that is shown a probability? Measured on articles that it was not fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation import curves
from assistant.evaluation.bootstrap import statistic
from clausewise.bootstrap import Program
from clausewise.devsets.asking import CUT, counted, estimated
from clausewise.devsets.data import Row, passage_id, rows, sampled, texts
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.heldout import fitted
from clausewise.devsets.indexing import indexed
from knowledge.types import OPERATOR

_SEED = 20261121
_EACH = 300  # questions of each group, asked with their article in the index and with it left out

# One entry a question: (score, 1.0 where the hit is right) of its hits, best first.
Scored = list[list[tuple[float, float]]]


def calibration(count: int | None) -> Result:
    """Compare relevance with how often a hit is right, over questions half of which have no right hit."""
    groups: dict[str, Scored] = {}
    drcd = rows("drcd/passages.jsonl")
    groups["DRCD"] = _group("DRCD", "drcd", drcd, rows("drcd/questions.jsonl"), count)
    for spoken, held in (("zh", "zh"), ("en", "en"), ("en", "zh"), ("zh", "en")):
        name = f"XQuAD, {spoken} over {held}"
        held_rows, questions = rows(f"xquad/passages.{held}.jsonl"), rows(f"xquad/questions.{spoken}.jsonl")
        groups[name] = _group(name, f"xquad-{held}", held_rows, questions, count)
    together = [one for group in groups.values() for one in group]
    figures = [
        *_errors("all hits", together, groups, CUT),
        *_errors("best hit", together, groups, 1),
    ]
    bins = {
        name: [asdict(one) for one in curves.calibration(*_flat(together, cut)).bins]
        for name, cut in (("all hits", CUT), ("best hit", 1))
    }
    method = (
        f"{len(together)} questions on articles that were not fitted, half of them with their article left out, "
        f"{curves.BINS} bins of equal width over the ten hits shown and over the best one"
    )
    return Result("calibration", method, tuple(figures), {"bins": bins})


def _group(
    title: str, index: str, passages: Sequence[Row], questions: Sequence[Row], count: int | None
) -> Scored:
    """Ask held-out questions of the whole index, then of one that has none of their articles."""
    held = [row for row in questions if not fitted(row["passage_id"])]
    chosen = sampled(held, min(count or _EACH, len(held)), _SEED)
    scored: Scored = []
    with indexed(index, files=texts(list(passages))) as program:
        scored += _asked(program, f"{title}, present", chosen)
    others = [row for row in passages if fitted(row["id"])]
    with indexed(f"{index}-fitted", files=texts(others)) as program:
        scored += _asked(program, f"{title}, left out", chosen)
    return scored


def _asked(program: Program, title: str, questions: Sequence[Row]) -> Scored:
    scored: Scored = []
    for row in counted(title, questions):
        hits = program.searcher.search(row["question"], OPERATOR, CUT)
        scored.append(
            [
                (
                    hit.score,
                    float(row["passage_id"] in {passage_id(p.source) for p in (hit.passage, *hit.places)}),
                )
                for hit in hits
            ]
        )
    return scored


def _errors(what: str, together: Scored, groups: dict[str, Scored], cut: int) -> list[Figure]:
    """Return the calibration error of all questions with its interval, and that of each group."""
    known = [one[:cut] for one in together if one]
    pairs = np.full(
        (len(known), cut, 2), np.nan
    )  # (questions, hits, score and right); NaN beyond the last hit
    for i, one in enumerate(known):
        pairs[i, : len(one)] = one

    def error(drawn: NDArray[np.intp]) -> float:
        flat = pairs[drawn].reshape(-1, 2)
        flat = flat[~np.isnan(flat[:, 0])]
        return curves.expected_error(flat[:, 0], flat[:, 1])

    return [
        estimated(f"calibration error, {what}", statistic(len(known), error, len(known))),
        *(
            Figure(f"{name}: calibration error, {what}", curves.expected_error(*_flat(group, cut)))
            for name, group in groups.items()
        ),
    ]


def _flat(scored: Scored, cut: int) -> tuple[curves.Floats, curves.Floats]:
    pairs = np.array([pair for one in scored for pair in one[:cut]], dtype=np.float64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
