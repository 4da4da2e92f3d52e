"""A server that only asks, workers that do, a Chroma server between them: all of them real processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clausewise.conftest import FAKES, Cli
from tests.services import chroma_server, free_port, redis_server, wait_until

pytestmark = pytest.mark.slow
FILES = 12


@contextmanager
def program(home: Path, ready: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a command of the program, wait until it says ``ready``, and give what it wrote until then."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from clausewise.cli import main; main()", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "CLAUSEWISE_HOME": str(home), "PYTHONPATH": str(Path.cwd())},
    )
    assert process.stderr is not None
    lines: list[str] = []
    try:
        for line in process.stderr:
            lines.append(line)
            if ready in line:
                break
        else:
            pytest.fail("".join(lines))
        yield process, "".join(lines)
    finally:
        process.kill()
        process.wait(10)
        process.stderr.close()


@contextmanager
def serving(home: Path) -> Iterator[httpx.Client]:
    """Start the server and give its operator's browser."""
    with program(home, "Ctrl-C", "serve", "--port", "0") as (_, said):
        url = re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
        with httpx.Client(base_url=url, headers={"Origin": url}, timeout=30) as browser:
            browser.get(re.findall(r"http://\S+/operator\?token=\S+", said)[0])
            yield browser


def working(home: Path) -> Any:
    """Start a worker."""
    return program(home, "Doing jobs", "worker", "--workers", "1")


def upload(browser: httpx.Client, name: str, text: str) -> str:
    """Hand over a file and return the id of the job that ingests it."""
    accepted = browser.post("/api/v1/documents", files={"file": (name, text.encode(), "text/markdown")})
    return str(accepted.json()["job_id"])


def job(browser: httpx.Client, job_id: str) -> dict[str, Any]:
    """Return a job."""
    found: dict[str, Any] = browser.get(f"/api/v1/jobs/{job_id}").json()
    return found


def jobs(browser: httpx.Client) -> list[dict[str, Any]]:
    """Return all jobs; not too often, what asks without pause meets the limit of requests."""
    time.sleep(0.15)
    found: list[dict[str, Any]] = browser.get("/api/v1/jobs", params={"limit": 100}).json()["jobs"]
    return found


def at_work(browser: httpx.Client, process: str) -> bool:
    """Tell whether a process has a job at hand."""
    return any(one["state"] == "running" and process in one["worker"] for one in jobs(browser))


def clause(number: int) -> str:
    """Return a document of many clauses, of which each is the only one of its number."""
    lines = [f"第{number}-{n}條 代號甲{number}乙{n}丙的物料應於{n}日內驗收。" for n in range(1, 60)]
    return f"# 驗收辦法{number}\n\n" + "\n\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Chroma server of this module."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture
def shared_home(home: Path, chroma: str) -> Path:
    """Return a home whose server only asks and whose vectors lie on the Chroma server."""
    settings = f'[knowledge]\nchroma_url = "{chroma}"\n[jobs]\nworkers = 0\nlease_s = 2\nattempts = 9\n'
    (home / "settings.toml").write_text(FAKES + settings, encoding="utf-8")
    return home


