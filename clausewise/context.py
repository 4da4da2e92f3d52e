"""What the options before the command said, and the way from there to a home's operations."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from clausewise.home import Home
    from clausewise.protocol import Operations
    from clausewise.settings import Settings


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options that every command shares."""

    home: Home
    config: Path | None

    def settings(self) -> Settings:
        """Read the settings of this home."""
        from clausewise.settings import load

        return load(self.home, self.config)


def invocation(ctx: typer.Context) -> Invocation:
    """Return what the callback of the program stored."""
    found = ctx.find_object(Invocation)
    if found is None:
        raise RuntimeError("commands run below the clausewise program only")
    return found


@contextmanager
def reporting(*, as_json: bool = False) -> Iterator[None]:
    """Turn expected errors into a sentence on standard error, and JSON where it was asked for.

    Raises:
        typer.Exit: with the exit code of the error.
    """
    from clausewise.failures import failure_of

    try:
        yield
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        say(failure.message)
        if as_json:
            print_json(failure.as_json())
        raise typer.Exit(int(failure.exit_code)) from error


@contextmanager
def operations(ctx: typer.Context, *, as_json: bool = False) -> Iterator[Operations]:
    """Give the operations of the home: its running server's, else our own, with the home locked."""
    from clausewise.bootstrap import open_operations

    with reporting(as_json=as_json):
        given = invocation(ctx)
        with open_operations(given.home, given.settings()) as opened:
            yield opened


def print_json(document: object) -> None:
    """Print one JSON document on one line of standard output, as UTF-8 whatever the locale is."""
    import json

    line = json.dumps(document, ensure_ascii=False) + "\n"
    sys.stdout.flush()
    sys.stdout.buffer.write(line.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """Tell a person something on standard error."""
    typer.echo(text, err=True)
