"""``index check`` and ``index rebuild``: do the derived indexes agree with SQL, and make them so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from knowledge import recovery
from knowledge.access import kept
from knowledge.database import Database
from knowledge.events import append_event, broken_links
from knowledge.fulltext import FullText
from knowledge.tables import PassageRow, VectorRow, VersionRow
from knowledge.types import PassageId
from knowledge.vectors import VectorIndex

Part = Literal["database", "events", "versions", "fulltext", "vectors"]
OnProgress = Callable[[str, int], None]  # which index, passages done


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not agree, and what to do about it."""

    part: Part
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found."""

    passages: int
    vectors: int
    fulltext: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild wrote."""

    fulltext: int
    vectors: int


class Maintenance:
    """Care of what is derived."""

    def __init__(
        self,
        database: Database,
        fulltext: FullText,
        vectors: VectorIndex,
        turn: AbstractContextManager[Any],
    ) -> None:
        """``turn`` is taken for the moment in which a rebuilt index takes the old one's place."""
        self._database = database
        self._fulltext = fulltext
        self._vectors = vectors
        self._turn = turn

    def rebuild(self, on_progress: OnProgress | None = None) -> RebuildReport:
        """Write both indexes anew from SQL; nothing is parsed or embedded, and searches go on."""
        tell = on_progress or _silent
        words = recovery.rebuild_fulltext(self._database, self._fulltext, lambda n: tell("fulltext", n))
        move = recovery.Move(tell=lambda done, _total: tell("vectors", done))
        vectors = recovery.move_vectors(self._database, self._vectors, self._vectors.model, self._turn, move)
        assert vectors is not None  # noqa: S101 - nobody cancels it
        with self._database.write() as session:
            append_event(session, "index.rebuilt", {"fulltext": words, "vectors": vectors})
        return RebuildReport(words, vectors)

    def check(self) -> CheckReport:
        """Compare everything with everything; changes nothing."""
        self._vectors.load()
        with (
            self._database.write() as session
        ):  # the word index is checked by a command that looks like a write
            problems = [
                *_database_problems(session),
                *_event_problems(session),
                *_version_problems(session),
                *_vector_row_problems(session, self._vectors),
                *self._fulltext_problems(session),
            ]
            passages = recovery.count_in_force(session)
            words = len(self._fulltext.ids(session))
        problems.extend(self._vector_problems())
        return CheckReport(passages, self._vectors.count(), words, tuple(problems))

    def _fulltext_problems(self, session: Session) -> Iterator[Problem]:
        advice = "run `clausewise index rebuild`"
        if not self._fulltext.is_current(session):
            yield Problem("fulltext", "the word index is missing or made by other rules", advice)
            return
        if (found := self._fulltext.problem(session)) is not None:
            yield Problem("fulltext", f"the word index is damaged: {found}", advice)
        wanted = {PassageId(i) for i in session.execute(kept(PassageRow.passage_id)).scalars()}
        held = self._fulltext.ids(session)
        if lost := len(wanted - held):
            yield Problem("fulltext", f"{lost} passages cannot be found by words", advice)
        if extra := len(held - wanted):
            yield Problem(
                "fulltext", f"{extra} passages no longer in force are still indexed by words", advice
            )

    def _vector_problems(self) -> Iterator[Problem]:
        found = recovery.differences(self._database, self._vectors)
        advice = "run `clausewise index rebuild`"
        if lost := sum(map(len, found.missing.values())):
            yield Problem("vectors", f"{lost} passages are missing or different in the vector index", advice)
        if extra := sum(map(len, found.extra.values())):
            yield Problem("vectors", f"{extra} passages no longer in force are in the vector index", advice)


def _database_problems(session: Session) -> Iterator[Problem]:
    advice = "restore a backup of clausewise.db"
    for row in session.execute(text("PRAGMA quick_check(5)")).scalars():
        if row != "ok":
            yield Problem("database", f"the database file is damaged: {row}", advice)
    broken = session.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        yield Problem("database", f"{len(broken)} rows refer to rows that are gone", advice)


def _event_problems(session: Session) -> Iterator[Problem]:
    if broken := broken_links(session):
        yield Problem(
            "events",
            f"the event log was altered at event {broken[0]} ({len(broken)} links do not verify)",
            "compare it with a backup or an exported head",
        )


def _version_problems(session: Session) -> Iterator[Problem]:
    """Yield documents whose passages do not make up their canonical text exactly."""
    numbers = session.execute(kept(PassageRow.document_id, PassageRow.version).distinct()).all()
    for document_id, version in numbers:
        text_of: Any = session.execute(
            select(VersionRow.text).where(VersionRow.document_id == document_id, VersionRow.number == version)
        ).scalar_one()
        spans = session.execute(
            select(PassageRow.start, PassageRow.end, PassageRow.text)
            .where(PassageRow.document_id == document_id, PassageRow.version == version)
            .order_by(PassageRow.ordinal)
        ).all()
        at = 0
        whole = True
        for start, end, of_passage in spans:
            whole = whole and start == at and text_of[start:end] == of_passage
            at = end
        if not whole or at != len(text_of):
            yield Problem(
                "versions",
                f"the passages of document {document_id} version {version} do not cover its text",
                "ingest its file again",
            )


def _vector_row_problems(session: Session, vectors: VectorIndex) -> Iterator[Problem]:
    model = vectors.model
    has_vector = (VectorRow.embed_key == PassageRow.embed_key) & (VectorRow.model_id == model.model_id)
    lost = session.execute(
        kept(func.count()).outerjoin(VectorRow, has_vector).where(VectorRow.embed_key.is_(None))
    ).scalar()
    if lost:
        yield Problem(
            "database", f"{lost} passages have no vector of {model.model_id}", "ingest their documents again"
        )


def _silent(_index: str, _done: int) -> None:
    """Tell nobody."""
