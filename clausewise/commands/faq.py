"""``clausewise faq``: questions with their answers, written here and answered word for word."""

from __future__ import annotations

from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.commands.reviewing import approve, submit
from clausewise.context import operations, print_json

app = typer.Typer(
    help="Write, change, list and remove questions with their answers; their versions are those of documents.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("submit")(submit)
app.command("approve")(approve)

Id = Annotated[str, typer.Argument(metavar="ID", help="Entry id, as `faq list` prints it.")]
Tags = Annotated[str | None, typer.Option(help="Tags, parted by commas.")]
Comment = Annotated[str, typer.Option(help="Why; kept with the version.")]
Draft = Annotated[bool, typer.Option("--draft", help="Keep it as a draft; `faq submit` hands it on.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    collection: Annotated[str | None, typer.Option(help="Only entries of this collection.")] = None,
    as_json: Json = False,
) -> None:
    """List entries: what answers, and what waits."""
    from clausewise.editing_tasks import ListEntries
    from clausewise.editing_terminal import print_entries

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListEntries(collection=collection))
    print_json(result) if as_json else print_entries(result)


@app.command("show")
def show(ctx: typer.Context, entry_id: Id, as_json: Json = False) -> None:
    """Show an entry: what answers, and what waits."""
    from clausewise.editing_tasks import ShowEntry
    from clausewise.editing_terminal import print_entry

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ShowEntry(document_id=entry_id))
    print_json(result) if as_json else print_entry(result)


@app.command("add")
def add(
    ctx: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="As people ask it.")],
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help="Given word for word.")],
    collection: Annotated[str, typer.Option(help="Who may see it.")] = "internal",
    tags: Tags = None,
    comment: Comment = "",
    draft: Draft = False,
    as_json: Json = False,
) -> None:
    """Write an entry. Where its collection asks for nothing more, it answers the next question."""
    from clausewise.editing_tasks import AddEntry
    from clausewise.editing_terminal import print_moved

    task = AddEntry(
        question=question,
        answer=answer,
        collection=collection,
        tags=_parted(tags) or [],
        comment=comment,
        draft=draft,
    )
    with operations(ctx, as_json=as_json) as home:
        result = home.run(task)
    print_json(result) if as_json else print_moved(result)


@app.command("edit")
def edit(  # noqa: PLR0913, PLR0917 - an option each
    ctx: typer.Context,
    entry_id: Id,
    question: Annotated[str | None, typer.Option(help="Its new question.")] = None,
    answer: Annotated[str | None, typer.Option(help="Its new answer.")] = None,
    collection: Annotated[str | None, typer.Option(help="Its new collection.")] = None,
    tags: Tags = None,
    base: Annotated[
        int | None,
        typer.Option(min=1, help="The version that you looked at; refused when there is a newer one."),
    ] = None,
    comment: Comment = "",
    draft: Draft = False,
    as_json: Json = False,
) -> None:
    """Write a new version of an entry; what is not given stays."""
    from clausewise.editing_tasks import EditEntry
    from clausewise.editing_terminal import print_moved

    task = EditEntry(
        document_id=entry_id,
        base=base,
        question=question,
        answer=answer,
        collection=collection,
        tags=_parted(tags),
        comment=comment,
        draft=draft,
    )
    with operations(ctx, as_json=as_json) as home:
        result = home.run(task)
    print_json(result) if as_json else print_moved(result)


@app.command("remove")
def remove(
    ctx: typer.Context,
    entry_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Entry ids.")],
    as_json: Json = False,
) -> None:
    """Take entries out of search; `documents rollback ID VERSION` brings one back."""
    from clausewise.editing_tasks import RemoveEntry

    with operations(ctx, as_json=as_json) as home:
        removed = [home.run(RemoveEntry(document_id=one))["document_id"] for one in entry_ids]
    if as_json:
        print_json({"removed": removed})
    else:
        for one in removed:
            typer.echo(f"removed {one}")


def _parted(tags: str | None) -> list[str] | None:
    return None if tags is None else [tag.strip() for tag in tags.split(",") if tag.strip()]
