from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from clausewise.cli import app
from knowledge.lock import HomeLock
from models.errors import MissingWeights
from models.fakes import HashEmbedder

Cli = Callable[..., Any]


class TestHelp:
    def test_every_command_has_a_help_text(self) -> None:
        """Commands, groups, arguments and options say what they do."""
        waiting = [("clausewise", get_command(app))]
        silent = []
        while waiting:
            path, command = waiting.pop()
            if not command.help:
                silent.append(path)
            silent += [f"{path} {p.name}" for p in command.params if not getattr(p, "help", None)]
            waiting += [(f"{path} {name}", child) for name, child in getattr(command, "commands", {}).items()]

        assert silent == []

    def test_help_imports_nothing_heavy(self) -> None:
        """`clausewise --help` answers without databases, web or model libraries."""
        code = "import sys, clausewise.cli; print('\\n'.join(sys.modules))"
        loaded = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()

        heavy = {
            "sqlalchemy",
            "chromadb",
            "fastapi",
            "torch",
            "llama_cpp",
            "numpy",
            "pydantic",
            "httpx",
            "langchain_core",
        }
        assert heavy.isdisjoint(loaded)

    def test_the_version_is_the_packages(self, cli: Cli) -> None:
        """--version prints one line."""
        assert cli("--version").out == "0.1.0\n"


