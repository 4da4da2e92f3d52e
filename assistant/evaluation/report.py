"""A run's figures and questions as one JSON document: what is printed, kept, compared and shown as a page.

Keys are a promise to other programs: add, never rename; VERSION counts what cannot be helped.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answering.types import Answer
from assistant.evaluation.curves import Calibration
from assistant.evaluation.judging import at_place
from assistant.evaluation.matching import hit_at
from assistant.evaluation.metrics import GROUPS, LESS_IS_BETTER, Judged, Report
from assistant.evaluation.types import Case, Outcome
from knowledge.matching import same_source
from knowledge.types import Hit

Json = dict[str, Any]

FORMAT, VERSION = "clausewise-evaluation", 1
_LONG, _SHORT = 900, 240  # characters of a hit's text: the first five, the others
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class About:
    """When and with what a run was made."""

    made_at: str  # ISO 8601, UTC
    seconds: float
    program: str  # version of Clausewise
    asked: int  # questions given; fewer items mean that the run was stopped
    models: tuple[str, ...] = ()
    audience: tuple[str, ...] | None = None
    documents: int | None = None


def document(report: Report, about: About, sources: Collection[str] | None = None) -> Json:
    """Return the whole report as JSON.

    Where ``sources`` (of all documents indexed) are given, expected places that are none of them are named:
    a source spelt wrong looks like bad search otherwise.
    """
    prompts = {i.outcome.answer.prompt_version for i in report.items if i.outcome.answer is not None}
    return {
        "format": FORMAT,
        "version": VERSION,
        **asdict(about),
        "models": list(about.models),
        "audience": None if about.audience is None else list(about.audience),
        "prompts": sorted(p for p in prompts if p),
        "questions": len(report.items),
        "failed": report.whats.get("failed", 0),
        "figures": [
            {
                "name": name,
                "group": group,
                **{key: _rounded(value) for key, value in asdict(report.figures[name]).items()},
                "less_is_better": name in LESS_IS_BETTER,
            }
            for group, names in GROUPS.items()
            for name in names
        ],
        "outcomes": dict(report.whats),
        "risk_coverage": {
            name: [_rounded(value) for value in values]
            for name, values in asdict(report.risk_coverage).items()
        },
        "calibration": {
            "all_hits": _calibration(report.calibration),
            "best_hit": _calibration(report.calibration_top),
        },
        "times_ms": {
            name: {
                "median": round(t.median, 1),
                "low": round(t.low, 1),
                "high": round(t.high, 1),
                "p95": round(t.p95, 1),
                "count": t.count,
            }
            for name, t in report.times_ms.items()
        },
        "items": [_item(item, sources) for item in report.items],
        "comparison": None,
    }


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, _DIGITS)


def _calibration(found: Calibration) -> Json:
    bins = [{name: _rounded(value) for name, value in asdict(one).items()} for one in found.bins]
    return {"error": _rounded(found.error), "bins": bins}


def _item(item: Judged, sources: Collection[str] | None) -> Json:
    outcome, judgement = item.outcome, item.judgement
    case = outcome.case
    return {
        "id": case.id,
        "line": case.line,
        "question": case.question,
        "history": [{"role": turn.role, "content": turn.content} for turn in case.history],
        "audience": None if case.audience is None else list(case.audience),
        "expected": expected_json(case),
        "unknown_sources": [] if sources is None else unknown_sources(case, sources),
        "what": judgement.what,
        "right": judgement.right,
        "rank": judgement.rank,
        "ranks": {name: round(value, _DIGITS) for name, value in item.ranks.items()},
        "contains": judgement.contains,
        "cited": judgement.cited,
        "declined": None if outcome.answer is None else judgement.declined,
        "numbers_match": bool(judgement.numbers[0]) if judgement.numbers[1] else None,
        "given": judgement.given,
        "citations_right": list(judgement.citations),
        "quotes_exact": list(judgement.exact),
        "asked": outcome.asked,
        "hits": _hits(outcome),
        "answer": None if outcome.answer is None else _answer(outcome, outcome.answer),
        "shown": list(outcome.shown),
        "dropped": [{"text": text, "verdict": verdict} for text, verdict in outcome.dropped],
        "times_ms": {name: round(ms, 1) for name, ms in outcome.times_ms.items()},
        "error": outcome.error,
    }


def expected_json(case: Case) -> Json:
    """Encode what is expected of an answer."""
    return {
        "places": [{"source": place.source, "clause": place.clause} for place in case.places],
        "answer_contains": [list(group) for group in case.answer_contains],
        "answerable": case.answerable,
    }


def unknown_sources(case: Case, sources: Collection[str]) -> list[str]:
    """Return the expected sources that no indexed document is."""
    wanted = dict.fromkeys(place.source.partition("#")[0] for place in case.places)
    return [one for one in wanted if not any(same_source(source, one) for source in sources)]


def _hits(outcome: Outcome) -> list[Json]:
    cited = {
        (one.document_id, one.version, one.start)
        for one in (outcome.answer.citations if outcome.answer is not None else ())
    }
    return [_hit(hit, outcome, cited, i) for i, hit in enumerate(outcome.hits)]


def _hit(hit: Hit, outcome: Outcome, cited: set[tuple[str, int, int]], index: int) -> Json:
    passage = hit.passage
    return {
        "rank": index + 1,
        "score": round(hit.score, _DIGITS),
        "source": passage.source,
        "title": passage.title,
        "clause": passage.clause,
        "page": passage.page,
        "text": _clipped(passage.text.strip(), _LONG if index < 5 else _SHORT),
        "exact": hit.exact,
        "places": [place.source for place in hit.places],
        "expected": hit_at(hit, outcome.case.places),
        "cited": any(
            document == passage.document_id
            and version == passage.version
            and passage.start <= start < passage.end
            for document, version, start in cited
        ),
    }


def _answer(outcome: Outcome, answer: Answer) -> Json:
    exact: list[bool | None] = [*outcome.exact] or [None] * len(answer.citations)
    return {
        "status": answer.status,
        "kind": answer.kind,
        "text": answer.text,
        "language": answer.language,
        "decline": None if answer.decline is None else answer.decline.reason,
        "citations": [
            {
                "n": one.n,
                "source": one.source,
                "clause": one.clause,
                "page": one.page,
                "quote": one.quote,
                "expected": at_place(one, outcome),
                "exact": true,
            }
            for one, true in zip(answer.citations, exact, strict=True)
        ],
    }


def _clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
