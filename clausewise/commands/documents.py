"""``clausewise documents``: what is in the index, and its versions."""

from __future__ import annotations

from typing import Annotated

import typer

from clausewise.context import operations, print_json

app = typer.Typer(
    help="List, show, remove and roll back documents.", no_args_is_help=True, rich_markup_mode=None
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Document id, as `documents list` prints it.")]
Version = Annotated[int | None, typer.Option(min=1, help="Version; the current one unless given.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    audience: Annotated[
        list[str] | None, typer.Option(help="Only what this audience sees; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List documents with their ids and current versions."""
    from clausewise.tasks import ListDocuments
    from clausewise.terminal import print_documents

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListDocuments(audience=audience or None))
    print_json(result) if as_json else print_documents(result)


@app.command("show")
def show(
    ctx: typer.Context,
    document_id: Id,
    version: Version = None,
    text: Annotated[bool, typer.Option("--text", help="Print the canonical text only.")] = False,
    as_json: Json = False,
) -> None:
    """Show a document: its passages, or its canonical text, which citations count in."""
    from clausewise.tasks import ShowDocument
    from clausewise.terminal import print_document, print_text

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ShowDocument(document_id=document_id, version=version))
    if as_json:
        print_json(result)
    elif text:
        print_text(str(result["text"] or ""))
    else:
        print_document(result)


@app.command("remove")
def remove(
    ctx: typer.Context,
    document_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Document ids.")],
    as_json: Json = False,
) -> None:
    """Take documents out of search. Their files stay where they are."""
    from clausewise.tasks import RemoveDocument

    with operations(ctx, as_json=as_json) as home:
        results = [home.run(RemoveDocument(document_id=one)) for one in document_ids]
    if as_json:
        print_json({"removed": [result["document_id"] for result in results]})
    else:
        for result in results:
            typer.echo(f"removed {result['source']}")


@app.command("history")
def history(ctx: typer.Context, document_id: Id, as_json: Json = False) -> None:
    """List the versions of a document, newest first."""
    from clausewise.tasks import ShowHistory
    from clausewise.terminal import print_history

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ShowHistory(document_id=document_id))
    print_json(result) if as_json else print_history(result)


@app.command("rollback")
def rollback(
    ctx: typer.Context,
    document_id: Id,
    version: Annotated[
        int | None, typer.Option(min=1, help="Version to go back to; the one before unless given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let an earlier version of a document answer again."""
    from clausewise.tasks import RollBack

    with operations(ctx, as_json=as_json) as home:
        result = home.run(RollBack(document_id=document_id, version=version))
    if as_json:
        print_json(result)
    else:
        typer.echo(f"{document_id} answers from version {result['version']} now")
