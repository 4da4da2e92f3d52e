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
SHOWN_NAME = 40  # characters of a file's name

Notify = Callable[[str, Mapping[str, Any]], None]
Show = Callable[[Mapping[str, Any]], None]


@contextmanager
def progress(title: str) -> Iterator[Notify]:
    """Give a function that shows ``progress`` events and drops others.

    All keys of an event are optional: ``share`` (0..1 of the work), ``files_done``, ``files_found``,
    ``passages``, ``embedded``, ``text`` (what is at hand).
    """
    with _bar(title) if sys.stderr.isatty() else _lines(title) as show:

        def notify(event: str, data: Mapping[str, Any]) -> None:
            if event == "progress":
                show(data)

        yield notify


@contextmanager
def _bar(title: str) -> Iterator[Show]:
    """Draw a bar with rate and remaining time."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    began = time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, counts="", text="")

        def show(data: Mapping[str, Any]) -> None:
            bar.update(
                task,
                completed=data.get("share", 0.0),
                total=1.0 if "share" in data else None,
                counts=_counts(data, time.monotonic() - began),
                text=str(data.get("text", ""))[-SHOWN_NAME:],
            )

        yield show


@contextmanager
def _lines(title: str) -> Iterator[Show]:
    """Write a line now and then, with rate and remaining time."""
    began = written = time.monotonic()

    def show(data: Mapping[str, Any]) -> None:
        nonlocal written
        now = time.monotonic()
        if now - written < PLAIN_EVERY_S:
            return
        written = now
        parts = (title, _counts(data, now - began), _left(data, now - began), str(data.get("text", "")))
        say("  ".join(part for part in parts if part))

    yield show


def _counts(data: Mapping[str, Any], elapsed_s: float) -> str:
    """Return counts of files and passages, and passages embedded a second."""
    parts = []
    if "files_found" in data:
        parts.append(f"{data['files_done']}/{data['files_found']} files")
    if data.get("passages"):
        parts.append(f"{data['passages']} passages")
    if data.get("embedded") and elapsed_s > 0:
        parts.append(f"{data['embedded'] / elapsed_s:.1f}/s")
    return ", ".join(parts)


def _left(data: Mapping[str, Any], elapsed_s: float) -> str:
    """Return the time that is left, were the rest as quick as the part behind us."""
    share = data.get("share")
    return f"{elapsed_s * (1 - share) / share:.0f} s left" if share else ""
