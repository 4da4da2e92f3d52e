"""Pain 6: a failed re-index loses the old index. tests/ingest/test_kill.py dies at every step; here the program dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from tests.pains.conftest import House

FILES = 30


def documents(house: House, hours: int) -> None:
    """Write all documents with a number that tells old from new."""
    for number in range(FILES):
        house.write(
            f"{number:02}.md",
            f"# 程序{number:02}",
            f"第{number + 1}條",
            f"代號P{number:02}的異常應於{hours}小時內通報。",
        )


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.2, 0.8, 1.6])
def test_killed_on_the_way(house: House, seconds: float) -> None:
    """Kill it during `clausewise ingest`: each document answers old or new, never nothing; the next run finishes."""
    (house.home / "settings.toml").write_text(
        '[models]\nchat = "fake"\nembedder = "fake"\n', encoding="utf-8"
    )
    documents(house, 24)
    house.take_in()
    house.program.close()
    documents(house, 8)
    command = [sys.executable, "-c", "from clausewise.cli import main; main()", "ingest", str(house.docs)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=dict(os.environ),
        start_new_session=True,
    )
    time.sleep(0.5)
    deadline = time.monotonic() + 20
    database = house.home / "clausewise.db-wal"
    while process.poll() is None and not database.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(seconds)  # somewhere in the work; every outcome must be good

    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert process.stderr is not None
    process.stderr.close()
    house.restart()

    for number in range(0, FILES, 7):
        best = house.search(f"代號P{number:02}的異常應於幾小時內通報？")[0].passage
        assert best.source == f"{number:02}.md"
        assert ("應於24小時內" in best.text) != ("應於8小時內" in best.text)
    house.take_in()
    found = house.search("代號P21的異常應於幾小時內通報？")[0].passage
    assert "應於8小時內" in found.text
    assert house.program.store.maintenance.check().problems == ()
