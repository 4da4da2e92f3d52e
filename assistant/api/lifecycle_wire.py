"""The shapes of differences, opened citations, pins and days, for requests and the OpenAPI document."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from assistant.api.wire import Strict


class ClauseBody(Strict):
    """A clause of one version; ``start`` and ``end`` are code points of its canonical text."""

    label: str
    text: str
    start: int
    end: int
    page: int | None


class ChangeBody(Strict):
    """A clause that is not the same; ``moved``: the same words under another number. ``marks`` are [kind, text] runs."""

    kind: Literal["added", "removed", "changed", "moved"]
    before: ClauseBody | None
    after: ClauseBody | None
    marks: list[tuple[Literal["same", "removed", "added"], str]]


class DifferenceBody(Strict):
    """What changed between two versions, in the order of the newer one."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    document_id: str
    before: int = Field(alias="from")
    after: int = Field(alias="to")
    unchanged: int
    changes: list[ChangeBody]


class OpenedCitation(Strict):
    """What was cited, as it was, and where its clause stands in the version in force (``now``; null: gone)."""

    document_id: str
    version: int
    current_version: int
    standing: Literal["current", "unchanged", "moved", "changed", "gone"]
    quote: str
    start: int
    end: int
    clause: ClauseBody
    now: ClauseBody | None


class ExpiringBody(Strict):
    """A document whose version in force ceases to answer."""

    document_id: str
    source: str
    title: str
    version: int
    expires_at: str
    expired: bool


class ExpiringList(Strict):
    """The first to go first."""

    documents: list[ExpiringBody]


class PinBody(Strict):
    """Which version to keep in force; null takes the current one."""

    version: int | None = Field(None, ge=1)


class PinnedBody(Strict):
    """The version in force now, and whether it is pinned."""

    document_id: str
    version: int | None
    pinned: bool


class DaysBody(Strict):
    """Days of a version (null: of the one in force); what is left out stays, null means at once or never."""

    version: int | None = Field(None, ge=1)
    effective_from: datetime | None = None
    expires_at: datetime | None = None


class DaysSet(Strict):
    """Which version it was."""

    document_id: str
    version: int
