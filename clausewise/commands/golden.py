"""``clausewise golden``: questions that a collection must go on answering."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import operations, print_json
from clausewise.errors import ExitCode

app = typer.Typer(
    help="Keep and ask the questions that must still hit before a version goes live (`collections set --gate`).",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Collection = Annotated[str, typer.Option(help="Whose question it is.")]
Only = Annotated[str | None, typer.Option(help="Only the questions of this collection.")]


@app.command("list")
def list_(ctx: typer.Context, collection: Only = None, as_json: Json = False) -> None:
    """List golden questions with what is expected of each."""
    from clausewise.editing_tasks import ListGolden
    from clausewise.editing_terminal import print_golden

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListGolden(collection=collection))
    print_json(result) if as_json else print_golden(result)


@app.command("add")
def add(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="As people ask it.")],
    source: Annotated[str, typer.Option(help="Document that must be found: its source or id.")] = "",
    clause: Annotated[str, typer.Option(help="Clause that must be found, such as 第4.3條.")] = "",
    contains: Annotated[str, typer.Option(help="What the passage must say; alternatives parted by |.")] = "",
    collection: Collection = "internal",
    as_json: Json = False,
) -> None:
    """Add a question; give at least one of --source, --clause and --contains."""
    from clausewise.editing_tasks import AddGolden, GoldenGiven

    given = GoldenGiven(question=question, source=source, clause=clause, contains=contains)
    with operations(ctx, as_json=as_json) as home:
        result = home.run(AddGolden(collection=collection, questions=[given]))
    _added(result, as_json=as_json)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", help="Columns question and any of source, clause, contains."),
    ],
    collection: Collection = "internal",
    as_json: Json = False,
) -> None:
    """Add the questions of a CSV file; all of them, or none when a line breaks a rule."""
    from clausewise.editing_tasks import ImportGolden
    from clausewise.errors import WrongUsage

    with operations(ctx, as_json=as_json) as home:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUsage(f"{file} cannot be read: {error}. It must be a CSV file in UTF-8.") from error
        result = home.run(ImportGolden(collection=collection, text=text, name=file.name))
    _added(result, as_json=as_json)


@app.command("remove")
def remove(
    ctx: typer.Context,
    question_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="As `golden list` prints them.")],
    as_json: Json = False,
) -> None:
    """Forget questions."""
    from clausewise.editing_tasks import RemoveGolden

    with operations(ctx, as_json=as_json) as home:
        removed = [home.run(RemoveGolden(question_id=one))["id"] for one in question_ids]
    print_json({"removed": removed}) if as_json else typer.echo(f"removed: {len(removed)}")


@app.command("check")
def check(ctx: typer.Context, collection: Only = None, as_json: Json = False) -> None:
    """Ask the questions as things stand; exit code 1 when one does not hold."""
    from clausewise.editing_tasks import CheckGolden
    from clausewise.editing_terminal import print_checked

    with operations(ctx, as_json=as_json) as home:
        result = home.run(CheckGolden(collection=collection))
    print_json(result) if as_json else print_checked(result)
    if result["held"] < len(result["questions"]):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _added(result: dict[str, list[str]], *, as_json: bool) -> None:
    print_json(result) if as_json else typer.echo(f"added: {len(result['added'])}")
