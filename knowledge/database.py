"""The SQL database in the home directory: connection rules, transactions, migrations.

Readers and one writer at a time work side by side (write-ahead log). Whoever opens ``write()`` holds
the write lock from the start, so a transaction never fails half-way because another one wrote first.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from knowledge.errors import HomeUnreachable
from knowledge.settings import KnowledgeSettings
from knowledge.tables import MetaRow

FILE = "clausewise.db"
EVENT_KEY_FILE = "events.key"
HEAD = "0003"  # newest migration; a test holds it equal to what migrations/ has
_GENERATION = "generation"


class Snapshots(Protocol):
    """What readers need of a database: one consistent state at a time, and the number of that state."""

    def read(self) -> AbstractContextManager[Connection]:
        """Give a connection on one snapshot."""

    @property
    def generation(self) -> int:
        """The number that grows with each visible change."""


class Database:
    """Transactions on the store of record. ``read()`` sees one consistent state for as long as it is open."""

    def __init__(self, engine: Engine, home: Path, event_key: bytes, *, shared: bool = False) -> None:
        self.shared = shared  # other processes may write too
        self.engine = engine
        self.home = home
        self._event_key = event_key
        self._writing = engine.execution_options(transaction="IMMEDIATE")
        self._committed: list[Callable[[Session], None]] = []
        with self.read() as connection:
            self._generation = int(get_meta(connection, _GENERATION) or 0)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection on one snapshot; what it writes is discarded."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session that commits at the end, or rolls back when the block raises."""
        with Session(self._writing, info={"event_key": self._event_key}) as session, session.begin():
            yield session
        self._generation = session.info.get(_GENERATION, self._generation)
        for told in self._committed:
            told(session)

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """Give a session whose work nobody else sees: it is rolled back at the end. Other writers wait meanwhile."""
        with Session(self._writing, info={"event_key": self._event_key}) as session:
            try:
                yield session
            finally:
                session.rollback()

    def on_commit(self, tell: Callable[[Session], None]) -> None:
        """Call ``tell`` with the session after each ``write()``; it must be quick and must not raise."""
        self._committed.append(tell)

    @property
    def generation(self) -> int:
        """The number that grows with each visible change; caches are good for one of them.

        Kept in memory where the lock on the home makes this process the only writer; else read each time.
        """
        if self.shared:
            with self.read() as connection:
                return int(get_meta(connection, _GENERATION) or 0)
        return self._generation

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def get_meta(connection: Connection | Session, key: str) -> str | None:
    """Return the value recorded under ``key``."""
    return connection.execute(select(MetaRow.value).where(MetaRow.key == key)).scalar()


def set_meta(session: Session, key: str, value: str) -> None:
    """Record ``value`` under ``key``."""
    statement = insert(MetaRow).values(key=key, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def bump_generation(session: Session) -> int:
    """Mark a visible change, in the transaction that makes it."""
    generation = int(get_meta(session, _GENERATION) or 0) + 1
    set_meta(session, _GENERATION, str(generation))
    session.info[_GENERATION] = generation
    return generation


def open_database(home: Path, settings: KnowledgeSettings | None = None) -> Database:
    """Open the database in ``home``, made or migrated where needed; ``home`` must exist.

    Raises:
        HomeUnreachable: the file cannot be opened or written, or a newer release wrote it.
    """
    settings = settings or KnowledgeSettings()
    try:
        key = _event_key(home / EVENT_KEY_FILE)
        engine = create_engine(
            f"sqlite:///{home / FILE}",
            connect_args={"timeout": settings.busy_timeout_s, "check_same_thread": False},
            json_serializer=lambda value: json.dumps(value, ensure_ascii=False),
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        _migrate(engine)
    except (OSError, DatabaseError) as error:
        why = error.orig if isinstance(error, DatabaseError) else error
        raise HomeUnreachable(f"cannot use the database in {home}: {why}") from error
    return Database(engine, home, key, shared=settings.shared)


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA cache_size=-32768")  # 32 MiB a connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('transaction', 'DEFERRED')}")


def _migrate(engine: Engine) -> None:
    """Bring the tables to the newest form; Alembic is loaded only when there is something to do."""
    with engine.connect() as connection:
        found = None
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise HomeUnreachable(
            f"the database was written by a newer release (schema {found}, this one knows {HEAD}); "
            "install that release, or choose another --home"
        )
    from alembic import command  # noqa: PLC0415 (0.3 s, needed once for each release)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.execution_options(transaction="IMMEDIATE").begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _event_key(path: Path) -> bytes:
    """Return the key of the event chain, made on first use; it never enters the database."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(32)
        file.write(key)
    return key
