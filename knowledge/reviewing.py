"""The editing flow: draft → review by a second person → live, and what else a version may wait for.

Who may edit or approve in every collection that a version would change sees it; for all others it is not there. Its
maker cannot be its second person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.orm import Session

from knowledge.access import concerned
from knowledge.database import Database
from knowledge.errors import NotAllowed, NotFound, NotWaiting, OwnWork
from knowledge.events import append_event
from knowledge.permissions import Actor, Right
from knowledge.placing import Cause, Place
from knowledge.publishing import Publisher
from knowledge.staging import DocumentKind, Target
from knowledge.tables import DocumentRow, VersionRow
from knowledge.types import DocumentId, VersionState

PENDING: tuple[VersionState, ...] = ("draft", "review", "waiting", "scheduled")
LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class PendingVersion:
    """A complete version that is not in force, as those see it who look after its collections."""

    document_id: DocumentId
    source: str
    title: str
    kind: DocumentKind
    version: int
    current: int | None  # the version that answers meanwhile
    state: VersionState
    reason: str | None
    cause: str | None
    collections: tuple[str, ...]
    by: str
    comment: str
    created_at: datetime
    effective_from: datetime | None
    reviewed_by: str | None
    report: dict[str, Any] | None  # what the quality gate found


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a decision has brought a version."""

    document_id: DocumentId
    version: int
    state: VersionState
    reason: str | None


class Reviews:
    """Versions that wait for people, and what people decide."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher

    def pending(self, actor: Actor, collection: str | None = None) -> list[PendingVersion]:
        """Return what waits in the collections that ``actor`` looks after, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                _versions()
                .where(VersionRow.state.in_(PENDING))
                .order_by(VersionRow.created_at, VersionRow.document_id, VersionRow.number)
            ).all()
            found = [one for row in rows if (one := _seen(connection, row, actor)) is not None]
        return [one for one in found if collection is None or collection in one.collections]

    def show(self, document_id: DocumentId, number: int | None, actor: Actor) -> PendingVersion:
        """Return one that waits, the newest unless ``number`` says which.

        Raises:
            NotFound, NotWaiting: nothing waits there, as far as ``actor`` may know.
        """
        return self._one(document_id, number, actor, PENDING, None)

    def withdraw(self, document_id: DocumentId, actor: Actor) -> None:
        """Reject whatever waits of a document that never answered; who may edit it may remove it.

        Raises:
            NotFound, NotWaiting: nothing of it waits.
            NotAllowed: ``actor`` may not edit in all of its collections.
        """
        with self._publisher.turn:
            for one in self._among(document_id, None, actor, PENDING):
                require(actor, "edit", one.collections)
                self._rejected(one, actor, f"removed by {actor.name}", "")

    def submit(self, document_id: DocumentId, number: int | None, actor: Actor, comment: str = "") -> Moved:
        """Hand a draft on: to a second person where its collections ask for one, else towards its coming into force.

        Raises:
            NotFound, NotWaiting: there is no such draft.
            NotAllowed: ``actor`` may not edit in all of its collections.
        """
        with self._publisher.turn:
            one = self._one(document_id, number, actor, {"draft"}, "edit")
            return self._advanced(one, "document.submitted", _told(actor, comment))

    def approve(
        self,
        document_id: DocumentId,
        number: int | None,
        actor: Actor,
        comment: str = "",
        *,
        force: bool = False,
    ) -> Moved:
        """Let a version that waits for a second person go on. ``force``: its maker does so in an emergency.

        Raises:
            NotFound, NotWaiting: none waits for that.
            NotAllowed: ``actor`` may not approve in all of its collections.
            OwnWork: ``actor`` made it.
        """
        with self._publisher.turn:
            one = self._one(document_id, number, actor, {"review"}, "approve")
            own = one.by == actor.name
            if own and not force:
                raise OwnWork(
                    f"{actor.name} made version {one.version} of document {one.document_id!r}; a second person must"
                    " approve it (in an emergency the operator at the command line can, with --force)",
                    by=one.by,
                )

            def sign(session: Session, _place: Place | None) -> None:
                _sign(session, one, actor)

            told = _told(actor, comment) | ({"forced": True} if own else {})
            return self._advanced(one, "document.approved", told, {"review"}, sign)

    def reject(self, document_id: DocumentId, number: int | None, actor: Actor, comment: str = "") -> Moved:
        """Turn a version down; its maker may take it back. It is kept, and its file is not taken up again as it is.

        Raises:
            NotFound, NotWaiting: nothing of it waits.
            NotAllowed: ``actor`` did not make it and may not approve in all of its collections.
        """
        with self._publisher.turn:
            one = self._one(document_id, number, actor, set(PENDING), None)
            if one.by != actor.name:
                require(actor, "approve", one.collections)
            why = f"rejected by {actor.name}" + (f": {comment}" if comment else "")
            return self._rejected(one, actor, why, comment)

    def publish(
        self,
        document_id: DocumentId,
        number: int | None,
        actor: Actor,
        comment: str = "",
        *,
        force: bool = False,
    ) -> Moved:
        """Try again to bring a waiting version into force; ``force``: whatever golden questions and its day say.

        Raises:
            NotFound, NotWaiting: none waits, or it waits for something else: a second person, a pin.
            NotAllowed: ``actor`` may not edit, or with ``force`` not approve, in all of its collections.
        """
        with self._publisher.turn:
            right: Right = "approve" if force else "edit"
            one = self._one(document_id, number, actor, {"waiting", "scheduled"}, right)
            if one.cause == "pin":
                raise NotWaiting(
                    f"{one.reason}; `clausewise documents unpin {one.document_id}` lets it follow its file",
                    version=one.version,
                    state=one.state,
                )
            told = _told(actor, comment) | ({"forced": True} if force else {})
            passed: set[Cause] = {"review", "gate", "day"} if force else {"review"}
            return self._advanced(one, "document.published", told, passed, held_kind="document.held")

    def _rejected(self, one: PendingVersion, actor: Actor, why: str, comment: str) -> Moved:
        with self._database.write() as session:
            session.execute(
                update(VersionRow)
                .where(VersionRow.document_id == one.document_id, VersionRow.number == one.version)
                .values(state="rejected", report={**(one.report or {}), "why": why, "cause": "rejected"})
            )
            _sign(session, one, actor)
            told = {"document_id": one.document_id, "source": one.source, "version": one.version}
            append_event(session, "document.rejected", told | _told(actor, comment))
        return Moved(one.document_id, one.version, "rejected", why)

    def _advanced(
        self,
        one: PendingVersion,
        kind: str,
        told: dict[str, Any],
        passed: Collection[Cause] = (),
        also: Any = None,
        held_kind: str | None = None,
    ) -> Moved:
        target = Target(one.document_id, one.version)
        place = self._publisher.advance(target, kind, also, told, passed, held_kind)
        if place is None:
            return Moved(one.document_id, one.version, "live", None)
        return Moved(one.document_id, one.version, place.state, place.reason)

    def _one(
        self,
        document_id: DocumentId,
        number: int | None,
        actor: Actor,
        states: Collection[str],
        right: Right | None,
    ) -> PendingVersion:
        one = self._among(document_id, number, actor, states)[0]
        if right is not None:
            require(actor, right, one.collections)
        return one

    def _among(
        self, document_id: DocumentId, number: int | None, actor: Actor, states: Collection[str]
    ) -> list[PendingVersion]:
        """Return the versions in one of ``states``, newest first; never none."""
        wanted = _versions().where(VersionRow.document_id == document_id, VersionRow.state != "staged")
        if number is not None:
            wanted = wanted.where(VersionRow.number == number)
        with self._database.read() as connection:
            rows = connection.execute(wanted.order_by(VersionRow.number.desc())).all()
            seen = [one for row in rows if (one := _seen(connection, row, actor)) is not None]
        found = [one for one in seen if one.state in states]
        if found:
            return found
        if not seen:
            what = (
                f"no version {number} of document {document_id!r}"
                if number
                else f"no document {document_id!r}"
            )
            raise NotFound(f"{what}; `clausewise documents pending` shows what waits")
        newest = seen[0]
        raise NotWaiting(
            f"version {newest.version} of document {document_id!r} is {newest.state}"
            f"{f' ({newest.reason})' if newest.reason else ''}; this needs one that is {' or '.join(sorted(states))}",
            version=newest.version,
            state=newest.state,
        )


