"""The shapes of collections, versions that wait, entries and golden questions, for requests and the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from assistant.api.lifecycle_wire import DifferenceBody
from assistant.api.wire import AudienceName, PassageBody, Strict

State = Literal["draft", "review", "waiting", "scheduled", "live", "superseded", "rejected"]
Comment = Annotated[str, Field(max_length=2000)]
# What a person writes is measured where it is kept, so that the refusal is in the reader's language.
Written = Annotated[str, Field(max_length=100_000)]


class CollectionBody(Strict):
    """An audience, what it asks of a change, and how much there is in it."""

    name: str
    title_zh: str
    title_en: str
    review: bool = Field(description="a second person must approve")
    gate: bool = Field(description="golden questions must still hold")
    documents: int
    golden: int


class CollectionList(Strict):
    """The collections that the caller may read, by name."""

    collections: list[CollectionBody]


class NewCollection(Strict):
    """A collection to make; titles that are left out are its name."""

    name: Written
    title_zh: Written = ""
    title_en: Written = ""
    review: bool = False
    gate: bool = False


class CollectionChanges(Strict):
    """What is to change; what is left out stays."""

    title_zh: Written | None = None
    title_en: Written | None = None
    review: bool | None = None
    gate: bool | None = None


class FoundInstead(Strict):
    """The first passage found."""

    source: str
    clause: str | None
    text: str


class LostQuestion(Strict):
    """A golden question that a version would lose: the rank before and after, and what is found instead."""

    id: str
    collection: str
    question: str
    expected: str
    before: int
    after: int | None
    found: FoundInstead | None


class GateReport(Strict):
    """What the quality gate found."""

    model_config = ConfigDict(extra="allow")

    why: str
    lost: list[LostQuestion]


class PendingBody(Strict):
    """A version that does not answer yet, and what it waits for."""

    document_id: str
    source: str
    title: str
    kind: Literal["file", "entry"]
    version: int
    current_version: int | None
    state: State
    cause: str | None = Field(description="draft, review, pin, gate or day")
    reason: str | None
    collections: list[str]
    by: str
    comment: str
    created_at: str
    effective_from: str | None
    reviewed_by: str | None
    report: GateReport | None


class PendingList(Strict):
    """What waits in the collections that the caller looks after, the oldest first."""

    versions: list[PendingBody]


class WholePending(PendingBody):
    """A version that waits, with its text and what it would change; null: nothing is in force yet."""

    passages: list[PassageBody]
    difference: DifferenceBody | None


class DecisionBody(Strict):
    """Why; kept in the log."""

    comment: Comment = ""


class PublishBody(DecisionBody):
    """``force``: whatever the golden questions and the version's day say; needs the right to approve."""

    force: bool = False


class MovedBody(Strict):
    """Where a version stands now, and why."""

    document_id: str
    version: int
    state: State
    reason: str | None


class EntryVersionBody(Strict):
    """One writing of an entry."""

    version: int
    state: State
    question: str
    answer: str
    collection: str
    tags: list[str]
    by: str
    comment: str
    created_at: str
    reason: str | None


class EntryBody(Strict):
    """An entry: what answers, and what waits; ``base`` is the version that the next edit is made from."""

    document_id: str
    base: int
    live: EntryVersionBody | None
    pending: EntryVersionBody | None


class EntryList(Strict):
    """One page of entries, by question; ``total`` counts all of them."""

    entries: list[EntryBody]
    total: int


class NewEntry(Strict):
    """A question with its answer, given word for word."""

    question: Written
    answer: Written
    collection: AudienceName = "internal"
    tags: list[Written] = Field(default_factory=list, max_length=100)
    comment: Comment = ""
    draft: bool = Field(False, description="keep it as a draft, to be submitted later")


class EntryEdit(NewEntry):
    """The whole new text of an entry, and the version that it was made from."""

    base: int = Field(ge=1, description="409 when there is a newer version by now")


class EntryRemoved(Strict):
    """An entry that no longer answers."""

    document_id: str
    state: Literal["removed"]


class GoldenText(Strict):
    """A question and what must be found for it; at least one of the three."""

    question: Written
    source: Written = ""
    clause: Written = ""
    contains: Written = Field("", description="what the passage must say; alternatives parted by |")


class GoldenBody(GoldenText):
    """A kept golden question."""

    id: str
    collection: str
    by: str
    at: str


class GoldenList(Strict):
    """The golden questions of the collections that the caller looks after."""

    questions: list[GoldenBody]


class NewGolden(Strict):
    """Golden questions to add, all or none."""

    collection: AudienceName
    questions: list[GoldenText] = Field(min_length=1, max_length=500)


class GoldenAdded(Strict):
    """The ids of those that are new."""

    added: list[str]


class GoldenCheck(Strict):
    """Whose golden questions are asked."""

    collection: AudienceName
