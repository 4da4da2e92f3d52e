"""What the HTTP side needs from the rest of the program, as roles; bootstrap.py fills them.

All calls are synchronous and may take time: endpoints run them off the event loop.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from assistant.answering.types import Event, Question
from knowledge.permissions import Actor
from knowledge.terms import KeptTerm, Term
from knowledge.types import Hit, Passage, Reader

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document as a list shows it; ``passages`` counts those that the reader may see."""

    document_id: str
    source: str
    title: str
    version: int
    audiences: tuple[str, ...]
    passages: int
    updated_at: str  # ISO 8601, UTC
    state: Literal["live", "expired", "removed", "waiting"] = "live"
    expires_at: str | None = None
    pinned: int | None = None  # the version that stays whatever the file becomes


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One version of a document, as far as the reader may see it.

    ``passages`` are in document order. ``text`` is the canonical text, or None when any part of it is
    hidden from this reader; so is ``details``, what the file says of itself and how it was read.
    """

    summary: DocumentSummary
    current_version: int
    passages: tuple[Passage, ...]
    text: str | None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One line of a document's history, newest first in lists."""

    version: int
    state: str
    created_at: str  # ISO 8601, UTC
    passages: int
    current: bool
    by: str = "operator"
    comment: str = ""
    effective_from: str | None = None
    expires_at: str | None = None
    published_at: str | None = None
    reason: str | None = None  # why it is not in force, where it waits
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Work that goes on after its request was answered; ``result`` is what the command would print."""

    job_id: str
    task: str
    state: JobState
    created_at: str  # ISO 8601, UTC
    finished_at: str | None = None
    progress: dict[str, object] = field(default_factory=dict)
    result: dict[str, object] | None = None
    error: str | None = None
    started_at: str | None = None
    attempts: int = 0
    failures: tuple[str, ...] = ()  # the reason of each attempt that failed
    next_attempt_at: str | None = None
    priority: int = 0
    lock: str | None = None
    by: str = "operator"
    collection: str | None = None
    worker: str | None = None
    cancel_asked: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more unless somebody asks for it."""
        return self.state in {"done", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model of the catalogue; ``in_use`` when it answers now."""

    name: str
    kind: Literal["chat", "embedder", "reranker"]
    licence: str
    bytes: int
    present: bool
    in_use: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that answers depend on, and what to do when it is not there."""

    name: str
    ok: bool
    advice: str = ""


class Answerer(Protocol):
    """Turns a question into events; exactly one Final ends a stream that did not fail."""

    def stream(self, question: Question, reader: Reader, cancel: threading.Event) -> Iterator[Event]:
        """Yield events until the answer is whole; stop soon after ``cancel`` is set.

        Raises:
            models.errors.Busy: the model's queue is full.
        """


class Searcher(Protocol):
    """Finds passages."""

    def search(self, query: str, reader: Reader, k: int) -> Sequence[Hit]:
        """Return at most ``k`` hits that ``reader`` may see, best first."""


class Library(Protocol):
    """The documents, each method through the one access gate."""

    def documents(self, reader: Reader, limit: int, offset: int) -> tuple[Sequence[DocumentSummary], int]:
        """Return one page of the documents that ``reader`` may see, and how many there are."""

    def document(self, document_id: str, reader: Reader, version: int | None) -> DocumentView | None:
        """Return a version (None: the current one), or None when ``reader`` may see nothing of it."""

    def history(self, document_id: str, reader: Reader) -> Sequence[VersionSummary] | None:
        """Return all versions, newest first, or None when there is no such document."""

    def rollback(self, document_id: str, version: int | None, comment: str = "") -> VersionSummary | None:
        """Make ``version`` (None: the one before) current; None when there is no such document.

        Raises:
            assistant.errors.NothingToRollBack: no such earlier version.
        """

    def remove(self, document_id: str) -> bool:
        """Take the document out of search; False when there is none."""

    def ingest(self, paths: Sequence[Path], audience: str, note: Mapping[str, str]) -> str:
        """Start a job that ingests files stored under ``uploads`` and return its id.

        ``note`` may hold ``comment``, ``effective_from`` and ``expires_at`` of the new versions.
        """

    @property
    def uploads(self) -> Path:
        """Folder in the home where uploaded files are kept."""


class LifeCycle(Protocol):
    """Versions compared, cited, pinned and dated; None stands for what is not there for the reader."""

    def difference(
        self, document_id: str, before: int | None, after: int | None, reader: Reader
    ) -> dict[str, object] | None:
        """Compare two versions (None: the one in force, and the one before it) clause by clause."""

    def citation(
        self, document_id: str, version: int, span: tuple[int, int], reader: Reader
    ) -> dict[str, object] | None:
        """Open what was cited, and say what has become of its clause."""

    def pin(self, document_id: str, version: int | None) -> int | None:
        """Keep a version in force and return its number."""

    def unpin(self, document_id: str) -> int | None:
        """Follow the file again and return the version in force."""

    def set_days(
        self, document_id: str, version: int | None, changes: Mapping[str, datetime | None]
    ) -> int | None:
        """Set ``effective_from`` and ``expires_at`` of a version and return its number.

        Raises:
            ValueError: it would expire before it comes into force.
        """

    def expiring(self, days: int, reader: Reader) -> Sequence[Mapping[str, object]]:
        """Return what expires within ``days`` or has expired, the first to go first."""


class Glossary(Protocol):
    """The staff's own terms; knowledge.terms.Terms is one."""

    def all(self) -> Sequence[KeptTerm]:
        """Return every pair, by term."""

    def put(self, terms: Sequence[Term], by: str) -> int:
        """Add or change pairs, all or none, and return how many changed.

        Raises:
            knowledge.glossary.BadGlossary: a pair breaks a rule.
        """

    def remove(self, term: str, same_as: str | None, by: str) -> int:
        """Remove a pair, or every pair of ``term``, and return how many there were.

        Raises:
            knowledge.errors.NotFound: there is none.
        """


class Index(Protocol):
    """The derived indexes."""

    def status(self) -> dict[str, object]:
        """Return counts and generation."""

    def rebuild(self) -> str:
        """Start a job that rebuilds them from the store and return its id."""

    def check(self) -> str:
        """Start a job that compares them with the store and return its id."""

    def reembed(self, model: str | None) -> str:
        """Start a job that embeds everything with another embedder (None: that of the settings) and return its id.

        Raises:
            assistant.errors.InvalidRequest: there is no such embedder.
        """


class Jobs(Protocol):
    """Background work, newest first; each method shows an actor what that one may know of."""

    def jobs(self, limit: int, states: Sequence[JobState], actor: Actor) -> Sequence[Job]:
        """Return the newest jobs, of ``states`` where any are given."""

    def job(self, job_id: str, actor: Actor) -> Job | None:
        """Return one job."""

    def retry(self, job_id: str, actor: Actor) -> Job:
        """Queue a job that failed or was cancelled once more.

        Raises:
            knowledge.errors.WrongState: it has not failed, nor was it cancelled.
        """

    def cancel(self, job_id: str, actor: Actor) -> Job:
        """Ask a job to stop."""

    def discard(self, job_id: str, actor: Actor) -> None:
        """Delete a job that is over.

        Raises:
            knowledge.errors.WrongState: it is not over.
        """

    def counts(self) -> Mapping[JobState, int]:
        """Return how many there are of each state."""


class Models(Protocol):
    """The models at hand."""

    def models(self) -> Sequence[ModelInfo]:
        """Return the catalogue with what is present and in use."""

    def count_tokens(self, text: str) -> int:
        """Return the length of ``text`` in tokens of the chat model."""


class Readiness(Protocol):
    """Whether questions can be answered now."""

    def checks(self) -> Sequence[Check]:
        """Return every dependency with its state; quick, loads nothing."""


class Evaluation(Protocol):
    """Measuring how well questions are answered."""

    def start(self, cases: Sequence[Mapping[str, object]], audience: list[str] | None) -> str:
        """Start a job that asks ``cases``, records that read_records accepted, and return its id."""


class Keeping(Protocol):
    """Back-ups, exports and the event log."""

    def backup(self) -> str:
        """Start a job that backs up the home and return its id."""

    def export(self, audience: list[str] | None) -> str:
        """Start a job that exports the documents and return its id."""

    def exported(self, job_id: str) -> Path | None:
        """Return the file that an export's job wrote, None where there is none."""

    def events(
        self, limit: int, kind: str | None, since: datetime | None, before: int | None
    ) -> Sequence[Mapping[str, object]]:
        """Return events of the log, newest first."""

    def verify(self, head: str | None) -> Mapping[str, object]:
        """Prove the log, and that a head noted earlier is part of it."""


class Editing(Protocol):
    """Collections, versions that wait, entries and golden questions, as JSON.

    Raises knowledge.errors: NotFound for what is not there for the actor, NotAllowed, Conflict and BadValue as they say.
    """

    def collections(self, actor: Actor) -> Sequence[Mapping[str, object]]:
        """Return the collections that ``actor`` may read."""

    def add_collection(self, name: str, values: Mapping[str, object], actor: Actor) -> Mapping[str, object]:
        """Make a collection."""

    def change_collection(
        self, name: str, changes: Mapping[str, object], actor: Actor
    ) -> Mapping[str, object]:
        """Change titles and rules of a collection."""

    def pending(self, actor: Actor, collection: str | None) -> Sequence[Mapping[str, object]]:
        """Return the versions that wait in the collections that ``actor`` looks after."""

    def show_pending(self, document_id: str, version: int | None, actor: Actor) -> Mapping[str, object]:
        """Return one of them with its text and what it would change."""

    def decide(
        self,
        verb: Literal["submit", "approve", "reject", "publish"],
        document_id: str,
        version: int | None,
        actor: Actor,
        comment: str,
        *,
        force: bool,
    ) -> Mapping[str, object]:
        """Decide on a version, and return where that has brought it."""

    def entries(self, actor: Actor, collection: str | None) -> Sequence[Mapping[str, object]]:
        """Return the entries of which ``actor`` may see something."""

    def entry(self, document_id: str, actor: Actor) -> Mapping[str, object]:
        """Return one entry."""

    def add_entry(self, values: Mapping[str, object], actor: Actor) -> Mapping[str, object]:
        """Write an entry."""

    def edit_entry(
        self, document_id: str, base: int | None, values: Mapping[str, object], actor: Actor
    ) -> Mapping[str, object]:
        """Write a new version of an entry, made from version ``base``."""

    def remove_entry(self, document_id: str, actor: Actor) -> Mapping[str, object]:
        """Take an entry out of search."""

    def golden(self, actor: Actor, collection: str | None) -> Sequence[Mapping[str, object]]:
        """Return the golden questions of the collections that ``actor`` looks after."""

    def add_golden(
        self, collection: str, questions: Sequence[Mapping[str, str]], actor: Actor
    ) -> Sequence[str]:
        """Add golden questions, all or none, and return the ids of those that are new."""

    def remove_golden(self, question_id: str, actor: Actor) -> Mapping[str, object]:
        """Forget a golden question."""

    def start_check(self, collection: str, actor: Actor) -> str:
        """Start a job that asks a collection's golden questions and return its id."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything together, as ``create_app`` takes it."""

    answerer: Answerer
    searcher: Searcher
    library: Library
    life_cycle: LifeCycle
    glossary: Glossary
    index: Index
    jobs: Jobs
    models: Models
    readiness: Readiness
    evaluation: Evaluation
    keeping: Keeping
    editing: Editing
