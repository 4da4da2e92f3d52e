"""Transactions, migrations and the generation counter."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.orm import Session

from knowledge import database as module
from knowledge.database import Database, bump_generation, get_meta, open_database, set_meta
from knowledge.errors import HomeUnreachable
from knowledge.tables import Base


def fail_after(database: Database, change: Callable[[Session], object]) -> None:
    """Make a change in a transaction that then fails."""
    with database.write() as session:
        change(session)
        raise ZeroDivisionError


class TestMigrations:
    def test_make_the_declared_tables(self, home: Path) -> None:
        """A migrated database has exactly the tables that are declared."""
        database = open_database(home)

        with database.read() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences = compare_metadata(context, Base.metadata)

        assert differences == []
        database.close()

    def test_head_is_the_newest_script(self) -> None:
        """The version that lets a database open without Alembic is the newest there is."""
        config = Config()
        config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")

        assert ScriptDirectory.from_config(config).get_current_head() == module.HEAD

    def test_refuse_a_newer_release(self, home: Path) -> None:
        """A database that a newer release wrote is left alone, and the message says what to do."""
        database = open_database(home)
        with database.write() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        database.close()

        with pytest.raises(HomeUnreachable, match="newer release"):
            open_database(home)


class TestWrite:
    def test_keeps_nothing_of_a_failed_block(self, home: Path) -> None:
        """A block that raises leaves no trace."""
        database = open_database(home)

        with pytest.raises(ZeroDivisionError):
            fail_after(database, lambda session: set_meta(session, "key", "value"))

        with database.read() as connection:
            assert get_meta(connection, "key") is None
        database.close()

    def test_is_not_seen_by_an_open_reader(self, home: Path) -> None:
        """A reader sees one state for as long as it reads."""
        database = open_database(home)

        with database.read() as connection:
            before = get_meta(connection, "key")
            with database.write() as session:
                set_meta(session, "key", "value")
            during = get_meta(connection, "key")
        with database.read() as connection:
            after = get_meta(connection, "key")

        assert (before, during, after) == (None, None, "value")
        database.close()

    def test_enforces_references(self, home: Path) -> None:
        """A passage without its version cannot be written."""
        database = open_database(home)

        with database.read() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        database.close()


class TestGeneration:
    def test_grows_and_survives(self, home: Path) -> None:
        """The counter grows with each visible change and is there again after a restart."""
        database = open_database(home)
        with database.write() as session:
            bump_generation(session)
        with database.write() as session:
            bump_generation(session)
        database.close()

        again = open_database(home)

        assert (database.generation, again.generation) == (2, 2)
        again.close()

    def test_stays_when_the_change_fails(self, home: Path) -> None:
        """A change that was rolled back is not counted."""
        database = open_database(home)

        with pytest.raises(ZeroDivisionError):
            fail_after(database, bump_generation)

        assert database.generation == 0
        database.close()


class TestEventKey:
    def test_is_for_the_owner_alone(self, home: Path) -> None:
        """The key of the event chain can be read by nobody else and stays the same."""
        open_database(home).close()
        key = (home / "events.key").read_bytes()
        open_database(home).close()

        assert stat.S_IMODE((home / "events.key").stat().st_mode) == 0o600
        assert (home / "events.key").read_bytes() == key
        assert len(key) == 32


class TestOpen:
    def test_names_the_folder_that_cannot_be_used(self, tmp_path: Path) -> None:
        """A home that is not there is named."""
        with pytest.raises(HomeUnreachable, match="nowhere"):
            open_database(tmp_path / "nowhere")

    def test_names_a_file_that_is_no_database(self, home: Path) -> None:
        """A damaged file is named, and left as it is."""
        (home / "clausewise.db").write_bytes(b"not a database, but long enough to be read as one" * 9)

        with pytest.raises(HomeUnreachable, match="not a database"):
            open_database(home)
