"""The services that the HTTP side is handed, over the parts of one program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.api.services import Check, ModelInfo, Services
from assistant.errors import InvalidRequest
from clausewise.bootstrap import Program
from clausewise.editing import CHECK_GOLDEN, Editing
from clausewise.editing_tasks import CheckGolden
from clausewise.indexing import index_status
from clausewise.jobs import Jobs
from clausewise.keeping import event_json, verify
from clausewise.library import Library
from clausewise.lifecycle import LifeCycle
from clausewise.protocol import Operations
from clausewise.tasks import Backup, CheckIndex, Evaluate, Export, Ingest, RebuildIndex, Reembed, Task
from knowledge.errors import NotFound, VectorsUnreachable
from knowledge.events import recent_events
from knowledge.jobs import BACKGROUND, INTERACTIVE, JobContext
from knowledge.jobs import Jobs as Queue
from knowledge.moments import in_utc
from knowledge.store import Store
from knowledge.types import OPERATOR
from models.catalogue import catalogue
from models.shelf import place

WRITING = "index"  # the lock of jobs that write to the indexes: a second one would only wait for the first
BY = "operator"
INGEST, REBUILD, CHECK, EVALUATE = "ingest", "index.rebuild", "index.check", "eval"
BACKUP, EXPORT = "backup", "export"
REEMBED = "index.reembed"


def register(queue: Queue, operations: Operations) -> None:
    """Let background jobs be carried out as the command line would."""

    def handler(
        make: Callable[[Mapping[str, Any]], Task],
    ) -> Callable[[dict[str, Any], JobContext], dict[str, Any]]:
        def handle(payload: dict[str, Any], context: JobContext) -> dict[str, Any]:
            def tell(event: str, data: Mapping[str, Any]) -> None:
                if event == "progress":
                    context.progress(dict(data))

            return operations.run(make(payload), tell, context.cancel)

        return handle

    queue.register(INGEST, handler(Ingest.model_validate))
    queue.register(BACKUP, handler(lambda _: Backup()))
    queue.register(EXPORT, handler(lambda payload: Export(audience=payload["audience"])))
    queue.register(REBUILD, handler(lambda _: RebuildIndex()))
    queue.register(CHECK_GOLDEN, handler(CheckGolden.model_validate))
    queue.register(CHECK, handler(lambda _: CheckIndex()))
    queue.register(REEMBED, handler(Reembed.model_validate))
    queue.register(
        EVALUATE, handler(lambda payload: Evaluate(cases=payload["cases"], audience=payload["audience"]))
    )


def services_of(program: Program) -> Services:
    """Return what ``create_app`` takes."""
    store = program.searchable_store

    def start_ingest(paths: Sequence[Path], audience: str, note: Mapping[str, str]) -> str:
        payload = {"paths": [str(path) for path in paths], "audience": audience, **note}
        return store.jobs.submit(
            INGEST, payload, priority=INTERACTIVE, lock=WRITING, collection=audience, by=note.get("by", BY)
        )

    return Services(
        answerer=program.answerer,
        searcher=program.searcher,
        library=Library(store, store.uploads, start_ingest),
        life_cycle=LifeCycle(store),
        glossary=store.terms,
        index=Index(program),
        jobs=Jobs(store.jobs),
        models=Models(program),
        readiness=Readiness(program),
        evaluation=Evaluation(store.jobs),
        keeping=Keeping(store),
        editing=Editing(program),
    )


class Keeping:
    """Back-ups, exports and the event log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def backup(self) -> str:
        """Start a job that backs up the home and return its id."""
        return self._store.jobs.submit(BACKUP, {})

    def export(self, audience: list[str] | None) -> str:
        """Start a job that exports the documents and return its id."""
        return self._store.jobs.submit(EXPORT, {"audience": audience})

    def exported(self, job_id: str) -> Path | None:
        """Return the file that an export's job wrote, None where there is no such job, or it is not done."""
        try:
            job = self._store.jobs.get(job_id)
        except NotFound:
            return None
        if job.task != EXPORT or job.state != "done" or job.result is None:
            return None
        file = Path(job.result["file"])
        return file if file.is_file() else None

    def events(
        self, limit: int, kind: str | None, since: datetime | None, before: int | None
    ) -> Sequence[Mapping[str, object]]:
        """Return events of the log, newest first."""
        since = None if since is None else in_utc(since)
        with self._store.database.read() as connection:
            found = recent_events(connection, limit, kind=kind, since=since, before=before)
        return [event_json(one) for one in found]

    def verify(self, head: str | None) -> Mapping[str, object]:
        """Prove the log."""
        return verify(self._store, head)


