"""What can be asked of a home, as values: the same for a call in this process and one over the socket."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from clausewise.editing_tasks import EditingTask
from clausewise.task_base import Audiences, Day, Name, TaskBase, Text


class TurnGiven(BaseModel):
    """One earlier message of a conversation."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: Literal["user", "assistant"]
    content: str


class Prepare(TaskBase):
    """Load what searches or answers need, or fail before the first of them."""

    task: Literal["prepare"] = "prepare"
    needs: Literal["search", "ask"]


class Search(TaskBase):
    """Find passages."""

    task: Literal["search"] = "search"
    query: Text
    k: int = Field(10, ge=1, le=1000)
    audience: Audiences = None


class Ask(TaskBase):
    """Answer a question; events of the answer are told on the way."""

    task: Literal["ask"] = "ask"
    question: Text
    history: list[TurnGiven] = Field(default_factory=list)
    audience: Audiences = None


class Ingest(TaskBase):
    """Read files, folders and archives; paths are absolute."""

    task: Literal["ingest"] = "ingest"
    paths: list[str] = Field(min_length=1)
    audience: Name = "internal"
    prune: bool = False
    by: Name = "operator"
    comment: str = Field("", max_length=2000)
    effective_from: Day | None = None
    expires_at: Day | None = None
    draft: bool = False


class ListDocuments(TaskBase):
    """List documents."""

    task: Literal["documents.list"] = "documents.list"
    audience: Audiences = None


class ShowDocument(TaskBase):
    """Show one version of a document; None is the current one."""

    task: Literal["documents.show"] = "documents.show"
    document_id: Name
    version: int | None = Field(None, ge=1)


class RemoveDocument(TaskBase):
    """Take a document out of search."""

    task: Literal["documents.remove"] = "documents.remove"
    document_id: Name
    by: Name = "operator"


class ShowHistory(TaskBase):
    """List the versions of a document."""

    task: Literal["documents.history"] = "documents.history"
    document_id: Name


class RollBack(TaskBase):
    """Make an earlier version current; None is the one before."""

    task: Literal["documents.rollback"] = "documents.rollback"
    document_id: Name
    version: int | None = Field(None, ge=1)
    by: Name = "operator"
    comment: str = Field("", max_length=2000)


class DiffDocument(TaskBase):
    """Compare two versions of a document clause by clause; None is the one in force, and the one before that."""

    task: Literal["documents.diff"] = "documents.diff"
    document_id: Name
    before: int | None = Field(None, ge=1)
    after: int | None = Field(None, ge=1)


class CiteDocument(TaskBase):
    """Open what an answer cited: a span of one version, and what has become of its clause."""

    task: Literal["documents.cite"] = "documents.cite"
    document_id: Name
    version: int = Field(ge=1)
    start: int = Field(ge=0)
    end: int = Field(ge=1)


class PinDocument(TaskBase):
    """Keep a version in force whatever the file becomes; None is the one in force."""

    task: Literal["documents.pin"] = "documents.pin"
    document_id: Name
    version: int | None = Field(None, ge=1)
    by: Name = "operator"


class UnpinDocument(TaskBase):
    """Let a document follow its file again."""

    task: Literal["documents.unpin"] = "documents.unpin"
    document_id: Name
    by: Name = "operator"


class SetDays(TaskBase):
    """Set from when until when a version answers; what is not given stays, None is at once or never."""

    task: Literal["documents.days"] = "documents.days"
    document_id: Name
    version: int | None = Field(None, ge=1)
    effective_from: Day | None = None
    expires_at: Day | None = None
    by: Name = "operator"


class ListExpiring(TaskBase):
    """List the documents that expire within some days, or have expired."""

    task: Literal["documents.expiring"] = "documents.expiring"
    days: int = Field(30, ge=0, le=3650)


class RebuildIndex(TaskBase):
    """Rebuild the derived indexes from the store."""

    task: Literal["index.rebuild"] = "index.rebuild"


class Reembed(TaskBase):
    """Embed everything with another embedder (None: that of the settings), then change over."""

    task: Literal["index.reembed"] = "index.reembed"
    model: Name | None = None
    by: Name = "operator"


class ShowIndex(TaskBase):
    """Tell what is indexed, with what, and what is not as the settings want it."""

    task: Literal["index.status"] = "index.status"


