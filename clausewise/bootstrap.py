"""The composition root: the only place that knows real parts from fake ones, and joins them.

Every part is made when it is first needed: a search never makes the chat model, a list of documents neither.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from clausewise.home import Home
from clausewise.settings import Settings, models_directory

if TYPE_CHECKING:
    from assistant.answering.service import Answerer, Record
    from assistant.answering.types import Answer, Question
    from assistant.answering.writing import Chat as Writing
    from clausewise.protocol import Operations
    from ingest.pipeline import Ingestor
    from knowledge.meaning import IndexEmbedder
    from knowledge.search import Searcher
    from knowledge.store import Store
    from knowledge.types import Reader
    from models.chat import Chat
    from models.fakes import HashEmbedder
    from models.protocols import Reranker
    from models.sentence import SentenceEmbedder
    from models.verifier import SentenceVerifier

FAKE = "fake"  # [models] chat and embedder: deterministic doubles, for tests and programs without weights


def chat_for(settings: Settings, models_dir: Path) -> Chat:
    """Return the chat model that the settings choose; nothing is loaded."""
    if settings.models.chat == FAKE and settings.models.chat_url is None:
        from models.fakes import FakeChat

        return FakeChat()
    from models.registry import build_chat

    return build_chat(settings.models, models_dir)


def embedder_for(settings: Settings, models_dir: Path) -> SentenceEmbedder | HashEmbedder:
    """Return the embedder that the settings choose; nothing is loaded."""
    if settings.models.embedder == FAKE:
        from models.fakes import HashEmbedder

        return HashEmbedder()
    from models.registry import build_embedder

    return build_embedder(settings.models, models_dir)


class Program:
    """The parts of one home. The first use of the store takes the home's lock; ``close`` gives it back."""

    def __init__(self, home: Home, settings: Settings) -> None:
        """Remember what to make; nothing is made yet."""
        self.home = home
        self.settings = settings
        self.models_dir = models_directory(settings, home)
        self._store: Store | None = None
        self._searchable = False
        self._opening = threading.RLock()

    @cached_property
    def chat(self) -> Chat:
        """The chat model, not loaded."""
        return chat_for(self.settings, self.models_dir)

    @cached_property
    def embedder(self) -> SentenceEmbedder | HashEmbedder:
        """The embedder, not loaded."""
        return embedder_for(self.settings, self.models_dir)

    @cached_property
    def index_embedder(self) -> IndexEmbedder:
        """The embedder as the index uses it."""
        from knowledge.meaning import IndexEmbedder

        return IndexEmbedder(self.embedder)

    @property
    def store(self) -> Store:
        """The store; good for documents and maintenance even where no embedder is at hand."""
        from knowledge.store import Store

        with self._opening:
            if self._store is None:
                self._store = Store.open(
                    self.home.path, settings=self.settings.knowledge, jobs=self.settings.jobs
                )
            return self._store

    @property
    def searchable_store(self) -> Store:
        """The store with its indexes open, for the embedder of the settings, which is loaded.

        Raises:
            MissingWeights: the embedder has not been fetched.
            IndexMismatch: the index holds vectors of another embedder.
        """
        with self._opening:
            if not self._searchable:
                self.store_of_embedder().load()
                self._searchable = True
            return self.store

    def store_of_embedder(self) -> Store:
        """Return the store opened for the embedder of the settings, whatever its indexes hold.

        Raises:
            MissingWeights: the embedder has not been fetched.
        """
        from knowledge.identity import EmbedderInfo
        from knowledge.store import Store

        with self._opening:
            if not self._searchable:
                self.embedder.load()
                if self._store is not None:
                    self._store.close()
                    self._store = None
                info = EmbedderInfo(self.index_embedder.model_id, self.embedder.dimension)
                self._store = Store.open(self.home.path, info, self.settings.knowledge, self.settings.jobs)
            return self.store

    def embedder_changed(self) -> bool:
        """Tell whether the index holds vectors of another embedder than that of the settings.

        Where the weights of that one are missing nothing can be embedded, so nothing has changed.
        """
        from models.errors import MissingWeights

        indexed = self.store.indexed_model()
        try:
            self.embedder.load()
        except MissingWeights:
            return False
        return indexed is not None and indexed.model_id != self.index_embedder.model_id

    @cached_property
    def searcher(self) -> Searcher:
        """The search."""
        from knowledge.relevance import load_relevance
        from knowledge.search import Searcher

        if (reranker := self.reranker) is None:
            return Searcher(self.searchable_store, self.embedder, load_relevance())
        from knowledge.reranking import RerankingSearcher

        top = self.settings.models.rerank_hits
        return RerankingSearcher(self.searchable_store, self.embedder, load_relevance(), reranker, top)

    @cached_property
    def reranker(self) -> Reranker | None:
        """The cross-encoder of the settings, loaded; None where they name none.

        Raises:
            MissingWeights, LoadFailed: there is none in that folder, or none that can be run.
        """
        if self.settings.models.reranker == FAKE:
            from models.fakes import OverlapReranker

            return OverlapReranker()
        if self.settings.models.reranker is None:
            return None
        from models.registry import build_reranker

        reranker = build_reranker(self.settings.models)
        if reranker is not None:
            reranker.load()
        return reranker

    @cached_property
    def answerer(self) -> Answerer:
        """The answer ladder; the chat model is loaded when its first answer is written."""
        return self.answerer_with(self.chat, self._record)

    def answerer_with(self, chat: Writing, record: Record | None = None) -> Answerer:
        """Make an answer ladder that writes with ``chat``; without ``record`` its answers are in no log.

        An evaluation asks so: its questions are nobody's, and must not count as what people ask.
        """
        from assistant.answering.service import Answerer

        return Answerer(self.searcher, chat, self.settings.answering, judge=self.verifier, record=record)

    @cached_property
    def verifier(self) -> SentenceVerifier | None:
        """What reads sentence and source together, not loaded; None where it is off or the default embedder not at hand."""
        if not self.settings.answering.verifier:
            return None
        from models.verifier import SentenceVerifier

        verifier = SentenceVerifier(self.models_dir)
        real = FAKE not in {self.settings.models.embedder, self.settings.models.chat}
        return verifier if real and verifier.available() else None

    @cached_property
    def ingestor(self) -> Ingestor:
        """The way in for documents."""
        from ingest.pipeline import Ingestor

        return Ingestor(self.searchable_store, self.index_embedder, self.settings.ingest)

    def close(self) -> None:
        """Close the models and the store, and give the home back."""
        if "chat" in self.__dict__:
            self.chat.close()
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = None
                self._searchable = False

    def _record(self, answer: Answer, question: Question, reader: Reader) -> None:
        """Keep an answer in the event log: what was asked, what it rests on, what wrote it."""
        from knowledge.citing import note_cited
        from knowledge.events import append_event

        told = {
            "id": answer.id,
            "question": question.text,
            "status": answer.status,
            "kind": answer.kind,
            "answer": answer.text,
            "citations": [[one.document_id, one.version, one.start, one.end] for one in answer.citations],
            "decline": answer.decline.reason if answer.decline else None,
            "model": answer.model,
            "prompt_version": answer.prompt_version,
            "audiences": sorted(reader.audiences) if reader.audiences is not None else None,
            "timings_ms": answer.timings_ms,
        }
        with self.store.database.write() as session:
            append_event(session, "answer.given", told)
            note_cited(session, [(one.document_id, one.version) for one in answer.citations])


@contextmanager
def open_operations(home: Home, settings: Settings) -> Iterator[Operations]:
    """Give the operations of ``home``: those of its running server, else our own with the home locked.

    Raises:
        HomeLocked: another process has the home, and it is not a server that answers.
        HomeUnreachable: it cannot be made, read or written.
    """
    from clausewise import logs
    from clausewise.remote import connect

    logs.configure()
    remote = connect(home)
    if remote is not None:
        try:
            yield remote
        finally:
            remote.close()
        return
    from clausewise.operations import LocalOperations

    program = Program(home, settings)
    try:
        yield LocalOperations(program)
    finally:
        program.close()
