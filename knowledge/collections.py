"""Collections: the audiences of passages as people manage them, with what each asks of a change.

``review``: a second person must approve what is to be in force. ``gate``: its golden questions must still be
answered. A collection is made when the first document names it; its titles are for people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from knowledge.access import documents_by_audience
from knowledge.database import Database, bump_generation
from knowledge.errors import AlreadyThere, BadValue, NotFound
from knowledge.events import append_event
from knowledge.permissions import EVERY
from knowledge.tables import CollectionRow, GoldenRow

LONGEST_NAME, LONGEST_TITLE = 100, 100
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Collection:
    """One audience, how many documents in force have passages in it, and how many questions guard it."""

    name: str
    title_zh: str
    title_en: str
    review: bool
    gate: bool
    documents: int
    golden: int
    created_at: datetime


class Collections:
    """The table of collections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Collection]:
        """Return every collection, by name."""
        with self._database.read() as connection:
            documents = documents_by_audience(connection)
            counted = select(GoldenRow.collection, func.count()).group_by(GoldenRow.collection)
            golden = {row[0]: row[1] for row in connection.execute(counted)}
            rows = connection.execute(select(CollectionRow.__table__).order_by(CollectionRow.name)).all()
        return [
            Collection(**row._asdict(), documents=documents.get(row.name, 0), golden=golden.get(row.name, 0))
            for row in rows
        ]

    def get(self, name: str) -> Collection:
        """Return one collection.

        Raises:
            NotFound: there is none of that name.
        """
        found = next((one for one in self.all() if one.name == name), None)
        if found is None:
            raise _unknown(name)
        return found

    def names(self) -> frozenset[str]:
        """Return the names of all collections."""
        with self._database.read() as connection:
            return frozenset(connection.execute(select(CollectionRow.name)).scalars())

    def add(
        self,
        name: str,
        title_zh: str = "",
        title_en: str = "",
        *,
        review: bool = False,
        gate: bool = False,
        by: str = "operator",
    ) -> Collection:
        """Make a collection; titles that are not given are its name.

        Raises:
            BadValue: the name or a title breaks a rule.
            AlreadyThere: there is one of that name.
        """
        name = checked_name(name)
        values = {
            "title_zh": _title("title_zh", title_zh) or name,
            "title_en": _title("title_en", title_en) or name,
            "review": review,
            "gate": gate,
        }
        with self._database.write() as session:
            if session.execute(select(exists().where(CollectionRow.name == name))).scalar():
                raise AlreadyThere(
                    f"there is a collection {name!r} already; `clausewise collections set` changes it",
                    name=name,
                )
            session.execute(insert(CollectionRow).values(name=name, created_at=datetime.now(UTC), **values))
            append_event(session, "collection.added", {"name": name, "by": by, **values})
        return self.get(name)

    def change(self, name: str, changes: dict[str, Any], by: str = "operator") -> Collection:
        """Set any of ``title_zh``, ``title_en``, ``review`` and ``gate``.

        What waits for a second person goes on waiting when ``review`` is taken back, until someone approves it.

        Raises:
            NotFound: there is none of that name.
            BadValue: a title breaks a rule.
        """
        values = {
            key: (_title(key, value) or name) if key.startswith("title") else bool(value)
            for key, value in changes.items()
        }
        with self._database.write() as session:
            if not session.execute(select(exists().where(CollectionRow.name == name))).scalar():
                raise _unknown(name)
            if values:
                session.execute(update(CollectionRow).where(CollectionRow.name == name).values(**values))
                append_event(session, "collection.changed", {"name": name, "by": by, **values})
                bump_generation(session)
        return self.get(name)


def ensure(session: Session, names: Iterable[str], by: str) -> None:
    """Make the collections of ``names`` that are missing, in the transaction that brings their first document."""
    for name in sorted(set(names)):
        made = session.execute(
            insert(CollectionRow)
            .values(
                name=name,
                title_zh=name,
                title_en=name,
                review=False,
                gate=False,
                created_at=datetime.now(UTC),
            )
            .on_conflict_do_nothing()
            .returning(CollectionRow.name)
        ).first()
        if made is not None:
            told = {
                "name": name,
                "by": by,
                "title_zh": name,
                "title_en": name,
                "review": False,
                "gate": False,
            }
            append_event(session, "collection.added", told)


def asking_review(connection: Connection | Session, names: Iterable[str]) -> list[str]:
    """Return those of ``names`` in which a second person must approve."""
    wanted = select(CollectionRow.name).where(CollectionRow.name.in_(sorted(names)), CollectionRow.review)
    return sorted(connection.execute(wanted).scalars())


def guarded(connection: Connection | Session, names: Iterable[str]) -> list[str]:
    """Return those of ``names`` whose golden questions must hold, and that have any."""
    wanted = (
        select(CollectionRow.name)
        .where(CollectionRow.name.in_(sorted(names)), CollectionRow.gate)
        .where(exists().where(GoldenRow.collection == CollectionRow.name))
    )
    return sorted(connection.execute(wanted).scalars())


def checked_name(name: str) -> str:
    """Return a collection's name, or refuse it.

    Raises:
        BadValue: something else than letters, digits, - and _, or too long.
    """
    name = name.strip()
    if len(name) > LONGEST_NAME:
        raise BadValue(
            "name",
            f"the name has {len(name)} characters; at most {LONGEST_NAME} are allowed",
            length=len(name),
            limit=LONGEST_NAME,
        )
    if not _NAME.fullmatch(name) or name == EVERY:
        raise BadValue(
            "name", f"{name!r} is no name of a collection: use letters, digits, '-' and '_'", "bad_name"
        )
    return name


def _title(field: str, text: str) -> str:
    text = " ".join(text.split())
    if len(text) > LONGEST_TITLE:
        raise BadValue(
            field,
            f"{field} has {len(text)} characters; at most {LONGEST_TITLE} are allowed",
            length=len(text),
            limit=LONGEST_TITLE,
        )
    return text


def _unknown(name: str) -> NotFound:
    return NotFound(f"no collection {name!r}; `clausewise collections list` shows all", "collection")
