"""What can be asked of a home: tasks in, plain JSON out. Shapes: docs/http.md."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answering.types import Final, Question, Turn
from assistant.api.schemas import (
    answer_json,
    document_json,
    event_json,
    search_json,
    summary_json,
    version_json,
)
from clausewise.editing import carry_out as edit
from clausewise.editing_tasks import EditingTask
from clausewise.embedding import another_is_wanted, reembed
from clausewise.glossary import carry_out
from clausewise.indexing import index_status
from clausewise.jobs import carry_out as carry_out_jobs
from clausewise.keeping import carry_out as keep
from clausewise.library import summary, version_summary, view
from clausewise.lifecycle import BY
from clausewise.lifecycle import carry_out as carry_out_life_cycle
from clausewise.protocol import Json, Notify, nobody
from clausewise.tasks import (
    Ask,
    AuditHead,
    Backup,
    CancelJob,
    CheckIndex,
    CiteDocument,
    DiffDocument,
    DiscardJob,
    DraftQuestions,
    Evaluate,
    Export,
    ImportTerms,
    Ingest,
    ListAudit,
    ListDocuments,
    ListExpiring,
    ListJobs,
    ListTerms,
    PinDocument,
    Prepare,
    PutTerms,
    RebuildIndex,
    Reembed,
    RemoveDocument,
    RemoveTerms,
    RetryJob,
    RollBack,
    Search,
    SetDays,
    ShowDocument,
    ShowHistory,
    ShowIndex,
    ShowJob,
    Task,
    UnpinDocument,
    VerifyAudit,
)
from knowledge.errors import NothingIndexed
from knowledge.lock import Turn as WritingTurn
from knowledge.staging import Note
from knowledge.types import OPERATOR

if TYPE_CHECKING:
    from clausewise.bootstrap import Program
    from ingest.report import Progress

WRITING_FILE, CHANGING_FILE = "writing.lock", "changing.lock"


class LocalOperations:
    """Carries out tasks with the parts of this process, which owns the home."""

    def __init__(self, program: Program) -> None:
        self._program = program
        shared = program.settings.knowledge.shared
        # One ingest or rebuild at a time, in all processes; readers do not wait.
        self._writing = WritingTurn(program.home.path / WRITING_FILE if shared else None)
        # One change of the embedder at a time; ingests go on meanwhile.
        self._changing = WritingTurn(program.home.path / CHANGING_FILE if shared else None)

    def run(  # noqa: C901, PLR0911 - one task a line
        self, task: Task, notify: Notify = nobody, cancel: threading.Event | None = None
    ) -> Json:
        """Carry out ``task``."""
        if isinstance(task, EditingTask):
            return edit(self._program, task)
        match task:
            case Prepare():
                return self._prepare(task)
            case Search():
                return self._search(task)
            case Ask():
                return self._ask(task, notify, cancel or threading.Event())
            case Ingest() | RebuildIndex():
                with self._writing:
                    return self._write(task, notify, cancel or threading.Event())
            case Backup() | Export() | VerifyAudit() | ListAudit() | AuditHead():
                return keep(self._program.store, task, notify, cancel or threading.Event())
            case CheckIndex() | Reembed() | ShowIndex():
                return self._index(task, notify, cancel or threading.Event())
            case ListTerms() | PutTerms() | ImportTerms() | RemoveTerms():
                return carry_out(self._program.store.terms, task)
            case (
                DiffDocument() | CiteDocument() | PinDocument() | UnpinDocument() | SetDays() | ListExpiring()
            ):
                return carry_out_life_cycle(self._program.searchable_store, task)
            case ListJobs() | ShowJob() | RetryJob() | CancelJob() | DiscardJob():
                return carry_out_jobs(self._program.store.jobs, task)
            case Evaluate() | DraftQuestions():
                return self._evaluate(task, notify, cancel or threading.Event())
            case _:
                return self._documents(task)

    def _prepare(self, task: Prepare) -> Json:
        _ = self._program.searcher  # loads the embedder and opens the indexes
        self._require_documents()
        if task.needs == "ask":
            self._program.chat.load()
        return {"ready": task.needs}

    def _search(self, task: Search) -> Json:
        self._require_documents()
        began = time.perf_counter()
        hits = self._program.searcher.search(task.query, OPERATOR.narrowed(task.audience), task.k)
        return search_json(task.query, hits, (time.perf_counter() - began) * 1000)

    def _ask(self, task: Ask, notify: Notify, cancel: threading.Event) -> Json:
        self._require_documents()
        question = Question(task.question, tuple(Turn(turn.role, turn.content) for turn in task.history))
        for event in self._program.answerer.stream(question, OPERATOR.narrowed(task.audience), cancel):
            if isinstance(event, Final):
                return answer_json(event.answer)
            notify(*event_json(event))
        raise RuntimeError("the answer's stream ended without an answer")

    def _evaluate(self, task: Evaluate | DraftQuestions, notify: Notify, cancel: threading.Event) -> Json:
        from clausewise.evaluating import draft, evaluate  # 0.2 s that no other task needs

        self._require_documents()
        if isinstance(task, Evaluate):
            return evaluate(self._program, task, notify, cancel)
        return draft(self._program, task, notify, cancel)

    def _write(self, task: Ingest | RebuildIndex, notify: Notify, cancel: threading.Event) -> Json:
        if isinstance(task, RebuildIndex):
            return self._rebuild(notify, cancel)
        paths = [Path(path) for path in task.paths]
        report = self._program.ingestor.run(
            paths,
            task.audience,
            prune=task.prune,
            note=Note(task.by, task.comment, task.effective_from, task.expires_at, task.draft),
            progress=lambda progress: notify("progress", _progress_json(progress)),
            cancel=cancel,
        )
        return report.as_json()

    def _rebuild(self, notify: Notify, cancel: threading.Event) -> Json:
        def tell(index: str, done: int) -> None:
            notify("progress", {"text": f"{index}: {done} passages"})

        embedded = 0
        if another_is_wanted(self._program):
            with self._changing:
                embedded = int(reembed(self._program, None, BY, notify, cancel)["embedded"])
        report = self._program.store.maintenance.rebuild(tell)
        return {"fulltext": report.fulltext, "vectors": report.vectors, "embedded": embedded}

    def _index(self, task: CheckIndex | Reembed | ShowIndex, notify: Notify, cancel: threading.Event) -> Json:
        match task:
            case CheckIndex():
                return self._check()
            case ShowIndex():
                return index_status(self._program)
            case Reembed():
                with self._changing:
                    return reembed(self._program, task.model, task.by, notify, cancel)

    def _check(self) -> Json:
        self._program.store.load()  # puts right what a killed process left, as every start does
        report = self._program.store.maintenance.check()
        problems = [{"part": one.part, "what": one.what, "advice": one.advice} for one in report.problems]
        counts = {"passages": report.passages, "fulltext": report.fulltext, "vectors": report.vectors}
        return {**counts, "problems": problems}

    def _documents(
        self, task: ListDocuments | ShowDocument | RemoveDocument | ShowHistory | RollBack
    ) -> Json:
        documents = self._program.store.documents
        if isinstance(task, ListDocuments):
            reader = OPERATOR.narrowed(task.audience)
            return {"documents": [summary_json(summary(info)) for info in documents.browse(reader)]}
        document_id = documents.find(task.document_id)
        match task:
            case ShowDocument():
                return document_json(view(self._program.store, document_id, OPERATOR, task.version))
            case RemoveDocument():
                removed = documents.remove(document_id, task.by)
                return {"document_id": document_id, "source": removed.source, "state": "removed"}
            case ShowHistory():
                versions = [version_json(version_summary(one)) for one in documents.history(document_id)]
                return {"document_id": document_id, "versions": versions}
            case RollBack():
                return summary_json(
                    summary(documents.rollback(document_id, task.version, task.by, task.comment))
                )

    def _require_documents(self) -> None:
        """Refuse questions to an empty home.

        Raises:
            NothingIndexed: it has no documents.
        """
        if not self._program.store.repository.document_names(OPERATOR):
            raise NothingIndexed(
                f"Nothing is indexed in {self._program.home.path}: "
                "add documents with `clausewise ingest PATH`."
            )


def _progress_json(progress: Progress) -> Json:
    """Return how far an ingest is."""
    return {
        "share": round(progress.share, 4),
        "text": progress.source,
        "files_done": progress.files_done,
        "files_found": progress.files_found,
        "passages": progress.passages,
        "embedded": progress.embedded,
    }
