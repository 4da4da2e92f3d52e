"""BM25 over SQLite FTS5, fed with text that ``knowledge.text`` has segmented; rebuilt from SQL at will.

It lies in the same file as the store of record, so a version becomes visible and findable in one
transaction. The text is kept beside the index: without it the file is 2.5 times smaller (26 against 67
MB at 20,000 passages of 200 characters), but then a row can be deleted only by repeating exactly what
was indexed, and ``detail=column`` makes BM25 six times slower (p95 45 against 7 ms, audiences included;
2 cores, SQLite 3.40, 2026-11-21).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from knowledge.database import Snapshots, get_meta, set_meta
from knowledge.text import keys
from knowledge.types import PassageId

Column = Literal["grams", "unigrams", "idents", "context"]

# The ascii tokenizer leaves everything beyond ASCII alone; with these four, no key is cut again.
_TABLES = (
    "CREATE TABLE fulltext_rows (row INTEGER PRIMARY KEY, passage_id TEXT NOT NULL UNIQUE)",
    (
        "CREATE VIRTUAL TABLE fulltext USING fts5("
        """grams, unigrams, idents, context, audience, tokenize = "ascii tokenchars '-_./'")"""
    ),
    "CREATE VIRTUAL TABLE fulltext_terms USING fts5vocab(fulltext, 'col')",
)
_DROPPED = ("fulltext_terms", "fulltext", "fulltext_rows")
_KEYS = "fulltext_keys"
_PROBE = "第38-1條 員工特別休假，SOP-012 4.3 Policies of the company: 1,234 元；学习與資訊Ａ"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of one passage; ``context`` is its title and headings."""

    passage_id: PassageId
    text: str
    context: str
    audience: str