class TestWorker:
    def test_does_what_the_server_asks(self, shared_home: Path, cli: Cli) -> None:
        """Nothing is done without a worker; with one the server answers from what was ingested, at once."""
        with serving(shared_home) as browser:
            job_id = upload(browser, "one.md", clause(1))
            time.sleep(1)
            waiting = job(browser, job_id)["state"]
            with (
                working(shared_home) as (worker, _),
                browser.stream("GET", f"/api/v1/jobs/{job_id}/events") as events,
            ):
                told = re.findall(r"^event: (\w+)", events.read().decode(), re.MULTILINE)
                done = job(browser, job_id)
                hits = browser.post("/api/v1/search", json={"query": "代號甲1乙7丙的物料"}).json()["hits"]
                answer = browser.post("/api/v1/ask", json={"question": "第1-7條"}).json()
                index = cli("index", "check", "--json").json
                worker.send_signal(signal.SIGTERM)
                code = worker.wait(20)

        assert waiting == "queued"
        assert (done["state"], done["attempts"], done["result"]["totals"]["indexed"]) == ("done", 1, 1)
        assert str(worker.pid) in done["worker"]
        assert told[-1] == "final"
        assert hits[0]["clause"] == "第1-7條"
        assert answer["citations"][0]["source"].endswith("one.md")
        assert index["problems"] == []
        assert code == 0

    def test_killed_in_the_middle_loses_nothing(self, shared_home: Path, cli: Cli) -> None:
        """Workers are killed again and again while they ingest; the next one takes over after the lease."""
        killed_at_work = 0
        with serving(shared_home) as browser:
            ids = [upload(browser, f"file{n}.md", clause(n)) for n in range(FILES)]
            for number in range(4):
                with working(shared_home) as (worker, _):
                    mine = f":{worker.pid}:"
                    wait_until(lambda pid=mine: at_work(browser, pid), "a job being at hand")
                    time.sleep(0.15 * number)
                    worker.kill()
                    worker.wait(10)
                    killed_at_work += at_work(browser, mine)
            left = {one["state"] for one in jobs(browser)}
            with working(shared_home):
                wait_until(
                    lambda: {one["state"] for one in jobs(browser)} == {"done"}, "every job being done"
                )
            attempts = [job(browser, job_id)["attempts"] for job_id in ids]
            hits = [
                browser.post("/api/v1/search", json={"query": f"代號甲{n}乙9丙的物料"}).json()["hits"][0][
                    "clause"
                ]
                for n in range(FILES)
            ]
            documents = browser.get("/api/v1/documents?limit=100").json()["documents"]
            index = cli("index", "check", "--json").json

        assert killed_at_work > 0
        assert sum(attempts) == FILES + killed_at_work
        assert {"queued", "running"} & left
        assert len(documents) == FILES
        assert hits == [f"第{n}-9條" for n in range(FILES)]
        assert index["problems"] == []

    def test_outlives_an_outage_of_the_chroma_server(self, shared_home: Path, tmp_path: Path) -> None:
        """What needs it says so and works again by itself; what was handed over meanwhile is ingested afterwards."""
        port = free_port()
        settings = shared_home / "settings.toml"
        changed = re.sub(
            r'chroma_url = ".*"', f'chroma_url = "http://127.0.0.1:{port}"', settings.read_text("utf-8")
        )
        settings.write_text(changed + "retry_s = 0.5\n", "utf-8")
        question = {"query": "代號甲1乙7丙的物料"}
        with ExitStack() as programs:
            with chroma_server(tmp_path / "chroma", port):
                browser = programs.enter_context(serving(shared_home))
                programs.enter_context(working(shared_home))
                upload(browser, "one.md", clause(1))
                wait_until(lambda: jobs(browser)[0]["state"] == "done", "the first job being done")
            refused = browser.post("/api/v1/search", json=question)
            ready = browser.get("/readyz")
            upload(browser, "two.md", clause(2))
            wait_until(lambda: jobs(browser)[0]["failures"], "an attempt failing")
            with chroma_server(tmp_path / "chroma", port):
                wait_until(lambda: jobs(browser)[0]["state"] == "done", "the second job being done")
                again = browser.post("/api/v1/search", json=question)
                ready_again = browser.get("/readyz").status_code
            attempts = jobs(browser)[0]["attempts"]

        assert refused.status_code == 503
        assert refused.json()["error"]["details"]["cause"] == "vectors_unreachable"
        assert str(port) not in refused.text + ready.text
        assert (ready.status_code, ready.json()["error"]["details"]["checks"]["vectors"]) == (503, False)
        assert again.json()["hits"][0]["clause"] == "第1-7條"
        assert (attempts > 1, ready_again) == (True, 200)

    def test_is_woken_by_a_redis(self, shared_home: Path) -> None:
        """The same over Redis, which keeps the homes' file of messages away."""
        with redis_server() as redis:
            settings = shared_home / "settings.toml"
            settings.write_text(settings.read_text("utf-8") + f'redis_url = "{redis}"\n', "utf-8")
            with serving(shared_home) as browser, working(shared_home):
                upload(browser, "one.md", clause(1))
                wait_until(lambda: jobs(browser)[0]["state"] == "done", "the job being done")

        assert not (shared_home / "queue.db").exists()

    def test_without_a_chroma_server_is_refused(self, fake_home: Path, cli: Cli) -> None:
        """Chroma's own files bear one process; the message says how to go on."""
        outcome = cli("worker")

        assert outcome.code == 2
        assert "chroma run" in outcome.err
        assert "chroma_url" in outcome.err

    def test_nobody_to_do_jobs_is_refused(self, fake_home: Path, cli: Cli) -> None:
        """A server without workers of its own needs others, and these a Chroma server."""
        settings = fake_home / "settings.toml"
        settings.write_text(settings.read_text("utf-8") + "[jobs]\nworkers = 0\n", "utf-8")

        outcome = cli("serve", "--port", "0")

        assert outcome.code == 2
        assert "chroma_url" in outcome.err

    def test_a_second_server_is_refused_in_a_shared_home(self, shared_home: Path, cli: Cli) -> None:
        """Workers share it, servers do not."""
        with serving(shared_home):
            outcome = cli("serve", "--port", "0")

        assert outcome.code == 4
