"""Change one value of a settings file and leave the rest, comments included, as a person wrote it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from clausewise.errors import WrongUsage
from knowledge.errors import HomeUnreachable


def set_value(file: Path, table: str, key: str, value: str) -> None:
    """Set ``[table] key = "value"``; the file is made where there is none, and replaced as a whole.

    Raises:
        WrongUsage: the file cannot be read, or writes this table in a form that is not understood here.
        HomeUnreachable: the file cannot be written.
    """
    try:
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        wanted: dict[str, Any] = tomllib.loads(before)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongUsage(f"The settings file {file} cannot be read: {error}.") from error
    after = _edited(before, table, f"{key} = {json.dumps(value, ensure_ascii=False)}", key)
    wanted.setdefault(table, {})[key] = value
    try:
        understood = tomllib.loads(after) == wanted
    except tomllib.TOMLDecodeError:
        understood = False
    if not understood:
        raise WrongUsage(
            f"Write it into {file} yourself: in the table [{table}], {key} = {json.dumps(value)}"
        )
    partial = file.with_name(file.name + ".new")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.write_text(after, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        raise HomeUnreachable(f"The settings file {file} cannot be written: {error}.") from error


def _edited(text: str, table: str, assignment: str, key: str) -> str:
    lines = text.splitlines()
    header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]\s*(#.*)?")
    start = next((n for n, line in enumerate(lines) if header.fullmatch(line)), None)
    if start is None:
        gap = [""] if lines and lines[-1].strip() else []
        return "\n".join([*lines, *gap, f"[{table}]", assignment, ""])
    end = next((n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    same = re.compile(rf"\s*{re.escape(key)}\s*=")
    for n in range(start + 1, end):
        if same.match(lines[n]):
            lines[n] = assignment
            break
    else:
        lines.insert(start + 1, assignment)
    return "\n".join([*lines, ""])
