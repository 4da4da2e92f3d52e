"""What can go wrong with models.

ModelError (never raised itself)
├── UnknownModel      a name that the catalogue does not have
├── MissingWeights    nothing fetched yet; the text says which command fetches it
├── DigestMismatch    a file whose bytes are not the ones that were promised
├── PullFailed        no source could be reached; the text says what to copy where
├── LoadFailed        the weights are there and cannot be run
├── ContextOverflow   prompt and answer do not fit into the model's context
├── GenerationFailed  the engine or the server stopped in the middle
├── Busy              the queue in front of the model is full
└── Cancelled         the reader went away
"""

from __future__ import annotations


class ModelError(Exception):
    """Root of this package's errors."""

    code = "model_error"
    exit_code = 1


class UnknownModel(ModelError):
    """The name is not in the catalogue and is no file or folder."""

    code = "unknown_model"
    exit_code = 2


class MissingWeights(ModelError):
    """The weights have not been fetched."""

    code = "model_missing"
    exit_code = 3


class DigestMismatch(ModelError):
    """A file is not what the catalogue or its manifest promises."""

    code = "digest_mismatch"
    exit_code = 3


class PullFailed(ModelError):
    """Every source failed."""

    code = "pull_failed"
    exit_code = 1


class LoadFailed(ModelError):
    """The engine refused the weights."""

    code = "model_load_failed"
    exit_code = 3


class ContextOverflow(ModelError):
    """The prompt is too long for the context."""

    code = "context_overflow"


class GenerationFailed(ModelError):
    """The engine failed while it was writing."""

    code = "generation_failed"


class Busy(ModelError):
    """The queue is full: ``position`` requests are ahead, ``wait_s`` seconds until a place is likely free."""

    code = "busy"

    def __init__(self, position: int, wait_s: float) -> None:
        super().__init__(
            f"The model is busy: {position} requests are ahead, and no more are taken. "
            f"Try again in about {max(1, round(wait_s))} s."
        )
        self.position = position
        self.wait_s = wait_s


class Cancelled(ModelError):
    """The caller's cancel event was set."""

    code = "cancelled"
