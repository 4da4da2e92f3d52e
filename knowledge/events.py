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
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select
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
