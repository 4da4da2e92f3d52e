"""Files to answers: find → read → stage → embed → index → publish. Safe to kill at any moment.

Each file becomes visible on its own and at once. Files are taken in groups, so that many small ones are
embedded together; vectors are kept batch by batch, so that a run that was killed repeats one batch, not
hours of work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from ingest.embedding import embed_lacking, embedder_of
from ingest.errors import Cancelled, IngestError
from ingest.isolation import Isolation
from ingest.pruning import gone_below
from ingest.reading import Found, Reading, digest_of, files_below, opened, read, recipe_of
from ingest.report import OnProgress, Progress, Report
from ingest.settings import IngestSettings
from ingest.sources.folder import SourceFile
from knowledge.embedders import Embedders
from knowledge.placing import DRAFT, Place
from knowledge.runs import FileOutcome, RunId, RunState, add_outcomes
from knowledge.staging import Known, Note, Target, known, sources
from knowledge.store import Store
from knowledge.types import INTERNAL
from models.protocols import Embedder

_GROUP_TEXTS = 512  # texts that are embedded together, the short ones first
_GROUP_FILES = 64
_OPTIMISE_FROM = 200  # passages; fewer changes leave the word index tidy enough


class Ingestor:
    """Takes files into one store. The embedder must be loaded by its owner."""

    def __init__(
        self, store: Store, embedder: Embedder | Embedders, settings: IngestSettings | None = None
    ) -> None:
        """Join store and embedder; of several, what comes in is embedded with that of the index in force."""
        self._store = store
        self._embedders = embedder
        self._limits = (settings or IngestSettings()).limits()

    def run(
        self,
        paths: Sequence[Path],
        audience: str = INTERNAL,
        *,
        prune: bool = False,
        note: Note | None = None,
        progress: OnProgress | None = None,
        cancel: threading.Event | None = None,
    ) -> Report:
        """Take in what changed below ``paths``; with ``prune``, remove what is gone from there.

        ``audience`` is that of passages whose row names none. ``note`` says who makes the new versions, why, and from
        when until when they answer. ``cancel`` ends the run soon, with what is
        finished by then in force.

        Raises:
            PathNotFound: one of ``paths`` does not exist; nothing was done.
            ValueError: ``audience`` is blank.
            IndexMismatch, IndexBroken: the store cannot take vectors of this embedder.
        """
        audience = audience.strip()
        if not audience:
            raise ValueError("the audience is blank; name one, such as internal or public")
        self._store.load()
        with self._store.database.read() as connection:
            files = files_below(paths, sources(connection))
        run_id = self._store.runs.start([str(path) for path in paths])
        asked = cancel or threading.Event()
        state: RunState = "failed"
        tally = _Tally(files, progress or _silent)
        work = _Run(self._store, self._embedders, audience, run_id, tally, asked, note or Note())
        try:
            with Isolation(self._limits) as isolation, _cancelling(isolation, asked):
                for found in work.each(tally.found(files, partial(opened, limits=self._limits))):
                    work.take(found, isolation)
                work.flush()
            if prune and not asked.is_set():
                work.prune(paths)
            state = "cancelled" if asked.is_set() else "done"
        finally:
            work.end(state)
        return tally.report(run_id, state, work.embedded)


@dataclass(slots=True)
class _Tally:
    """Counts, outcomes and whom to tell."""

    files: Sequence[SourceFile]
    tell: OnProgress
    outcomes: list[FileOutcome] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    found_files: int = 0
    found_bytes: int = 0
    done_bytes: int = 0
    read_bytes: int = 0
    passages: int = 0

    def found(
        self, files: Sequence[SourceFile], look_into: Callable[[SourceFile], Iterator[Found]]
    ) -> Iterator[Found]:
        """Yield every file and every member of archives, counting."""
        self.found_files, self.found_bytes = len(files), sum(file.size for file in files)
        for file in files:
            for number, found in enumerate(look_into(file)):
                self.found_files += number > 0
                yield found

    def say(self, source: str, embedded: int, outcome: FileOutcome | None = None) -> None:
        """Tell how far the run is."""
        self.tell(
            Progress(
                source=source,
                files_done=len(self.outcomes),
                files_found=max(self.found_files, len(self.outcomes)),
                bytes_done=min(self.done_bytes, self.found_bytes),
                bytes_found=self.found_bytes,
                passages=self.passages,
                embedded=embedded,
                bytes_read=self.read_bytes,
                outcome=outcome,
            )
        )

    def report(self, run_id: RunId, state: RunState, embedded: int) -> Report:
        """Return what happened."""
        return Report(run_id, state, tuple(self.outcomes), embedded, time.monotonic() - self.started)


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file whose new version waits for its vectors."""

    found: Found
    reading: Reading
    target: Target
    source: str  # as shown


