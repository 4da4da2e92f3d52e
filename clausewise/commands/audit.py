"""``clausewise audit``: the event log, and the proof that nobody altered it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from clausewise.commands.documents import Json, day_of
from clausewise.context import operations, print_json
from clausewise.errors import ExitCode

app = typer.Typer(
    help="Prove and read the log of every answer, decision and change.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("verify")
def verify(
    ctx: typer.Context,
    head: Annotated[
        str | None, typer.Option(help="A head noted earlier (`audit head`): finds a log that was cut short.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check every link of the log; exit code 1 when an event was altered, removed or put in."""
    from clausewise.tasks import VerifyAudit

    with operations(ctx, as_json=as_json) as home:
        result = home.run(VerifyAudit(head=head))
    if as_json:
        print_json(result)
    elif result["whole"]:
        typer.echo(f"The log is whole: {result['events']} events. Note its head: {result['head']}")
    elif result["broken"]:
        typer.echo(f"The log was altered at event {result['broken'][0]}: compare it with a back-up.")
    else:
        typer.echo("The head noted earlier is no longer part of the log: it was cut or rewritten.")
    if not result["whole"]:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command("head")
def head(ctx: typer.Context, as_json: Json = False) -> None:
    """Print the newest link; kept elsewhere, it proves later that the log was not cut."""
    from clausewise.tasks import AuditHead

    with operations(ctx, as_json=as_json) as home:
        result = home.run(AuditHead())
    print_json(result) if as_json else typer.echo(result["head"])


@app.command("list")
def list_(
    ctx: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only this kind: document.published, or document.")] = None,
    since: Annotated[str | None, typer.Option(help="Only from this day on, such as 2026-11-01.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """List events, newest first."""
    from clausewise.tasks import ListAudit

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListAudit(kind=kind, since=day_of(since) if since else None, limit=limit))
    if as_json:
        print_json(result)
        return
    for event in result["events"]:
        data = "(erased)" if event["data"] is None else json.dumps(event["data"], ensure_ascii=False)
        typer.echo(f"{event['seq']:>7}  {event['at']}  {event['kind']:<24} {data}")
