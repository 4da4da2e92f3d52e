"""Sentences over passages, true and altered: how well "supported" is said. No chat model is asked.

Three files by three hands. The pairs of ``verification.jsonl`` ("first") and ``verification_second.jsonl`` ("second", many
of which need inference) were looked at while the check was worked on; those of ``verification_held.jsonl`` ("held"), of
ordinary difficulty, were not seen by whoever worked on it, and are only counted.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.grounding import Evidence, Meaning
from assistant.answering.weighing import Judge
from clausewise.devsets.data import Row, sampled, written
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import opened
from knowledge.meaning import AcrossLanguages
from knowledge.text import language_of, shares_script
from knowledge.types import DocumentId, Passage, PassageId

_SEED = 20261121
GROUPS = {"number": "numbers", "date": "dates", "negation": "negations"}  # of kinds; the others are "rest"
_REST = "rest"
FILES = {
    "first": "verification.jsonl",
    "second": "verification_second.jsonl",
    "held": "verification_held.jsonl",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair with what the check said of it."""

    row: Row
    verdict: str
    milliseconds: float

    @property
    def passed(self) -> bool:
        """Whether the sentence would have been shown."""
        return self.verdict == "supported"

    @property
    def group(self) -> str:
        """The group in which the pair counts."""
        return GROUPS.get(self.row["kind"], _REST)

    @property
    def crosses(self) -> bool:
        """Whether sentence and sources are in different languages."""
        return not shares_script(self.row["language"], language_of(self.row["passage"][0]["text"]))


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall of "supported"."""

    precision: float
    recall: float
    pairs: int


def judged(rows: Iterable[Row], meaning: Meaning, judge: Judge | None = None) -> Iterator[Judged]:
    """Check each pair; pairs of one question share their evidence, as an answer's sentences do."""
    evidence: dict[tuple[str, str], Evidence] = {}
    for row in rows:
        key = (row["question"], row["passage"][0]["text"])
        if key not in evidence:
            evidence[key] = Evidence(
                [_passage(one) for one in row["passage"]], row["question"], meaning, judge
            )
        began = time.process_time()
        verdict = evidence[key].check(row["sentence"]).verdict
        yield Judged(row, verdict, (time.process_time() - began) * 1000)


def score(pairs: Sequence[Judged]) -> Score:
    """Return precision and recall of "supported" over ``pairs``; 1 where there is nothing to be wrong about."""
    said = [pair for pair in pairs if pair.passed]
    true = [pair for pair in pairs if pair.row["supported"]]
    right = sum(pair.row["supported"] for pair in said)
    return Score(right / len(said) if said else 1.0, right / len(true) if true else 1.0, len(pairs))


def grouped(pairs: Iterable[Judged]) -> dict[str, list[Judged]]:
    """Return the pairs by group, in the order in which they are reported."""
    found: dict[str, list[Judged]] = {name: [] for name in (*GROUPS.values(), _REST)}
    for pair in pairs:
        found[pair.group].append(pair)
    return found


def verification(count: int | None) -> Result:
    """Check each sentence against its passages, in one language and across two."""
    rows = [row for split, name in FILES.items() for row in _split(name, split)]
    chosen = sampled(rows, count, _SEED)
    with opened("verification") as program:
        program.embedder.load()
        done = list(judged(chosen, AcrossLanguages(program.embedder), program.verifier))
    figures: list[Figure] = []
    for name, pairs in grouped(done).items():
        figures += _figures(name, pairs)
        for split in FILES:
            figures += _figures(f"{name}, {split}", [p for p in pairs if p.row["split"] == split])
    figures += _figures("across languages", [p for p in done if p.crosses])
    figures.append(
        Figure("one check, median", _median([p.milliseconds for p in done if not p.crosses]), "ms")
    )
    by_kind: dict[str, list[Judged]] = defaultdict(list)
    for pair in done:
        by_kind[pair.row["kind"]].append(pair)
    kinds = {kind: score(pairs) for kind, pairs in sorted(by_kind.items())}
    return Result(
        "verification",
        f"{len(done)} sentences over passages written for this, "
        f"{sum(not pair.row['supported'] for pair in done)} of them altered; precision and recall of 'supported'",
        tuple(figures),
        {
            "kinds": {
                k: {"precision": s.precision, "recall": s.recall, "pairs": s.pairs} for k, s in kinds.items()
            },
            "passed wrongly": [_shown(p) for p in done if p.passed and not p.row["supported"]],
            "dropped wrongly": [_shown(p) for p in done if not p.passed and p.row["supported"]],
        },
    )


def _split(name: str, split: str) -> list[Row]:
    return [{**row, "split": split} for row in written(name)]


def _figures(name: str, pairs: Sequence[Judged]) -> list[Figure]:
    found = score(pairs)
    return [Figure(f"{name}: precision", found.precision), Figure(f"{name}: recall", found.recall)]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else float("nan")


def _shown(pair: Judged) -> dict[str, Any]:
    row = pair.row
    if row["split"] == "held":
        return {"id": row["id"], "kind": row["kind"]}  # not to be read, only counted
    return {"id": row["id"], "kind": row["kind"], "sentence": row["sentence"], "verdict": pair.verdict}


def _passage(one: dict[str, Any]) -> Passage:
    text = one["text"]
    name = one["title"] + text[:40]
    return Passage(  # passages of one title are of one document, as rows of a table are
        PassageId(name), DocumentId(one["title"]), 1, one["title"], one["title"], "text", one["clause"], (), None, 0, len(text),
        text, language_of(text), "internal",
    )  # fmt: skip
