"""How far a long task is, on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from clausewise.context import say

# Elsewhere than on a terminal a line is written at most this often.
PLAIN_EVERY_S = 5.0

Notify = Callable[[str, Mapping[str, Any]], None]


@contextmanager
def progress(title: str) -> Iterator[Notify]:
    """Give a function that shows ``progress`` events ``{"done", "total", "unit", "text"}`` and drops others."""
    with (_bar(title) if sys.stderr.isatty() else _lines(title)) as show:

        def notify(event: str, data: Mapping[str, Any]) -> None:
            if event == "progress":
                show(int(data["done"]), data.get("total"), str(data.get("unit", "")), str(data.get("text", "")))

        yield notify


Show = Callable[[int, int | None, str, str], None]


@contextmanager
def _bar(title: str) -> Iterator[Show]:
    """Draw a bar with rate and remaining time."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[unit]}"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1, unit="", rate="", text="")

        def show(done: int, total: int | None, unit: str, text: str) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:.1f} {unit}/s" if speed else ""
            bar.update(task, completed=done, total=max(total or 0, done, 1), unit=unit, rate=rate, text=text[-40:])

        yield show


@contextmanager
def _lines(title: str) -> Iterator[Show]:
    """Write a line now and then, with rate and remaining time."""
    began = written = time.monotonic()

    def show(done: int, total: int | None, unit: str, text: str) -> None:
        nonlocal written
        now = time.monotonic()
        if now - written < PLAIN_EVERY_S:
            return
        written = now
        rate = done / (now - began)
        left = f", {(total - done) / rate:.0f} s left" if total and rate else ""
        say(f"{title}: {done}/{total or '?'} {unit}, {rate:.1f}/s{left}  {text}".rstrip())

    yield show
