"""This run beside an earlier one on the same questions: what got better, what got worse, and is it chance?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.evaluation.curves import Floats, augrc, aurc, expected_error
from assistant.evaluation.errors import BadComparison
from assistant.evaluation.metrics import LESS_IS_BETTER, RETRIEVAL
from assistant.evaluation.report import FORMAT, VERSION
from assistant.evaluation.significance import exchange, mcnemar, permutation
from assistant.evaluation.types import TIMES

Json = dict[str, Any]

MOST_BYTES = 500_000_000
_LEAST_SHARE = 0.5  # of the smaller set of questions that must be found in the other

# Figures that are yes or no for each question, by value (ranks), and those that only a whole run has.
_DEPTHS = {"recall@1": 1, "recall@5": 5, "recall@10": 10}
_YES_NO = (
    *_DEPTHS,
    "right",
    "answer_contains",
    "place_cited",
    "numbers_match",
    "decline_recall",
    "false_declines",
)
_RANKS = tuple(name for name in RETRIEVAL if name not in _DEPTHS)
_SHARES = ("citation_precision", "citation_recall", "resolvable", "decline_precision")
_CURVES: Mapping[str, Callable[[Floats, Floats], float]] = {
    "aurc": aurc,
    "augrc": augrc,
    "calibration_error": expected_error,
    "calibration_error_top": expected_error,
}


def read_document(path: Path) -> Json:
    """Read an earlier result.

    Raises:
        BadComparison: it is not one, or of another version of the format.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadComparison(
                f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB; it is no result of `eval run`."
            )
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise BadComparison(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise BadComparison(
            f"{path.name} is not JSON ({error}); give a file that `eval run --out` wrote."
        ) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadComparison(
            f"{path.name} is not a result of an evaluation; give a file that `eval run --out` wrote."
        )
    if found.get("version") != VERSION:
        raise BadComparison(
            f"{path.name} has version {found.get('version')!r} of the format, this program reads {VERSION}: "
            "run the earlier evaluation again."
        )
    if not isinstance(found.get("items"), list):
        raise BadComparison(
            f"{path.name} has no list of items: it is damaged; run the earlier evaluation again."
        )
    return found


def compare(new: Json, old: Json) -> Json:
    """Return the ``comparison`` of two documents; ``better`` and ``worse`` are as seen from the new one.

    Raises:
        BadComparison: fewer than half of the smaller set's questions are in the other, or ``old`` is damaged.
    """
    try:
        return _compared(new, old)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadComparison(
            f"the earlier result is damaged ({type(error).__name__}: {error}); run it again."
        ) from error


def _compared(new: Json, old: Json) -> Json:
    pairs = pair(new["items"], old["items"])
    figures = [
        *(_yes_no(name, pairs) for name in _YES_NO),
        *(_by_value(name, pairs) for name in _RANKS),
        *(_share(name, pairs) for name in _SHARES),
        *(_curve(name, pairs) for name in _CURVES),
    ]
    return {
        "old": {key: old.get(key) for key in ("made_at", "program", "models", "questions")},
        "paired": len(pairs),
        "only_new": len(new["items"]) - len(pairs),
        "only_old": len(old["items"]) - len(pairs),
        "changed_expectations": sum(n["expected"] != o["expected"] for n, o in pairs),
        "figures": [figure for figure in figures if figure is not None],
        "times_ms": {name: found for name in TIMES if (found := _time(name, pairs)) is not None},
        "questions": [
            {
                "id": n["id"],
                "question": n["question"],
                "old": o["what"],
                "new": n["what"],
                "change": _change(n, o),
            }
            for n, o in pairs
            if n["what"] != o["what"]
        ],
    }


def pair(new: Sequence[Json], old: Sequence[Json]) -> list[tuple[Json, Json]]:
    """Pair by id where the question is still the same, then by the question with its history and audience.

    Raises:
        BadComparison: fewer than half of the smaller set can be paired, or ``old`` is damaged.
    """
    try:
        pairs = _paired(new, old)
    except (KeyError, TypeError, AttributeError) as error:
        raise BadComparison(f"the earlier result is damaged ({type(error).__name__}: {error}).") from error
    if not pairs or len(pairs) < _LEAST_SHARE * min(len(new), len(old)):
        raise BadComparison(
            f"only {len(pairs)} of {len(new)} questions can be paired with the {len(old)} of the earlier result, "
            "by id or by their text: these are different sets of questions."
        )
    return pairs


def _paired(new: Sequence[Json], old: Sequence[Json]) -> list[tuple[Json, Json]]:
    by_id = {item["id"]: item for item in old}
    pairs: list[tuple[Json, Json]] = []
    taken: set[str] = set()
    rest: list[Json] = []
    for item in new:
        found = by_id.get(item["id"])
        if found is not None and _asked(found) == _asked(item):
            pairs.append((item, found))
            taken.add(found["id"])
        else:
            rest.append(item)
    by_text = {_asked(item): item for item in reversed(old) if item["id"] not in taken}
    for item in rest:
        found = by_text.pop(_asked(item), None)
        if found is not None:
            pairs.append((item, found))
    return pairs


def _asked(item: Json) -> str:
    return json.dumps([item["question"].strip(), item["history"], item["audience"]], ensure_ascii=False)


def _change(new: Json, old: Json) -> str:
    if bool(new["right"]) != bool(old["right"]):
        return "better" if new["right"] else "worse"
    return "other"


def _yes_no(name: str, pairs: Sequence[tuple[Json, Json]]) -> Json | None:
    judged = [(n, _answer(name, n), _answer(name, o)) for n, o in pairs]
    known = [
        (item, was_new, was_old)
        for item, was_new, was_old in judged
        if was_new is not None and was_old is not None
    ]
    if not known:
        return None
    gained = [item["id"] for item, is_new, is_old in known if is_new and not is_old]
    lost = [item["id"] for item, is_new, is_old in known if is_old and not is_new]
    better, worse = (lost, gained) if name in LESS_IS_BETTER else (gained, lost)
    return _figure(
        "mcnemar",
        name,
        len(known),
        (sum(bool(o) for _, _, o in known) / len(known), sum(bool(n) for _, n, _ in known) / len(known)),
        (better, worse),
        mcnemar(len(better), len(worse)),
    )


def _figure(
    test: str,
    name: str,
    paired: int,
    values: tuple[float, float],
    moved: tuple[list[str], list[str]],
    p: float,
) -> Json:
    """Write one figure down: ``values`` are the old and the new one, ``moved`` the questions better and worse by it."""
    (old, new), (better, worse) = values, moved
    return {
        "name": name,
        "test": test,
        "paired": paired,
        "old": round(old, 4),
        "new": round(new, 4),
        "better": better,
        "worse": worse,
        "p": round(p, 6),
    }


def _answer(name: str, item: Mapping[str, Any]) -> bool | None:
    """Return a question's yes or no, None where it has no part in this figure."""
    answerable, declined = item["expected"]["answerable"], item["declined"]
    match name:
        case "decline_recall":
            return declined if answerable is False else None
        case "false_declines":
            return declined if answerable is True else None
        case "right" | "numbers_match":
            return item[name]  # type: ignore[no-any-return]
        case "answer_contains":
            return item["contains"]  # type: ignore[no-any-return]
        case "place_cited":
            return item["cited"]  # type: ignore[no-any-return]
        case _:
            rank = item["rank"]
            return rank is not None and rank <= _DEPTHS[name] if item["ranks"] else None


def _by_value(name: str, pairs: Sequence[tuple[Json, Json]]) -> Json | None:
    known = [
        (n, n["ranks"][name], o["ranks"][name]) for n, o in pairs if name in n["ranks"] and name in o["ranks"]
    ]
    if not known:
        return None
    return _figure(
        "permutation",
        name,
        len(known),
        (sum(o for _, _, o in known) / len(known), sum(n for _, n, _ in known) / len(known)),
        ([item["id"] for item, n, o in known if n > o], [item["id"] for item, n, o in known if n < o]),
        permutation([n - o for _, n, o in known]),
    )


def _share(name: str, pairs: Sequence[tuple[Json, Json]]) -> Json | None:
    """Compare a share of things of which a question has several or none: citations, declines."""
    known = [
        (n, mine, theirs)
        for n, o in pairs
        if (mine := _part(name, n)) is not None
        and (theirs := _part(name, o)) is not None
        and mine[1] + theirs[1]
    ]
    new = np.array([mine for _, mine, _ in known], dtype=np.float64).reshape(-1, 2)
    old = np.array([theirs for _, _, theirs in known], dtype=np.float64).reshape(-1, 2)
    if not (new[:, 1].any() and old[:, 1].any()):
        return None

    def share(parts: Floats) -> float:
        right, all_of_them = parts.sum(0)
        return float(right / all_of_them) if all_of_them else 0.0

    def difference(mask: NDArray[np.bool_]) -> float:
        sides = mask[:, None]
        return share(np.where(sides, old, new)) - share(np.where(sides, new, old))

    return _figure(
        "exchange",
        name,
        len(known),
        (share(old), share(new)),
        (
            [item["id"] for item, mine, theirs in known if _outdoes(mine, theirs)],
            [item["id"] for item, mine, theirs in known if _outdoes(theirs, mine)],
        ),
        exchange(len(known), difference),
    )


def _outdoes(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether a question has fewer wrong than it had, or as many and more right where it had any."""
    fewer = (other[1] - other[0]) - (one[1] - one[0])
    return fewer > 0 or (fewer == 0 and bool(one[1] and other[1]) and one[0] > other[0])


def _part(name: str, item: Mapping[str, Any]) -> Sequence[float] | None:
    """Return how many were right of how many; None where an earlier version did not write it down."""
    match name:
        case "citation_precision":
            return item.get("citations_right")
        case "resolvable":
            return item.get("quotes_exact")
        case "citation_recall":
            counts = item.get("given") and item["cited"] is not None
            return (float(item["cited"]), 1) if counts else (0, 0)
        case _:
            answerable = item["expected"]["answerable"]
            return (float(not answerable), 1) if item["declined"] and answerable is not None else (0, 0)


def _curve(name: str, pairs: Sequence[tuple[Json, Json]]) -> Json | None:
    """Compare a figure of scores; no single question is better or worse by it."""
    calculate = _CURVES[name]
    known = [
        (n, mine, theirs) for n, o in pairs if len(mine := _scored(name, n)) + len(theirs := _scored(name, o))
    ]
    if not any(len(mine) for _, mine, _ in known) or not any(len(theirs) for _, _, theirs in known):
        return None

    def figure(sides: Sequence[Floats]) -> float:
        scores, marks = np.concatenate(sides).T
        return calculate(scores, marks)

    def difference(mask: NDArray[np.bool_]) -> float:
        one = [theirs if swap else mine for (_, mine, theirs), swap in zip(known, mask, strict=True)]
        other = [mine if swap else theirs for (_, mine, theirs), swap in zip(known, mask, strict=True)]
        return figure(one) - figure(other)

    new, old = figure([mine for _, mine, _ in known]), figure([theirs for _, _, theirs in known])

    return _figure("exchange", name, len(known), (old, new), ([], []), exchange(len(known), difference))


def _scored(name: str, item: Mapping[str, Any]) -> Floats:
    """Return (score, mark) rows, (n, 2): an answer and whether it is wrong, or hits and whether they are right."""
    rows: list[tuple[float, float]] = []
    expected, hits = item["expected"], item["hits"]
    if name in {"aurc", "augrc"}:
        if item.get("given") and item["right"] is not None:
            rows = [(hits[0]["score"] if hits else 0.0, float(not item["right"]))]
    elif item["error"] is None and (expected["places"] or expected["answerable"] is False):
        able = expected["answerable"] is not False
        rows = [(hit["score"], float(able and hit["expected"])) for hit in hits]
        rows = rows[:1] if name == "calibration_error_top" else rows
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _time(name: str, pairs: Sequence[tuple[Json, Json]]) -> Json | None:
    """Compare one time on the questions where it happened in both runs; the test is of the times' ratios."""
    known = [
        (n["times_ms"][name], o["times_ms"][name])
        for n, o in pairs
        if n["times_ms"].get(name, 0) > 0 and o["times_ms"].get(name, 0) > 0
    ]
    if not known:
        return None
    new, old = np.array(known, dtype=np.float64).T
    ratios = np.log(new / old)
    return {
        "old": round(float(np.median(old)), 1),
        "new": round(float(np.median(new)), 1),
        "ratio": round(float(np.exp(np.median(ratios))), 3),
        "paired": len(known),
        "p": round(permutation(list(ratios)), 6),
    }
