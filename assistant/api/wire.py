"""The shapes on the wire, for checking requests and for the OpenAPI document.

Responses are encoded in schemas.py; a test holds both equal.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

AudienceName = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Audiences = Annotated[list[AudienceName], Field(max_length=50)]

_MOST_TURNS = 500


class Strict(BaseModel):
    """A shape without keys of other names."""

    model_config = ConfigDict(extra="forbid")


class TurnBody(Strict):
    """One earlier message of the conversation; nothing in it is believed."""

    role: Literal["user", "assistant"]
    content: str


class AskBody(Strict):
    """A question. ``id`` is the caller's own mark and is not used."""

    question: str
    history: list[TurnBody] = Field(default_factory=list, max_length=_MOST_TURNS)
    audience: Audiences | None = Field(None, description="narrows what may be read; never widens it")
    id: str | int | None = None


class SearchBody(Strict):
    """A search for passages."""

    query: str
    k: int = Field(10, ge=1)
    audience: Audiences | None = Field(None, description="narrows what may be read; never widens it")
    id: str | int | None = None


class HitBody(Strict):
    """A passage found; ``text`` is ``canonical[start:end]`` in code points."""

    rank: int
    score: float
    passage_id: str
    document_id: str
    source: str
    title: str
    version: int
    clause: str | None
    heading: list[str]
    page: int | None
    text: str
    kind: Literal["text", "faq", "record"]
    start: int
    end: int
    exact: bool
    places: list[str]
    editions: list[str]


class SearchResult(Strict):
    """Hits, best first; ``ms`` is the time of the search."""

    query: str
    hits: list[HitBody]
    ms: float


class CitationBody(Strict):
    """A checked source: ``canonical[start:end] == quote`` in that version."""

    # The wire's shape is kept apart from the domain's, so the fields are written twice.
    # pylint: disable=duplicate-code
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
    heading: list[str]
    places: list[str]


class SentenceBody(Strict):
    """A checked sentence and the numbers of its citations."""

    text: str
    citations: list[int]


class DeclineBody(Strict):
    """Why nothing was answered."""

    reason: Literal["no_relevant_passage", "not_supported", "out_of_scope", "unsafe"]
    looked_at: list[dict[str, object]]
    may_help: CitationBody | None = Field(description="the nearest clause, where it is close")


class ChoiceBody(Strict):
    """One of the documents that a question may mean; asking again with ``label`` chooses it."""

    label: str
    document_id: str
    source: str
    title: str
    version: int
    clause: str | None


class AnswerBody(Strict):
    """The whole answer; ``answer`` is the sentences joined, with markers [n]."""

    id: str
    status: Literal["answered", "declined", "clarify"]
    kind: Literal["faq", "clause", "written", "smalltalk", "clarify", "declined"]
    answer: str
    language: str
    sentences: list[SentenceBody]
    citations: list[CitationBody]
    decline: DeclineBody | None
    model: str | None
    prompt_version: str | None
    timings_ms: dict[str, float | None]
    choices: list[ChoiceBody]


class PassageBody(Strict):
    """A part of a document."""

    passage_id: str
    clause: str | None
    heading: list[str]
    page: int | None
    start: int
    end: int
    text: str
    kind: Literal["text", "faq", "record"]
    source: str
    audience: str


class DocumentBody(Strict):
    """A document in a list."""

    document_id: str
    source: str
    title: str
    version: int
    audiences: list[str]
    passages: int
    updated_at: str
    state: Literal["live", "expired", "removed", "waiting"]
    expires_at: str | None
    pinned: int | None = Field(description="the version that stays in force whatever the file becomes")


class DocumentList(Strict):
    """One page of documents; ``total`` counts all of them."""

    documents: list[DocumentBody]
    total: int


class WholeDocument(Strict):
    """A version as far as the reader may see it; ``text`` is null when a part is hidden."""

    document_id: str
    source: str
    title: str
    version: int
    audiences: list[str]
    passages: list[PassageBody]
    updated_at: str
    state: Literal["live", "expired", "removed", "waiting"]
    expires_at: str | None
    pinned: int | None
    current_version: int
    text: str | None
    details: dict[str, str] = Field(
        description="what the file says of itself and how it was read: author, dates, ocr_confidence of 100, …; "
        "empty when a part of the document is hidden"
    )


