"""How far a pull is, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from clausewise.context import say

if TYPE_CHECKING:
    from models.transfer import Progress, Report

PLAIN_EVERY_S = 5.0  # elsewhere than on a terminal


@contextmanager
def watching(title: str) -> Iterator[Report]:
    """Give the function that a pull reports to."""
    if not sys.stderr.isatty():
        yield Lines(say, time.monotonic)
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def report(progress: Progress) -> None:
            if progress.stage == "note":
                bar.console.print(f"{title}: {progress.text}", markup=False, highlight=False)
            elif progress.stage == "download":
                bar.update(task, completed=progress.done, total=progress.total)
            else:
                bar.update(task, description=f"{title}: {progress.text}")

        yield report


class Lines:
    """Writes a line for each note and step, and now and then one for a download."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._write, self._clock = write, clock
        self._written: float | None = None

    def __call__(self, progress: Progress) -> None:
        """Take one report."""
        now = self._clock()
        if progress.stage != "download":
            self._write(f"{progress.model}: {progress.text}")
        elif self._written is None or now - self._written >= PLAIN_EVERY_S:
            self._written = now
            total = f" of {progress.total / 1e6:,.0f}" if progress.total else ""
            self._write(f"{progress.model}: {progress.text}, {progress.done / 1e6:,.0f}{total} MB")
