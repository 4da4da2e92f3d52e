"""Values to the JSON of the public interface; the command line prints the same.

The keys and their order are a promise to other programs: add at the end, never rename.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.answering.types import ClauseShown, Delta, Final, Queued, Retrieved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.answering.types import Answer, Choice, Citation, Event
    from assistant.api.services import DocumentSummary, DocumentView, Job, ModelInfo, VersionSummary
    from knowledge.terms import KeptTerm
    from knowledge.types import Hit, Passage

Json = dict[str, object]

_SCORE_DIGITS = 4
_MS_DIGITS = 1


def hit_json(hit: Hit) -> Json:
    """Encode a search hit."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "score": round(hit.score, _SCORE_DIGITS),
        "passage_id": passage.passage_id,
        "document_id": passage.document_id,
        "source": passage.source,
        "title": passage.title,
        "version": passage.version,
        "clause": passage.clause,
        "heading": list(passage.heading),
        "page": passage.page,
        "text": passage.text,
        "kind": passage.kind,
        "start": passage.start,
        "end": passage.end,
        "exact": hit.exact,
        "places": [place.source for place in hit.places],
        "editions": [place.source for place in hit.editions],
    }


def hits_json(hits: Sequence[Hit]) -> list[Json]:
    """Encode hits in their order."""
    return [hit_json(hit) for hit in hits]


def search_json(query: str, hits: Sequence[Hit], ms: float) -> Json:
    """Encode one search; ``ms`` is its time in milliseconds."""
    return {"query": query, "hits": hits_json(hits), "ms": round(ms, _MS_DIGITS)}


def citation_json(citation: Citation) -> Json:
    """Encode a citation."""
    return {
        "n": citation.n,
        "document_id": citation.document_id,
        "source": citation.source,
        "title": citation.title,
        "version": citation.version,
        "clause": citation.clause,
        "page": citation.page,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "heading": list(citation.heading),
        "places": list(citation.places),
    }


def answer_json(answer: Answer) -> Json:
    """Encode a whole answer."""
    decline = answer.decline
    return {
        "id": answer.id,
        "status": answer.status,
        "kind": answer.kind,
        "answer": answer.text,
        "language": answer.language,
        "sentences": [
            {"text": sentence.text, "citations": list(sentence.citations)} for sentence in answer.sentences
        ],
        "citations": [citation_json(citation) for citation in answer.citations],
        "decline": None
        if decline is None
        else {
            "reason": decline.reason,
            "looked_at": [dict(place) for place in decline.looked_at],
            "may_help": None if decline.may_help is None else citation_json(decline.may_help),
        },
        "model": answer.model,
        "prompt_version": answer.prompt_version,
        "timings_ms": {
            name: None if value is None else round(value, _MS_DIGITS)
            for name, value in answer.timings_ms.items()
        },
        "choices": [choice_json(choice) for choice in answer.choices],
    }


def choice_json(choice: Choice) -> Json:
    """Encode one of the documents that a question may mean."""
    return {
        "label": choice.label,
        "document_id": choice.document_id,
        "source": choice.source,
        "title": choice.title,
        "version": choice.version,
        "clause": choice.clause,
    }


def event_json(event: Event) -> tuple[str, Json]:
    """Encode an event of an answer's stream as its name and data."""
    match event:
        case Retrieved():
            return "retrieved", {"hits": hits_json(event.hits)}
        case ClauseShown():
            return "clause", {"citation": citation_json(event.citation), "text": event.text}
        case Delta():
            return "delta", {
                "sentence": event.sentence,
                "text": event.text,
                "citations": [citation_json(citation) for citation in event.citations],
            }
        case Queued():
            return "queued", {"position": event.position, "wait_s": round(event.wait_s, _MS_DIGITS)}
        case Final():
            return "final", answer_json(event.answer)


def passage_json(passage: Passage) -> Json:
    """Encode a passage as a part of its document."""
    return {
        "passage_id": passage.passage_id,
        "clause": passage.clause,
        "heading": list(passage.heading),
        "page": passage.page,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "kind": passage.kind,
        "source": passage.source,
        "audience": passage.audience,
    }


def summary_json(summary: DocumentSummary) -> Json:
    """Encode a document for a list."""
    return {
        "document_id": summary.document_id,
        "source": summary.source,
        "title": summary.title,
        "version": summary.version,
        "audiences": list(summary.audiences),
        "passages": summary.passages,
        "updated_at": summary.updated_at,
        "state": summary.state,
        "expires_at": summary.expires_at,
        "pinned": summary.pinned,
    }


def document_json(view: DocumentView) -> Json:
    """Encode one version of a document; ``text`` is null when a part of it is hidden."""
    return {
        **summary_json(view.summary),
        "current_version": view.current_version,
        "passages": [passage_json(passage) for passage in view.passages],
        "text": view.text,
        "details": dict(view.details),
    }


def version_json(version: VersionSummary) -> Json:
    """Encode one line of a document's history."""
    return {
        "version": version.version,
        "state": version.state,
        "created_at": version.created_at,
        "passages": version.passages,
        "current": version.current,
        "by": version.by,
        "comment": version.comment,
        "effective_from": version.effective_from,
        "expires_at": version.expires_at,
        "published_at": version.published_at,
        "reason": version.reason,
        "pinned": version.pinned,
    }


def job_json(job: Job) -> Json:
    """Encode a background job."""
    return {
        "job_id": job.job_id,
        "task": job.task,
        "state": job.state,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "progress": job.progress,
        "result": job.result,
        "error": job.error,
        "started_at": job.started_at,
        "attempts": job.attempts,
        "failures": list(job.failures),
        "next_attempt_at": job.next_attempt_at,
        "priority": job.priority,
        "lock": job.lock,
        "by": job.by,
        "collection": job.collection,
        "worker": job.worker,
        "cancel_asked": job.cancel_asked,
    }


def term_json(kept: KeptTerm) -> Json:
    """Encode a pair of the glossary."""
    return {**asdict(kept.term), "by": kept.by, "at": kept.at.isoformat(timespec="seconds")}


def model_json(model: ModelInfo) -> Json:
    """Encode a model of the catalogue."""
    return {
        "name": model.name,
        "kind": model.kind,
        "licence": model.licence,
        "bytes": model.bytes,
        "present": model.present,
        "in_use": model.in_use,
    }
