"""The server as a process of its own, with the shipped doubles for models."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from clausewise.home import Home

pytestmark = pytest.mark.slow
Cli = Callable[..., Any]


@contextmanager
def server(home: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Start `clausewise serve` on a free port, wait until it listens, and give the lines it wrote."""
    command = [sys.executable, "-c", "from clausewise.cli import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "CLAUSEWISE_HOME": str(home)}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    lines: list[str] = []
    try:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail("".join(lines))
        yield process, lines
    finally:
        process.kill()
        process.wait(10)
        process.stderr.close()


def url(lines: list[str]) -> str:
    """Return the address that the server wrote."""
    return re.findall(r"http://127\.0\.0\.1:\d+", "".join(lines))[0]


class TestServe:
    def test_the_operator_link_works_once(self, indexed: Path) -> None:
        """Without it one sees public documents only; who opened it sees all."""
        question = {"query": "出貨異常"}
        with server(indexed) as (_, lines), httpx.Client(base_url=url(lines)) as browser:
            link = re.findall(r"http://\S+/operator\?token=\S+", "".join(lines))[0]

            public = browser.post("/api/v1/search", json=question).json()["hits"]
            browser.get(link)
            operator = browser.post("/api/v1/search", json=question).json()["hits"]
            again = httpx.get(link)

        assert public == []
        assert [hit["source"] for hit in operator][:1] == ["shipping.md"]
        assert again.status_code == 403

    def test_commands_go_to_the_running_server(self, indexed: Path, folder: Path, cli: Cli) -> None:
        """With a server the same commands give the same results, through its socket."""
        alone = cli("ask", "出貨作業 4.3", "--json").json
        (folder / "new.md").write_text("# 新文件\n\n第1條 全新條文。\n", "utf-8")
        with server(indexed):
            served = cli("ask", "出貨作業 4.3", "--json").json
            report = cli("ingest", folder, "--json").json
            unknown = cli("documents", "show", "nonsense")
            listed = cli("documents", "list", "--json").json["documents"]
            spoken = cli("ask", "出貨作業 4.3")

        assert served["citations"] == alone["citations"]
        assert {file["source"]: file["state"] for file in report["files"]}["new.md"] == "indexed"
        assert unknown.code == 2
        assert len(listed) == 3
        assert "[1] 出貨作業 第4.3條" in spoken.out

    def test_a_second_server_is_refused(self, indexed: Path, cli: Cli) -> None:
        """A home has one server; the message says where it listens."""
        with server(indexed) as (_, lines):
            outcome = cli("serve", "--port", "0")

        assert outcome.code == 4
        assert url(lines) in outcome.err

    def test_a_taken_port_is_refused(self, indexed: Path, fake_home: Path, tmp_path: Path, cli: Cli) -> None:
        """Another home's server has the port: exit code 2, and what to do."""
        other = tmp_path / "other"
        other.mkdir()
        (other / "settings.toml").write_bytes((fake_home / "settings.toml").read_bytes())
        with server(indexed) as (_, lines):
            outcome = cli("--home", other, "serve", "--port", url(lines).rsplit(":", 1)[1])

        assert outcome.code == 2
        assert "--port" in outcome.err

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_stops_it_tidily(self, indexed: Path, number: signal.Signals) -> None:
        """It ends with 0, and leaves neither record nor socket nor lock."""
        with server(indexed) as (process, _):
            process.send_signal(number)
            code = process.wait(20)

        assert code == 0
        assert not (indexed / "server.json").exists()
        assert not (indexed / "clausewise.sock").exists()

    def test_after_a_kill_commands_work_again(self, indexed: Path, cli: Cli) -> None:
        """What a killed server leaves behind stands in nobody's way."""
        with server(indexed) as (process, _):
            process.kill()
            process.wait(10)

        assert Home(indexed).server() is not None
        assert cli("search", "出貨", "--json").code == 0

    def test_uploads_become_documents_by_a_job(self, indexed: Path) -> None:
        """A file handed over by HTTP is indexed in the background, with the report as its result."""
        with server(indexed) as (_, lines), httpx.Client(base_url=url(lines)) as browser:
            browser.get(re.findall(r"http://\S+/operator\?token=\S+", "".join(lines))[0])
            text = "# 上傳\n\n第9條 上傳的條文。\n".encode()
            started = browser.post(
                "/api/v1/documents",
                files={"file": ("upload.md", text, "text/markdown")},
                headers={"Origin": url(lines)},
            )
            job = {"state": "queued"}
            while job["state"] in {"queued", "running"}:
                time.sleep(0.2)  # what asks without pause meets the limit of requests
                job = browser.get(f"/api/v1/jobs/{started.json()['job_id']}").json()
            index = browser.get("/api/v1/index").json()
            models = browser.get("/api/v1/models").json()["models"]

        assert job["state"] == "done", job
        assert job["result"]["files"][0]["state"] == "indexed"
        assert index["documents"] == 3
        assert {model["kind"] for model in models} == {"chat", "embedder"}
