"""``clausewise search`` and ``clausewise ask``: one question, or a file of them, models loaded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import operations, print_json, reporting
from clausewise.errors import ExitCode, WrongUsage

Audience = Annotated[
    list[str] | None,
    typer.Option(help="Only what this audience sees; may be repeated. [default: everything]"),
]
Batch = Annotated[
    Path | None,
    typer.Option("--batch", metavar="FILE.jsonl", help="Read one JSON object a line ('-': standard input)."),
]


def search(
    ctx: typer.Context,
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Most hits.")] = 10,
    audience: Audience = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Find passages, best first."""
    from clausewise.batch import run_batch
    from clausewise.tasks import Prepare, Search
    from clausewise.terminal import print_hits

    one = _one_of("QUERY", query, batch, as_json=as_json)
    with operations(ctx, as_json=as_json) as home:
        home.run(Prepare(needs="search"))
        if one is None:
            failed = run_batch(home, batch, "search", {"k": k, "audience": audience or None})
            raise typer.Exit(ExitCode.SOME_FAILED if failed else ExitCode.DONE)
        result = home.run(Search(query=one, k=k, audience=audience or None))
    print_json(result) if as_json else print_hits(result)


def ask(
    ctx: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    audience: Audience = None,
    batch: Batch = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the documents, with its sources, or say that they do not hold the answer."""
    from clausewise.batch import run_batch
    from clausewise.tasks import Ask, Prepare
    from clausewise.terminal import AnswerPrinter

    one = _one_of("QUESTION", question, batch, as_json=as_json)
    with operations(ctx, as_json=as_json) as home:
        home.run(Prepare(needs="ask"))
        if one is None:
            failed = run_batch(home, batch, "ask", {"audience": audience or None})
            raise typer.Exit(ExitCode.SOME_FAILED if failed else ExitCode.DONE)
        task = Ask(question=one, audience=audience or None)
        if as_json:
            print_json(home.run(task))
        else:
            printer = AnswerPrinter()
            printer.finish(home.run(task, printer.notice))


def _one_of(name: str, given: str | None, batch: Path | None, *, as_json: bool) -> str | None:
    """Return the one question, or None for a batch; having both or neither is wrong usage."""
    with reporting(as_json=as_json):
        if (given is None) == (batch is None):
            raise WrongUsage(f"Give either {name} or --batch FILE.jsonl.")
        if given is not None and not given.strip():
            raise WrongUsage(f"{name} is empty.")
        if batch is not None and str(batch) != "-" and (batch.is_dir() or not batch.exists()):
            raise WrongUsage(f"There is no file {batch}.")
    return given
