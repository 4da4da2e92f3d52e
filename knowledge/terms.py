"""The glossary as a table: what staff add and remove, each change an event of the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal, cast, get_args

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from knowledge.database import Database, bump_generation
from knowledge.errors import NotFound
from knowledge.events import append_event
from knowledge.glossary import BadGlossary, Pair
from knowledge.tables import TermRow
from knowledge.text import fold

Kind = Literal["synonym", "abbreviation", "old_name", "translation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COLUMNS = ("term", "same_as", "kind", "note")
LONGEST = 200  # characters of a term
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Term:
    """Two terms that mean the same. ``kind`` says why, for people: search treats all kinds alike."""

    term: str
    same_as: str
    kind: Kind = "synonym"
    note: str = ""

    @property
    def key(self) -> str:
        """Return both terms as they are compared, so that one pair is kept once."""
        return f"{fold(self.term)}\n{fold(self.same_as)}"


@dataclass(frozen=True, slots=True)
class KeptTerm:
    """A pair of the table with who changed it last, and when."""

    term: Term
    by: str
    at: datetime


class Terms:
    """The staff's own pairs. Changes are seen by the next question."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pairs: tuple[int, list[Pair]] | None = None

    def all(self) -> list[KeptTerm]:
        """Return every pair, by term."""
        with self._database.read() as connection:
            rows = connection.execute(select(TermRow.__table__).order_by(TermRow.term, TermRow.same_as))
            return [
                KeptTerm(
                    Term(row.term, row.same_as, cast("Kind", row.kind), row.note),
                    row.changed_by,
                    row.changed_at,
                )
                for row in rows
            ]

    def pairs(self) -> list[Pair]:
        """Return the pairs as the glossary takes them; remembered until a visible change."""
        generation = self._database.generation
        if self._pairs is None or self._pairs[0] != generation:
            with self._database.read() as connection:
                rows = connection.execute(select(TermRow.term, TermRow.same_as).order_by(TermRow.key))
                self._pairs = (generation, [(row.term, row.same_as) for row in rows])
        return self._pairs[1]

    def put(self, terms: Sequence[Term], by: str) -> int:
        """Add pairs, or give those there are a new kind and note; all or none. Return how many changed.

        Raises:
            BadGlossary: a term is blank, too long, the same as its other, or the kind is none of KINDS.
        """
        checked = [_checked(term) for term in terms]
        with self._database.write() as session:
            known = {
                row.key: Term(row.term, row.same_as, cast("Kind", row.kind), row.note)
                for row in session.execute(select(TermRow.__table__))
            }
            changed = [
                one for one in {term.key: term for term in checked}.values() if known.get(one.key) != one
            ]
            for one in changed:
                values = {**asdict(one), "changed_by": by, "changed_at": datetime.now(UTC)}
                statement = insert(TermRow).values(key=one.key, **values)
                session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
            if changed:
                bump_generation(session)
                append_event(session, "glossary.changed", {"put": [asdict(one) for one in changed], "by": by})
        return len(changed)

    def remove(self, term: str, same_as: str | None, by: str) -> int:
        """Take a pair out, or every pair with ``term`` on either side; return how many there were.

        Raises:
            NotFound: there is none in the table.
        """
        wanted, other = fold(term.strip()), fold(same_as.strip()) if same_as is not None else None
        with self._database.write() as session:
            rows = session.execute(select(TermRow.key, TermRow.term, TermRow.same_as)).all()
            gone = [
                row
                for row in rows
                for sides in (frozenset(row.key.split("\n")),)
                if wanted in sides and (other is None or other in sides - {wanted})
            ]
            if not gone:
                raise NotFound(
                    f"The glossary's table has no pair with {term!r}{f' and {same_as!r}' if same_as else ''}. "
                    "`clausewise glossary list` shows what it has; pairs of a glossary.csv are edited there."
                )
            session.execute(delete(TermRow).where(TermRow.key.in_([row.key for row in gone])))
            bump_generation(session)
            removed = [[row.term, row.same_as] for row in gone]
            append_event(session, "glossary.changed", {"removed": removed, "by": by})
        return len(gone)


def read_terms(text: str, name: str = "glossary.csv") -> list[Term]:
    """Return the pairs of a CSV text with the columns term, same_as, and maybe kind and note.

    Raises:
        BadGlossary: a column or a value is missing, or breaks a rule; the message names the line.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if not {"term", "same_as"} <= set(rows.fieldnames or ()):
        raise BadGlossary(
            f"{name}: the first line is {rows.fieldnames}; it must name the columns term,same_as"
        )
    found: list[Term] = []
    for row in rows:
        cells = {column: (row.get(column) or "").strip() for column in COLUMNS}
        if any(cells.values()):
            try:
                found.append(
                    _checked(
                        Term(
                            cells["term"],
                            cells["same_as"],
                            kind_of(cells["kind"] or "synonym"),
                            cells["note"],
                        )
                    )
                )
            except BadGlossary as error:
                raise BadGlossary(f"{name}, line {rows.line_num}: {error}") from error
    return found


def write_terms(terms: Sequence[Term]) -> str:
    """Return pairs as CSV text that ``read_terms`` takes."""
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([term.term, term.same_as, term.kind, term.note] for term in terms)
    return file.getvalue()


def kind_of(text: str) -> Kind:
    """Return the kind that a person wrote, "Old name" for one; raises BadGlossary for none of KINDS."""
    key = text.casefold().replace(" ", "_").replace("-", "_")
    if key not in KINDS:
        raise BadGlossary(f"the kind {text!r} is none of {', '.join(KINDS)}")
    return KINDS[KINDS.index(key)]


def _checked(given: Term) -> Term:
    term = Term(
        " ".join(given.term.split()), " ".join(given.same_as.split()), kind_of(given.kind), given.note.strip()
    )
    for side in (term.term, term.same_as):
        if not any(c.isalnum() for c in side) or len(side) > LONGEST:
            raise BadGlossary(f"{side!r} is no term; give both terms, each of 1 to {LONGEST} characters")
    if len(term.note) > _LONGEST_NOTE:
        raise BadGlossary(f"the note of {term.term!r} is longer than {_LONGEST_NOTE} characters")
    if fold(term.term) == fold(term.same_as):
        raise BadGlossary(
            f"{term.term!r} and {term.same_as!r} are the same to search already; nothing to keep"
        )
    return term
