"""``clausewise backup``, ``restore`` and ``export``: everything in one file, and out of it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import invocation, operations, print_json, reporting
from clausewise.errors import ExitCode

File = Annotated[Path, typer.Argument(metavar="FILE", help="A zip file.")]


def backup(
    ctx: typer.Context,
    file: File,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: read the back-up FILE through and verify it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the whole home to FILE, also while it is served; models and indexes are not in it.

    FILE holds the key of the event log and your documents: keep it where only you can read it.
    """
    from clausewise.progress import progress
    from clausewise.tasks import Backup

    absolute = file.expanduser().absolute()
    if check:
        from knowledge.backup import check as check_file

        with reporting(as_json=as_json):
            result = check_file(absolute).as_json()
    else:
        with operations(ctx, as_json=as_json) as home, progress("Backing up") as notify:
            result = home.run(Backup(file=str(absolute)), notify)
    if as_json:
        print_json(result)
    else:
        counts = ", ".join(f"{count} {name}" for name, count in result["counts"].items())
        typer.echo(
            f"{'is whole' if check else 'wrote'} {result['file']} ({result['bytes']:,} bytes): {counts}"
        )


def restore(
    ctx: typer.Context,
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put a home that is there aside; it is kept under another name.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the home what the back-up FILE holds: verified first, then put in place, then checked."""
    from clausewise.tasks import CheckIndex
    from knowledge.backup import restore as restore_file

    with reporting(as_json=as_json):
        report, aside = restore_file(file.expanduser().absolute(), invocation(ctx).home.path, replace=replace)
    with operations(ctx, as_json=as_json) as home:
        problems = home.run(CheckIndex())["problems"]
    result = {**report.as_json(), "aside": str(aside) if aside else None, "problems": problems}
    if as_json:
        print_json(result)
    else:
        typer.echo(f"restored {result['counts']['documents']} documents from {result['file']}")
        if aside:
            typer.echo(f"what was there is kept in {aside}")
        for problem in problems:
            typer.echo(f"{problem['part']}: {problem['what']}; {problem['advice']}")
    if problems:
        raise typer.Exit(ExitCode.SOME_FAILED)


def export(
    ctx: typer.Context,
    file: File,
    audience: Annotated[
        list[str] | None, typer.Option(help="Only what this audience sees; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write all documents with their metadata, texts and originals to FILE, for other programs."""
    from clausewise.progress import progress
    from clausewise.tasks import Export

    with operations(ctx, as_json=as_json) as home, progress("Exporting") as notify:
        result = home.run(Export(file=str(file.expanduser().absolute()), audience=audience or None), notify)
    if as_json:
        print_json(result)
    else:
        typer.echo(
            f"wrote {result['documents']} documents ({result['originals']} originals) to {result['file']}"
        )
