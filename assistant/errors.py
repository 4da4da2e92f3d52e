"""What can go wrong while serving people, each with a status and a message that people may read.

::

    AssistantError                 never raised itself
    ├── InvalidRequest       422   a value that the request may not have
    ├── QuestionTooLong      422
    ├── InvalidHost          400   Host header not one of ours (DNS rebinding)
    ├── BodyTooLarge         413
    ├── OperatorRequired     403
    ├── CrossOrigin          403   another site's page tried to change something
    ├── MetricsClosed        403
    ├── LinkSpent            403   operator link used, replaced or too old
    ├── NotFound             404   also for what the reader may not see: existence must not leak
    ├── MethodNotAllowed     405
    ├── NothingToRollBack    409
    ├── RightRequired        403   may be seen, not done
    ├── OwnVersion           409   its maker cannot be the second person
    ├── NotWaiting           409   a version does not wait for this decision
    ├── StaleVersion         409   somebody has changed it meanwhile
    ├── AlreadyThere         409
    ├── ValueMissing         422   ``what`` is empty
    ├── ValueTooLong         422
    ├── TooMany              422
    ├── BadName              422
    ├── ExpectsNothing       422   a golden question without an expectation
    ├── WrongState           409   a job that cannot be retried or discarded now
    ├── RateLimited          429   this client asks too often
    ├── Overloaded           429   the model's queue is full
    ├── Internal             500
    └── NotReady             503   model missing or nothing loaded yet

The public message is the catalogue entry ``error.<code>`` in the reader's language, filled with ``values``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

Details = Mapping[str, object] | list[dict[str, object]] | None


class AssistantError(Exception):
    """Root of the tree; carries what the one error shape needs."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"

    def __init__(
        self, *, details: Details = None, retry_after_s: float | None = None, **values: object
    ) -> None:
        """Keep ``values`` for the message, ``details`` for programs, seconds for ``Retry-After``."""
        self.values = values
        self.details = details
        self.retry_after_s = retry_after_s
        told = ", ".join(f"{name}={value!r}" for name, value in values.items())
        super().__init__(f"{self.code}: {told}" if told else self.code)


class InvalidRequest(AssistantError):
    """A value breaks a rule; ``reason`` says which, in English."""

    status, code = 422, "invalid_request"


class QuestionTooLong(AssistantError):
    """The question has ``length`` characters where ``limit`` are allowed."""

    status, code = 422, "question_too_long"


class InvalidHost(AssistantError):
    """The Host header names neither an address nor a name this server was told it has."""

    status, code = 400, "invalid_host"


class BodyTooLarge(AssistantError):
    """The body is longer than ``limit`` bytes."""

    status, code = 413, "body_too_large"


class OperatorRequired(AssistantError):
    """Only who opened the operator link may do this."""

    status, code = 403, "operator_required"


class CrossOrigin(AssistantError):
    """A page of another site sent a request that changes or costs something."""

    status, code = 403, "cross_origin"


class MetricsClosed(AssistantError):
    """Figures are open on loopback only; elsewhere they need the token of the settings."""

    status, code = 403, "metrics_token_required"


class LinkSpent(AssistantError):
    """The one-time operator link was opened before, replaced by a newer one, or is too old."""

    status, code = 403, "link_spent"


class NotFound(AssistantError):
    """There is no such ``what`` for this reader."""

    status, code = 404, "not_found"


class MethodNotAllowed(AssistantError):
    """The address exists, with other methods."""

    status, code = 405, "method_not_allowed"


class NothingToRollBack(AssistantError):
    """The document has no such earlier version, or that version is already the current one."""

    status, code = 409, "nothing_to_roll_back"


class WrongState(AssistantError):
    """A job is not in a state in which this can be done with it."""

    status, code = 409, "wrong_state"


class RightRequired(AssistantError):
    """Whoever asks may see it, but lacks a right in some of ``collections``."""

    status, code = 403, "right_required"


class OwnVersion(AssistantError):
    """A second person must approve, and ``by`` made the version."""

    status, code = 409, "own_version"


class NotWaiting(AssistantError):
    """Version ``version`` is in a ``state`` in which this cannot be decided."""

    status, code = 409, "not_waiting"


class StaleVersion(AssistantError):
    """The edit was made from version ``base``, and ``by`` has made version ``newest`` meanwhile."""

    status, code = 409, "stale_version"


class AlreadyThere(AssistantError):
    """There is one called ``name`` already."""

    status, code = 409, "already_there"


class ValueMissing(AssistantError):
    """``what`` is empty."""

    status, code = 422, "value_missing"


class ValueTooLong(AssistantError):
    """``what`` has ``length`` characters where ``limit`` are allowed."""

    status, code = 422, "value_too_long"


class TooMany(AssistantError):
    """There are ``length`` of ``what`` where ``limit`` are allowed."""

    status, code = 422, "too_many"


class BadName(AssistantError):
    """A name is written with letters, digits, - and _."""

    status, code = 422, "bad_name"


class ExpectsNothing(AssistantError):
    """A golden question must expect a document, a clause or some words."""

    status, code = 422, "expects_nothing"


class RateLimited(AssistantError):
    """This client's address has used up its requests for now."""

    status, code = 429, "rate_limited"


class Overloaded(AssistantError):
    """Every place in the model's queue is taken."""

    status, code = 429, "busy"


class Internal(AssistantError):
    """A bug; the log has it under the request's id."""

    status, code = 500, "internal"


class NotReady(AssistantError):
    """Something that answers depend on is missing or still loading."""

    status, code = 503, "not_ready"
