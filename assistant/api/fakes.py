"""Deterministic doubles of the services, with a few invented documents: for tests, and for trying the page.

They keep every promise of the Protocols: audiences are obeyed, quotes are true substrings, streams end with
one Final and stop when they are cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assistant.api.fake_answering import OverlapSearcher, QuotingAnswerer
from assistant.api.fake_documents import DOCUMENTS, FakeDocument
from assistant.api.fake_editing import FakeEditing
from assistant.api.services import (
    Check,
    DocumentSummary,
    DocumentView,
    Job,
    JobState,
    ModelInfo,
    Services,
    VersionSummary,
)
from assistant.errors import NothingToRollBack
from knowledge.errors import NotFound as NoSuchPair
from knowledge.errors import WrongState
from knowledge.glossary import BadGlossary
from knowledge.permissions import OPERATING, Actor
from knowledge.terms import KeptTerm, Term
from knowledge.types import OPERATOR, Passage, Reader

_MADE_AT = "2026-11-03T02:15:00+00:00"


def _sees(reader: Reader, audience: str) -> bool:
    return reader.audiences is None or audience in reader.audiences


class FakeLibrary:
    """Documents in memory; ``started`` lists the ingests that were asked for."""

    def __init__(self, uploads: Path, documents: Sequence[FakeDocument] = DOCUMENTS) -> None:
        """Hold ``documents``; uploads go to a folder that the caller owns."""
        self._uploads = uploads
        self._documents = {document.document_id: document for document in documents}
        self.started: list[tuple[tuple[Path, ...], str]] = []
        self.notes: list[Mapping[str, str]] = []

    @property
    def uploads(self) -> Path:
        """The folder given."""
        return self._uploads

    def passages(self, reader: Reader) -> list[Passage]:
        """Return the current passages that ``reader`` may see."""
        return [
            passage
            for document in self._documents.values()
            for passage in document.passages()
            if _sees(reader, passage.audience)
        ]

    def documents(self, reader: Reader, limit: int, offset: int) -> tuple[Sequence[DocumentSummary], int]:
        """List documents."""
        views = [self.document(document_id, reader, None) for document_id in self._documents]
        seen = [view.summary for view in views if view is not None]
        return seen[offset : offset + limit], len(seen)

    def document(self, document_id: str, reader: Reader, version: int | None) -> DocumentView | None:
        """Show a document."""
        document = self._documents.get(document_id)
        wanted = version or (document.version if document else 0)
        if document is None or wanted > document.version:
            return None
        everything = document.passages(wanted)
        seen = tuple(passage for passage in everything if _sees(reader, passage.audience))
        if not seen:
            return None
        summary = DocumentSummary(
            document_id=document_id,
            source=document.source,
            title=document.title,
            version=wanted,
            audiences=tuple(sorted({passage.audience for passage in seen})),
            passages=len(seen),
            updated_at=_MADE_AT,
        )
        text = document.text(wanted) if len(seen) == len(everything) else None
        return DocumentView(summary, document.version, seen, text)

    def history(self, document_id: str, reader: Reader) -> Sequence[VersionSummary] | None:
        """List versions."""
        document = self._documents.get(document_id)
        if document is None or self.document(document_id, reader, None) is None:
            return None
        return [_version(document, number) for number in range(document.version, 0, -1)]

    def rollback(self, document_id: str, version: int | None, comment: str = "") -> VersionSummary | None:  # noqa: ARG002 - the role's signature
        """Go back."""
        document = self._documents.get(document_id)
        if document is None:
            return None
        wanted = document.version - 1 if version is None else version
        if not 1 <= wanted < document.version:
            raise NothingToRollBack
        self._documents[document_id] = replace(document, version=wanted)
        return _version(self._documents[document_id], wanted)

    def remove(self, document_id: str) -> bool:
        """Forget a document."""
        return self._documents.pop(document_id, None) is not None

    def ingest(self, paths: Sequence[Path], audience: str, note: Mapping[str, str]) -> str:
        """Note what was asked."""
        self.started.append((tuple(paths), audience))
        self.notes.append(note)
        return f"ingest-{len(self.started)}"


class FakeLifeCycle:
    """Nothing ever changed, and one document expires."""

    def __init__(self, library: FakeLibrary) -> None:
        """Look into ``library``."""
        self._library = library
        self.days: list[Mapping[str, datetime | None]] = []

    def difference(
        self, document_id: str, before: int | None, after: int | None, reader: Reader
    ) -> dict[str, object] | None:
        """Find the same."""
        view = self._library.document(document_id, reader, after)
        if view is None or view.text is None:
            return None
        number = view.summary.version
        return {
            "document_id": document_id,
            "from": before or number,
            "to": number,
            "unchanged": len(view.passages),
            "changes": [],
        }

    def citation(
        self, document_id: str, version: int, span: tuple[int, int], reader: Reader
    ) -> dict[str, object] | None:
        """Open it; the current version's clause has changed since an earlier one."""
        view = self._library.document(document_id, reader, version)
        here = [p for p in view.passages if p.start <= span[0] < span[1] <= p.end] if view else []
        if view is None or not here:
            return None
        passage = here[0]
        clause = {
            "label": passage.clause or "",
            "text": passage.text,
            "start": passage.start,
            "end": passage.end,
            "page": passage.page,
        }
        return {
            "document_id": document_id,
            "version": version,
            "current_version": view.current_version,
            "standing": "current" if version == view.current_version else "changed",
            "quote": passage.text[span[0] - passage.start : span[1] - passage.start],
            "start": span[0],
            "end": span[1],
            "clause": clause,
            "now": clause,
        }

    def pin(self, document_id: str, version: int | None) -> int | None:
        """Pin."""
        view = self._library.document(document_id, OPERATOR, version)
        return None if view is None else view.summary.version

    def unpin(self, document_id: str) -> int | None:
        """Unpin."""
        return self.pin(document_id, None)

    def set_days(
        self, document_id: str, version: int | None, changes: Mapping[str, datetime | None]
    ) -> int | None:
        """Note; the order of both days is a rule."""
        begin, end = changes.get("effective_from"), changes.get("expires_at")
        if begin is not None and end is not None and end <= begin:
            raise ValueError("the version would expire before it comes into force")
        self.days.append(changes)
        return self.pin(document_id, version)

    def expiring(self, days: int, reader: Reader) -> list[dict[str, object]]:  # noqa: ARG002 - the role's signature
        """List it."""
        summaries, _ = self._library.documents(reader, 1, 0)
        return [
            {
                "document_id": one.document_id,
                "source": one.source,
                "title": one.title,
                "version": one.version,
                "expires_at": _MADE_AT,
                "expired": True,
            }
            for one in summaries
        ]


