"""Vectors in the store of record: kept by the text that was embedded, as float16, for each model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from knowledge.tables import VectorRow

Matrix = NDArray[np.float32]

_BATCH = 500
_STORED = np.dtype("<f2")


def embed_key(text: str) -> bytes:
    """Return the key of a text that is embedded."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def missing(connection: Connection | Session, keys: Sequence[bytes], model_id: str) -> list[bytes]:
    """Return those of ``keys`` that have no vector of this model yet, each once, in order."""
    wanted = list(dict.fromkeys(keys))
    known: set[bytes] = set()
    for batch in _batches(wanted):
        known.update(
            connection.execute(
                select(VectorRow.embed_key)
                .where(VectorRow.model_id == model_id)
                .where(VectorRow.embed_key.in_(batch))
            ).scalars()
        )
    return [key for key in wanted if key not in known]


def save(session: Session, model_id: str, keys: Sequence[bytes], vectors: Matrix) -> None:
    """Keep vectors (len(keys), dimension); a key that is there already stays as it is."""
    if len(keys) != len(vectors):
        raise ValueError(
            f"{len(keys)} keys and {len(vectors)} vectors; there must be one vector for each key"
        )
    rows = [
        {"embed_key": key, "model_id": model_id, "dimension": int(vector.shape[0]), "vector": pack(vector)}
        for key, vector in zip(keys, vectors, strict=True)
    ]
    if rows:
        session.execute(insert(VectorRow).on_conflict_do_nothing(), rows)


def load(connection: Connection | Session, keys: Sequence[bytes], model_id: str) -> Mapping[bytes, Matrix]:
    """Return the vectors (dimension,) of those ``keys`` that have one."""
    found: dict[bytes, Matrix] = {}
    for batch in _batches(list(dict.fromkeys(keys))):
        rows = connection.execute(
            select(VectorRow.embed_key, VectorRow.vector)
            .where(VectorRow.model_id == model_id)
            .where(VectorRow.embed_key.in_(batch))
        )
        found.update((row.embed_key, unpack(row.vector)) for row in rows)
    return found


def pack(vector: Matrix) -> bytes:
    """Return a vector as it is stored."""
    return vector.astype(_STORED).tobytes()


def unpack(blob: bytes) -> Matrix:
    """Return a stored vector as float32 of length 1; half precision alone is off by up to 0.0005."""
    vector = np.frombuffer(blob, _STORED).astype(np.float32)
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _batches(keys: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]
