"""Outcomes as the tests of figures need them: hits by name, answers by what they say and cite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.answering.types import Answer, Citation, Decline, Sentence
from assistant.evaluation.types import Case, Outcome, Place
from knowledge.types import DocumentId, Hit, Passage, PassageId


def hit(
    source: str,
    clause: str | None = None,
    score: float = 0.5,
    text: str = "內容。",
    heading: tuple[str, ...] = (),
) -> Hit:
    """Return a hit whose canonical text begins with its own."""
    passage = Passage(
        PassageId(f"{source}{clause}{text}"), DocumentId(source), 1, source, source.partition(".")[0], "text",
        clause, heading, None, 0, len(text), text, "zh-Hant", "internal",
    )  # fmt: skip
    return Hit(0, score, passage)


def citation(source: str, clause: str | None = None, quote: str = "內容。", n: int = 1) -> Citation:
    """Return a citation at the beginning of its document."""
    return Citation(n, source, source, source.partition(".")[0], 1, clause, None, quote, 0, len(quote))


def answer(text: str, *citations: Citation, status: str = "answered", kind: str = "written") -> Answer:
    """Return an answer of one sentence that cites all of ``citations``."""
    said = (Sentence(text, tuple(c.n for c in citations)),) if status == "answered" else ()
    decline = Decline("no_relevant_passage") if status == "declined" else None
    return Answer(
        "a", status, kind, text, "zh-Hant", said, citations, decline, None, None, {},  # type: ignore[arg-type]
    )  # fmt: skip


DECLINED = answer("找不到答案。", status="declined", kind="declined")


def outcome(
    *,
    places: Sequence[tuple[str, str | None]] = (),
    contains: Sequence[Sequence[str]] = (),
    answerable: bool | None = True,
    hits: Sequence[Hit] = (),
    given: Answer | None = None,
    **more: Any,
) -> Outcome:
    """Return one outcome; ``more`` goes to it as it is."""
    case = Case(
        more.pop("id", "c"),
        more.pop("question", "多久？"),
        tuple(Place(*place) for place in places),
        tuple(tuple(group) for group in contains),
        answerable,
    )
    return Outcome(case, case.question, tuple(hits), given, **more)