class _Run:
    """One run at work."""

    def __init__(
        self,
        store: Store,
        embedders: Embedder | Embedders,
        audience: str,
        run_id: RunId,
        tally: _Tally,
        cancel: threading.Event,
        note: Note,
    ) -> None:
        self._store = store
        self._note = note
        self._publisher = store.publisher
        self._embedders = embedders
        self._embedder = embedder_of(
            embedders, store.publisher.model
        )  # measures; lengths stay the same in a run
        self._audience = audience
        self._run_id = run_id
        self._tally = tally
        self._cancel = cancel
        self._recipe = recipe_of(self._embedder)
        self._group: list[_Staged] = []
        self._seen: set[str] = set()
        self._unread: set[str] = set()  # locations that failed: what lies in them is not gone
        self._changed = 0
        self.embedded = 0

    def each(self, files: Iterable[Found]) -> Iterator[Found]:
        """Yield files, each location once, until the run is cancelled."""
        for found in files:
            if self._cancel.is_set():
                return
            if found.location not in self._seen:
                self._seen.add(found.location)
                yield found

    def take(self, found: Found, isolation: Isolation) -> None:
        """Read one file unless it is known as it is, and stage what it has become."""
        self._tally.say(found.source, self.embedded)
        try:
            if found.refused is not None:
                raise found.refused
            with self._store.database.read() as connection:
                before = known(connection, found.location)
            digest = digest_of(found.path)
            if before is not None and self._is_unchanged(before, digest):
                self._date(before)
                self._finish(found, _unchanged(before))
                return
            reading = read(found, digest, self._audience, isolation, self._embedder, self._note)
        except Cancelled:
            return
        except IngestError as error:
            self._unread.add(found.location)
            outcome = FileOutcome(found.source, error.state, reason=error.reason, code=error.code)
            self._finish(found, outcome)
            return
        target, source = self._publisher.stage(reading.version, self._run_id)
        self._group.append(_Staged(found, reading, target, source))
        self._tally.passages += len(reading.version.passages)
        self._tally.read_bytes += found.size
        texts = sum(len(staged.reading.texts) for staged in self._group)
        if texts >= _GROUP_TEXTS or len(self._group) >= _GROUP_FILES:
            self.flush()

    def flush(self) -> None:
        """Embed, index and publish what is staged."""
        group, self._group = self._group, []
        if not group or not self._embed(group):
            return
        with self._publisher.turn:
            if not self._embed(group):  # again only where another embedder came into force meanwhile
                return
            if self._note.draft:
                held = {staged.target: DRAFT for staged in group}
            else:
                held = self._publisher.held([staged.target for staged in group])
            # Golden questions are asked of one version after the other, each beside what went before it.
            free = [s for s in group if s.target not in held]
            guarded = [s for s in group if not self._note.draft and self._publisher.is_guarded(s.target)]
            self._publisher.prepare([s.target for s in free if s not in guarded])
            for staged in group:
                if staged not in guarded:
                    self._publish(staged, held.get(staged.target))
            self._publisher.settle()
            for staged in guarded:
                self._advance(staged)

    def prune(self, paths: Sequence[Path]) -> None:
        """Remove the documents that are no longer found below ``paths``."""
        with self._store.database.read() as connection:
            gone = gone_below(connection, paths, self._seen, self._unread)
        for document_id, source in gone:
            outcome = FileOutcome(source, "removed", document_id=document_id)
            self._publisher.change(Target(document_id, None), "document.removed", self._recording(outcome))
            self._changed += 1
            self._done(outcome)

    def end(self, state: RunState) -> None:
        """Tidy up what the run left in the indexes, and close its record."""
        if self._changed and state != "failed":
            self._publisher.tidy(optimise=self._changed >= _OPTIMISE_FROM)
        totals = self._tally.report(self._run_id, state, self.embedded).totals
        self._store.runs.finish(self._run_id, state, totals)

    def _date(self, before: Known) -> None:
        """Give a version that is known already the days that were asked for now."""
        asked = {"effective_from": self._note.effective_from, "expires_at": self._note.expires_at}
        days: dict[str, datetime | None] = {name: day for name, day in asked.items() if day is not None}
        if days:
            self._store.life_cycle.set_days(before.document_id, before.number, days, self._note.by)

    def _is_unchanged(self, before: Known, digest: str) -> bool:
        return (
            not before.removed
            and before.file_digest == digest
            and before.recipe == self._recipe
            and before.audience == self._audience
        )

    def _embed(self, group: Sequence[_Staged]) -> bool:
        """Embed the texts that are new, the short ones first; return False when cancelled on the way."""
        texts = {key: text for staged in group for key, text in staged.reading.texts.items()}
        return embed_lacking(self._publisher, self._embedders, texts, self._embedded_some, self._cancel)

    def _embedded_some(self, count: int) -> None:
        self.embedded += count
        self._tally.say("", self.embedded)

    def _publish(self, staged: _Staged, held: Place | None) -> None:
        outcome = _outcome(staged, held)
        if held:
            self._publisher.hold(staged.target, held, self._recording(outcome))
        else:
            self._publisher.publish(staged.target, "document.published", self._recording(outcome))
        self._published(staged, outcome)

    def _advance(self, staged: _Staged) -> None:
        """Let a version's golden questions be asked, and put it where that leads."""

        def record(session: Session, place: Place | None) -> None:
            add_outcomes(session, self._run_id, [_outcome(staged, place)])

        place = self._publisher.advance(
            staged.target, "document.published", record, held_kind="document.held"
        )
        self._published(staged, _outcome(staged, place))

    def _published(self, staged: _Staged, outcome: FileOutcome) -> None:
        if outcome.state == "indexed":
            self._changed += outcome.passages
        self._tally.done_bytes += staged.found.size
        self._done(outcome)

    def _recording(self, outcome: FileOutcome) -> Callable[[Session], None]:
        return lambda session: add_outcomes(session, self._run_id, [outcome])

    def _finish(self, found: Found, outcome: FileOutcome) -> None:
        self._store.runs.record(self._run_id, [outcome])
        self._tally.done_bytes += found.size
        self._tally.read_bytes += found.size
        self._done(outcome)

    def _done(self, outcome: FileOutcome) -> None:
        self._tally.outcomes.append(outcome)
        self._tally.say(outcome.source, self.embedded, outcome)


@contextmanager
def _cancelling(isolation: Isolation, cancel: threading.Event) -> Iterator[None]:
    """Stop the parse at hand as soon as ``cancel`` is set."""
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if cancel.wait(0.2):
                isolation.cancel()
                over.wait(0.2)

    watcher = threading.Thread(target=watch, name="clausewise-ingest-cancel", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _outcome(staged: _Staged, held: Place | None) -> FileOutcome:
    return FileOutcome(
        source=staged.source,
        state="waiting" if held else "indexed",
        passages=len(staged.reading.version.passages),
        reason=held.reason if held else None,
        code=held.state if held else None,
        document_id=staged.target.document_id,
        version=staged.target.number,
    )


def _unchanged(before: Known) -> FileOutcome:
    return FileOutcome(
        source=before.source,
        state="unchanged",
        passages=before.passages,
        document_id=before.document_id,
        version=before.current,
    )


def _silent(_progress: Progress) -> None:
    """Tell nobody."""
