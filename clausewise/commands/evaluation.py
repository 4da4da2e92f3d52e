"""``clausewise eval``: how well questions are answered, on the customer's own and on development sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from clausewise.commands import devsets
from clausewise.commands.documents import Json
from clausewise.context import operations, print_json, reporting, say
from clausewise.errors import ExitCode, WrongUsage

app = typer.Typer(
    help="Measure how well questions are answered.", no_args_is_help=True, rich_markup_mode=None
)
app.command("sets")(devsets.sets)

Audience = Annotated[
    list[str] | None,
    typer.Option(help="Ask as this audience; may be repeated. [default: everything]"),
]
Language = Annotated[
    Literal["zh-Hant", "en"] | None,
    typer.Option(help="Language of the report. [default: that of the locale]"),
]


@app.command("run")
def run(
    ctx: typer.Context,
    questions: Annotated[
        Path,
        typer.Argument(
            metavar="QUESTIONS",
            help="CSV, XLSX or JSONL with 'question' and any of: id, source, clause, answer_contains, "
            "answerable, history, audience.",
        ),
    ],
    compare: Annotated[
        Path | None,
        typer.Option(metavar="OLD.json", help="Earlier result: show what got better and worse."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as one self-contained page.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="Write the result, for a later --compare.")
    ] = None,
    audience: Audience = None,
    language: Language = None,
    as_json: Json = False,
) -> None:
    """Ask questions whose answers are known, and report how well they were answered; no model judges."""
    from assistant.evaluation.questions import read_questions, record_of
    from clausewise.evaluation_table import print_evaluation
    from clausewise.progress import progress
    from clausewise.tasks import Evaluate, Prepare

    with reporting(as_json=as_json):
        _writable(html, out)
        _exists(questions)
        read = read_questions(questions)
        records = [record_of(case) for case in read.cases]
        old = _earlier(compare, records)
    if read.ignored:
        say(f"Columns not used: {', '.join(read.ignored)}.")
    with operations(ctx, as_json=as_json) as home:
        home.run(Prepare(needs="ask"))
        with progress("Asking") as notify:
            result = home.run(Evaluate(cases=records, audience=audience or None), notify)
    with reporting(as_json=as_json):
        if old is not None:
            from assistant.evaluation.comparing import compare as compared

            result["comparison"] = compared(result, old)
        tongue = language or _locale_tongue()
        _write(result, html, out, tongue)
    print_json(result) if as_json else print_evaluation(result, tongue)
    if result["failed"]:
        for item in result["items"]:
            if item["error"]:
                say(f"line {item['line']}: {item['error']}")
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command("draft")
def draft(
    ctx: typer.Context,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Most questions.")] = 50,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write them here: .csv or .xlsx. [default: standard output, as CSV]"
        ),
    ] = None,
    audience: Annotated[
        list[str] | None,
        typer.Option(help="Only about what this audience sees; may be repeated. [default: everything]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed proposes other questions.")] = 0,
    as_json: Json = False,
) -> None:
    """Propose questions about what is indexed, for people to correct, as a file that `eval run` reads."""
    from assistant.evaluation.drafting import Draft, to_csv, to_workbook
    from clausewise.progress import progress
    from clausewise.tasks import DraftQuestions
    from clausewise.terminal import print_text

    with reporting(as_json=as_json):
        _writable(out)
        if out is not None and out.suffix.lower() not in {".csv", ".xlsx"}:
            raise WrongUsage(f"{out.name} ends in neither .csv nor .xlsx; draft writes these two.")
    with operations(ctx, as_json=as_json) as home, progress("Drafting") as notify:
        task = DraftQuestions(count=count, seed=seed, audience=audience or None)
        result = home.run(task, notify)
    if result["chat"] is None:
        say(
            "The chat model has not been fetched, so there are questions from FAQ pairs and headings only; "
            "`clausewise models pull` fetches it."
        )
    drafts = [Draft(**one) for one in result["questions"]]
    table = to_csv(drafts)
    with reporting(as_json=as_json):
        _save(out, to_workbook(drafts) if out is not None and out.suffix.lower() == ".xlsx" else table)
    if as_json:
        print_json(result)
    elif out is None:
        print_text(table.removeprefix("\ufeff").replace("\r\n", "\n").rstrip())
    origins = [one["origin"] for one in result["questions"]]
    counts = ", ".join(f"{origins.count(name)} {name}" for name in dict.fromkeys(origins)) or "none"
    say(f"{len(origins)} questions ({counts}); correct them before you measure with them.")


def _exists(path: Path) -> None:
    if not path.is_file():
        raise WrongUsage(f"There is no file {path}.")


def _writable(*paths: Path | None) -> None:
    """Refuse before the first question is asked what could not be written after the last."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise WrongUsage(f"{path} cannot be written: it is a folder, or its folder does not exist.")


def _earlier(path: Path | None, records: list[dict[str, object]]) -> dict[str, object] | None:
    """Return the earlier result, refused at once where it is about other questions."""
    if path is None:
        return None
    from assistant.evaluation.comparing import pair, read_document

    _exists(path)
    found = read_document(path)
    pair(records, found["items"])
    return found


def _locale_tongue() -> Literal["zh-Hant", "en"]:
    """Return the language of the terminal's locale: Chinese or, for all others, English."""
    import os

    named = next((v for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(name))), "")
    return "zh-Hant" if named.startswith("zh") else "en"


def _write(
    result: dict[str, object], html: Path | None, out: Path | None, tongue: Literal["zh-Hant", "en"]
) -> None:
    import json

    _save(out, json.dumps(result, ensure_ascii=False) + "\n")
    if html is not None:
        from assistant.evaluation.page import page

        _save(html, page(result, tongue))


def _save(path: Path | None, content: str | bytes) -> None:
    if path is None:
        return
    try:
        path.write_bytes(content if isinstance(content, bytes) else content.encode(errors="replace"))
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {error.strerror}.") from error
