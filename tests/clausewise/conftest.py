"""A home whose models are the shipped doubles, and the command line run in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from clausewise.cli import app

FAKES = '[models]\nchat = "fake"\nembedder = "fake"\n'


@dataclass(frozen=True)
class Outcome:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document of standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON documents of standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Outcome]


@pytest.fixture
def cli() -> Cli:
    """Run a command as the program would, and return what it did; a bug raises."""

    def run(*arguments: object) -> Outcome:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def fake_home(home: Path) -> Path:
    """Return an empty home that uses the shipped doubles instead of weights."""
    (home / "settings.toml").write_text(FAKES, encoding="utf-8")
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two small documents."""
    path = tmp_path / "documents"
    path.mkdir()
    parts = (
        "# 出貨作業",
        "第4.2條 揀貨",
        "揀貨人員依揀貨單作業。",
        "第4.3條 出貨異常",
        "出貨異常應於24小時內通報物流部。",
    )
    (path / "shipping.md").write_text("\n\n".join(parts) + "\n", "utf-8")
    (path / "faq.csv").write_text("id,question,answer\nF1,可以退貨嗎？,七天內可以退貨。\n", "utf-8")
    return path


@pytest.fixture
def indexed(fake_home: Path, folder: Path, cli: Cli) -> Path:
    """Return a home in which the folder has been read."""
    outcome = cli("ingest", folder, "--json")
    assert outcome.code == 0, outcome.err
    return fake_home
