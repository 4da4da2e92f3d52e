"""A new file that appears whole or not at all: what is half written is never under its name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from knowledge.errors import BadBackup


@contextmanager
def new_file(file: Path, what: str) -> Iterator[IO[bytes]]:
    """Give a file to write, for its owner only; at the end of the block it lies at ``file``, which must not exist.

    Where the block raises, nothing is left. ``what`` is what errors call it.

    Raises:
        BadBackup: the file exists, or cannot be written.
    """
    if file.exists():
        raise BadBackup(f"{file} exists already; choose another name, or move it away")
    draft = file.with_name(f".{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        draft.replace(file)
    except OSError as error:
        raise BadBackup(f"the {what} {file} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
