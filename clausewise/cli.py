"""The command line. Heavy imports stay inside the commands, so that ``--help`` answers at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clausewise.commands import (
    asking,
    audit,
    collections,
    documents,
    evaluation,
    faq,
    glossary,
    golden,
    index,
    ingesting,
    jobs,
    keeping,
    models,
    reviewing,
    serving,
)
from clausewise.context import Invocation

app = typer.Typer(
    name="clausewise",
    help="Answers from your own documents, with the clause each sentence rests on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models.app, name="models")
app.command("ingest")(ingesting.ingest)
app.command("search")(asking.search)
app.command("ask")(asking.ask)
reviewing.join(documents.app)
app.add_typer(documents.app, name="documents")
app.add_typer(index.app, name="index")
app.add_typer(audit.app, name="audit")
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.command("export")(keeping.export)
app.add_typer(collections.app, name="collections")
app.add_typer(faq.app, name="faq")
app.add_typer(golden.app, name="golden")
app.add_typer(glossary.app, name="glossary")
app.add_typer(jobs.app, name="jobs")
app.add_typer(evaluation.app, name="eval")
app.command("serve")(serving.serve)
app.command("worker")(serving.worker)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # 30 ms that other commands need not pay

        typer.echo(version("clausewise"))
        raise typer.Exit


@app.callback()
def program(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Directory that keeps everything. [env: CLAUSEWISE_HOME; default: ~/.clausewise]"),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings file. [default: settings.toml in the home, if there is one]")
    ] = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Answer from your own documents, with the clause each sentence rests on."""
    from clausewise.home import Home

    ctx.obj = Invocation(Home.resolve(home), config)


def main() -> None:
    """Run the program."""
    app()