class Evaluate(TaskBase):
    """Ask questions of which the answers are known, and report how well they were answered.

    ``cases`` are records as assistant.evaluation.questions reads them; ``line`` is where each stands.
    """

    task: Literal["eval.run"] = "eval.run"
    cases: list[dict[str, Any]] = Field(min_length=1, max_length=10_000)
    audience: Audiences = None


class DraftQuestions(TaskBase):
    """Propose questions about what is indexed."""

    task: Literal["eval.draft"] = "eval.draft"
    count: int = Field(50, ge=1, le=1000)
    seed: int = 0
    audience: Audiences = None


class CheckIndex(TaskBase):
    """Compare the derived indexes with the store."""

    task: Literal["index.check"] = "index.check"


class Backup(TaskBase):
    """Write the whole home to a zip; None is a new file below ``backups`` in the home."""

    task: Literal["backup"] = "backup"
    file: str | None = None


class Export(TaskBase):
    """Write all documents with their metadata to a zip; None is a new file below ``exports`` in the home."""

    task: Literal["export"] = "export"
    file: str | None = None
    audience: Audiences = None


class VerifyAudit(TaskBase):
    """Prove the event log; ``head`` is one that was noted earlier."""

    task: Literal["audit.verify"] = "audit.verify"
    head: str | None = Field(None, max_length=100)


class AuditHead(TaskBase):
    """Return the newest link of the event log."""

    task: Literal["audit.head"] = "audit.head"


class ListAudit(TaskBase):
    """List events, newest first; ``kind`` is one kind or the first part of several."""

    task: Literal["audit.list"] = "audit.list"
    kind: Name | None = None
    since: Day | None = None
    before: int | None = Field(None, ge=1)
    limit: int = Field(50, ge=1, le=10_000)


class TermGiven(BaseModel):
    """A pair of the glossary; knowledge/terms.py has its rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    term: str
    same_as: str
    kind: str = "synonym"
    note: str = ""


class ListTerms(TaskBase):
    """List the glossary's table."""

    task: Literal["glossary.list"] = "glossary.list"


class PutTerms(TaskBase):
    """Add pairs to the glossary's table, or change those that are there."""

    task: Literal["glossary.put"] = "glossary.put"
    terms: list[TermGiven] = Field(min_length=1, max_length=10_000)


class ImportTerms(TaskBase):
    """Add the pairs of a CSV text; ``name`` is what errors call it."""

    task: Literal["glossary.import"] = "glossary.import"
    text: str = Field(max_length=5_000_000)
    name: Name


class RemoveTerms(TaskBase):
    """Remove a pair, or every pair of a term."""

    task: Literal["glossary.remove"] = "glossary.remove"
    term: Name
    same_as: Name | None = None


class ListJobs(TaskBase):
    """List background jobs, newest first; those of ``states`` where any are given."""

    task: Literal["jobs.list"] = "jobs.list"
    states: list[Literal["queued", "running", "done", "failed", "cancelled"]] = Field(default_factory=list)
    limit: int = Field(50, ge=1, le=500)


class ShowJob(TaskBase):
    """Show a background job."""

    task: Literal["jobs.show"] = "jobs.show"
    job_id: Name


class RetryJob(TaskBase):
    """Queue a job that failed or was cancelled once more."""

    task: Literal["jobs.retry"] = "jobs.retry"
    job_id: Name
    by: Name = "operator"


class CancelJob(TaskBase):
    """Ask a job to stop."""

    task: Literal["jobs.cancel"] = "jobs.cancel"
    job_id: Name
    by: Name = "operator"


class DiscardJob(TaskBase):
    """Delete a job that is over."""

    task: Literal["jobs.discard"] = "jobs.discard"
    job_id: Name
    by: Name = "operator"


Task = (
    Prepare
    | Search
    | Ask
    | Ingest
    | ListDocuments
    | ShowDocument
    | RemoveDocument
    | ShowHistory
    | RollBack
    | DiffDocument
    | CiteDocument
    | PinDocument
    | UnpinDocument
    | SetDays
    | ListExpiring
    | RebuildIndex
    | Reembed
    | ShowIndex
    | Evaluate
    | DraftQuestions
    | CheckIndex
    | Backup
    | Export
    | VerifyAudit
    | AuditHead
    | ListAudit
    | ListTerms
    | PutTerms
    | ImportTerms
    | RemoveTerms
    | ListJobs
    | ShowJob
    | RetryJob
    | CancelJob
    | DiscardJob
    | EditingTask
)

TASK: TypeAdapter[Task] = TypeAdapter(Annotated[Task, Field(discriminator="task")])
