"""Back-ups, exports and the event log: carried out for the command line and for background jobs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clausewise.protocol import Json, Notify
from clausewise.tasks import AuditHead, Backup, Export, ListAudit, VerifyAudit
from knowledge.backup import back_up
from knowledge.events import Event, broken_links, head, holds_head, recent_events
from knowledge.exporting import export
from knowledge.store import Store
from knowledge.types import OPERATOR

BACKUPS, EXPORTS = "backups", "exports"


def carry_out(
    store: Store,
    task: Backup | Export | VerifyAudit | ListAudit | AuditHead,
    notify: Notify,
    cancel: threading.Event,
) -> Json:
    """Do what is asked.

    Raises:
        BadBackup: a file exists already or cannot be written.
        Stopped: ``cancel`` was set.
    """

    def tell(share: float) -> None:
        notify("progress", {"share": round(share, 4)})

    match task:
        case Backup():
            file = _file(task.file, store.home / BACKUPS, "clausewise")
            return back_up(store.database, file, tell, cancel.is_set).as_json()
        case Export():
            file = _file(task.file, store.home / EXPORTS, "documents")
            return export(store, file, OPERATOR.narrowed(task.audience), tell, cancel.is_set).as_json()
        case VerifyAudit():
            return verify(store, task.head)
        case ListAudit():
            with store.database.read() as connection:
                found = recent_events(
                    connection, task.limit, kind=task.kind, since=task.since, before=task.before
                )
            return {"events": [event_json(one) for one in found]}
        case AuditHead():
            with store.database.write() as session:
                seq, chain = head(session)
            return {"head": f"{seq}:{chain}"}


def verify(store: Store, noted: str | None) -> Json:
    """Prove the event log, and that a head noted earlier is part of it."""
    with store.database.write() as session:
        broken = broken_links(session)
        seq, chain = head(session)
        kept = True
        if noted is not None:
            number, _, link = noted.partition(":")
            kept = number.isdecimal() and holds_head(session, int(number), link)
    return {
        "events": seq,
        "whole": not broken and kept,
        "broken": broken[:100],
        "head": f"{seq}:{chain}",
        "head_kept": kept,
    }


def event_json(event: Event) -> dict[str, Any]:
    """Encode an event; ``data`` is null where its content was erased."""
    return {
        "seq": event.seq,
        "at": event.at.isoformat(timespec="milliseconds"),
        "kind": event.kind,
        "data": event.payload,
    }


def _file(given: str | None, folder: Path, name: str) -> Path:
    return Path(given) if given else folder / f"{name}-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