class Index:
    """The derived indexes."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._store = program.searchable_store

    def status(self) -> dict[str, object]:
        """Return counts, generation, embedder and what is not as the settings want it."""
        return index_status(self._program)

    def rebuild(self) -> str:
        """Start a job that rebuilds them from the store and return its id."""
        return self._store.jobs.submit(REBUILD, {}, priority=INTERACTIVE, lock=WRITING)

    def check(self) -> str:
        """Start a job that compares them with the store and return its id."""
        return self._store.jobs.submit(CHECK, {}, priority=INTERACTIVE)

    def reembed(self, model: str | None, by: str = BY) -> str:
        """Start a job that embeds everything with another embedder (None: that of the settings) and return its id.

        One that is under way or waits for the same one is that job.

        Raises:
            assistant.errors.InvalidRequest: there is no such embedder in the catalogue.
        """
        embedders = {one.name for one in catalogue().values() if one.kind == "embedder"}
        if model is not None and model not in embedders | {self._program.settings.models.embedder}:
            raise InvalidRequest(reason=f"model: one of {', '.join(sorted(embedders))}")
        return start_reembedding(self._store, model, by)


def start_reembedding(store: Store, model: str | None, by: str = BY) -> str:
    """Start a job that embeds everything with another embedder, unless there is one already, and return its id."""
    for job in store.jobs.recent(500, ("queued", "running")):
        if job.task == REEMBED and job.payload.get("model") == model:
            return job.job_id
    return store.jobs.submit(REEMBED, {"model": model, "by": by}, priority=BACKGROUND, lock=REEMBED, by=by)


class Evaluation:
    """Measuring how well questions are answered, as a job."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def start(self, cases: Sequence[Mapping[str, object]], audience: list[str] | None) -> str:
        """Start a job that asks the cases and return its id."""
        payload = {"cases": [dict(case) for case in cases], "audience": audience}
        return self._queue.submit(EVALUATE, payload, priority=BACKGROUND)


class Models:
    """The models at hand."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def models(self) -> Sequence[ModelInfo]:
        """Return the catalogue with what is present and in use."""
        chosen = self._program.settings.models
        indexed = self._program.store.indexed_model()
        in_use = {indexed.name if indexed else chosen.embedder} | (
            set() if chosen.chat_url else {chosen.chat}
        )
        return [
            ModelInfo(
                name=model.name,
                kind=model.kind,
                licence=model.licence,
                bytes=model.bytes or round(model.size_gb * 1e9),
                present=place(model, self._program.models_dir).ready(),
                in_use=model.name in in_use,
            )
            for model in catalogue().values()
        ]

    def count_tokens(self, text: str) -> int:
        """Return the length of ``text`` in tokens of the chat model."""
        return self._program.chat.count_tokens(text)


class Readiness:
    """Whether questions can be answered now."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def checks(self) -> Sequence[Check]:
        """Return every dependency with its state; loads nothing."""
        store = self._program.searchable_store
        indexed = bool(store.repository.document_names(OPERATOR))
        return (
            Check("models", ok=True),  # loaded before the server listens
            Check(
                "documents", indexed, "" if indexed else "Nothing is indexed: run `clausewise ingest PATH`."
            ),
            *self._vectors(),
        )

    def _vectors(self) -> Sequence[Check]:
        """Return whether the Chroma server answers, where the settings name one."""
        if not self._program.settings.knowledge.shared:
            return ()
        try:
            self._program.searchable_store.vectors.count()
        except VectorsUnreachable:
            return (Check("vectors", ok=False, advice="Start the Chroma server of [knowledge] chroma_url."),)
        return (Check("vectors", ok=True),)