class FullText:
    """The word index. Writes take the caller's transaction; reads see what is committed."""

    def __init__(self, database: Snapshots) -> None:
        self._database = database
        self._generation = -1
        self._frequencies: dict[tuple[str, str], int] = {}
        self._size = 0

    def create(self, session: Session) -> None:
        """Make the tables where they are missing."""
        if not _exists(session):
            for statement in _TABLES:
                session.execute(text(statement))
            set_meta(session, _KEYS, keys_fingerprint())

    def is_current(self, session: Session) -> bool:
        """Return whether the tables exist and hold keys as ``knowledge.text`` makes them today."""
        return _exists(session) and get_meta(session, _KEYS) == keys_fingerprint()

    def drop(self, session: Session) -> None:
        """Remove the whole index."""
        for table in _DROPPED:
            session.execute(text(f"DROP TABLE IF EXISTS {table}"))

    def add(self, session: Session, entries: Iterable[Entry]) -> None:
        """Index passages; those that are there already are replaced."""
        for batch in _batches(entries):
            self.remove(session, [entry.passage_id for entry in batch])
            first = session.execute(text("SELECT coalesce(max(row), 0) + 1 FROM fulltext_rows")).scalar_one()
            session.execute(
                text("INSERT INTO fulltext_rows (row, passage_id) VALUES (:row, :passage_id)"),
                [{"row": first + i, "passage_id": entry.passage_id} for i, entry in enumerate(batch)],
            )
            session.execute(
                text(
                    "INSERT INTO fulltext (rowid, grams, unigrams, idents, context, audience)"
                    " VALUES (:row, :grams, :unigrams, :idents, :context, :audience)"
                ),
                [_row(first + i, entry) for i, entry in enumerate(batch)],
            )

    def remove(self, session: Session, ids: Sequence[PassageId]) -> None:
        """Forget passages; unknown ones are passed over."""
        for start in range(0, len(ids), _BATCH):
            found = _rows(session, ids[start : start + _BATCH])
            if found:
                values = [{"row": row} for row in found]
                session.execute(text("DELETE FROM fulltext WHERE rowid = :row"), values)
                session.execute(text("DELETE FROM fulltext_rows WHERE row = :row"), values)

    def search(
        self, grams: Sequence[str], audiences: frozenset[str] | None, limit: int, column: Column = "grams"
    ) -> list[tuple[PassageId, float]]:
        """Return (passage, BM25) of passages that hold any of ``grams`` in ``column``, best first."""
        if not grams or (audiences is not None and not audiences):
            return []
        wanted = f"{column} : ({_any_of(grams)})"
        if audiences is not None:
            wanted = f"({wanted}) AND audience : ({_any_of(_audience_key(a) for a in sorted(audiences))})"
        with self._database.read() as connection:
            found = connection.exec_driver_sql(
                "SELECT r.passage_id, -f.score FROM (SELECT rowid, bm25(fulltext, 1, 1, 1, 1, 0) AS score"
                " FROM fulltext WHERE fulltext MATCH ? ORDER BY score, rowid LIMIT ?) AS f"
                " JOIN fulltext_rows AS r ON r.row = f.rowid ORDER BY f.score, f.rowid",
                (wanted, limit),
            )
            return [(PassageId(passage_id), score) for passage_id, score in found]

    def document_frequency(self, terms: Sequence[str], column: Column = "grams") -> dict[str, int]:
        """Return in how many passages each term occurs in ``column``; remembered until the index changes."""
        self._refresh()
        unknown = [term for term in dict.fromkeys(terms) if (column, term) not in self._frequencies]
        if unknown:
            with self._database.read() as connection:
                for term in unknown:
                    found = connection.exec_driver_sql(
                        "SELECT doc FROM fulltext_terms WHERE term = ? AND col = ?", (term, column)
                    ).scalar()
                    self._frequencies[column, term] = int(found or 0)
        return {term: self._frequencies[column, term] for term in terms}

    def size(self) -> int:
        """Return the number of passages in the index."""
        self._refresh()
        return self._size

    def ids(self, connection: Connection | Session) -> set[PassageId]:
        """Return all passages in the index."""
        return {PassageId(row[0]) for row in connection.execute(text("SELECT passage_id FROM fulltext_rows"))}

    def problem(self, session: Session) -> str | None:
        """Return what SQLite finds wrong inside the index, or None."""
        try:
            session.execute(text("INSERT INTO fulltext (fulltext) VALUES ('integrity-check')"))
        except Exception as error:  # noqa: BLE001 (any complaint of SQLite means: rebuild)
            return str(error).splitlines()[0]
        return None

    def optimise(self, session: Session) -> None:
        """Merge what many small transactions left behind, so that searches read less."""
        session.execute(text("INSERT INTO fulltext (fulltext) VALUES ('optimize')"))

    def _refresh(self) -> None:
        generation = self._database.generation
        if generation == self._generation:
            return
        with self._database.read() as connection:
            self._size = connection.exec_driver_sql("SELECT count(*) FROM fulltext_rows").scalar_one()
        self._frequencies = {}
        self._generation = generation


def keys_fingerprint() -> str:
    """Return a digest that changes when ``knowledge.text.keys`` makes other keys."""
    return hashlib.sha256(repr(keys(_PROBE)).encode()).hexdigest()


def _exists(session: Session) -> bool:
    found = session.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'fulltext_terms'")).scalar()
    return bool(found)


def _row(row: int, entry: Entry) -> dict[str, object]:
    of_text, of_context = keys(entry.text), keys(entry.context)
    return {
        "row": row,
        "grams": " ".join(of_text.grams),
        "unigrams": " ".join(of_text.unigrams),
        "idents": " ".join((*of_text.idents, *of_context.idents)),
        "context": " ".join(of_context.grams),
        "audience": _audience_key(entry.audience),
    }


def _rows(session: Session, ids: Sequence[PassageId]) -> list[int]:
    marks = ", ".join(f":p{i}" for i in range(len(ids)))
    statement = text(f"SELECT row FROM fulltext_rows WHERE passage_id IN ({marks})")  # noqa: S608 (marks only)
    return [row[0] for row in session.execute(statement, {f"p{i}": value for i, value in enumerate(ids)})]


def _any_of(terms: Iterable[str]) -> str:
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)


def _audience_key(audience: str) -> str:
    """Return one token for an audience, whatever its name is written with."""
    return "x" + hashlib.blake2b(audience.encode(), digest_size=8).hexdigest()


def _batches(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
