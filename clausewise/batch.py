"""Many questions from a JSON-lines file: one result a line, in the same order, with the same id.

A line that is wrong costs its own result only: an error takes its place, and the exit code becomes 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from clausewise.context import print_json, say
from clausewise.errors import Failure
from clausewise.failures import failure_of
from clausewise.protocol import Json, Operations
from clausewise.task_base import Audiences, Text
from clausewise.tasks import Ask, Search, TurnGiven

Command = Literal["search", "ask"]


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | float | bool | None = None
    audience: Audiences = None


class SearchLine(_Line):
    """``{"id","query","k"?,"audience"?}``."""

    query: Text
    k: Annotated[int, Field(ge=1, le=1000)] | None = None


class AskLine(_Line):
    """``{"id","question","history"?,"audience"?}``."""

    question: Text
    history: list[TurnGiven] = Field(default_factory=list)


def run_batch(operations: Operations, file: Path | None, command: Command, defaults: dict[str, Any]) -> int:
    """Run every line of ``file`` ("-": standard input), print the results, and return how many failed.

    ``defaults`` are the command's own options; what a line says goes before them.
    """
    failed = 0
    for number, raw in enumerate(_lines(file), 1):
        try:
            line = _parse(raw, command)
        except ValueError as error:
            result = {"id": _id_of(raw), **Failure("malformed_line", _why(error), 1).as_json()}
        else:
            result = {"id": line.id, **_answer(operations, line, defaults)}
        if "error" in result:
            failed += 1
            say(f"line {number}: {result['error']['message']}")
        print_json(result)
    return failed


def _lines(file: Path | None) -> Iterator[bytes]:
    """Yield the lines that are not blank."""
    opened = sys.stdin.buffer if file is None or str(file) == "-" else file.open("rb")
    with opened:
        for number, raw in enumerate(opened):
            line = raw.removeprefix(b"\xef\xbb\xbf") if number == 0 else raw
            if line.strip():
                yield line


def _parse(raw: bytes, command: Command) -> SearchLine | AskLine:
    """Return a line as its command understands it.

    Raises:
        ValueError: it is not a JSON object, or a field is missing or wrong.
    """
    found = json.loads(raw.decode("utf-8"))
    if not isinstance(found, dict):
        raise ValueError("a line must be a JSON object")  # noqa: TRY004 - one error for all malformed lines
    return (SearchLine if command == "search" else AskLine).model_validate(found)


def _answer(operations: Operations, line: SearchLine | AskLine, defaults: dict[str, Any]) -> Json:
    """Return the result of one line, or its error."""
    audience = line.audience if line.audience is not None else defaults["audience"]
    try:
        if isinstance(line, SearchLine):
            found = operations.run(Search(query=line.query, k=line.k or defaults["k"], audience=audience))
            return {"hits": found["hits"], "ms": found["ms"]}
        answer = operations.run(Ask(question=line.question, history=line.history, audience=audience))
        return {name: value for name, value in answer.items() if name != "id"}
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        return failure.as_json()


def _id_of(raw: bytes) -> Any:
    """Return the id of a line that is JSON but wrong otherwise, else None."""
    try:
        found = json.loads(raw)
    except ValueError:
        return None
    given = found.get("id") if isinstance(found, dict) else None
    return given if isinstance(given, str | int | float) else None


def _why(error: ValueError) -> str:
    """Return one sentence on what is wrong with a line."""
    if isinstance(error, ValidationError):
        problems = (
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False)
        )
        return "; ".join(problems)
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at character {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    return str(error)
