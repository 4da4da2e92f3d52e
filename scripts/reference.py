"""The generated parts of the documentation; cog calls these functions from comments in docs/*.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

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
        lines.append(f"| `{method} {path}` | {operation.get('summary', '')} | {statuses} |")
    return "\n".join(lines)


def endpoints() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and OpenAPI operation of every endpoint."""
    from clausewise.openapi import document

    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def error_codes() -> str:
    """Return every error's code, what it means, and its exit code or HTTP status."""
    lines = ["| code | meaning | exit code | HTTP status |", "| --- | --- | --- | --- |"]
    for code, meaning, exit_code, status in sorted(errors()):
        lines.append(f"| `{code}` | {meaning} | {exit_code} | {status} |")
    return "\n".join(lines)


def errors() -> Iterator[tuple[str, str, str, str]]:
    """Yield code, meaning, exit code and status ("" where there is none) of every error that can be shown."""
    import assistant.errors
    import clausewise.errors
    import knowledge.errors
    import models.errors

    roots: list[type[Exception]] = [
        clausewise.errors.ProgramError,
        knowledge.errors.KnowledgeError,
        models.errors.ModelError,
        assistant.errors.AssistantError,
    ]
    seen: set[str] = set()
    for root in roots:
        for leaf in _below(root):
            code = str(vars(leaf).get("code", ""))
            if code and code not in seen:
                seen.add(code)
                status = str(leaf.status) if issubclass(leaf, assistant.errors.AssistantError) else ""
                exit_code = "" if status else str(int(_exit_code(leaf)))
                yield code, (leaf.__doc__ or "").split("\n")[0], exit_code, status


def file_errors() -> str:
    """Return why a file may not be taken in: code, state, sentence."""
    import ingest.errors

    lines = ["| code | state | what the report says |", "| --- | --- | --- |"]
    for leaf in sorted(_below(ingest.errors.IngestError), key=lambda one: one.code):
        if "code" in vars(leaf):
            lines.append(f"| `{leaf.code}` | {leaf.state} | {leaf.sentence} |")
    return "\n".join(lines)


def _exit_code(leaf: Any) -> int:
    """Return the exit code as failure_of gives it; what is not found is wrong usage."""
    return 2 if leaf.code in {"not_found", "not_readable"} else leaf.exit_code


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
