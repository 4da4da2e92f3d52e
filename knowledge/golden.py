"""Golden questions: what a collection must go on answering, with what must be found for each."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import delete, func, insert, select

from knowledge.clauses import clause_key
from knowledge.collections import ensure
from knowledge.database import Database
from knowledge.errors import BadValue, NotFound
from knowledge.events import append_event
from knowledge.matching import met, same_source, within
from knowledge.tables import GoldenRow
from knowledge.types import Hit, Passage

LONGEST = 1000  # characters of each text
MOST = 500  # questions of one collection: each is asked before a version goes live
COLUMNS = ("question", "source", "clause", "contains")
_ALIASES = {
    "問題": "question", "问题": "question",
    "來源": "source", "来源": "source", "文件": "source", "出處": "source",
    "條文": "clause", "条文": "clause", "條號": "clause", "條款": "clause",
    "答案包含": "contains", "包含": "contains", "answer_contains": "contains",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """A question and what one of the first passages found must be: of a source, of a clause, with some words.

    What is empty does not matter; ``contains`` has alternatives parted by "|".
    """

    question: str
    source: str = ""
    clause: str = ""
    contains: str = ""

    def met_by(self, hit: Hit) -> bool:
        """Tell whether a hit, or the same text elsewhere that was joined to it, is what is expected."""
        return any(self._is(passage) for passage in (hit.passage, *hit.places))

    def _is(self, passage: Passage) -> bool:
        if (
            self.source
            and self.source != passage.document_id
            and not same_source(passage.source, self.source)
        ):
            return False
        if self.clause and not within(passage.clause, passage.heading, clause_key(self.clause)):
            return False
        return not self.contains or met([self.contains.split("|")], passage.text)[0]


@dataclass(frozen=True, slots=True)
class Golden:
    """A kept golden question."""

    id: str
    collection: str
    expected: Expected
    created_by: str
    created_at: datetime


class GoldenQuestions:
    """The table of golden questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, collections: Collection[str] | None = None) -> list[Golden]:
        """Return the questions of these collections (None: of all), by collection and age."""
        wanted = select(GoldenRow.__table__).order_by(
            GoldenRow.collection, GoldenRow.created_at, GoldenRow.question, GoldenRow.id
        )
        if collections is not None:
            wanted = wanted.where(GoldenRow.collection.in_(sorted(collections)))
        with self._database.read() as connection:
            return [
                Golden(
                    row.id,
                    row.collection,
                    Expected(row.question, row.source, row.clause, row.contains),
                    row.created_by,
                    row.created_at,
                )
                for row in connection.execute(wanted)
            ]

    def add(self, collection: str, questions: Sequence[Expected], by: str = "operator") -> list[str]:
        """Keep questions of a collection, all or none, and return their ids; one that is there is passed over.

        Raises:
            BadValue: a question expects nothing, is too long, or the collection would have more than ``MOST``.
        """
        checked = list(dict.fromkeys(_checked(one) for one in questions))
        now = datetime.now(UTC)
        with self._database.write() as session:
            ensure(session, [collection], by)
            there = {
                Expected(row.question, row.source, row.clause, row.contains)
                for row in session.execute(
                    select(GoldenRow.__table__).where(GoldenRow.collection == collection)
                )
            }
            new = [one for one in checked if one not in there]
            if len(there) + len(new) > MOST:
                raise BadValue(
                    "question",
                    f"collection {collection!r} would have {len(there) + len(new)} golden questions; at most"
                    f" {MOST} are allowed, for each is asked before every version",
                    "too_many",
                    length=len(there) + len(new),
                    limit=MOST,
                )
            ids = [uuid4().hex[:12] for _ in new]
            if new:
                session.execute(
                    insert(GoldenRow),
                    [
                        {
                            "id": i,
                            "collection": collection,
                            "created_by": by,
                            "created_at": now,
                            **asdict(one),
                        }
                        for i, one in zip(ids, new, strict=True)
                    ],
                )
                told = {"collection": collection, "by": by, "questions": [asdict(one) for one in new]}
                append_event(session, "golden.added", told)
        return ids

    def get(self, question_id: str) -> Golden:
        """Return one question.

        Raises:
            NotFound: there is none.
        """
        found = next((one for one in self.all() if one.id == question_id), None)
        if found is None:
            raise _unknown(question_id)
        return found

    def remove(self, question_id: str, by: str = "operator") -> Golden:
        """Forget a question.

        Raises:
            NotFound: there is none.
        """
        gone = self.get(question_id)
        with self._database.write() as session:
            session.execute(delete(GoldenRow).where(GoldenRow.id == question_id))
            told = {"collection": gone.collection, "by": by, **asdict(gone.expected)}
            append_event(session, "golden.removed", told)
        return gone

    def count(self) -> int:
        """Return how many there are."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(GoldenRow)).scalar() or 0)


def read_golden(text: str, name: str = "golden.csv") -> list[Expected]:
    """Return the questions of a CSV text with the columns question and any of source, clause and contains.

    Raises:
        BadValue: a column is missing or a line breaks a rule; the message names the line.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    header = [_column(cell) for cell in next(rows, [])]
    if "question" not in header:
        raise BadValue(
            "question",
            f"{name}: the first line is {header}; one column must be named question (問題)",
            "empty",
        )
    found: list[Expected] = []
    for cells in rows:
        values = {n: cell.strip() for n, cell in zip(header, cells, strict=False) if n in COLUMNS}
        if any(values.values()):
            try:
                found.append(_checked(Expected(**{"question": "", **values})))
            except BadValue as error:
                raise BadValue(
                    error.field,
                    f"{name}, line {rows.line_num}: {error}",
                    length=error.length,
                    limit=error.limit,
                ) from error
    if not found:
        raise BadValue("question", f"{name}: there is no question in it", "empty")
    return found


def _column(cell: str) -> str:
    key = unicodedata.normalize("NFKC", cell).strip().casefold()
    return _ALIASES.get(key, key)


def _checked(given: Expected) -> Expected:
    texts = {name: " ".join(getattr(given, name).split()) for name in COLUMNS}
    for name, text in texts.items():
        if len(text) > LONGEST:
            raise BadValue(
                name,
                f"{name} has {len(text)} characters; at most {LONGEST} are allowed",
                length=len(text),
                limit=LONGEST,
            )
    if not any(c.isalnum() for c in texts["question"]):
        raise BadValue("question", "the question is empty", "empty")
    texts["contains"] = "|".join(part for one in texts["contains"].split("|") if (part := one.strip()))
    if not (texts["source"] or texts["clause"] or texts["contains"]):
        raise BadValue(
            "contains",
            f"{texts['question'][:60]!r} expects nothing: give source, clause or contains",
            "expects_nothing",
        )
    return Expected(**texts)


def _unknown(question_id: str) -> NotFound:
    return NotFound(f"no golden question {question_id!r}; `clausewise golden list` shows all", "golden")
