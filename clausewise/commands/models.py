"""``clausewise models``: the catalogue, fetching weights, and choosing which model answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clausewise.context import invocation, print_json, reporting, say

if TYPE_CHECKING:
    from models.catalogue import CatalogueModel

app = typer.Typer(help="List, fetch and choose models.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the models of the catalogue: licence, size, languages, and what is here and chosen."""
    from clausewise.settings import models_directory
    from clausewise.terminal import print_text
    from models.catalogue import catalogue
    from models.shelf import place

    with reporting(as_json=as_json):
        given = invocation(ctx)
        settings = given.settings()
        directory = models_directory(settings, given.home)
        chosen = {settings.models.chat, settings.models.embedder}
        rows = [_row(model, place(model, directory).ready(), chosen) for model in catalogue().values()]
    if as_json:
        print_json({"directory": str(directory), "models": rows})
        return
    for row in rows:
        mark = "*" if row["chosen"] else " "
        state = "here" if row["here"] else "-"
        languages = ", ".join(map(str, row["languages"]))  # type: ignore[call-overload]
        print_text(
            f"{mark} {row['name']:<30} {row['kind']:<9} {row['size_gb']:>4.1f} GB  {state:<5} "
            f"{row['licence']:<27} {languages}"
        )
    print_text(f"\n* chosen. Weights are in {directory}")


def _row(model: CatalogueModel, here: bool, chosen: set[str]) -> dict[str, object]:
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind,
        "licence": model.licence,
        "file": model.file,
        "bytes": model.bytes,
        "size_gb": round(model.size_gb, 2),
        "sha256": model.sha256,
        "context": model.context,
        "languages": list(model.languages),
        "sources": [str(source) for source in model.sources],
        "here": here,
        "chosen": model.name in chosen,
    }


@app.command("pull")
def pull(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Catalogue names; the chosen ones unless given."),
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help="A local copy of the file, or a folder that holds it.")
    ] = None,
) -> None:
    """Fetch models, going on where an earlier try stopped, and check their digests."""
    from clausewise.pulling import watching
    from clausewise.settings import models_directory
    from models.catalogue import catalogue, find
    from models.errors import PullFailed
    from models.pull import pull as fetch

    with reporting():
        given = invocation(ctx)
        settings = given.settings()
        chosen = [name for name in (settings.models.chat, settings.models.embedder) if name in catalogue()]
        wanted = [find(name) for name in (names or chosen)]
        directory = models_directory(settings, given.home)
        failed: list[str] = []
        for model in wanted:
            try:
                with watching(model.name) as report:
                    fetch(model, directory, report, copy_from=from_)
                typer.echo(f"{model.name} is in {directory / model.name}")
            except PullFailed as error:
                failed.append(str(error))
        if failed:
            raise PullFailed("\n\n".join(failed))


@app.command("use")
def use(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Catalogue name, or path of a .gguf file.")],
) -> None:
    """Choose the model that answers, or the one that embeds, by writing it into the settings file."""
    from clausewise.settings import models_directory
    from clausewise.toml_edit import set_value
    from models.catalogue import catalogue, find
    from models.shelf import place

    with reporting():
        given = invocation(ctx)
        settings = given.settings()
        path = Path(name).expanduser()
        if name.endswith(".gguf") and path.is_file():
            table_key, value = "chat", str(path.absolute())
        else:
            table_key, value = ("chat" if find(name).kind == "chat" else "embedder"), name
        file = given.config or given.home.settings_file
        set_value(file, "models", table_key, value)
        typer.echo(f"{table_key} = {value}, written into {file}")
        model = catalogue().get(name)
        if model is not None and not place(model, models_directory(settings, given.home)).ready():
            say(f"It has not been fetched: run `clausewise models pull {name}`.")
        if table_key == "embedder" and value != settings.models.embedder:
            say(
                "The index goes on with its own until `clausewise index reembed`, or the next start of the server."
            )
