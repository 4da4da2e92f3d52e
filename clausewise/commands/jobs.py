"""``clausewise jobs``: background work, and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import operations, print_json

app = typer.Typer(
    help="List, show, cancel, retry and discard background jobs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Id = Annotated[str, typer.Argument(metavar="ID", help="Job id, as `jobs list` prints it.")]
Limit = Annotated[int, typer.Option(min=1, max=500, help="Most jobs that are listed.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only queued, running, done, failed or cancelled ones; may be repeated."),
    ] = None,
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List jobs, newest first."""
    _list(ctx, state or [], limit, as_json=as_json)


@app.command("dead")
def dead(ctx: typer.Context, limit: Limit = 50, as_json: Json = False) -> None:
    """List the dead letters: jobs that failed for good, with the reason of each attempt."""
    _list(ctx, ["failed"], limit, as_json=as_json)


@app.command("show")
def show(ctx: typer.Context, job_id: Id, as_json: Json = False) -> None:
    """Show one job: how far it is, its attempts and their reasons, its result."""
    from clausewise.tasks import ShowJob
    from clausewise.terminal import print_job

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ShowJob(job_id=job_id))
    print_json(result) if as_json else print_job(result)


@app.command("retry")
def retry(ctx: typer.Context, job_id: Id, as_json: Json = False) -> None:
    """Queue a job that failed or was cancelled once more; a server or worker does it."""
    from clausewise.tasks import RetryJob
    from clausewise.terminal import print_job

    with operations(ctx, as_json=as_json) as home:
        result = home.run(RetryJob(job_id=job_id))
    print_json(result) if as_json else print_job(result)


@app.command("cancel")
def cancel(ctx: typer.Context, job_id: Id, as_json: Json = False) -> None:
    """Ask a job to stop; one that has not begun never will."""
    from clausewise.tasks import CancelJob
    from clausewise.terminal import print_job

    with operations(ctx, as_json=as_json) as home:
        result = home.run(CancelJob(job_id=job_id))
    print_json(result) if as_json else print_job(result)


@app.command("discard")
def discard(ctx: typer.Context, job_id: Id, as_json: Json = False) -> None:
    """Delete a job that is over; the log of events keeps that it was."""
    from clausewise.tasks import DiscardJob

    with operations(ctx, as_json=as_json) as home:
        result = home.run(DiscardJob(job_id=job_id))
    print_json(result) if as_json else typer.echo(f"Discarded {result['job_id']}.")


def _list(ctx: typer.Context, states: list[str], limit: int, *, as_json: bool) -> None:
    from clausewise.tasks import ListJobs
    from clausewise.terminal import print_jobs

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListJobs.model_validate({"states": states, "limit": limit}))
    print_json(result) if as_json else print_jobs(result)
