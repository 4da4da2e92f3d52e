"""The files that the sets are made of; nothing is downloaded.

Public data lies in ``CLAUSEWISE_EVAL_DATA`` (default ``../shared/eval``): its licences ask for attribution or
share-alike, so it is no part of this project. What was written for this project lies in ``tests/evals``.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clausewise.errors import NoEvalData

_DEFAULT = "../shared/eval"
_WRITTEN = Path(__file__).parents[2] / "tests" / "evals"

Row = Mapping[str, Any]


def folder(part: str = "drcd") -> Path:
    """Return the evaluation folder, which holds ``part``.

    Raises:
        NoEvalData: it does not; the message says what to do.
    """
    path = Path(os.environ.get("CLAUSEWISE_EVAL_DATA") or _DEFAULT)
    if not (path / part).exists():
        raise NoEvalData(
            f"There is no evaluation data in {path} ({part} is absent): "
            "set CLAUSEWISE_EVAL_DATA to the folder that holds it. Nothing is downloaded."
        )
    return path


def rows(path: str) -> list[Row]:
    """Return the lines of a JSONL file of the evaluation folder, in its order; raises NoEvalData."""
    return _read((folder(path) / path).absolute())


def written(name: str) -> list[Row]:
    """Return the lines of a JSONL file that was written for this project; raises NoEvalData."""
    path = _WRITTEN / name
    if not path.is_file():
        raise NoEvalData(f"There is no {path}: this set runs in a checkout of the project.")
    return _read(path)


@cache
def _read(path: Path) -> list[Row]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [MappingProxyType(json.loads(line)) for line in lines if line.strip()]


def sampled(found: list[Row], count: int | None, seed: int) -> list[Row]:
    """Return ``count`` rows in a random order that a seed fixes; all of them for None."""
    return random.Random(seed).sample(found, min(len(found), len(found) if count is None else count))


def texts(found: list[Row]) -> Iterator[tuple[str, str]]:
    """Give each passage as a text file of its own, named by its id."""
    for row in found:
        yield f"{row['id']}.txt", row["text"]


def passage_id(source: str) -> str:
    """Return the id of the passage whose file ``source`` names."""
    return source.rsplit("/", 1)[-1].removesuffix(".txt")
