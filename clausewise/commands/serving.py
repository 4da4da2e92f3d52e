"""``clausewise serve``: the page, the HTTP API, background jobs; ``clausewise worker``: jobs alone, beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from clausewise.context import invocation, reporting, say


def serve(
    ctx: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. [default: [web] host, 127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one. [default: [web] port, 8765]"),
    ] = None,
) -> None:
    """Start the server: the page, the HTTP API, background jobs."""
    with reporting():
        from clausewise.serve import Serving

        given = invocation(ctx)
        Serving(given.home, given.settings(), host=host, port=port).run(say)


def worker(
    ctx: typer.Context,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=32, help="Jobs done at the same time. [default: [jobs] workers, at least 1]"),
    ] = None,
) -> None:
    """Do background jobs beside a server of the same home; needs a Chroma server ([knowledge] chroma_url)."""
    with reporting():
        from clausewise.worker import Working

        given = invocation(ctx)
        Working(given.home, given.settings(), workers).run(say)
