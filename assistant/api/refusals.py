"""What the knowledge side refuses to do for people, as the HTTP side says it."""

from __future__ import annotations

from assistant import errors
from assistant.errors import AssistantError, Internal
from knowledge.errors import (
    AlreadyThere,
    BadValue,
    Conflict,
    NotAllowed,
    NotWaiting,
    OwnWork,
    Rule,
    StaleVersion,
)

_CONFLICTS: dict[type[Conflict], type[AssistantError]] = {
    NotWaiting: errors.NotWaiting,
    OwnWork: errors.OwnVersion,
    StaleVersion: errors.StaleVersion,
    AlreadyThere: errors.AlreadyThere,
}
_RULES: dict[Rule, type[AssistantError]] = {
    "empty": errors.ValueMissing,
    "too_long": errors.ValueTooLong,
    "too_many": errors.TooMany,
    "bad_name": errors.BadName,
    "expects_nothing": errors.ExpectsNothing,
}


def refusal(error: NotAllowed | Conflict | BadValue) -> AssistantError:
    """Return the error that people are told, with its values for their language."""
    match error:
        case NotAllowed():
            told = {"right": error.right, "collections": list(error.collections)}
            return errors.RightRequired(details=told, collections=", ".join(error.collections))
        case BadValue():
            given = {"length": error.length, "limit": error.limit}
            return _RULES[error.rule](details={"field": error.field, **given}, what=error.field, **given)
        case Conflict():
            refused = _CONFLICTS.get(type(error), Internal)(details=error.values)
            refused.values = error.values
            return refused
