"""What can go wrong in the program itself, and how every failure becomes an exit code.

    ProgramError (never raised itself)
    ├── WrongUsage        2  an argument, a settings key, an unknown document
    ├── PortTaken         2  something else listens where `serve` should
    ├── NoEvalData        3  a file that a development set is made of is absent
    ├── ServerGone        4  the server answered, then went away
    └── RemoteFailure     *  what happened in the server, carried over its socket

Errors of the packages below carry their own code; ``failure_of`` is the one place that turns any of them into
an exit code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    NOT_READY = 3
    HOME = 4


class ProgramError(Exception):
    """Root of this package's errors."""

    code = "program_error"
    exit_code = ExitCode.SOME_FAILED


class WrongUsage(ProgramError):
    """The command cannot be understood or names something that is not there."""

    code = "wrong_usage"
    exit_code = ExitCode.USAGE


class PortTaken(ProgramError):
    """The address that `serve` was to listen on is in use."""

    code = "port_taken"
    exit_code = ExitCode.USAGE


class NoEvalData(ProgramError):
    """A file that a development set is made of is absent; nothing is downloaded."""

    code = "no_eval_data"
    exit_code = ExitCode.NOT_READY


class ServerGone(ProgramError):
    """The server of this home stopped in the middle of a command."""

    code = "server_gone"
    exit_code = ExitCode.HOME


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a person and a program see it."""

    code: str
    message: str
    exit_code: int

    def as_json(self) -> dict[str, object]:
        """Return the one JSON shape of errors."""
        return {"error": {"code": self.code, "message": self.message, "details": None}}


class RemoteFailure(ProgramError):
    """A failure that happened in the server, carried over the socket unchanged."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure
