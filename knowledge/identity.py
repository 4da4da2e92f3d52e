"""Whose vectors the index holds. Two embedders' vectors are never compared, so they never mix."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from knowledge.database import get_meta, set_meta
from knowledge.errors import IndexMismatch

_MODEL = "model_id"
_DIMENSION = "dimension"


@dataclass(frozen=True, slots=True)
class EmbedderInfo:
    """An embedder as the index knows it."""

    model_id: str
    dimension: int


def check_model(connection: Connection | Session, model: EmbedderInfo) -> None:
    """Refuse an embedder other than the one whose vectors the index holds.

    Raises:
        IndexMismatch: names both.
    """
    recorded = recorded_model(connection)
    if recorded is not None and recorded != model:
        raise IndexMismatch(
            f"the index holds vectors of {recorded.model_id} ({recorded.dimension} dimensions), the settings"
            f" name {model.model_id} ({model.dimension}); run `clausewise index rebuild` to embed everything"
            " with the new model, or choose the old one again with `clausewise models use`"
        )


def recorded_model(connection: Connection | Session) -> EmbedderInfo | None:
    """Return the embedder whose vectors the index holds, None before the first document."""
    model_id, dimension = get_meta(connection, _MODEL), get_meta(connection, _DIMENSION)
    return EmbedderInfo(model_id, int(dimension)) if model_id and dimension else None


def record_model(session: Session, model: EmbedderInfo) -> None:
    """Record whose vectors the index holds from now on."""
    set_meta(session, _MODEL, model.model_id)
    set_meta(session, _DIMENSION, str(model.dimension))
