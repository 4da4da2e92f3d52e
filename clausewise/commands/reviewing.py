"""``clausewise documents pending|submit|approve|reject|publish``: versions on their way into force."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from clausewise.commands.documents import Id, Json
from clausewise.context import operations, print_json

Version = Annotated[
    int | None, typer.Argument(metavar="[VERSION]", min=1, help="The newest that waits for it unless given.")
]
Comment = Annotated[str, typer.Option(help="Why; kept in the log.")]
Force = Annotated[bool, typer.Option("--force", help="In an emergency; the log says so.")]


def pending(
    ctx: typer.Context,
    document_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Show what this one would change; all are listed else."),
    ] = None,
    version: Version = None,
    collection: Annotated[str | None, typer.Option(help="Only what concerns this collection.")] = None,
    as_json: Json = False,
) -> None:
    """List the versions that do not answer yet, and what each waits for; or show one of them."""
    from clausewise.editing_tasks import ListPending, ShowPending
    from clausewise.editing_terminal import print_pending, print_whole_pending

    with operations(ctx, as_json=as_json) as home:
        if document_id is None:
            result = home.run(ListPending(collection=collection))
        else:
            result = home.run(ShowPending(document_id=document_id, version=version))
    if as_json:
        print_json(result)
    else:
        print_pending(result) if document_id is None else print_whole_pending(result)


def submit(
    ctx: typer.Context, document_id: Id, version: Version = None, comment: Comment = "", as_json: Json = False
) -> None:
    """Hand a draft on: to a second person where its collection asks for one, else into force."""
    _decide(ctx, "submit", document_id, version, comment, force=False, as_json=as_json)


def approve(
    ctx: typer.Context,
    document_id: Id,
    version: Version = None,
    comment: Comment = "",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Approve what waits for a second person. What was ingested here needs --force: its maker is no second person."""
    _decide(ctx, "approve", document_id, version, comment, force=force, as_json=as_json)


def reject(
    ctx: typer.Context, document_id: Id, version: Version = None, comment: Comment = "", as_json: Json = False
) -> None:
    """Turn down a version that waits. It is kept, and its file is not taken up again until it changes."""
    _decide(ctx, "reject", document_id, version, comment, force=False, as_json=as_json)


def publish(
    ctx: typer.Context,
    document_id: Id,
    version: Version = None,
    comment: Comment = "",
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Ask the golden questions again for a version that waits for them; with --force whatever they say."""
    _decide(ctx, "publish", document_id, version, comment, force=force, as_json=as_json)


def _decide(
    ctx: typer.Context,
    verb: Literal["submit", "approve", "reject", "publish"],
    document_id: str,
    version: int | None,
    comment: str,
    *,
    force: bool,
    as_json: bool,
) -> None:
    from clausewise.editing_tasks import Decide
    from clausewise.editing_terminal import print_moved

    task = Decide(verb=verb, document_id=document_id, version=version, comment=comment, force=force)
    with operations(ctx, as_json=as_json) as home:
        result = home.run(task)
    print_json(result) if as_json else print_moved(result)


def join(app: typer.Typer) -> None:
    """Add these commands to ``clausewise documents``."""
    for command in (pending, submit, approve, reject, publish):
        app.command(command.__name__)(command)
