"""``clausewise glossary``: the words of the house, which search respects."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands.documents import Json
from clausewise.context import operations, print_json

app = typer.Typer(
    help="List and edit the words that mean the same: synonyms, abbreviations, old names, translations.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Term = Annotated[str, typer.Argument(metavar="TERM", help="The word that people use.")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the pairs of the table, with who changed them last and when."""
    from clausewise.tasks import ListTerms
    from clausewise.terminal import print_terms

    with operations(ctx, as_json=as_json) as home:
        result = home.run(ListTerms())
    print_json(result) if as_json else print_terms(result)


@app.command("add")
def add(
    ctx: typer.Context,
    term: Term,
    same_as: Annotated[str, typer.Argument(metavar="SAME_AS", help="The word in the documents.")],
    kind: Annotated[str, typer.Option(help="synonym, abbreviation, old_name or translation.")] = "synonym",
    note: Annotated[str, typer.Option(help="Why, for colleagues.")] = "",
    as_json: Json = False,
) -> None:
    """Add a pair, or give one that is there a new kind and note. The next question finds it."""
    from clausewise.tasks import PutTerms, TermGiven

    given = TermGiven(term=term, same_as=same_as, kind=kind, note=note)
    with operations(ctx, as_json=as_json) as home:
        result = home.run(PutTerms(terms=[given]))
    _told(result, as_json=as_json)


@app.command("remove")
def remove(
    ctx: typer.Context,
    term: Term,
    same_as: Annotated[
        str | None, typer.Argument(metavar="[SAME_AS]", help="Its other word; every pair unless given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Remove a pair, or every pair of a word."""
    from clausewise.tasks import RemoveTerms

    with operations(ctx, as_json=as_json) as home:
        result = home.run(RemoveTerms(term=term, same_as=same_as))
    _told(result, as_json=as_json)


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns term,same_as and maybe kind,note.")
    ],
    as_json: Json = False,
) -> None:
    """Add the pairs of a CSV file; all of them, or none when a line breaks a rule."""
    from clausewise.errors import WrongUsage
    from clausewise.tasks import ImportTerms

    with operations(ctx, as_json=as_json) as home:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUsage(f"{file} cannot be read: {error}. It must be a CSV file in UTF-8.") from error
        result = home.run(ImportTerms(text=text, name=file.name))
    _told(result, as_json=as_json)


@app.command("export")
def export(
    ctx: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File; standard output unless given.")
    ] = None,
) -> None:
    """Write the table as CSV, as `glossary import` takes it."""
    from clausewise.errors import WrongUsage
    from clausewise.tasks import ListTerms
    from clausewise.terminal import print_text
    from knowledge.terms import Term as Pair
    from knowledge.terms import write_terms

    with operations(ctx, as_json=False) as home:
        result = home.run(ListTerms())
        text = write_terms(
            [Pair(one["term"], one["same_as"], one["kind"], one["note"]) for one in result["terms"]]
        )
        if output is not None:
            try:
                output.write_text("\ufeff" + text, encoding="utf-8")  # the mark tells Excel that it is UTF-8
            except OSError as error:
                raise WrongUsage(f"{output} cannot be written: {error}.") from error
    if output is None:
        print_text(text.rstrip("\n"))


def _told(result: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        typer.echo(", ".join(f"{name}: {count}" for name, count in result.items()))
