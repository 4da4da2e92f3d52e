from __future__ import annotations

from collections.abc import Iterator

import pytest

import clausewise.errors
import knowledge.errors
import models.errors
from clausewise.errors import Failure, RemoteFailure
from clausewise.failures import failure_of
from ingest.errors import PathNotFound


def leaves(root: type[Exception]) -> Iterator[type[Exception]]:
    """Yield all errors below a root that are told to people."""
    for child in root.__subclasses__():
        yield child
        yield from leaves(child)


def made(kind: type[Exception]) -> Exception:
    """Return an error of this kind."""
    if kind is models.errors.Busy:
        return models.errors.Busy(3, 12.0)
    if kind is RemoteFailure:
        return RemoteFailure(Failure("busy", "The model is busy.", 1))
    if kind is knowledge.errors.BadValue:
        return knowledge.errors.BadValue("question", "what happened")
    if kind is knowledge.errors.NotAllowed:
        return knowledge.errors.NotAllowed("approve", ["internal"])
    return kind("what happened")


ROOTS = (clausewise.errors.ProgramError, knowledge.errors.KnowledgeError, models.errors.ModelError)


class TestFailureOf:
    @pytest.mark.parametrize("kind", [leaf for root in ROOTS for leaf in leaves(root)])
    def test_every_error_has_a_code_a_text_and_an_exit_code(self, kind: type[Exception]) -> None:
        """No expected error of any layer reaches a person as a traceback."""
        failure = failure_of(made(kind))

        assert failure is not None
        assert failure.code
        assert failure.message
        assert failure.exit_code in {1, 2, 3, 4}

    def test_a_missing_path_is_wrong_usage(self) -> None:
        """Its code stays its own."""
        failure = failure_of(PathNotFound(path="/x"))

        assert failure is not None
        assert (failure.code, failure.exit_code) == ("path_not_found", 2)

    def test_a_bug_is_no_failure(self) -> None:
        """What nobody expected keeps its traceback."""
        assert failure_of(ZeroDivisionError()) is None
