"""``clausewise eval sets``: the development sets, with what is wanted of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import print_json, reporting, say
from clausewise.errors import ExitCode


def sets(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Which sets; --list names them. [default: all]"),
    ] = None,
    *,
    count: Annotated[
        int | None, typer.Option(min=1, help="Questions of each set. [default: the set's own number]")
    ] = None,
    kept: Annotated[
        bool, typer.Option("--kept", help="Run nothing; take the results of earlier whole runs.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="End with exit code 1 when a figure is missed.")
    ] = False,
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page of all kept results, such as docs/quality.md."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Name the sets and stop.")] = False,
    as_json: Json = False,
) -> None:
    """Measure search and answers on development data (CLAUSEWISE_EVAL_DATA) and on questions of the project."""
    from clausewise.devsets import page, running
    from clausewise.devsets.registry import SETS

    if listed:
        for one in SETS.values():
            typer.echo(f"{one.name:<16}{one.minutes:>5g} min  {'answers' if one.chat else 'search'}")
        return
    with reporting(as_json=as_json):
        chosen = running.chosen(names or [])
        results = []
        for result in running.again(chosen) if kept else running.run(chosen, count):
            results.append(result)
            if not as_json:
                typer.echo(result.table() + "\n")
        if write is not None:
            before = write.read_text(encoding="utf-8") if write.is_file() else ""
            write.write_text(page.page(running.kept(), before), encoding="utf-8")
    missed = [(result.name, figure) for result in results for figure in result.missed]
    if as_json:
        print_json({"sets": [one.as_json(raw=False) for one in results], "missed": len(missed)})
    for name, figure in missed:
        say(f"missed: {name}, {figure.what}: {figure.value:.3f}, wanted {figure.wanted}")
    if check and missed:
        raise typer.Exit(ExitCode.SOME_FAILED)