class VersionBody(Strict):
    """A line of a document's history."""

    version: int
    state: str
    created_at: str
    passages: int
    current: bool
    by: str
    comment: str
    effective_from: str | None
    expires_at: str | None
    published_at: str | None
    reason: str | None = Field(description="why it is not in force, where it waits")
    pinned: bool


class HistoryBody(Strict):
    """All versions, newest first."""

    document_id: str
    versions: list[VersionBody]


class RollbackBody(Strict):
    """Which version to make current; null takes the one before the current. ``comment`` says why."""

    version: int | None = Field(None, ge=1)
    comment: str = Field("", max_length=2000)


class RemovedBody(Strict):
    """A document that is no longer searched."""

    document_id: str
    state: Literal["removed"]


class JobStarted(Strict):
    """Work that goes on; ask for it under ``/api/v1/jobs/{job_id}``."""

    job_id: str


class ReembedBody(Strict):
    """Which embedder is to take over: a name of the catalogue; none is that of the settings."""

    model: str | None = Field(None, min_length=1, max_length=200)


class UploadAccepted(JobStarted):
    """Files taken over; ``files`` are their names as kept."""

    files: list[str]


class ExpectedQuestion(Strict):
    """A question and what is expected of its answer; several sources or clauses are alternatives.

    ``answer_contains`` is text with alternatives parted by ``|``, or a list of such groups, all to be met.
    """

    question: str = Field(min_length=1)
    id: str | int | None = None
    source: str | list[str] | None = None
    clause: str | list[str] | None = None
    answer_contains: str | list[str | list[str]] | None = None
    answerable: bool | str | None = Field(None, description="true, false, yes, no, 是, 否; null: not known")
    history: list[TurnBody] = Field(default_factory=list, max_length=50)
    audience: Audiences | None = Field(None, description="ask this question as a reader of these audiences")


class EvaluationBody(Strict):
    """Questions to measure with, as `clausewise eval run` reads them from a file."""

    questions: Annotated[list[ExpectedQuestion], Field(min_length=1, max_length=200)]
    audience: Audiences | None = Field(None, description="ask as a reader of these audiences; null: of all")


class JobBody(Strict):
    """A background job."""

    job_id: str
    task: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    created_at: str
    finished_at: str | None
    progress: dict[str, object]
    result: dict[str, object] | None
    error: str | None
    started_at: str | None
    attempts: int
    failures: list[str] = Field(description="the reason of each attempt that failed")
    next_attempt_at: str | None = Field(description="after a failure whose cause may pass")
    priority: int = Field(description="higher goes first")
    lock: str | None = Field(description="jobs of one lock never run together")
    by: str
    collection: str | None = Field(description="whose editors see the job; null: administrators only")
    worker: str | None = Field(description="the process that is at it, or was")
    cancel_asked: bool


class JobList(Strict):
    """The newest jobs first."""

    jobs: list[JobBody]


class ModelBody(Strict):
    """A model of the catalogue."""

    name: str
    kind: Literal["chat", "embedder", "reranker"]
    licence: str
    bytes: int
    present: bool
    in_use: bool


class ModelList(Strict):
    """The catalogue."""

    models: list[ModelBody]


class SessionBody(Strict):
    """Who this browser is; ``audiences`` is null for the operator, who sees all."""

    operator: bool
    audiences: list[str] | None


class TermBody(Strict):
    """Two terms that mean the same, and why."""

    term: str
    same_as: str
    kind: Literal["synonym", "abbreviation", "old_name", "translation"] = "synonym"
    note: str = ""


class KeptTermBody(TermBody):
    """A pair of the glossary's table, with who changed it last and when."""

    by: str
    at: str


class TermList(Strict):
    """The glossary's table, by term."""

    terms: list[KeptTermBody]


class TermsBody(Strict):
    """Pairs to add or change, all or none."""

    terms: list[TermBody] = Field(min_length=1, max_length=10_000)


class ChangedBody(Strict):
    """How many pairs changed."""

    changed: int


class TermsRemoved(Strict):
    """How many pairs went."""

    removed: int


class HealthBody(Strict):
    """The process runs."""

    status: Literal["ok"]


class ReadyBody(Strict):
    """Questions can be answered."""

    status: Literal["ready"]
    checks: dict[str, bool]


class ErrorContent(Strict):
    """A stable code, a sentence for people, and whatever helps a program."""

    code: str
    message: str
    details: dict[str, object] | list[dict[str, object]] | None


class ErrorBody(Strict):
    """The one shape of every error."""

    error: ErrorContent
