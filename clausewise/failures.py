"""From any error to what a person and a program are told, and to the exit code of docs/errors.md."""

from __future__ import annotations

from pydantic import ValidationError

from assistant.evaluation.errors import EvaluationError
from clausewise.errors import ExitCode, Failure, ProgramError, RemoteFailure
from ingest.errors import IngestError, PathNotFound
from knowledge.errors import KnowledgeError, NotFound, NotReadable
from knowledge.glossary import BadGlossary
from models.errors import ModelError


def failure_of(error: Exception) -> Failure | None:  # noqa: PLR0911 - one case a line
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
        case ValidationError():
            return Failure("wrong_usage", _broken_rules(error), ExitCode.USAGE)
        case BadGlossary():
            return Failure("bad_glossary", str(error), ExitCode.USAGE)
        case EvaluationError():
            return Failure(error.code, str(error), ExitCode.USAGE)
        case NotFound() | NotReadable():
            return Failure(error.code, str(error), ExitCode.USAGE)
        case KnowledgeError() | ModelError():
            return Failure(error.code, str(error), error.exit_code)
        case _:
            return None


def _broken_rules(error: ValidationError) -> str:
    """Return what is wrong with the values of a task, one rule each."""
    rules = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
    return "; ".join(rules)
