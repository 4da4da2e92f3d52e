"""The append-only log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from knowledge.database import Database, open_database
from knowledge.events import append_event, broken_links, erase_content, head, holds_head, recent_events
from knowledge.tables import EventContentRow, EventRow


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Return a database with three events."""
    opened = open_database(home)
    with opened.write() as session:
        for number in (1, 2, 3):
            append_event(session, "test", {"number": number, "名": "值"})
    yield opened
    opened.close()


def append_and_fail(database: Database) -> None:
    """Append an event in a transaction that then fails."""
    with database.write() as session:
        append_event(session, "never", {})
        raise ZeroDivisionError


class TestChain:
    def test_verifies(self, database: Database) -> None:
        """An untouched log is whole, and its head is the last event."""
        with database.write() as session:
            assert broken_links(session) == []
            assert head(session)[0] == 3

    def test_verifies_after_contents_were_erased(self, database: Database) -> None:
        """Erasing what an event says does not break the chain."""
        with database.write() as session:
            erased = (erase_content(session, 2), erase_content(session, 2))

        with database.write() as session:
            assert erased == (True, False)
            assert broken_links(session) == []

    def test_tells_an_altered_content(self, database: Database) -> None:
        """A content that was changed is found."""
        with database.write() as session:
            session.execute(update(EventContentRow).where(EventContentRow.seq == 2).values(payload="{}"))

        with database.write() as session:
            assert broken_links(session) == [2]

    def test_tells_an_altered_event(self, database: Database) -> None:
        """A changed kind breaks its own link."""
        with database.write() as session:
            session.execute(update(EventRow).where(EventRow.seq == 2).values(kind="other"))

        with database.write() as session:
            assert broken_links(session) == [2]

    def test_tells_a_missing_event(self, database: Database) -> None:
        """An event that was cut out shows in the one after it."""
        with database.write() as session:
            session.execute(delete(EventContentRow).where(EventContentRow.seq == 2))
            session.execute(delete(EventRow).where(EventRow.seq == 2))

        with database.write() as session:
            assert broken_links(session) == [3]

    def test_needs_the_key(self, database: Database, home: Path) -> None:
        """Whoever has the database but not the key cannot forge an event."""
        database.close()
        (home / "events.key").write_bytes(b"0" * 32)
        forged = open_database(home)

        with forged.write() as session:
            append_event(session, "forged", {})
            broken = broken_links(session)

        assert broken == [1, 2, 3]
        forged.close()

    def test_rolls_back_with_its_change(self, database: Database) -> None:
        """An event is written in the transaction of its change, or not at all."""
        with pytest.raises(ZeroDivisionError):
            append_and_fail(database)

        with database.write() as session:
            assert head(session)[0] == 3


class TestReading:
    def test_lists_newest_first_by_kind(self, database: Database) -> None:
        """A kind's first part stands for all that begin so; an erased content is None."""
        with database.write() as session:
            for kind in ("document.published", "answer.given", "document.removed", "documentary"):
                append_event(session, kind, {"kind": kind})
            erase_content(session, 6)

        with database.read() as connection:
            found = recent_events(connection, kind="document")
            newest = recent_events(connection, limit=1)
            older = recent_events(connection, before=2)

        assert [(one.seq, one.kind, one.payload) for one in found] == [
            (6, "document.removed", None),
            (4, "document.published", {"kind": "document.published"}),
        ]
        assert [one.seq for one in newest] == [7]
        assert [one.seq for one in older] == [1]

    def test_a_noted_head_finds_a_log_cut_short(self, database: Database) -> None:
        """A chain whose end was cut off verifies by itself; against a head noted before, it does not."""
        with database.write() as session:
            append_event(session, "a", {})
            append_event(session, "b", {})
            noted = head(session)
        with database.write() as session:
            assert holds_head(session, *noted)
            session.execute(text("DELETE FROM event_contents WHERE seq = 5"))
            session.execute(text("DELETE FROM events WHERE seq = 5"))
            assert broken_links(session) == []
            assert not holds_head(session, *noted)
