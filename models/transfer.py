"""What the sources of weights share: part files, progress, and the one check before a name is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.catalogue import CatalogueModel
from models.errors import DigestMismatch
from models.shelf import sha256

Stage = Literal["download", "check", "convert", "note"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pull is. ``done`` and ``total`` are bytes; ``total`` is None while unknown."""

    model: str
    stage: Stage
    text: str
    done: int = 0
    total: int | None = None


Report = Callable[[Progress], None]


class SourceFailed(Exception):
    """One source did not deliver; the next one is tried. Never leaves this package."""


def verify(part: Path, model: CatalogueModel, report: Report) -> None:
    """Compare a complete part file with the catalogue: size where known, then SHA-256.

    Raises:
        DigestMismatch: it is something else. The part is gone then, so that nobody resumes it.
    """
    size = part.stat().st_size
    report(Progress(model.name, "check", "comparing the SHA-256", size, size))
    if model.bytes is not None and size != model.bytes:
        part.unlink()
        raise DigestMismatch(f"{size} bytes came, and {model.file} has {model.bytes}")
    digest = sha256(part)
    if digest != model.sha256:
        part.unlink()
        raise DigestMismatch(f"what came has the SHA-256 {digest}, and {model.file} has {model.sha256}")
