"""``backup``, ``restore``, ``export`` and ``audit`` as people type them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from clausewise.cli import app

if TYPE_CHECKING:
    from click.testing import Result

FAKE = {"CLAUSEWISE__MODELS__EMBEDDER": "fake", "CLAUSEWISE__MODELS__CHAT": "fake"}


@pytest.fixture
def filled(home: Path, tmp_path: Path) -> Path:
    """Return a home with one document."""
    (tmp_path / "a.md").write_text("# 退貨\n\n## 第1條\n\n七日內可以退貨。\n", encoding="utf-8")
    assert run("ingest", str(tmp_path / "a.md")).exit_code == 0
    return home


def run(*arguments: str) -> Result:
    """Run the program with the fake models."""
    return CliRunner().invoke(app, list(arguments), env=FAKE)


class TestBackup:
    def test_there_and_back(self, filled: Path, tmp_path: Path) -> None:
        """A home restored elsewhere answers the same search."""
        file = str(tmp_path / "b.zip")

        assert run("backup", file).exit_code == 0
        assert "is whole" in run("backup", file, "--check").stdout
        restored = run("--home", str(tmp_path / "two"), "restore", file, "--json")
        again = run("--home", str(tmp_path / "two"), "restore", file)

        assert json.loads(restored.stdout)["problems"] == []
        assert again.exit_code == 4
        assert "--replace" in again.stderr
        found = run("--home", str(tmp_path / "two"), "search", "退貨", "--json")
        assert json.loads(found.stdout)["hits"][0]["source"] == "a.md"

    def test_says_what_is_wrong(self, filled: Path, tmp_path: Path) -> None:
        """A file that exists, one that is none."""
        (tmp_path / "b.zip").write_text("mine")

        for arguments in (("backup",), ("restore",), ("backup", "--check")):
            result = run(
                arguments[0],
                str(tmp_path / "b.zip"),
                *arguments[1:],
                *(["--replace"] if "restore" in arguments else []),
            )
            assert result.exit_code == 2
            assert str(tmp_path / "b.zip") in result.stderr


class TestExport:
    def test_writes_a_zip(self, filled: Path, tmp_path: Path) -> None:
        """With the file itself, which has not changed."""
        result = run("export", str(tmp_path / "e.zip"), "--json")

        assert json.loads(result.stdout)["documents"] == 1
        assert json.loads(result.stdout)["originals"] == 1


class TestAudit:
    def test_proves_and_lists(self, filled: Path) -> None:
        """The log is whole, its head can be noted, events are listed by kind."""
        noted = run("audit", "head").stdout.strip()

        assert "whole" in run("audit", "verify", "--head", noted).stdout
        assert "document.published" in run("audit", "list", "--kind", "document").stdout
        assert run("audit", "list", "--since", "2099-01-01").stdout == ""
        assert run("audit", "verify", "--head", "1:00").exit_code == 1

    def test_finds_any_edit(self, filled: Path) -> None:
        """An event altered behind the program's back is named, with exit code 1."""
        with sqlite3.connect(filled / "clausewise.db") as database:
            database.execute("UPDATE events SET kind = 'nothing' WHERE seq = 1")

        result = run("audit", "verify")

        assert result.exit_code == 1
        assert "event 1" in result.stdout
