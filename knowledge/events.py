"""The one append-only log: what was answered, decided and changed, in an order that cannot be altered unseen.

Each link is an HMAC over the link before and a digest of its content, with a key that lies outside the
database. Contents are in rows of their own, so that one can be erased on request while the chain still
verifies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from knowledge.tables import EventContentRow, EventRow

_START = "0" * 64


def append_event(session: Session, kind: str, payload: Mapping[str, Any]) -> int:
    """Append one event in the caller's transaction and return its number; ``payload`` must be JSON."""
    key: bytes = session.info["event_key"]
    content = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    last = session.execute(
        select(EventRow.seq, EventRow.chain).order_by(EventRow.seq.desc()).limit(1)
    ).first()
    seq, before = (last.seq + 1, last.chain) if last else (1, _START)
    at = datetime.now(UTC)
    digest = _mac(key, content)
    session.execute(
        EventRow.__table__.insert().values(  # type: ignore[attr-defined]
            seq=seq, at=at, kind=kind, digest=digest, chain=_link(key, seq, at, kind, digest, before)
        )
    )
    session.execute(EventContentRow.__table__.insert().values(seq=seq, payload=content))  # type: ignore[attr-defined]
    return seq


def erase_content(session: Session, seq: int) -> bool:
    """Erase what event ``seq`` says, not that it happened; return whether there was anything to erase."""
    erased = session.execute(
        delete(EventContentRow).where(EventContentRow.seq == seq).returning(EventContentRow.seq)
    )
    return erased.first() is not None


def head(session: Session) -> tuple[int, str]:
    """Return the newest link. Kept elsewhere, it shows later whether the chain was cut or rewritten."""
    last = session.execute(
        select(EventRow.seq, EventRow.chain).order_by(EventRow.seq.desc()).limit(1)
    ).first()
    return (last.seq, last.chain) if last else (0, _START)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as people read it; ``payload`` is None where its content was erased."""

    seq: int
    at: datetime
    kind: str
    payload: dict[str, Any] | None


def recent_events(
    connection: Connection | Session,
    limit: int = 100,
    *,
    kind: str | None = None,
    since: datetime | None = None,
    before: int | None = None,
) -> list[Event]:
    """Return events, newest first: of a kind ("document" stands for all that begin so), from a time, before a number."""
    statement = (
        select(EventRow.seq, EventRow.at, EventRow.kind, EventContentRow.payload)
        .outerjoin(EventContentRow, EventContentRow.seq == EventRow.seq)
        .order_by(EventRow.seq.desc())
        .limit(limit)
    )
    if kind is not None:
        statement = statement.where(
            (EventRow.kind == kind) | EventRow.kind.startswith(f"{kind}.", autoescape=True)
        )
    if since is not None:
        statement = statement.where(EventRow.at >= since)
    if before is not None:
        statement = statement.where(EventRow.seq < before)
    rows = connection.execute(statement)
    return [
        Event(r.seq, r.at, r.kind, json.loads(r.payload) if r.payload is not None else None) for r in rows
    ]


def holds_head(session: Session, seq: int, chain: str) -> bool:
    """Tell whether a head that was noted earlier is still part of the chain: else it was cut or rewritten."""
    if seq == 0:
        return chain == _START
    found = session.execute(select(EventRow.chain).where(EventRow.seq == seq)).scalar()
    return found is not None and hmac.compare_digest(found, chain)


def broken_links(session: Session) -> list[int]:
    """Return the numbers of events that were altered, or that follow a gap; empty when the log is whole."""
    key: bytes = session.info["event_key"]
    rows = session.execute(
        select(
            EventRow.seq, EventRow.at, EventRow.kind, EventRow.digest, EventRow.chain, EventContentRow.payload
        )
        .outerjoin(EventContentRow, EventContentRow.seq == EventRow.seq)
        .order_by(EventRow.seq)
    )
    broken: list[int] = []
    before, expected = _START, 1
    for row in rows:
        whole = row.seq == expected and hmac.compare_digest(
            row.chain, _link(key, row.seq, row.at, row.kind, row.digest, before)
        )
        told = row.payload is None or hmac.compare_digest(row.digest, _mac(key, row.payload))
        if not (whole and told):
            broken.append(row.seq)
        before, expected = row.chain, row.seq + 1
    return broken


def _link(key: bytes, seq: int, at: datetime, kind: str, digest: str, before: str) -> str:
    return _mac(key, "\n".join((str(seq), at.astimezone(UTC).isoformat(), kind, digest, before)))


def _mac(key: bytes, content: str) -> str:
    return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()
