"""Where a complete version stands next: with its maker, before a second person, behind the gate or a pin, or in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from knowledge.access import concerned
from knowledge.collections import asking_review, guarded
from knowledge.staging import Target
from knowledge.tables import DocumentRow, VersionRow
from knowledge.types import PENDING, VersionState

# Asked in this order; the gate comes before the day, so that people learn in time what their version would break.
Cause = Literal["draft", "review", "pin", "gate", "day"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a complete version stands that is not in force, and why."""

    state: VersionState
    reason: str
    cause: Cause
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, Any]:
        """Return what the version's row keeps of it."""
        return {"why": self.reason, "cause": self.cause, **self.report}


DRAFT = Place("draft", "its maker still works on it", "draft")


def held_back(connection: Connection, target: Target, passed: Collection[Cause] = ()) -> Place | None:
    """Return what keeps a version from coming into force now, the gate apart; ``passed`` is not asked again."""
    row = connection.execute(
        select(DocumentRow.pinned, VersionRow.effective_from, VersionRow.reviewed_by)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(DocumentRow.id == target.document_id, VersionRow.number == target.number)
    ).one()
    if "review" not in passed and row.reviewed_by is None:
        asking = asking_review(connection, concerned(connection, target.document_id, target.number))
        if asking:
            return Place("review", f"a second person must approve it for {', '.join(asking)}", "review")
    if "pin" not in passed and row.pinned is not None:
        return Place("waiting", f"the document is pinned to version {row.pinned}", "pin")
    if "day" not in passed and row.effective_from is not None and row.effective_from > datetime.now(UTC):
        when = row.effective_from.isoformat(timespec="seconds")
        return Place("scheduled", f"comes into force at {when}", "day")
    return None


def guards(connection: Connection, target: Target) -> list[str]:
    """Return the collections whose golden questions a version must not lose."""
    return guarded(connection, concerned(connection, target.document_id, target.number))


def give_way(session: Session, target: Target, *, in_force: bool) -> list[int]:
    """Reject what is overtaken by ``target``, an older reading or all of a removed document; return the versions.

    Once the target is in force (``in_force``) nothing older may follow it, whatever its day or its pin; while the target
    waits itself, what waits for its day or behind a pin was decided upon, and stays.
    """
    overtaken_states = VersionRow.state.in_(PENDING if in_force else ("draft", "review"))
    if not in_force:
        overtaken_states |= (VersionRow.state == "waiting") & (
            VersionRow.report["cause"].as_string() == "gate"
        )
    overtaken = (
        update(VersionRow)
        .where(VersionRow.document_id == target.document_id, overtaken_states)
        .values(state="rejected", report=_overtaken(target))
        .returning(VersionRow.number)
    )
    if target.number is not None:
        overtaken = overtaken.where(VersionRow.number < target.number)
    return sorted(session.execute(overtaken).scalars())


def _overtaken(target: Target) -> dict[str, Any]:
    if target.number is None:
        return {"why": "the document was removed", "cause": "removed"}
    return {"why": f"replaced by version {target.number}", "cause": "replaced"}
