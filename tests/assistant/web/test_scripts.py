"""Runs the page's pure modules under node's own test runner."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "js"


@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.js")))
def test_module(name: str) -> None:
    """Every test of the file passes, and there is at least one."""
    node = shutil.which("node")
    if node is None:
        pytest.fail(
            "node is missing: install Node.js 20 or newer (Debian: apt-get install nodejs)", pytrace=False
        )

    run = subprocess.run(
        [node, "--test", "--test-reporter=tap", str(HERE / name)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    passed = re.search(r"^# pass (\d+)$", run.stdout, re.MULTILINE)
    assert passed
    assert int(passed.group(1)) > 0
