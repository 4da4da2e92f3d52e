"""``clausewise collections``: audiences, and what each asks of a change."""

from __future__ import annotations

from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import operations, print_json

app = typer.Typer(
    help="List, make and set up collections: who reviews, and which golden questions must hold.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The audience: letters, digits, - and _.")]
Chinese = Annotated[str | None, typer.Option("--zh", help="Title in Chinese; the name unless given.")]
English = Annotated[str | None, typer.Option("--en", help="Title in English; the name unless given.")]
Review = Annotated[
    bool | None, typer.Option("--review/--no-review", help="A second person must approve new versions.")
]
Gate = Annotated[
    bool | None,
    typer.Option("--gate/--no-gate", help="Golden questions must still hit before a version answers."),
]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List collections with their documents, golden questions and rules."""
    from clausewise.editing_tasks import ListCollections
    from clausewise.editing_terminal import print_collections

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListCollections())
    print_json(result) if as_json else print_collections(result)


@app.command("add")
def add(
    ctx: typer.Context,
    name: Name,
    title_zh: Chinese = None,
    title_en: English = None,
    review: Review = None,
    gate: Gate = None,
    as_json: Json = False,
) -> None:
    """Make a collection. Ingesting for an audience that is not there makes one too."""
    from clausewise.editing_tasks import AddCollection
    from clausewise.editing_terminal import print_collections

    task = AddCollection(
        name=name, title_zh=title_zh or "", title_en=title_en or "", review=bool(review), gate=bool(gate)
    )
    with operations(ctx, as_json=as_json) as home:
        result = home.run(task)
    print_json(result) if as_json else print_collections({"collections": [result]})


@app.command("set")
def set_(
    ctx: typer.Context,
    name: Name,
    title_zh: Chinese = None,
    title_en: English = None,
    review: Review = None,
    gate: Gate = None,
    as_json: Json = False,
) -> None:
    """Change titles and rules; what is not given stays."""
    from clausewise.editing_tasks import SetCollection
    from clausewise.editing_terminal import print_collections
    from clausewise.errors import WrongUsage

    changes = {"title_zh": title_zh, "title_en": title_en, "review": review, "gate": gate}
    with operations(ctx, as_json=as_json) as home:
        if all(value is None for value in changes.values()):
            raise WrongUsage("Give --zh, --en, --review, --no-review, --gate or --no-gate.")
        result = home.run(SetCollection.model_validate({"name": name, **changes}))
    print_json(result) if as_json else print_collections({"collections": [result]})
