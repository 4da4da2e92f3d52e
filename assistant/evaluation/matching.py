"""When a hit or a citation is at the expected place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.evaluation.types import Place
from knowledge.clauses import clause_key, parse_label
from knowledge.matching import path_of, same_source, within
from knowledge.types import Hit


def is_place(source: str, clause: str | None, places: Iterable[Place], heading: Sequence[str] = ()) -> bool:
    """Return whether a passage of ``source`` labelled ``clause`` lies at one of ``places``.

    A clause is met by itself and by what lies below it: who expects 第4條 is served by 第4.3條. A label that
    repeats below several headings may be named with its heading's: 二、（一）.
    """
    return any(
        same_source(source, place.source)
        and (place.clause is None or within(clause, heading, clause_key(place.clause)))
        for place in places
    )


def hit_at(hit: Hit, places: Sequence[Place]) -> bool:
    """Return whether a hit, or the same text elsewhere that was joined to it, lies at one of ``places``."""
    return any(is_place(p.source, p.clause, places, p.heading) for p in (hit.passage, *hit.places))


def place_key(hit: Hit, *, by_clause: bool) -> str:
    """Return one name for all hits of a place: its document (or row), with its clause where asked for."""
    source = path_of(hit.passage.source)
    if not by_clause:
        return source
    above = next((one for one in reversed(hit.passage.heading) if parse_label(one) is not None), "")
    return "\t".join((source, above, clause_key(hit.passage.clause or "")))
