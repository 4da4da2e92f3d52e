"""``clausewise index``: the derived indexes, which can always be rebuilt from the store."""

from __future__ import annotations

from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import invocation, operations, print_json
from clausewise.errors import ExitCode
from clausewise.toml_edit import set_value

app = typer.Typer(
    help="Rebuild, change or check the search indexes.", no_args_is_help=True, rich_markup_mode=None
)


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


@app.command("reembed")
def reembed(
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Option(
            help="Embedder to change to, written into the settings too; by default that of the settings."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Embed everything with another embedder, beside the index in force, then change over in one step.

    Until then questions are answered with the old one. What was embedded is kept when this is broken off: run it again.
    """
    from clausewise.progress import progress
    from clausewise.tasks import Reembed

    with operations(ctx, as_json=as_json) as home, progress("Embedding") as notify:
        result = home.run(Reembed(model=model), notify)
    if model is not None and result["state"] in {"changed", "unchanged"}:
        given = invocation(ctx)
        set_value(given.config or given.home.settings_file, "models", "embedder", model)
    if as_json:
        print_json(result)
    else:
        typer.echo(f"{result['state']}: {result['model']}, {result['vectors']} vectors")


@app.command("status")
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what is indexed and with which embedder, and what is not as the settings want it."""
    from clausewise.tasks import ShowIndex

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ShowIndex())
    if as_json:
        print_json(result)
        return
    for name in ("documents", "passages", "fulltext", "vectors", "generation", "recipe", "outdated"):
        typer.echo(f"{name}: {result[name]}")
    typer.echo(f"embedder: {result['embedder']['model']} ({result['embedder']['dimension']} dimensions)")
    if (anew := result["embedding_anew"]) is not None:
        typer.echo(f"embedding anew: {anew['model']}, {anew['done']} of {anew['texts']} texts")
    for warning in result["warnings"]:
        typer.echo(f"note: {warning}")


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
