"""Whose vectors the index holds. Two embedders' vectors are never compared, so they never mix.

While everything is embedded with another one, that one is recorded beside the one in force, so that its vectors are kept
and the work goes on after a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, delete
from sqlalchemy.orm import Session

from knowledge.database import get_meta, set_meta
from knowledge.errors import IndexMismatch
from knowledge.tables import MetaRow

_MODEL = "model_id"
_DIMENSION = "dimension"
_NAME = "embedder"
_RECIPE = "recipe"
_BESIDE = "beside_"


@dataclass(frozen=True, slots=True)
class EmbedderInfo:
    """An embedder as the index knows it; ``name`` is what the settings called it, "" where nobody noted it."""

    model_id: str
    dimension: int
    name: str = field(default="", compare=False)


def check_model(connection: Connection | Session, model: EmbedderInfo) -> None:
    """Refuse an embedder other than the one whose vectors the index holds.

    Raises:
        IndexMismatch: names both.
    """
    recorded = recorded_model(connection)
    if recorded is not None and recorded != model:
        raise mismatch(recorded, model)


def mismatch(recorded: EmbedderInfo, model: EmbedderInfo) -> IndexMismatch:
    """Return the error that names both embedders and says what to do."""
    return IndexMismatch(
        f"the index holds vectors of {recorded.model_id} ({recorded.dimension} dimensions), the settings"
        f" name {model.model_id} ({model.dimension}); run `clausewise index reembed` (or `index rebuild`) to embed"
        " everything with the new model, or choose the old one again with `clausewise models use`"
    )


def recorded_model(connection: Connection | Session) -> EmbedderInfo | None:
    """Return the embedder whose vectors the index holds, None before the first document."""
    return _recorded(connection, "")


def record_model(session: Session, model: EmbedderInfo) -> None:
    """Record whose vectors the index holds from now on."""
    _record(session, "", model)


def model_beside(connection: Connection | Session) -> EmbedderInfo | None:
    """Return the embedder with which everything is being embedded anew, None when none is."""
    return _recorded(connection, _BESIDE)


def record_beside(session: Session, model: EmbedderInfo) -> None:
    """Record that everything is being embedded with ``model``; vectors of an earlier such one are no longer kept."""
    _record(session, _BESIDE, model)


def forget_beside(session: Session) -> None:
    """Record that nothing is being embedded anew."""
    session.execute(
        delete(MetaRow).where(MetaRow.key.in_([_BESIDE + key for key in (_MODEL, _DIMENSION, _NAME)]))
    )


def recorded_recipe(connection: Connection | Session) -> str | None:
    """Return how all that is in force was read and split when somebody last made sure; None before that."""
    return get_meta(connection, _RECIPE)


def record_recipe(session: Session, recipe: str) -> None:
    """Record that all that is in force was read and split so."""
    set_meta(session, _RECIPE, recipe)


def _recorded(connection: Connection | Session, which: str) -> EmbedderInfo | None:
    model_id, dimension = get_meta(connection, which + _MODEL), get_meta(connection, which + _DIMENSION)
    if not model_id or not dimension:
        return None
    return EmbedderInfo(model_id, int(dimension), get_meta(connection, which + _NAME) or "")


def _record(session: Session, which: str, model: EmbedderInfo) -> None:
    set_meta(session, which + _MODEL, model.model_id)
    set_meta(session, which + _DIMENSION, str(model.dimension))
    set_meta(session, which + _NAME, model.name)
