"""Everything that is kept in one home directory, opened together by its one owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from knowledge.collections import Collections
from knowledge.database import Database, open_database
from knowledge.documents import Documents
from knowledge.entries import Entries
from knowledge.errors import NothingIndexed
from knowledge.fulltext import FullText
from knowledge.glossary import Glossary, Pair, load_glossary
from knowledge.golden import GoldenQuestions
from knowledge.identity import EmbedderInfo, check_model, model_beside, recorded_model
from knowledge.jobs import Jobs
from knowledge.lifecycle import LifeCycle
from knowledge.lock import HomeLock
from knowledge.maintenance import Maintenance
from knowledge.names import NameIndex
from knowledge.publishing import Publisher
from knowledge.recovery import count_in_force, reconcile, recover
from knowledge.repository import Repository
from knowledge.reviewing import Reviews
from knowledge.runs import Runs
from knowledge.settings import JobsSettings, KnowledgeSettings
from knowledge.terms import Terms
from knowledge.types import Reader
from knowledge.vectors import VectorIndex

UPLOADS = "uploads"
GLOSSARY = "glossary.csv"


class Store:
    """Database, indexes and what is done with them. ``open()``, then ``load()`` before search or ingest."""

    def __init__(
        self,
        lock: HomeLock,
        database: Database,
        model: EmbedderInfo,
        settings: KnowledgeSettings,
        jobs: JobsSettings | None = None,
    ) -> None:
        self._lock = lock
        self._loaded = False
        self._names: dict[frozenset[str] | None, tuple[int, NameIndex]] = {}
        self._glossary: tuple[tuple[int, list[Pair]], Glossary] | None = None
        self._loading = threading.RLock()
        self._on_tick: list[Callable[[], None]] = []
        self.home = lock.home
        self.settings = settings
        self.database = database
        self.fulltext = FullText(database)
        self.vectors = VectorIndex(lock.home, database, model, settings)
        self.repository = Repository(database)
        self.publisher = Publisher(database, self.fulltext, self.vectors, settings)
        self.documents = Documents(database, self.publisher)
        self.life_cycle = LifeCycle(database, self.publisher)
        self.maintenance = Maintenance(database, self.fulltext, self.vectors, self.publisher.turn)
        self.runs = Runs(database)
        self.jobs = Jobs(database, jobs)
        self.jobs.on_takeover(self._mend)
        self.terms = Terms(database)
        self.collections = Collections(database)
        self.golden = GoldenQuestions(database)
        self.reviews = Reviews(database, self.publisher)
        self.entries = Entries(database)

    @classmethod
    def open(
        cls,
        home: Path,
        embedder: EmbedderInfo | None = None,
        settings: KnowledgeSettings | None = None,
        jobs: JobsSettings | None = None,
    ) -> Self:
        """Take the home and open its database; indexes are opened by ``load()``.

        Without ``embedder`` the one that the index was built with is assumed.

        Raises:
            HomeLocked: another process has the home.
            HomeUnreachable: it cannot be made, read or written.
        """
        settings = settings or KnowledgeSettings()
        lock = HomeLock(home, shared=settings.shared)
        lock.acquire()
        try:
            database = open_database(home, settings)
            with database.read() as connection:
                model = embedder or recorded_model(connection) or EmbedderInfo("none", 0)
            store = cls(lock, database, model, settings, jobs)
            with database.write() as session:
                store.fulltext.create(session)
        except BaseException:
            lock.release()
            raise
        return store

    def load(self) -> None:
        """Open the indexes, and put right what a killed process left; does nothing the second time.

        Raises:
            IndexMismatch: the index holds vectors of another embedder.
            IndexBroken: it cannot be mended from SQL.
        """
        with self._loading:
            if not self._loaded:
                with self.database.read() as connection:
                    check_model(connection, self.vectors.model)
                with self.vectors.turn:  # in a shared home: nobody is in the middle of a change
                    recover(self.database, self.fulltext, self.vectors)
                self._loaded = True
                self.tick()

    def tick(self) -> None:
        """Do what has fallen due: the server calls this every few seconds, and opening the indexes does once."""
        self.life_cycle.tick()
        for told in self._on_tick:
            told()

    def on_tick(self, call: Callable[[], None]) -> None:
        """Call ``call`` with each tick; it must be quick and must not raise."""
        self._on_tick.append(call)

    def close(self) -> None:
        """Close everything and give the home back."""
        self.jobs.stop()
        self.vectors.close()
        self.database.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def generation(self) -> int:
        """The number that grows with each visible change."""
        return self.database.generation

    @property
    def uploads(self) -> Path:
        """The folder of files handed over by the web, made where it is missing."""
        folder = self.home / UPLOADS
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def indexed_model(self) -> EmbedderInfo | None:
        """Return the embedder whose vectors the index holds, None before the first document."""
        with self.database.read() as connection:
            return recorded_model(connection)

    def model_beside(self) -> EmbedderInfo | None:
        """Return the embedder with which everything is being embedded anew, None when none is."""
        with self.database.read() as connection:
            return model_beside(connection)

    def passages(self) -> int:
        """Return the number of passages in force."""
        with self.database.read() as connection:
            return count_in_force(connection)

    def require_passages(self) -> None:
        """Refuse questions to an empty store.

        Raises:
            NothingIndexed: says which command fills it.
        """
        if self.passages() == 0:
            raise NothingIndexed("nothing is indexed yet; run `clausewise ingest PATH` first")

    def names(self, reader: Reader) -> NameIndex:
        """Return what the documents that ``reader`` may see are called; remembered until a change.

        Raises:
            BadGlossary: the home's glossary.csv is not a glossary.
        """
        glossary = self.glossary
        known = self._names.get(reader.audiences)
        if known is not None and known[0] == self.generation:
            return known[1]
        generation = self.generation
        index = NameIndex(self.repository.document_names(reader), glossary)
        self._names = {key: one for key, one in self._names.items() if one[0] == generation}
        self._names[reader.audiences] = (generation, index)
        return index

    @property
    def glossary(self) -> Glossary:
        """The shipped glossary with the home's own: its table, and a glossary.csv where there is one.

        Put together again when the table or that file changes.

        Raises:
            BadGlossary: the home's glossary.csv is not a glossary.
        """
        file = self.home / GLOSSARY
        stamp = (file.stat().st_mtime_ns if file.exists() else 0, self.terms.pairs())
        if self._glossary is None or self._glossary[0] != stamp:
            self._glossary = (stamp, load_glossary(file, stamp[1]))
            self._names = {}
        return self._glossary[1]

    def _mend(self) -> None:
        """Put the vector index right where a process died that was writing to it, and others live on."""
        if self.database.shared and self._loaded:
            with self.vectors.turn:
                if self.vectors.left_dirty():
                    reconcile(self.database, self.vectors)

    def average_length(self) -> float:
        """Return the mean length of a passage in characters; remembered until a change."""
        return self.repository.average_length()
