"""The composition root: the only place that knows real parts from fake ones, and joins them.

Every part is made when it is first needed: a search never makes the chat model, a list of documents neither.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from clausewise.embedding import choose
from clausewise.home import Home
from clausewise.settings import Settings, models_directory

if TYPE_CHECKING:
    from assistant.answering.service import Answerer, Record
    from assistant.answering.types import Answer, Question
    from assistant.answering.writing import Chat as Writing
    from clausewise.protocol import Operations
    from ingest.entries import EntryWriter
    from ingest.pipeline import Ingestor
    from knowledge.embedders import Embedders
    from knowledge.identity import EmbedderInfo
    from knowledge.meaning import IndexEmbedder
    from knowledge.quality import QualityGate
    from knowledge.search import Searcher
    from knowledge.store import Store
    from knowledge.types import Reader
    from models.chat import Chat
    from models.fakes import HashEmbedder
    from models.protocols import Embedder, Reranker
    from models.sentence import SentenceEmbedder
    from models.verifier import SentenceVerifier

FAKE = "fake"  # [models] chat and embedder: deterministic doubles, for tests and programs without weights
_FAKE_EMBEDDER = re.compile(r"fake(?:-(\d{1,4}))?")  # "fake-64": one of 64 dimensions


def chat_for(settings: Settings, models_dir: Path) -> Chat:
    """Return the chat model that the settings choose; nothing is loaded."""
    if settings.models.chat == FAKE and settings.models.chat_url is None:
        from models.fakes import FakeChat

        return FakeChat()
    from models.registry import build_chat

    return build_chat(settings.models, models_dir)


def embedder_for(settings: Settings, models_dir: Path) -> SentenceEmbedder | HashEmbedder:
    """Return the embedder that the settings choose; nothing is loaded."""
    if fake := _FAKE_EMBEDDER.fullmatch(settings.models.embedder):
        from models.fakes import HashEmbedder

        return HashEmbedder(int(fake[1])) if fake[1] else HashEmbedder()
    from models.registry import build_embedder

    return build_embedder(settings.models, models_dir)


def is_fake(embedder: str) -> bool:
    """Tell whether the settings' ``embedder`` names a double."""
    return _FAKE_EMBEDDER.fullmatch(embedder) is not None


class Program:
    """The parts of one home. The first use of the store takes the home's lock; ``close`` gives it back."""

    def __init__(self, home: Home, settings: Settings) -> None:
        """Remember what to make; nothing is made yet."""
        self.home = home
        self.settings = settings
        self.models_dir = models_directory(settings, home)
        self._store: Store | None = None
        self._quality: QualityGate | None = None
        self._searchable = False
        self._opening = threading.RLock()

    @cached_property
    def chat(self) -> Chat:
        """The chat model, not loaded."""
        return chat_for(self.settings, self.models_dir)

    @cached_property
    def embedder(self) -> SentenceEmbedder | HashEmbedder:
        """The embedder of the settings, not loaded; the index may still be of another one."""
        return embedder_for(self.settings, self.models_dir)

    @cached_property
    def embedders(self) -> Embedders:
        """The loaded embedders, by the id that an index records."""
        from knowledge.embedders import Embedders

        return Embedders()

    @property
    def embedder_in_force(self) -> Embedder:
        """The embedder of the index, loaded."""
        return self.embedders.of(self.searchable_store.vectors.model.model_id).embedder

    @property
    def index_embedder(self) -> IndexEmbedder:
        """The embedder of the index, as the index uses it: good until another takes its place."""
        return self.embedders.of(self.searchable_store.vectors.model.model_id).index

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
        """The store with its indexes open, and the embedder of its index loaded.

        That is the embedder of the settings, unless the index is of another one and that one is still at hand: then it
        goes on with that one until ``index reembed`` has changed it.

        Raises:
            MissingWeights: the embedder has not been fetched.
            IndexMismatch: the index holds vectors of another embedder, which is not at hand.
        """
        from knowledge.quality import QualityGate

        with self._opening:
            if not self._searchable:
                chosen = choose(self)
                if self.store.indexed_model() is None:  # an empty one becomes an index of this embedder
                    self._reopen(chosen.info)
                store = self.store
                self._quality = QualityGate(store, lambda: self._searcher_of(store))
                store.publisher.gate = self._quality
                store.load()
                self._searchable = True
            return self.store

    def _reopen(self, info: EmbedderInfo) -> None:
        from knowledge.store import Store

        if self._store is not None:
            self._store.close()
        self._store = Store.open(self.home.path, info, self.settings.knowledge, self.settings.jobs)

    @property
    def quality(self) -> QualityGate:
        """What asks the golden questions."""
        _ = self.searchable_store
        assert self._quality is not None  # noqa: S101 - made with that store
        return self._quality

    @cached_property
    def searcher(self) -> Searcher:
        """The search."""
        return self._searcher_of(self.searchable_store)

    def _searcher_of(self, store: Store) -> Searcher:
        from knowledge.relevance import load_relevance
        from knowledge.search import Searcher

        if (reranker := self.reranker) is None:
            return Searcher(store, self.embedders, load_relevance())
        from knowledge.reranking import RerankingSearcher

        top = self.settings.models.rerank_hits
        return RerankingSearcher(store, self.embedders, load_relevance(), reranker, top)

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
        real = self.settings.models.chat != FAKE and not is_fake(self.settings.models.embedder)
        return verifier if real and verifier.available() else None

    @cached_property
    def ingestor(self) -> Ingestor:
        """The way in for documents."""
        from ingest.pipeline import Ingestor

        return Ingestor(self.searchable_store, self.embedders, self.settings.ingest)

    @property
    def entries(self) -> EntryWriter:
        """The way in for what staff write here."""
        from ingest.entries import EntryWriter

        return EntryWriter(self.searchable_store, self.embedders)

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
            "searched_with": None
            if answer.made_with is None
            else [answer.made_with.embedder, answer.made_with.index, answer.made_with.generation],
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
