"""``clausewise index``: the derived indexes, which can always be rebuilt from the store."""

from __future__ import annotations

import typer

from clausewise.commands.documents import Json
from clausewise.context import operations, print_json
from clausewise.errors import ExitCode

app = typer.Typer(help="Rebuild or check the search indexes.", no_args_is_help=True, rich_markup_mode=None)


@app.command("rebuild")
def rebuild(ctx: typer.Context, as_json: Json = False) -> None:
    """Rebuild the search indexes from the store. Only after a change of the embedder is anything embedded."""
    from clausewise.progress import progress
    from clausewise.tasks import RebuildIndex

    with operations(ctx, as_json=as_json) as home, progress("Rebuilding") as notify:
        result = home.run(RebuildIndex(), notify)
    if as_json:
        print_json(result)
    else:
        typer.echo(", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items()))


@app.command("check")
def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Compare the search indexes with the store; exit code 1 when they differ."""
    from clausewise.tasks import CheckIndex

    with operations(ctx, as_json=as_json) as home:
        result = home.run(CheckIndex())
    if as_json:
        print_json(result)
    else:
        for problem in result["problems"]:
            typer.echo(f"{problem['part']}: {problem['what']}; {problem['advice']}")
        if not result["problems"]:
            typer.echo(f"The indexes agree with the store ({result['passages']} passages).")
    if result["problems"]:
        raise typer.Exit(ExitCode.SOME_FAILED)
