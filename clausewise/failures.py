"""From any error to what a person and a program are told, and to the exit code of docs/errors.md."""

from __future__ import annotations

from clausewise.errors import ExitCode, Failure, ProgramError, RemoteFailure
from ingest.errors import IngestError, PathNotFound
from knowledge.errors import KnowledgeError, NotFound, NotReadable
from models.errors import ModelError


def failure_of(error: Exception) -> Failure | None:
    """Return what an expected error means, or None for a bug, which deserves its traceback."""
    match error:
        case RemoteFailure():
            return error.failure
        case ProgramError():
            return Failure(error.code, str(error), error.exit_code)
        case PathNotFound():
            return Failure(error.code, error.reason, ExitCode.USAGE)
        case IngestError():
            return Failure(error.code, error.reason, ExitCode.SOME_FAILED)
        case NotFound() | NotReadable():
            return Failure(error.code, str(error), ExitCode.USAGE)
        case KnowledgeError() | ModelError():
            return Failure(error.code, str(error), error.exit_code)
        case _:
            return None