class TestIngest:
    def test_every_file_is_listed(self, fake_home: Path, folder: Path, cli: Cli) -> None:
        """The report has the shape of the contract."""
        (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")

        outcome = cli("ingest", folder, "--json")

        states = {file["source"]: file["state"] for file in outcome.json["files"]}
        assert states == {"shipping.md": "indexed", "faq.csv": "indexed", "broken.pdf": "failed"}
        assert {"run_id", "files", "totals", "seconds"} <= outcome.json.keys()
        assert outcome.code == 1

    def test_the_same_again_changes_nothing(self, indexed: Path, folder: Path, cli: Cli) -> None:
        """Files that did not change are not read again."""
        outcome = cli("ingest", folder, "--json")

        assert {file["state"] for file in outcome.json["files"]} == {"unchanged"}
        assert outcome.code == 0

    def test_pruning_removes_what_is_gone(self, indexed: Path, folder: Path, cli: Cli) -> None:
        """--prune takes documents out whose files are gone."""
        (folder / "faq.csv").unlink()

        outcome = cli("ingest", folder, "--prune", "--json")

        assert {file["source"]: file["state"] for file in outcome.json["files"]} == {
            "shipping.md": "unchanged",
            "faq.csv": "removed",
        }

    def test_a_path_that_is_not_there_is_wrong_usage(self, fake_home: Path, cli: Cli) -> None:
        """Exit code 2, and the path is named; nothing was loaded or locked."""
        outcome = cli("ingest", "/nowhere/at/all")

        assert outcome.code == 2
        assert "/nowhere/at/all" in outcome.err

    def test_a_person_reads_states_and_totals(self, fake_home: Path, folder: Path, cli: Cli) -> None:
        """Without --json there is a line a file, then the totals."""
        outcome = cli("ingest", folder)

        assert "indexed    shipping.md" in outcome.out
        assert "2 indexed" in outcome.out.splitlines()[-1]

    def test_a_blank_audience_is_wrong_usage(self, fake_home: Path, folder: Path, cli: Cli) -> None:
        """An audience has a name."""
        assert cli("ingest", folder, "--audience", " ").code == 2


class TestSearch:
    def test_hits_have_the_shape_of_the_contract(self, indexed: Path, cli: Cli) -> None:
        """A single search prints query, hits and milliseconds."""
        found = cli("search", "出貨異常", "-k", "1", "--json").json

        assert found.keys() == {"query", "hits", "ms"}
        hit = found["hits"][0]
        assert (hit["source"], hit["clause"], hit["rank"], hit["version"]) == ("shipping.md", "第4.3條", 1, 1)

    def test_an_audience_narrows(self, indexed: Path, cli: Cli) -> None:
        """What another audience sees is not found."""
        assert cli("search", "出貨異常", "--audience", "public", "--json").json["hits"] == []
        assert cli("search", "出貨異常", "--audience", "public", "--audience", "internal", "--json").json[
            "hits"
        ]

    def test_a_person_reads_place_and_text(self, indexed: Path, cli: Cli) -> None:
        """Without --json a hit is its score, its place and its text."""
        outcome = cli("search", "出貨作業 4.3")

        assert "第4.3條 v1 (shipping.md)" in outcome.out
        assert "24小時" in outcome.out


class TestAsk:
    def test_an_answer_has_the_shape_of_the_contract(self, indexed: Path, cli: Cli) -> None:
        """Sentences, citations and timings; each quote is in the text of its version."""
        answer = cli("ask", "出貨作業 4.3", "--json").json
        text = cli("documents", "show", "shipping.md", "--text").out

        assert answer.keys() >= {
            "id", "status", "kind", "answer", "language", "sentences", "citations", "decline", "model",
            "prompt_version", "timings_ms",
        }  # fmt: skip
        assert (answer["status"], answer["kind"]) == ("answered", "clause")
        citation = answer["citations"][0]
        assert text[citation["start"] : citation["end"]] == citation["quote"]

    def test_a_decline_is_exit_code_0(self, indexed: Path, cli: Cli) -> None:
        """Not answering is an answer."""
        outcome = cli("ask", "完全無關 zzz qqq", "--json")

        assert outcome.json["status"] == "declined"
        assert outcome.code == 0

    def test_a_person_reads_sentences_then_sources(self, indexed: Path, cli: Cli) -> None:
        """Sentences with [n], then the list of sources with clause and quote."""
        outcome = cli("ask", "出貨作業 4.3")

        assert "通報物流部。 [1]" in outcome.out
        assert "[1] 出貨作業 第4.3條 v1 (shipping.md)" in outcome.out

    def test_answers_are_recorded(self, indexed: Path, cli: Cli) -> None:
        """Each answer is one event of the log, and the log verifies."""
        cli("ask", "出貨作業 4.3", "--json")

        checked = cli("index", "check", "--json")

        assert checked.json["problems"] == []


class TestExitCodes:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("search",),
            ("ask",),
            ("search", "a", "--batch", "b"),
            ("search", " "),
            ("search", "a", "-k", "0"),
            ("search", "--batch", "/nowhere.jsonl"),
            ("nonsense",),
            ("--nonsense",),
            ("documents", "show"),
            ("serve", "--port", "70000"),
            ("--config", "/nowhere.toml", "search", "a"),
        ],
    )
    def test_wrong_usage_is_2(self, fake_home: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
        """Arguments that cannot be understood, and files that are not there."""
        assert cli(*arguments).code == 2

    @pytest.mark.parametrize("arguments", [("search", "a"), ("ask", "a"), ("ask", "--batch", "/dev/null")])
    def test_nothing_indexed_is_3(self, fake_home: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
        """A question to an empty home names the command that fills it."""
        outcome = cli(*arguments)

        assert outcome.code == 3
        assert "clausewise ingest" in outcome.err

    @pytest.mark.parametrize(
        "arguments", [("search", "a"), ("ask", "a"), ("ingest", "."), ("serve", "--port", "0")]
    )
    def test_missing_weights_are_3(self, home: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
        """Without weights the message names the command that fetches them."""
        outcome = cli(*arguments)

        assert outcome.code == 3
        assert "clausewise models pull" in outcome.err

    @pytest.mark.parametrize(
        "arguments", [("search", "a"), ("ingest", "."), ("documents", "list"), ("serve",)]
    )
    def test_a_locked_home_is_4(self, fake_home: Path, cli: Cli, arguments: tuple[str, ...]) -> None:
        """Another process that is no server has the home."""
        with HomeLock(fake_home):
            outcome = cli(*arguments)

        assert outcome.code == 4
        assert "another Clausewise process" in outcome.err

    def test_an_unreachable_home_is_4(self, tmp_path: Path, cli: Cli) -> None:
        """A home that cannot be made."""
        (tmp_path / "file").write_text("")

        assert cli("--home", tmp_path / "file", "documents", "list").code == 4

    def test_with_json_the_error_has_the_one_shape(self, fake_home: Path, cli: Cli) -> None:
        """A program reads code and message from standard output."""
        error = cli("search", "a", "--json").json["error"]

        assert error.keys() == {"code", "message", "details"}
        assert error["code"] == "nothing_indexed"


class TestDocuments:
    def test_they_are_listed(self, indexed: Path, cli: Cli) -> None:
        """Each document with id, source, version, audiences."""
        documents = cli("documents", "list", "--json").json["documents"]

        assert [document["source"] for document in documents] == ["faq.csv", "shipping.md"]
        assert cli("documents", "list", "--audience", "public", "--json").json["documents"] == []

    def test_an_empty_home_has_none(self, fake_home: Path, cli: Cli) -> None:
        """An empty list is not an error, and says how to begin."""
        assert "clausewise ingest" in cli("documents", "list").out

    def test_one_is_shown_by_id_or_source(self, indexed: Path, cli: Cli) -> None:
        """Passages and canonical text, which cover each other."""
        by_source = cli("documents", "show", "shipping.md", "--json").json
        by_id = cli("documents", "show", by_source["document_id"], "--json").json

        assert by_id == by_source
        assert "".join(passage["text"] for passage in by_id["passages"]) == by_id["text"]

    def test_an_unknown_one_is_wrong_usage(self, indexed: Path, cli: Cli) -> None:
        """What is not there is exit code 2."""
        for command in ("show", "history", "rollback", "remove"):
            assert cli("documents", command, "nonsense").code == 2

    def test_versions_are_kept_shown_and_rolled_back_to(self, indexed: Path, folder: Path, cli: Cli) -> None:
        """An earlier version can be read and answers again."""
        (folder / "shipping.md").write_text("# 出貨作業\n\n第4.3條 出貨異常\n\n應於8小時內通報。\n", "utf-8")
        cli("ingest", folder)

        history = cli("documents", "history", "shipping.md", "--json").json["versions"]
        earlier = cli("documents", "show", "shipping.md", "--version", "1", "--json").json
        back = cli("documents", "rollback", "shipping.md")

        assert [(one["version"], one["current"]) for one in history] == [(2, True), (1, False)]
        assert "24小時" in earlier["text"]
        assert "".join(passage["text"] for passage in earlier["passages"]) == earlier["text"]
        assert "version 1" in back.out
        assert "24小時" in cli("search", "出貨作業 4.3", "--json").json["hits"][0]["text"]

    def test_removing_takes_it_out_of_search(self, indexed: Path, cli: Cli) -> None:
        """A removed document is found no more."""
        cli("documents", "remove", "shipping.md")

        sources = {hit["source"] for hit in cli("search", "出貨異常", "--json").json["hits"]}
        assert "shipping.md" not in sources


class TestIndex:
    def test_rebuilding_changes_no_result(self, indexed: Path, cli: Cli) -> None:
        """The derived indexes are made again from the store."""
        before = cli("search", "出貨異常", "--json").json["hits"]

        rebuilt = cli("index", "rebuild", "--json").json

        assert rebuilt["vectors"] == rebuilt["fulltext"] > 0
        assert cli("search", "出貨異常", "--json").json["hits"] == before
        assert cli("index", "check").code == 0

    def test_another_embedder_needs_a_rebuild_and_gets_it(
        self, indexed: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Until then exit code 3 names the command; then everything is embedded with the new one."""
        other = HashEmbedder(dimension=64)
        monkeypatch.setattr("clausewise.bootstrap.embedder_for", lambda *_: other)

        before = cli("search", "出貨異常")
        rebuilt = cli("index", "rebuild", "--json").json

        assert before.code == 3
        assert "clausewise index reembed" in before.err
        assert rebuilt["embedded"] == rebuilt["vectors"] > 0
        assert cli("search", "出貨作業 4.3", "--json").json["hits"][0]["source"] == "shipping.md"

    def test_without_weights_it_still_rebuilds(
        self, indexed: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Vectors are in the store: no model is needed."""

        class Missing(HashEmbedder):
            def load(self) -> None:
                raise MissingWeights

        monkeypatch.setattr("clausewise.bootstrap.embedder_for", lambda *_: Missing())

        assert cli("index", "rebuild").code == 0
