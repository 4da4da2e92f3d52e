"""``clausewise models`` as a person and a script use it."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clausewise.errors import WrongUsage
from clausewise.pulling import Lines
from clausewise.toml_edit import set_value
from models.transfer import Progress

Cli = Callable[..., Any]
CHAT = "qwen2.5-coder-1.5b-instruct"


class TestList:
    def test_for_a_person(self, cli: Cli, home: Path) -> None:
        """Name, size, licence and languages; the chosen ones are marked."""
        outcome = cli("models", "list")

        assert outcome.code == 0
        assert f"* {CHAT}" in outcome.out
        assert "  phi-3-mini-4k-instruct" in outcome.out
        assert "Apache-2.0" in outcome.out

    def test_for_a_program(self, cli: Cli, home: Path) -> None:
        """Everything that the catalogue knows, and what is here."""
        rows = {row["name"]: row for row in cli("models", "list", "--json").json["models"]}

        assert rows[CHAT]["bytes"] == 1_117_320_768
        assert rows[CHAT]["chosen"]
        assert not rows[CHAT]["here"]
        assert len(rows[CHAT]["sources"]) == 2


class TestPull:
    def test_unknown_name(self, cli: Cli, home: Path) -> None:
        """Wrong usage, with the names that there are."""
        outcome = cli("models", "pull", "gpt-9")

        assert outcome.code == 2
        assert CHAT in outcome.err

    def test_nothing_reachable(
        self, cli: Cli, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Exit code 1; the text says which file with which digest to copy where."""
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
        monkeypatch.setenv("CLAUSEWISE_MODELS", str(tmp_path / "models"))

        outcome = cli("models", "pull", "gemma-3-4b-it")

        assert outcome.code == 1
        assert str(tmp_path / "models" / "gemma-3-4b-it" / "gemma-3-4b-it-Q4_K_M.gguf") in outcome.err
        assert "be49949e48422e4547b00af14179a193d3777eea7fbbd7d6e1b0861304628a01" in outcome.err

    def test_interrupted(self, home: Path, tmp_path: Path) -> None:
        """Killed in the middle of a copy, nothing is taken for the model."""
        stick = tmp_path / "gemma-3-4b-it-Q4_K_M.gguf"
        os.truncate(os.open(stick, os.O_CREAT | os.O_RDWR), 2_000_000_000)  # sparse: takes no room
        environment = os.environ | {
            "CLAUSEWISE_MODELS": str(tmp_path / "models"),
            "HF_ENDPOINT": "http://127.0.0.1:9",
        }
        command = [sys.executable, "-c", "from clausewise.cli import main; main()", "models", "pull"]
        running = subprocess.Popen(
            [*command, "gemma-3-4b-it", "--from", str(stick)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stderr is not None
        for line in running.stderr:
            if "copying" in line:
                break
        running.kill()
        running.communicate()

        listed = subprocess.run(
            [*command[:3], "models", "list"], env=environment, capture_output=True, text=True, check=True
        )

        assert " here " not in listed.stdout
        assert not (tmp_path / "models" / "gemma-3-4b-it" / "gemma-3-4b-it-Q4_K_M.gguf").exists()

    @pytest.mark.weights
    def test_defaults_are_here(self, cli: Cli, home: Path, real_models: Path) -> None:
        """Pulling again what set-up fetched is quick and says where it is."""
        outcome = cli("models", "pull")

        assert outcome.code == 0
        assert outcome.out.count(" is in ") == 2


class TestUse:
    def test_writes_the_settings(self, cli: Cli, home: Path) -> None:
        """The choice lands in the home's settings and counts from then on."""
        outcome = cli("models", "use", "phi-3-mini-4k-instruct")

        written = tomllib.loads((home / "settings.toml").read_text(encoding="utf-8"))
        assert outcome.code == 0
        assert written == {"models": {"chat": "phi-3-mini-4k-instruct"}}
        assert "models pull phi-3-mini-4k-instruct" in outcome.err
        assert "* phi-3-mini-4k-instruct" in cli("models", "list").out

    def test_embedders_go_to_their_own_key(self, cli: Cli, home: Path) -> None:
        """The kind decides which model is replaced, and the consequence is told."""
        outcome = cli("models", "use", "all-minilm-l6-v2")

        assert 'embedder = "all-minilm-l6-v2"' in (home / "settings.toml").read_text(encoding="utf-8")
        assert "clausewise index reembed" in outcome.err

    def test_a_file(self, cli: Cli, home: Path, tmp_path: Path) -> None:
        """A .gguf file needs no catalogue."""
        file = tmp_path / "own.gguf"
        file.write_bytes(b"GGUF")

        cli("models", "use", file)

        assert str(file) in (home / "settings.toml").read_text(encoding="utf-8")

    def test_unknown_name(self, cli: Cli, home: Path) -> None:
        """Nothing is written."""
        assert cli("models", "use", "gpt-9").code == 2
        assert not (home / "settings.toml").exists()


class TestTomlEdit:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("", '[models]\nchat = "x"\n'),
            ("[serve]\nport = 1\n", '[serve]\nport = 1\n\n[models]\nchat = "x"\n'),
            (
                '[models]  # mine\nchat = "a"  # old\nthreads = 2\n',
                '[models]  # mine\nchat = "x"\nthreads = 2\n',
            ),
            (
                "[models]\nthreads = 2\n[serve]\nport = 1\n",
                '[models]\nchat = "x"\nthreads = 2\n[serve]\nport = 1\n',
            ),
        ],
    )
    def test_leaves_the_rest(self, before: str, after: str, tmp_path: Path) -> None:
        """One value changes; comments and other tables stay."""
        file = tmp_path / "s.toml"
        file.write_text(before, encoding="utf-8")

        set_value(file, "models", "chat", "x")

        assert file.read_text(encoding="utf-8") == after

    @pytest.mark.parametrize("before", ['models = { chat = "a" }\n', 'models.chat = "a"\n', "[[broken"])
    def test_says_when_it_cannot(self, before: str, tmp_path: Path) -> None:
        """Another way of writing the table is left alone, and the person is told what to write."""
        file = tmp_path / "s.toml"
        file.write_text(before, encoding="utf-8")

        with pytest.raises(WrongUsage):
            set_value(file, "models", "chat", "x")

        assert file.read_text(encoding="utf-8") == before


class TestLines:
    def test_now_and_then(self) -> None:
        """Elsewhere than on a terminal a download writes a line each five seconds, other steps one each."""
        now, written = [0.0], []
        lines = Lines(written.append, lambda: now[0])

        lines(Progress("m", "note", "begins"))
        for second in range(8):
            now[0] = second
            lines(Progress("m", "download", "from PyPI", second * 1_000_000, 8_000_000))
        lines(Progress("m", "check", "comparing the SHA-256"))

        assert written == [
            "m: begins",
            "m: from PyPI, 0 of 8 MB",
            "m: from PyPI, 5 of 8 MB",
            "m: comparing the SHA-256",
        ]
