"""From outcomes to figures, each with its interval; what every figure means stands beside its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG
from numpy.typing import NDArray

from assistant.evaluation.bootstrap import NONE, SEED, Estimate, ratio, statistic
from assistant.evaluation.curves import (
    Calibration,
    Floats,
    RiskCoverage,
    augrc,
    aurc,
    calibration,
    expected_error,
    risk_coverage,
)
from assistant.evaluation.judging import Judgement, judge
from assistant.evaluation.matching import hit_at
from assistant.evaluation.types import TIMES, WHATS, Outcome, What

RETRIEVAL = {
    "recall@1": R @ 1,
    "recall@5": R @ 5,
    "recall@10": R @ 10,
    "mrr@10": RR @ 10,
    "ndcg@10": nDCG @ 10,
}

# Names of all figures, by group, in the order of every report. The texts of the report explain each.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "retrieval": tuple(RETRIEVAL),
    "answers": ("right", "answer_contains", "place_cited"),
    "citations": ("citation_precision", "citation_recall", "resolvable", "numbers_match"),
    "declines": ("decline_precision", "decline_recall", "false_declines"),
    "scores": ("aurc", "augrc", "calibration_error", "calibration_error_top"),
}
LESS_IS_BETTER = frozenset({"false_declines", "aurc", "augrc", "calibration_error", "calibration_error_top"})


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds over the questions where this happened; ``low`` and ``high`` hold the median at 95 %, by bootstrap."""

    median: float
    p95: float
    count: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """One question with all that is known of it; ``ranks`` are its own retrieval figures."""

    outcome: Outcome
    judgement: Judgement
    ranks: Mapping[str, float]  # empty where no place is expected


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one run."""

    items: tuple[Judged, ...]
    figures: Mapping[str, Estimate]  # by the names in GROUPS
    risk_coverage: RiskCoverage
    calibration: Calibration  # of all hits
    calibration_top: Calibration  # of the best hit of each question
    times_ms: Mapping[str, Times]  # by the names in TIMES; absent where it never happened
    whats: Mapping[What, int]

    def value(self, name: str) -> float | None:
        """Return one figure's value, None where nothing was there to measure."""
        return self.figures[name].value


def measure(outcomes: Sequence[Outcome], seed: int = SEED) -> Report:
    """Judge every outcome and return all figures; the seed is that of the intervals."""
    judgements = [judge(outcome) for outcome in outcomes]
    ranks = _ranks(judgements)
    items = tuple(Judged(o, j, r) for o, j, r in zip(outcomes, judgements, ranks, strict=True))
    alive = [item for item in items if item.outcome.error is None]
    scored, top = _scored_hits(alive)
    figures = {
        **_retrieval(alive, seed),
        **_answers(alive, seed),
        **_declines(alive, seed),
        **_risk(alive, seed),
        "calibration_error": _calibration_error(scored, seed),
        "calibration_error_top": _calibration_error(top, seed),
    }
    answers = _given(alive)
    counts = Counter(item.judgement.what for item in items)
    return Report(
        items,
        figures,
        risk_coverage(*answers, _judged(alive)),
        calibration(*_flat(scored)),
        calibration(*_flat(top)),
        _times(alive),
        {what: counts[what] for what in WHATS if counts[what]},
    )


def _ranks(judgements: Sequence[Judgement]) -> list[dict[str, float]]:
    """Return the retrieval figures of each question: the places found, in order, against the expected one."""
    qrels = [Qrel(str(i), "expected", 1) for i, one in enumerate(judgements) if one.searched]
    run = [
        ScoredDoc(str(i), place, float(-rank))
        for i, one in enumerate(judgements)
        if one.searched
        for rank, place in enumerate(one.ranked)
    ]
    found: list[dict[str, float]] = [{} for _ in judgements]
    names = {measure: name for name, measure in RETRIEVAL.items()}
    if qrels and not run:
        for i, one in enumerate(judgements):
            found[i] = dict.fromkeys(RETRIEVAL, 0.0) if one.searched else {}
    elif qrels:
        for metric in ir_measures.iter_calc(list(RETRIEVAL.values()), qrels, run):
            found[int(metric.query_id)][names[metric.measure]] = float(metric.value)
        for i, one in enumerate(judgements):  # a question without any hit is in no run
            for name in RETRIEVAL if one.searched else ():
                found[i].setdefault(name, 0.0)
    return found


def _retrieval(items: Sequence[Judged], seed: int) -> dict[str, Estimate]:
    asked = [item.ranks for item in items if item.ranks]
    return {name: ratio([(ranks[name], 1) for ranks in asked], seed) for name in RETRIEVAL}


