"""The generated parts of the documentation; cog calls these functions from comments in docs/*.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import annotated_types
import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from clausewise.settings import Settings


def tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every settings table with its class, in the order of the tree."""
    for name, field in Settings.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            raise TypeError(f"[{name}] is not a table")
        yield name, field.annotation


def settings_table() -> str:
    """Return every setting as Markdown: key, default, bounds, meaning."""
    parts = []
    for table, model in tables():
        lines = [f"### `[{table}]`", "", "| key | default | allowed | meaning |", "| --- | --- | --- | --- |"]
        for key, field in model.model_fields.items():
            meaning = (field.description or "").replace("|", "\\|")
            lines.append(f"| `{key}` | {_default(field)} | {_allowed(field)} | {meaning} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def settings_example() -> str:
    """Return a settings file with every default, each key commented out."""
    parts = []
    for table, model in tables():
        lines = [f"[{table}]"]
        for key, field in model.model_fields.items():
            default = field.get_default(call_default_factory=True)
            value = "" if default is None else _toml(default)
            lines += [f"# {field.description or ''}".rstrip(), f"# {key} = {value}".rstrip(), ""]
        parts.append("\n".join(lines))
    return "\n".join(parts).rstrip()


def cli_help() -> str:
    """Return the help of every command, as the program prints it without a terminal."""
    parts = []
    for path, command in commands():
        context = typer.Context(command, info_name=path, terminal_width=100, max_content_width=100)
        parts.append(f"### `{path}`\n\n```text\n{command.get_help(context)}\n```")
    return "\n\n".join(parts)


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command and group with its full name."""
    from clausewise.cli import app

    waiting: list[tuple[str, Any]] = [("clausewise", typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop(0)
        yield path, command
        below = [(f"{path} {name}", child) for name, child in getattr(command, "commands", {}).items()]
        waiting = below + waiting


def http_routes() -> str:
    """Return every endpoint with its summary and the statuses that it can return."""
    lines = ["| request | does | statuses |", "| --- | --- | --- |"]
    for method, path, operation in endpoints():
        statuses = " ".join(sorted(operation["responses"]))
        does = operation.get("description", "").split("\n")[0]
        lines.append(f"| `{method} {path}` | {does} | {statuses} |")
    return "\n".join(lines)


def endpoints() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and OpenAPI operation of every endpoint."""
    from assistant.api.app import create_app
    from assistant.api.operator import OperatorAccess
    from assistant.settings import WebSettings

    # Nothing is asked of the services: only the description is read.
    app = create_app(cast("Any", None), WebSettings(), OperatorAccess(Path("nowhere")))
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def error_codes() -> str:
    """Return every error's code, what it means, and its exit code or HTTP status."""
    lines = ["| code | meaning | exit code | HTTP status |", "| --- | --- | --- | --- |"]
    for code, row in sorted(errors().items()):
        lines.append(f"| `{code}` | {row.meaning} | {row.exit_code} | {row.status} |")
    return "\n".join(lines)


@dataclass
class ErrorRow:
    """One error as the table shows it; a column is empty where the error does not get there."""

    meaning: str
    exit_code: str = ""
    status: str = ""


def errors() -> dict[str, ErrorRow]:
    """Return every error that can be shown, by its code."""
    import assistant.errors
    import clausewise.errors
    import knowledge.errors
    import models.errors

    rows: dict[str, ErrorRow] = {
        "malformed_line": ErrorRow("A line of a batch is not a JSON object, or lacks a field.", "1"),
        "bad_glossary": ErrorRow("The home's glossary.csv is not a glossary.", "2"),
        "bad_questions": ErrorRow("A file of questions cannot be read, or a line of it breaks a rule.", "2"),
        "bad_comparison": ErrorRow("An earlier result cannot be read, or is about other questions.", "2"),
        "internal": ErrorRow("A bug; the server's log has its traceback.", "1"),
    }
    lower = (clausewise.errors.ProgramError, knowledge.errors.KnowledgeError, models.errors.ModelError)
    for leaf in (leaf for root in lower for leaf in _below(root) if "code" in vars(leaf)):
        rows.setdefault(leaf.code, ErrorRow(_meaning(leaf))).exit_code = str(_exit_code(leaf))
    for leaf in _below(assistant.errors.AssistantError):
        rows.setdefault(leaf.code, ErrorRow(_meaning(leaf))).status = str(leaf.status)
    return rows


def _meaning(leaf: type[Exception]) -> str:
    """Return the first line of an error's docstring, as Markdown."""
    return (leaf.__doc__ or "").split("\n")[0].replace("``", "`")


def file_errors() -> str:
    """Return why a file may not be taken in: code, state, sentence."""
    import ingest.errors

    lines = ["| code | state | what the report says |", "| --- | --- | --- |"]
    leaves = [leaf for leaf in _below(ingest.errors.IngestError) if "code" in vars(leaf)]
    rows = {f"| `{leaf.code}` | {leaf.state} | {leaf.sentence} |" for leaf in leaves}
    return "\n".join([*lines, *sorted(rows)])


def _exit_code(leaf: Any) -> int:
    """Return the exit code as failure_of gives it; what is not found is wrong usage."""
    return 2 if leaf.code in {"not_found", "not_readable"} else int(leaf.exit_code)


def _below(root: Any) -> Iterator[Any]:
    """Yield all subclasses, nearest first."""
    for child in root.__subclasses__():
        yield child
        yield from _below(child)


def _default(field: FieldInfo) -> str:
    """Return a default as a settings file writes it."""
    value = field.get_default(call_default_factory=True)
    return "none" if value is None or isinstance(value, SecretStr) else f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    """Return a value in TOML's form; JSON's is the same for these types."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False, default=str)


def _allowed(field: FieldInfo) -> str:
    """Return the bounds that pydantic checks."""
    signs = {
        annotated_types.Ge: "≥",
        annotated_types.Gt: ">",
        annotated_types.Le: "≤",
        annotated_types.Lt: "<",
    }
    parts = []
    for rule in field.metadata:
        for kind, sign in signs.items():
            if isinstance(rule, kind):
                parts.append(f"{sign} {getattr(rule, kind.__name__.lower()):,}")
        if isinstance(rule, annotated_types.MinLen) and field.annotation is str:
            parts.append("not empty")
    return ", ".join(parts)
