"""Follow-up questions in their dialogue against the same questions written out, over the demo corpus."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.types import Question, Retrieved, Turn
from assistant.evaluation.bootstrap import statistic
from assistant.evaluation.matching import hit_at
from assistant.evaluation.types import Place
from clausewise.bootstrap import Program
from clausewise.devsets.asking import counted, estimated, share
from clausewise.devsets.data import Row, sampled, written
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.samples import demo_corpus
from knowledge.types import OPERATOR, Hit

_SEED = 20261121
_K = 5
_ALONE = frozenset({"standalone", "topic_shift"})  # kinds that history must not colour


def followups(count: int | None) -> Result:
    """Search each last question in its dialogue, and written out without one; nothing is generated.

    The searches are those of the answer ladder itself, which is left after its first step.
    """
    chosen = written("dialogues.jsonl")
    chosen = chosen if count is None else sampled(chosen, count, _SEED)
    tally = dict.fromkeys(("in_context", "written_out"), 0)
    found: list[dict[str, Any]] = []
    with demo_corpus() as program:
        for row in counted("followups", chosen, tally):
            found.append(_asked(program, row))
            for name in tally:
                tally[name] += found[-1][name]
    leaning = [one for one in found if one["kind"] not in _ALONE]
    alone = [one for one in found if one["kind"] in _ALONE]
    figures = [
        *_compared("follow-ups", leaning),
        *_compared("questions that stand alone", alone),
        *(
            _relative(f"follow-ups, {part}", [one for one in leaning if one["split"] == part])
            for part in ("dev", "held")
        ),
    ]
    method = (
        f"{len(leaning)} follow-ups, {len(alone)} questions after another topic; recall@{_K} in the dialogue "
        "÷ that of the question written out"
    )
    return Result("followups", method, tuple(figures), {"rows": found})


def _compared(what: str, found: list[dict[str, Any]]) -> list[Figure]:
    return [
        _relative(what, found),
        share(f"{what}: recall@{_K} in the dialogue", [one["in_context"] for one in found]),
        share(f"{what}: recall@{_K} written out", [one["written_out"] for one in found]),
    ]


def _relative(what: str, found: list[dict[str, Any]]) -> Figure:
    """Return recall in the dialogue over recall written out; NaN where nothing was found written out."""
    inside = np.array([one["in_context"] for one in found], dtype=np.float64)
    outside = np.array([one["written_out"] for one in found], dtype=np.float64)

    def kept(drawn: NDArray[np.intp]) -> float:
        return float(inside[drawn].sum() / max(outside[drawn].sum(), 1.0))

    name = f"{what}: share of recall@{_K} kept"
    if not outside.any():
        return Figure(name, float("nan"))
    return estimated(name, statistic(len(found), kept, len(found)))


def _asked(program: Program, row: Row) -> dict[str, Any]:
    places = [Place(one["source"], one["clause"]) for one in (row, *row["also"]) if one["source"] is not None]
    history = tuple(Turn(turn["role"], turn["content"]) for turn in row["history"])
    inside = _hits(program, Question(row["question"], history))
    outside = _hits(program, Question(row["standalone"]))
    return {
        "id": row["id"],
        "kind": row["kind"],
        "language": row["language"],
        "split": row["split"],
        "question": row["question"],
        "standalone": row["standalone"],
        "in_context": any(hit_at(hit, places) for hit in inside[:_K]),
        "written_out": any(hit_at(hit, places) for hit in outside[:_K]),
        "found": [(hit.passage.source, hit.passage.clause, round(hit.score, 3)) for hit in inside[:_K]],
    }


def _hits(program: Program, question: Question) -> tuple[Hit, ...]:
    """Return what the ladder found; nothing where it answered before any search."""
    for event in program.answerer.stream(question, OPERATOR):
        if isinstance(event, Retrieved):
            return event.hits
    return ()
