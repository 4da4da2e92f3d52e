"""``clausewise documents``: what is in the index, and its versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from clausewise.context import operations, print_json

app = typer.Typer(
    help="List, show, compare, cite, remove, roll back, pin and date documents.",
    no_args_is_help=True,
    rich_markup_mode=None,
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
    comment: Annotated[str, typer.Option(help="Why; kept in the log.")] = "",
    as_json: Json = False,
) -> None:
    """Let an earlier version of a document answer again."""
    from clausewise.tasks import RollBack

    with operations(ctx, as_json=as_json) as home:
        result = home.run(RollBack(document_id=document_id, version=version, comment=comment))
    if as_json:
        print_json(result)
    else:
        typer.echo(f"{document_id} answers from version {result['version']} now")


@app.command("diff")
def diff(
    ctx: typer.Context,
    document_id: Id,
    before: Annotated[
        int | None, typer.Argument(min=1, help="Older version; the one before the newer unless given.")
    ] = None,
    after: Annotated[
        int | None, typer.Argument(min=1, help="Newer version; the current one unless given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what changed between two versions, clause by clause."""
    from clausewise.tasks import DiffDocument
    from clausewise.terminal import print_difference

    with operations(ctx, as_json=as_json) as home:
        result = home.run(DiffDocument(document_id=document_id, before=before, after=after))
    print_json(result) if as_json else print_difference(result)


@app.command("cite")
def cite(
    ctx: typer.Context,
    document_id: Id,
    version: Annotated[int, typer.Option(min=1, help="The version that the citation names.")],
    start: Annotated[int, typer.Option(min=0, help="Where the quote begins in its canonical text.")],
    end: Annotated[int, typer.Option(min=1, help="Where it ends.")],
    as_json: Json = False,
) -> None:
    """Open a citation: the text as it was cited, and whether its clause is still the same."""
    from clausewise.tasks import CiteDocument
    from clausewise.terminal import print_cited

    with operations(ctx, as_json=as_json) as home:
        result = home.run(CiteDocument(document_id=document_id, version=version, start=start, end=end))
    print_json(result) if as_json else print_cited(result)


@app.command("pin")
def pin(
    ctx: typer.Context,
    document_id: Id,
    version: Annotated[int | None, typer.Argument(min=1, help="The current one unless given.")] = None,
    as_json: Json = False,
) -> None:
    """Keep a version in force whatever the file becomes; new readings wait behind it."""
    from clausewise.tasks import PinDocument

    with operations(ctx, as_json=as_json) as home:
        result = home.run(PinDocument(document_id=document_id, version=version))
    if as_json:
        print_json(result)
    else:
        typer.echo(f"{document_id} stays at version {result['version']} until `documents unpin`")


@app.command("unpin")
def unpin(ctx: typer.Context, document_id: Id, as_json: Json = False) -> None:
    """Let a document follow its file again; what waited behind the pin comes into force."""
    from clausewise.tasks import UnpinDocument

    with operations(ctx, as_json=as_json) as home:
        result = home.run(UnpinDocument(document_id=document_id))
    if as_json:
        print_json(result)
    else:
        typer.echo(f"{document_id} answers from version {result['version']} and follows its file")


@app.command("set")
def set_(
    ctx: typer.Context,
    document_id: Id,
    version: Version = None,
    effective: Annotated[
        str | None, typer.Option(help="Day from which it answers, such as 2027-01-01, or `none`.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="Day from which it no longer answers, or `none`.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set from when until when a version answers; days without a time begin at midnight UTC."""
    from clausewise.errors import WrongUsage
    from clausewise.tasks import SetDays

    changes = days_given(effective, expires)
    if not changes:
        raise WrongUsage("Give --effective or --expires.")
    with operations(ctx, as_json=as_json) as home:
        result = home.run(SetDays(document_id=document_id, version=version, **changes))
    print_json(result) if as_json else typer.echo(f"version {result['version']} of {document_id} is dated")


@app.command("expiring")
def expiring(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(min=0, max=3650, help="Within how many days.")] = 30,
    as_json: Json = False,
) -> None:
    """List the documents that expire soon, or have expired."""
    from clausewise.tasks import ListExpiring
    from clausewise.terminal import print_expiring

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListExpiring(days=days))
    print_json(result) if as_json else print_expiring(result)


def days_given(effective: str | None, expires: str | None) -> dict[str, Any]:
    """Return the days that were given on the command line, by the names that tasks have for them."""
    given = {"effective_from": effective, "expires_at": expires}
    return {name: day_of(text) for name, text in given.items() if text is not None}


def day_of(text: str) -> datetime | None:
    """Return a day or time as given on the command line, None for `none`.

    Raises:
        WrongUsage: it is neither.
    """
    from clausewise.errors import WrongUsage

    if text.strip().lower() == "none":
        return None
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise WrongUsage(f"{text!r} is no day: write 2027-01-31, 2027-01-31T09:00+08:00, or none.") from error