def _answers(items: Sequence[Judged], seed: int) -> dict[str, Estimate]:
    """Return what was right, and what the citations of given answers are worth."""
    judged = [item.judgement for item in items]
    known = [one for one in judged if one.cited is not None]

    def share(values: Sequence[bool | None]) -> Estimate:
        return ratio([(float(value), 1) for value in values if value is not None], seed)

    return {
        "right": share([one.right for one in judged]),
        "answer_contains": share([one.contains for one in judged]),
        "place_cited": share([one.cited for one in known]),
        "citation_precision": ratio([one.citations for one in judged], seed),
        "citation_recall": share([one.cited for one in known if one.given]),
        "resolvable": ratio([one.exact for one in judged], seed),
        "numbers_match": ratio([one.numbers for one in judged], seed),
    }


def _declines(items: Sequence[Judged], seed: int) -> dict[str, Estimate]:
    answered = [item for item in items if item.outcome.answer is not None]
    known = [
        (item.outcome.case.answerable, item.judgement.declined)
        for item in answered
        if item.outcome.case.answerable is not None
    ]
    return {
        "decline_precision": ratio([(float(not able), 1) for able, declined in known if declined], seed),
        "decline_recall": ratio([(float(declined), 1) for able, declined in known if not able], seed),
        "false_declines": ratio([(float(declined), 1) for able, declined in known if able], seed),
    }


def _given(items: Sequence[Judged]) -> tuple[Floats, Floats]:
    """Return the confidence of each given and judged answer, and 1.0 where it is wrong.

    Confidence is the relevance of the best hit: what the gate before the model sees.
    """
    given = [item for item in items if item.judgement.given and item.judgement.right is not None]
    scores = [item.outcome.hits[0].score if item.outcome.hits else 0.0 for item in given]
    wrong = [float(not item.judgement.right) for item in given]
    return np.array(scores, dtype=np.float64), np.array(wrong, dtype=np.float64)


def _judged(items: Sequence[Judged]) -> int:
    return sum(item.judgement.right is not None for item in items)


def _risk(items: Sequence[Judged], seed: int) -> dict[str, Estimate]:
    scores, wrong = _given(items)
    size = len(scores)
    return {
        "aurc": statistic(size, lambda i: aurc(scores[i], wrong[i]), size, seed),
        "augrc": statistic(size, lambda i: augrc(scores[i], wrong[i]), size, seed),
    }


# For each question that can be judged: the scores of its hits, and 1.0 where one lies at the expected place.
_Scored = list[tuple[Floats, Floats]]


def _scored_hits(items: Sequence[Judged]) -> tuple[_Scored, _Scored]:
    """Return all hits, and the best ones only, of the questions whose right hits are known.

    A question that the documents do not answer has none.
    """
    every: _Scored = []
    for item in items:
        case = item.outcome.case
        if not item.outcome.hits or not (case.places or case.answerable is False):
            continue
        places = () if case.answerable is False else case.places
        hits = item.outcome.hits
        scores = np.array([hit.score for hit in hits], dtype=np.float64)
        every.append((scores, np.array([float(hit_at(hit, places)) for hit in hits], dtype=np.float64)))
    return every, [(scores[:1], right[:1]) for scores, right in every]


def _flat(scored: _Scored) -> tuple[Floats, Floats]:
    if not scored:
        return np.empty(0), np.empty(0)
    return np.concatenate([scores for scores, _ in scored]), np.concatenate([right for _, right in scored])


def _calibration_error(scored: _Scored, seed: int) -> Estimate:
    """Return the calibration error; questions are drawn, not hits, since a question's hits belong together."""
    if not scored:
        return NONE
    scores, right = _flat(scored)
    lengths = np.array([len(one) for one, _ in scored])
    ends = np.cumsum(lengths)

    def calculate(drawn: NDArray[np.intp]) -> float:
        weights = np.repeat(np.bincount(drawn, minlength=len(lengths)), lengths)
        return expected_error(np.repeat(scores, weights), np.repeat(right, weights))

    return statistic(len(lengths), calculate, int(ends[-1]), seed)


def _time(values: NDArray[np.float64]) -> Times:
    """Return the median with its interval, and the 95th percentile."""
    found = statistic(len(values), lambda drawn: float(np.median(values[drawn])), len(values))
    median = float(np.median(values))
    low, high = (median if end is None else end for end in (found.low, found.high))
    return Times(median, float(np.quantile(values, 0.95)), len(values), low, high)


def _times(items: Sequence[Judged]) -> dict[str, Times]:
    found: dict[str, Times] = {}
    for name in TIMES:
        values = [item.outcome.times_ms[name] for item in items if name in item.outcome.times_ms]
        if values:
            found[name] = _time(np.array(values))
    return found
