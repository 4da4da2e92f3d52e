"""What an evaluation is made of: questions with what is expected of them, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.answering.types import Answer, Turn
from knowledge.types import Hit

# What became of a question, from the first step that failed to the last; see judging.py for each.
What = Literal[
    "failed", "not_retrieved", "not_used", "dropped", "declined", "asked_back", "wrong", "right", "unjudged"
]
WHATS: tuple[What, ...] = (
    "right", "wrong", "declined", "asked_back", "dropped", "not_used", "not_retrieved", "failed", "unjudged",
)  # fmt: skip

# Milliseconds from the question: hits at hand; first words of a clause shown; the model's first token, before
# any check; first checked sentence of a written answer; the whole answer.
TIMES = ("search", "first_clause", "first_token", "first_sentence", "whole")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer should stand: a source, or one clause of it; see ``matching.is_place``."""

    source: str
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is expected of its answer; what is empty is not judged.

    Any of ``places`` will do. Of ``answer_contains`` every group must be met, by one of its alternatives.
    """

    id: str
    question: str
    places: tuple[Place, ...] = ()
    answer_contains: tuple[tuple[str, ...], ...] = ()
    answerable: bool | None = None  # None: nothing is known
    history: tuple[Turn, ...] = ()
    audience: tuple[str, ...] | None = None  # narrows what may be read
    line: int | None = None  # in the file of questions
    within: int | None = None  # characters of the answer in which it must be; None: all of it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. ``answer`` is None where only the search was asked, or where it failed."""

    case: Case
    asked: str = ""  # the question as it was searched
    hits: tuple[Hit, ...] = ()  # at most ten, best first
    answer: Answer | None = None
    shown: tuple[str, ...] = ()  # what the model read
    dropped: tuple[tuple[str, str], ...] = ()  # (sentence, verdict) that the check refused
    exact: tuple[bool, ...] = ()  # of each citation: its quote is its span of the canonical text
    times_ms: Mapping[str, float] = field(default_factory=dict)  # keys of TIMES, those that happened
    error: str | None = None
