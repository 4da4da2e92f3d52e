"""What a run did, file by file, and how far it is. The JSON is part of the public interface."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from knowledge.runs import FileOutcome, RunState


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. Embedding takes most of the time: ``share`` counts what is read by what is embedded.

    ``passages`` and ``embedded`` count what this run has read and what it had to embed of it.
    """

    source: str
    files_done: int
    files_found: int
    bytes_done: int
    bytes_found: int
    passages: int
    embedded: int
    bytes_read: int = 0  # staged files too, which are not done before they are embedded
    outcome: FileOutcome | None = None  # set when a file has just been finished

    @property
    def share(self) -> float:
        """Return the part of the bytes found that is behind us, 0..1."""
        if not self.bytes_found:
            return 0.0
        embedded = self.bytes_read * min(self.embedded / self.passages, 1.0) if self.passages else 0.0
        return min(max(self.bytes_done, embedded) / self.bytes_found, 1.0)


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole run; every file found is in ``files``, in the order in which they were finished."""

    run_id: str
    state: RunState
    files: tuple[FileOutcome, ...]
    embedded: int
    seconds: float

    @property
    def failed(self) -> bool:
        """Whether some file failed, so that the program should end with exit code 1."""
        return any(file.state == "failed" for file in self.files)

    @property
    def totals(self) -> dict[str, int]:
        """Return counts of files by state, of their passages, and of texts that were embedded."""
        states = Counter(file.state for file in self.files)
        return {
            "files": len(self.files),
            "indexed": states["indexed"],
            "unchanged": states["unchanged"],
            "skipped": states["skipped"],
            "failed": states["failed"],
            "waiting": states["waiting"],
            "removed": states["removed"],
            "passages": sum(file.passages for file in self.files if file.state == "indexed"),
            "embedded": self.embedded,
        }

    def as_json(self) -> dict[str, Any]:
        """Return the report as ``ingest --json`` prints it."""
        return {
            "run_id": self.run_id,
            "state": self.state,
            "files": [_file(outcome) for outcome in self.files],
            "totals": self.totals,
            "seconds": round(self.seconds, 3),
        }


def _file(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "source": outcome.source,
        "state": outcome.state,
        "passages": outcome.passages,
        "reason": outcome.reason,
        "code": outcome.code,
        "document_id": outcome.document_id,
        "version": outcome.version,
    }
