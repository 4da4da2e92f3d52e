"""The shapes of exports and of the event log, for requests and the OpenAPI document."""

from pydantic import Field

from assistant.api.wire import Audiences, Strict


class ExportBody(Strict):
    """What to export."""

    audience: Audiences | None = Field(None, description="only what these audiences see; null: everything")


class EventBody(Strict):
    """One event; ``data`` is null where its content was erased."""

    seq: int
    at: str
    kind: str
    data: dict[str, object] | None


class AuditList(Strict):
    """Newest first."""

    events: list[EventBody]


class AuditReport(Strict):
    """Whether the log is whole; ``broken`` are events that were altered or follow a gap, the first hundred."""

    events: int
    whole: bool
    broken: list[int]
    head: str
    head_kept: bool = Field(
        description="whether the head that was given is part of the log; true without one"
    )