def _versions() -> Any:
    return select(
        VersionRow.document_id,
        VersionRow.number,
        VersionRow.state,
        VersionRow.title,
        VersionRow.created_by,
        VersionRow.comment,
        VersionRow.created_at,
        VersionRow.effective_from,
        VersionRow.reviewed_by,
        VersionRow.report,
        DocumentRow.source,
        DocumentRow.kind,
        DocumentRow.current_version,
        DocumentRow.removed_at,
    ).join(DocumentRow, DocumentRow.id == VersionRow.document_id)


def _seen(connection: Connection, row: Row[Any], actor: Actor) -> PendingVersion | None:
    """Return a version, or None where ``actor`` does not look after all that it would change."""
    collections = concerned(connection, row.document_id, row.number)
    if any(not (actor.rights.may("edit", one) or actor.rights.may("approve", one)) for one in collections):
        return None
    report = row.report or {}
    return PendingVersion(
        document_id=DocumentId(row.document_id),
        source=row.source,
        title=row.title,
        kind=row.kind,
        version=row.number,
        current=row.current_version if row.removed_at is None else None,
        state=row.state,
        reason=report.get("why"),
        cause=report.get("cause"),
        collections=tuple(sorted(collections)),
        by=row.created_by,
        comment=row.comment,
        created_at=row.created_at,
        effective_from=row.effective_from,
        reviewed_by=row.reviewed_by,
        report=report if "lost" in report else None,
    )


def require(actor: Actor, right: Right, collections: Collection[str]) -> None:
    """Refuse someone who may see this but lacks ``right`` in some of ``collections``.

    Raises:
        NotAllowed: says where.
    """
    lacking = [one for one in collections if not actor.rights.may(right, one)]
    if lacking:
        raise NotAllowed(right, lacking)


def _sign(session: Session, one: PendingVersion, actor: Actor) -> None:
    session.execute(
        update(VersionRow)
        .where(VersionRow.document_id == one.document_id, VersionRow.number == one.version)
        .values(reviewed_by=actor.name, reviewed_at=datetime.now(UTC))
    )


def _told(actor: Actor, comment: str) -> dict[str, Any]:
    return {"by": actor.name, **({"comment": comment[:LONGEST_COMMENT]} if comment else {})}
