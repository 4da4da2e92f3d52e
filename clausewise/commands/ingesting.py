"""``clausewise ingest``: files, folders and archives into the index."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands.documents import Json, days_given
from clausewise.context import operations, print_json, reporting
from clausewise.errors import ExitCode, WrongUsage


def ingest(  # noqa: PLR0913, PLR0917 - an option each
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, folders, zip archives.")],
    audience: Annotated[str, typer.Option(help="Who may see these documents.")] = "internal",
    prune: Annotated[
        bool, typer.Option("--prune", help="Also remove documents whose files are gone from these folders.")
    ] = False,
    comment: Annotated[str, typer.Option(help="Why these versions are made; kept with them.")] = "",
    effective: Annotated[
        str | None, typer.Option(help="Day from which the new versions answer; until then the old ones do.")
    ] = None,
    expires: Annotated[str | None, typer.Option(help="Day from which they no longer answer.")] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Keep new versions as drafts; `documents submit` hands them on.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read documents into the index; only what changed is read and embedded again."""
    from clausewise.progress import progress
    from clausewise.tasks import Ingest
    from clausewise.terminal import print_report

    days = days_given(effective, expires)
    absolute = [str(path.expanduser().absolute()) for path in paths]
    with reporting(as_json=as_json):
        for path in absolute:
            if not os.path.lexists(path):
                raise WrongUsage(f"There is no file or folder {path}.")
    with operations(ctx, as_json=as_json) as home, progress("Reading") as notify:
        result = home.run(
            Ingest(paths=absolute, audience=audience, prune=prune, comment=comment, draft=draft, **days),
            notify,
        )
    print_json(result) if as_json else print_report(result)
    if any(file["state"] == "failed" for file in result["files"]):
        raise typer.Exit(ExitCode.SOME_FAILED)
