"""What can be asked of collections, versions that wait, entries and golden questions, as values."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from clausewise.task_base import Name, TaskBase

Comment = Field("", max_length=2000)


class ListCollections(TaskBase):
    """List collections, with what each asks of a change."""

    task: Literal["collections.list"] = "collections.list"


class AddCollection(TaskBase):
    """Make a collection."""

    task: Literal["collections.add"] = "collections.add"
    name: Name
    title_zh: str = ""
    title_en: str = ""
    review: bool = False
    gate: bool = False


class SetCollection(TaskBase):
    """Change a collection; None stays as it is."""

    task: Literal["collections.set"] = "collections.set"
    name: Name
    title_zh: str | None = None
    title_en: str | None = None
    review: bool | None = None
    gate: bool | None = None


class ListPending(TaskBase):
    """List the versions that wait for people, golden questions, a pin or their day."""

    task: Literal["documents.pending"] = "documents.pending"
    collection: Name | None = None


class ShowPending(TaskBase):
    """Show a version that waits: its text, what it would change, and what the gate found."""

    task: Literal["documents.pending.show"] = "documents.pending.show"
    document_id: Name
    version: int | None = Field(None, ge=1)


class Decide(TaskBase):
    """Hand a draft on, approve or reject what waits for a second person, or try again to publish."""

    task: Literal["documents.decide"] = "documents.decide"
    verb: Literal["submit", "approve", "reject", "publish"]
    document_id: Name
    version: int | None = Field(None, ge=1)
    comment: str = Comment
    force: bool = False


class ListEntries(TaskBase):
    """List entries."""

    task: Literal["faq.list"] = "faq.list"
    collection: Name | None = None


class ShowEntry(TaskBase):
    """Show an entry: what answers, and what waits."""

    task: Literal["faq.show"] = "faq.show"
    document_id: Name


class AddEntry(TaskBase):
    """Write an entry."""

    task: Literal["faq.add"] = "faq.add"
    question: str
    answer: str
    collection: Name = "internal"
    tags: list[str] = Field(default_factory=list)
    comment: str = Comment
    draft: bool = False


class EditEntry(TaskBase):
    """Write a new version of an entry; None stays as it is. ``base`` is the version that was edited."""

    task: Literal["faq.edit"] = "faq.edit"
    document_id: Name
    base: int | None = Field(None, ge=1)
    question: str | None = None
    answer: str | None = None
    collection: Name | None = None
    tags: list[str] | None = None
    comment: str = Comment
    draft: bool = False


class RemoveEntry(TaskBase):
    """Take an entry out of search."""

    task: Literal["faq.remove"] = "faq.remove"
    document_id: Name


class GoldenGiven(BaseModel):
    """A golden question; knowledge/golden.py has its rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str
    source: str = ""
    clause: str = ""
    contains: str = ""


class ListGolden(TaskBase):
    """List golden questions."""

    task: Literal["golden.list"] = "golden.list"
    collection: Name | None = None


class AddGolden(TaskBase):
    """Add golden questions to a collection, all or none."""

    task: Literal["golden.add"] = "golden.add"
    collection: Name
    questions: list[GoldenGiven] = Field(min_length=1, max_length=500)


class ImportGolden(TaskBase):
    """Add the golden questions of a CSV text; ``name`` is what errors call it."""

    task: Literal["golden.import"] = "golden.import"
    collection: Name
    text: str = Field(max_length=2_000_000)
    name: Name


class RemoveGolden(TaskBase):
    """Forget a golden question."""

    task: Literal["golden.remove"] = "golden.remove"
    question_id: Name


class CheckGolden(TaskBase):
    """Ask the golden questions as things stand."""

    task: Literal["golden.check"] = "golden.check"
    collection: Name | None = None


CollectionTask = ListCollections | AddCollection | SetCollection
ReviewTask = ListPending | ShowPending | Decide
EntryTask = ListEntries | ShowEntry | AddEntry | EditEntry | RemoveEntry
GoldenTask = ListGolden | AddGolden | ImportGolden | RemoveGolden | CheckGolden
EditingTask = CollectionTask | ReviewTask | EntryTask | GoldenTask
