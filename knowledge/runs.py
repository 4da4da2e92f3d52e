"""What each ingest run did to each file, kept for whoever asks later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NewType
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.tables import RunFileRow, RunRow

RunId = NewType("RunId", str)
RunState = Literal["running", "done", "cancelled", "failed", "interrupted"]
FileState = Literal["indexed", "unchanged", "skipped", "failed", "removed", "waiting"]

_KEPT = 200  # runs; older ones are forgotten


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. ``code`` names the reason for programs, ``reason`` says it to people."""

    source: str
    state: FileState
    passages: int = 0
    reason: str | None = None
    code: str | None = None
    document_id: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run as a list shows it."""

    run_id: RunId
    state: RunState
    roots: tuple[str, ...]
    totals: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None


class Runs:
    """The record of ingest runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, roots: Sequence[str]) -> RunId:
        """Open the record of a run; runs that a killed process left open are closed."""
        run_id = RunId(uuid4().hex[:16])
        now = datetime.now(UTC)
        with self._database.write() as session:
            session.execute(update(RunRow).where(RunRow.state == "running").values(state="interrupted"))
            session.execute(
                insert(RunRow).values(
                    id=run_id, state="running", roots=list(roots), totals={}, started_at=now, finished_at=None
                )
            )
            newest = select(RunRow.id).order_by(RunRow.started_at.desc()).limit(_KEPT)
            kept = list(session.execute(newest).scalars())
            session.execute(delete(RunRow).where(RunRow.id.not_in(kept)))
        return run_id

    def finish(self, run_id: RunId, state: RunState, totals: Mapping[str, Any]) -> None:
        """Close the record of a run."""
        with self._database.write() as session:
            session.execute(
                update(RunRow)
                .where(RunRow.id == run_id)
                .values(state=state, totals=dict(totals), finished_at=datetime.now(UTC))
            )

    def record(self, run_id: RunId, outcomes: Sequence[FileOutcome]) -> None:
        """Keep what became of files, in a transaction of its own."""
        if outcomes:
            with self._database.write() as session:
                add_outcomes(session, run_id, outcomes)

    def recent(self, limit: int = 20) -> list[RunInfo]:
        """Return the newest runs, newest first."""
        with self._database.read() as connection:
            rows = connection.execute(
                select(RunRow.__table__).order_by(RunRow.started_at.desc()).limit(limit)
            )
            return [
                RunInfo(RunId(r.id), r.state, tuple(r.roots), r.totals, r.started_at, r.finished_at)
                for r in rows
            ]

    def files(self, run_id: RunId) -> list[FileOutcome]:
        """Return what became of each file of a run, in order."""
        columns = (
            RunFileRow.source,
            RunFileRow.state,
            RunFileRow.passages,
            RunFileRow.reason,
            RunFileRow.code,
            RunFileRow.document_id,
            RunFileRow.version,
        )
        with self._database.read() as connection:
            rows = connection.execute(
                select(*columns).where(RunFileRow.run_id == run_id).order_by(RunFileRow.number)
            )
            return [FileOutcome(**row._asdict()) for row in rows]


def add_outcomes(session: Session, run_id: RunId, outcomes: Sequence[FileOutcome]) -> None:
    """Keep what became of files, in the caller's transaction."""
    last = session.execute(select(func.max(RunFileRow.number)).where(RunFileRow.run_id == run_id)).scalar()
    first = (last or 0) + 1
    session.execute(
        insert(RunFileRow),
        [
            {
                "run_id": run_id,
                "number": first + i,
                "source": outcome.source,
                "state": outcome.state,
                "passages": outcome.passages,
                "code": outcome.code,
                "reason": outcome.reason,
                "document_id": outcome.document_id,
                "version": outcome.version,
            }
            for i, outcome in enumerate(outcomes)
        ],
    )
