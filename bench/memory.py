"""How much memory ``clausewise serve`` keeps while it answers, over HTTP as a customer asks.

Resident memory of the server and its children, weights included. The questions are the public ones of the
demo corpus, asked round and round.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

import knowledge.samples
from clausewise.devsets.figures import Figure, Result

QUESTIONS = Path("tests/evals/samples.jsonl")
ANSWERS, MARKS = 200, (1, 50, 100, 150, 200)
PROGRAM = "from clausewise.cli import main; main()"
START_S, ANSWER_S = 120.0, 180.0


def run() -> Result:
    """Ask a fresh server and note its memory after some of the answers."""
    texts = _questions()
    memory: dict[int, float] = {}
    kinds: dict[str, int] = {}
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as scratch,
        _server(Path(scratch)) as (process, url),
        httpx.Client(base_url=url, timeout=ANSWER_S) as client,
    ):
        memory[0] = _resident_gib(process)
        for number in range(1, ANSWERS + 1):
            kind = _ask(client, texts[number % len(texts)])
            kinds[kind] = kinds.get(kind, 0) + 1
            if number in MARKS:
                memory[number] = _resident_gib(process)
    growth = (memory[200] / memory[50] - 1) * 100
    return Result(
        "memory",
        f"serve on the demo corpus, {ANSWERS} answers over HTTP: "
        + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())),
        (
            Figure("before the first answer", memory[0], "GiB"),
            Figure("after 1", memory[1], "GiB"),
            Figure("after 50", memory[50], "GiB"),
            Figure("after 100", memory[100], "GiB", "≤", 3.5),
            Figure("after 200", memory[200], "GiB"),
            Figure("growth from 50 to 200", growth, "%", "≤", 2.0),
        ),
        {"memory_gib": memory, "kinds": kinds},
    )


def _questions() -> list[str]:
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return [row["question"] for row in rows if row["audience"] == ["public"]]


def _ask(client: httpx.Client, question: str) -> str:
    """Ask one question, waiting where the server says so; return the kind of the answer."""
    while True:
        response = client.post("/api/v1/ask", json={"question": question})
        if response.status_code != 429:
            break
        time.sleep(float(response.headers.get("Retry-After", "1")))
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return str(answer["kind"])


def _resident_gib(process: subprocess.Popen[bytes]) -> float:
    """Return the resident memory of the server and its children."""
    server = psutil.Process(process.pid)
    return sum(one.memory_info().rss for one in [server, *server.children(recursive=True)]) / 2**30


@contextmanager
def _server(scratch: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Give a server on a home of its own that has read the public documents."""
    program = [sys.executable, "-c", PROGRAM, "--home", str(scratch / "home")]
    documents = Path(knowledge.samples.__file__).parent / "documents" / "public"
    subprocess.run(
        [*program, "ingest", str(documents), "--audience", "public"], check=True, stdout=sys.stderr
    )
    port = _free_port()
    with (scratch / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            [*program, "serve", "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(os.environ),
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_ready(url, process, scratch / "serve.log")
            yield process, url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"the server did not get ready:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
