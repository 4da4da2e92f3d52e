"""The questions that were written about the demo corpus: three languages, a fifth of them unanswerable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assistant.answering.types import Question
from assistant.evaluation.matching import hit_at, is_place
from assistant.evaluation.types import Place
from clausewise.bootstrap import Program
from clausewise.demo import DOCUMENTS
from clausewise.devsets.asking import counted, share
from clausewise.devsets.data import Row, sampled, written
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import opened, take_in
from knowledge.types import OPERATOR, Hit

_SEED = 20261121
_FIGURES = (
    ("clause first", "first"),
    ("clause in 5", "found"),
    ("right", "right"),
    ("cited", "cited"),
    ("false declines", "declined"),
)


@contextmanager
def demo_corpus() -> Iterator[Program]:
    """Give a program with the demo corpus, in its two audiences."""
    with opened("samples") as program:
        for audience in ("public", "internal"):
            take_in(program, "samples", (DOCUMENTS / audience,), audience)
        yield program


def places_of(row: Row) -> list[Place]:
    """Return where the answer to a question stands; rows of tables that say the same are as good."""
    first = [Place(row["source"], row["clause"])] if row["source"] else []
    return [*first, *(Place(other) for other in row.get("also") or ())]


def samples(count: int | None) -> Result:
    """Ask every question as its reader would; the figures are by language."""
    questions = written("samples.jsonl")
    questions = questions if count is None else sampled(questions, count, _SEED)
    tally = dict.fromkeys(("right", "cited", "declined"), 0)
    found: list[dict[str, Any]] = []
    with demo_corpus() as program:
        for row in counted("samples", questions, tally):
            found.append(_asked(program, row))
            for name in tally:
                tally[name] += found[-1][name]
    figures: list[Figure] = []
    for language in ("zh-Hant", "zh-Hans", "en"):
        known = [one for one in found if one["answerable"] and one["language"] == language]
        figures += [share(f"{language}: {name}", [one[key] for one in known]) for name, key in _FIGURES]
    unknown = [one for one in found if not one["answerable"]]
    figures.append(share("unanswerable: declined", [one["declined"] for one in unknown]))
    method = f"Demo corpus, {len(found)} questions, {len(unknown)} of them unanswerable; default models"
    return Result("samples", method, tuple(figures), {"rows": found})


def _asked(program: Program, row: Row) -> dict[str, Any]:
    reader = OPERATOR.narrowed(row["audience"])
    hits = program.searcher.search(row["question"], reader, 5)
    answer = program.answerer.answer(Question(row["question"]), reader)
    places = places_of(row)

    def there(hit: Hit) -> bool:
        return hit_at(hit, places)

    return {
        "id": row["id"],
        "question": row["question"],
        "language": row["language"],
        "answerable": row["answerable"],
        "kind": answer.kind,
        "reason": answer.decline.reason if answer.decline else None,
        "answer": answer.text,
        "found": any(map(there, hits)),
        "first": any(map(there, hits[:1])),
        "top": [(h.passage.source, h.passage.clause, round(h.score, 3)) for h in hits[:3]],
        "cited": any(is_place(one.source, one.clause, places) for one in answer.citations),
        "right": answer.status == "answered"
        and all(any(w in answer.text for w in words.split("|")) for words in row["answer_contains"]),
        "declined": answer.status == "declined",
        "wanted": row["answer_contains"],
        "times_ms": answer.timings_ms,
    }
