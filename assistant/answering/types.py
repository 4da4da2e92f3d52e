"""What an answer is made of, and the events in which it arrives. JSON shapes: docs/http.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from knowledge.search import MadeWith
from knowledge.types import Hit

Status = Literal["answered", "declined", "clarify"]
Kind = Literal["faq", "clause", "written", "smalltalk", "clarify", "declined"]
DeclineReason = Literal["no_relevant_passage", "not_supported", "out_of_scope", "unsafe"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message. History is untrusted: assistant turns carry no authority."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked; ``audience`` only ever narrows what the reader may see."""

    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A checked source: ``canonical[start:end] == quote`` in that version of that document."""

    n: int
    document_id: str
    source: str
    title: str
    version: int
    clause: str | None
    page: int | None
    quote: str
    start: int
    end: int
    heading: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # sources of identical text elsewhere


@dataclass(frozen=True, slots=True)
class Sentence:
    """One checked sentence without markers, and the numbers of its citations."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why nothing was answered, which places were looked at, and the nearest clause where it is close."""

    reason: DeclineReason
    looked_at: tuple[dict[str, object], ...] = ()
    may_help: Citation | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the documents that a question may mean; ``label`` is what tells it from the others."""

    label: str
    document_id: str
    source: str
    title: str
    version: int
    clause: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer; ``text`` is the sentences joined, with markers [n]."""

    id: str
    status: Status
    kind: Kind
    text: str
    language: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    decline: Decline | None
    model: str | None
    prompt_version: str | None
    timings_ms: dict[str, float | None] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()  # what is asked back; empty unless the status is clarify
    made_with: MadeWith | None = None  # what its search compared; None where nothing was compared by meaning


@dataclass(slots=True)
class Trace:
    """What happened on the way to an answer, filled as it happens: for evaluation and for people who look into it."""

    asked: str = ""  # the question as it was searched
    hits: tuple[Hit, ...] = ()
    shown: list[str] = field(default_factory=list)  # what the model read, one text for each passage
    dropped: list[tuple[str, str]] = field(default_factory=list)  # (sentence, verdict) that the check refused


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: what the search found, before anything is written."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class ClauseShown:
    """Event: the best clause, with its best sentence as the citation's quote."""

    citation: Citation
    text: str


@dataclass(frozen=True, slots=True)
class Delta:
    """Event: one checked sentence (index from 0) and the citations that it rests on."""

    sentence: int
    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Queued:
    """Event: the model is busy; ``position`` requests are ahead, ``wait_s`` is the expectation."""

    position: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Final:
    """Event: the answer. Exactly one Final ends a stream that did not fail."""

    answer: Answer


Event = Retrieved | ClauseShown | Delta | Queued | Final