class FakeGlossary:
    """Pairs in memory."""

    def __init__(self) -> None:
        """Hold one pair."""
        self._kept = {"": KeptTerm(Term("宅配", "出貨"), "an", datetime.fromisoformat(_MADE_AT))}

    def all(self) -> list[KeptTerm]:
        """List."""
        return list(self._kept.values())

    def put(self, terms: Sequence[Term], by: str) -> int:
        """Keep, as the table does; a pair of the same word is refused."""
        for term in terms:
            if term.term == term.same_as:
                raise BadGlossary(f"{term.term!r} is the same already")
        self._kept |= {term.key: KeptTerm(term, by, datetime.fromisoformat(_MADE_AT)) for term in terms}
        return len(terms)

    def remove(self, term: str, same_as: str | None, by: str) -> int:  # noqa: ARG002 - the role's signature
        """Forget."""
        gone = [key for key, kept in self._kept.items() if term in {kept.term.term, kept.term.same_as}]
        if not gone:
            raise NoSuchPair(term)
        for key in gone:
            del self._kept[key]
        return len(gone)


class FakeIndex:
    """An index that is always right."""

    def status(self) -> dict[str, object]:
        """Count."""
        return {"documents": len(DOCUMENTS), "generation": 7}

    def rebuild(self) -> str:
        """Start."""
        return "rebuild-1"

    def check(self) -> str:
        """Start."""
        return "check-1"

    def reembed(self, model: str | None) -> str:
        """Start."""
        return f"reembed-{model or 1}"


class FakeJobs:
    """One job that is done and one that failed; what is asked of them changes nothing."""

    def jobs(self, limit: int, states: Sequence[JobState] = (), actor: Actor = OPERATING) -> Sequence[Job]:
        """List them."""
        listed = [
            Job("ingest-1", "ingest", "done", _MADE_AT, _MADE_AT, {}, {"totals": {"indexed": 1}}),
            Job("ingest-2", "ingest", "failed", _MADE_AT, _MADE_AT, error="away", failures=("away",)),
        ]
        return [job for job in listed if actor.is_admin and (not states or job.state in states)][:limit]

    def job(self, job_id: str, actor: Actor) -> Job | None:
        """Find it."""
        return next((job for job in self.jobs(9, (), actor) if job.job_id == job_id), None)

    def retry(self, job_id: str, actor: Actor) -> Job:
        """Queue it."""
        job = self._known(job_id, actor)
        if job.state != "failed":
            raise WrongState(job_id)
        return replace(job, state="queued")

    def cancel(self, job_id: str, actor: Actor) -> Job:
        """Leave it as it is."""
        return self._known(job_id, actor)

    def discard(self, job_id: str, actor: Actor) -> None:
        """Pretend."""
        if self._known(job_id, actor).state != "failed":
            raise WrongState(job_id)

    def counts(self) -> Mapping[JobState, int]:
        """Count."""
        return {"queued": 0, "running": 0, "done": 1, "failed": 1, "cancelled": 0}

    def _known(self, job_id: str, actor: Actor) -> Job:
        job = self.job(job_id, actor)
        if job is None:
            raise NoSuchPair(job_id)
        return job


class FakeModels:
    """Two models; a token is four characters."""

    def models(self) -> Sequence[ModelInfo]:
        """List them."""
        return [
            ModelInfo("sample-chat", "chat", "Apache-2.0", 1_117_320_768, present=True, in_use=True),
            ModelInfo("sample-embedder", "embedder", "MIT", 118_000_000, present=True, in_use=True),
        ]

    def count_tokens(self, text: str) -> int:
        """Count."""
        return (len(text) + 3) // 4


class FakeEvaluation:
    """Notes what was asked for."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.started: list[tuple[Sequence[Mapping[str, object]], list[str] | None]] = []

    def start(self, cases: Sequence[Mapping[str, object]], audience: list[str] | None) -> str:
        """Note."""
        self.started.append((cases, audience))
        return f"eval-{len(self.started)}"


class FakeKeeping:
    """One export that is done, one event."""

    def __init__(self, folder: Path) -> None:
        """Keep the export below ``folder``."""
        self._folder = folder

    def backup(self) -> str:
        """Start."""
        return "backup-1"

    def export(self, audience: list[str] | None) -> str:  # noqa: ARG002 - the role's signature
        """Start."""
        return "export-1"

    def exported(self, job_id: str) -> Path | None:
        """Return a file."""
        if job_id != "export-1":
            return None
        file = self._folder / "export.zip"
        file.write_bytes(b"PK\5\6" + bytes(18))
        return file

    def events(
        self, limit: int, kind: str | None, since: datetime | None, before: int | None
    ) -> list[Mapping[str, object]]:  # the role's signature
        """List it."""
        event = {"seq": 1, "at": _MADE_AT, "kind": "answer.given", "data": {"question": "退貨？"}}
        return [event] if kind in {None, "answer"} and not (since or before) and limit else []

    def verify(self, head: str | None) -> Mapping[str, object]:
        """Find it whole."""
        return {"events": 1, "whole": True, "broken": [], "head": "1:ab", "head_kept": head in {None, "1:ab"}}


class FakeReadiness:
    """Ready, until ``missing`` says otherwise."""

    def __init__(self, missing: str | None = None) -> None:
        """Name the model that is ``missing``, if any."""
        self._missing = missing

    def checks(self) -> Sequence[Check]:
        """Tell."""
        advice = f"clausewise models pull {self._missing}"
        return [Check("store", ok=True), Check("chat", ok=self._missing is None, advice=advice)]


def fake_services(uploads: Path, pace_s: float = 0) -> Services:
    """Return a whole set of doubles over the invented documents."""
    library = FakeLibrary(uploads)
    searcher = OverlapSearcher(library.passages)
    return Services(
        answerer=QuotingAnswerer(searcher, pace_s),
        searcher=searcher,
        library=library,
        life_cycle=FakeLifeCycle(library),
        glossary=FakeGlossary(),
        index=FakeIndex(),
        jobs=FakeJobs(),
        models=FakeModels(),
        readiness=FakeReadiness(),
        evaluation=FakeEvaluation(),
        keeping=FakeKeeping(uploads),
        editing=FakeEditing(),
    )


def _version(document: FakeDocument, number: int) -> VersionSummary:
    current = number == document.version
    state = "live" if current else "superseded"
    return VersionSummary(number, state, _MADE_AT, len(document.passages(number)), current)
