"""``kill -9`` at any moment of an ingest: old or new, never half; the next run finishes the work."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(__file__).parent / "killing.py"
NEIGHBOURS = 6

# Where the program is killed: "before|after Owner.function", and the how-many-eth call it is.
POINTS = [
    ("after Runs.start", 1),
    ("before Publisher.stage", 1),
    ("after Publisher.stage", 1),
    ("after Publisher.stage", 3),
    ("before Publisher.keep_vectors", 1),
    ("after Publisher.keep_vectors", 1),
    ("before VectorIndex.begin", 1),
    ("after VectorIndex.begin", 1),
    ("before VectorIndex.write", 1),
    ("after VectorIndex.write", 1),
    ("before FullText.remove", 2),
    ("after FullText.add", 1),
    ("before publishing._move", 1),
    ("after publishing._move", 2),
    ("after publishing.bump_generation", 1),
    ("after publishing.append_event", 1),
    ("after publishing.append_event", 3),
    ("after Publisher.publish", 1),
    ("before VectorIndex.delete", 1),
    ("after VectorIndex.delete", 1),
    ("after VectorIndex.delete", 4),
    ("before Publisher.tidy", 1),
    ("before VectorIndex.rebuild", 1),
    ("after VectorIndex.write", 2),  # the second write is the rebuild's, into a new folder
    ("before VectorIndex._discard_all_but", 2),  # the new folder is in force, the old one still there
    ("after VectorIndex.rebuild", 1),
    ("before Publisher.collect_garbage", 1),
    ("after Publisher.collect_garbage", 1),
    ("before Runs.finish", 1),
]


class Killer:
    """The program that does scenarios in processes of their own."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def do(self, what: str, home: Path, docs: Path, **how: Any) -> dict[str, Any]:
        """Do one scenario and return how it ended; an error inside it fails the test."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        result = self._scratch / "result.json"
        scenario = {"do": what, "home": str(home), "docs": str(docs), "result": str(result), **how}
        self._process.stdin.write(json.dumps(scenario) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """Return the program, started once for all tests here."""
    program = Killer(tmp_path_factory.mktemp("killer"))
    yield program
    program.close()


def write_old(docs: Path) -> None:
    """Write the first state of the folder."""
    docs.mkdir()
    for number in range(NEIGHBOURS):
        (docs / f"rule-{number}.md").write_text(
            f"# Rule {number}\n\n## 第 1 條\n\n第{number}號辦法的目的。\n\n"
            f"## 第 2 條\n\n倉庫主管於 {number + 3} 日內核定。\n"
        )
    (docs / "changing.md").write_text(
        "# 出貨辦法\n\n## 第 1 條\n\n異常應於 24 小時內通報。\n\n## 第 2 條\n\n舊的第二條。\n"
    )
    (docs / "going.md").write_text("# 停用辦法\n\n## 第 1 條\n\n本辦法即將廢止。\n")
    (docs / "faq.csv").write_text(
        "id,question,answer,audience\nF1,保固多久,一年,public\nF2,誰核准,主管,internal\n"
    )


def write_new(docs: Path) -> None:
    """Bring the folder to its second state: one file changed, one added, one gone, one row moved."""
    (docs / "changing.md").write_text(
        "# 出貨辦法\n\n## 第 1 條\n\n異常應於 24 小時內通報。\n\n"
        "## 第 2 條\n\n新的第二條。\n\n## 第 3 條\n\n加上第三條。\n"
    )
    (docs / "coming.md").write_text("# 新增辦法\n\n## 第 1 條\n\n全新的內容。\n")
    (docs / "going.md").unlink()
    (docs / "faq.csv").write_text(
        "id,question,answer,audience\nF1,保固多久,兩年,internal\nF2,誰核准,主管,internal\n"
    )


class World:
    """A home in its old state, the folder in its new one, and what each looks like."""

    def __init__(self, killer: Killer, scratch: Path) -> None:
        self.killer = killer
        self.docs = scratch / "docs"
        self.base = scratch / "base"
        write_old(self.docs)
        self.old = killer.do("ingest", self.base, self.docs)["texts"]
        write_new(self.docs)
        finished = scratch / "finished"
        shutil.copytree(self.base, finished)
        whole = killer.do("ingest", finished, self.docs)
        self.new, self.seconds, self.embedded = whole["texts"], whole["seconds"], whole["totals"]["embedded"]

    def assert_whole(self, home: Path, *, from_nothing: bool = False) -> None:
        """Assert that every document is as it was or as it is to be, that all is found, and mends itself."""
        mended = self.killer.do("mend", home, self.docs)

        before, after = mended["before"], mended["after"]
        old = {} if from_nothing else self.old
        for source in old.keys() | self.new.keys() | before["texts"].keys():
            assert before["texts"].get(source) in (old.get(source), self.new.get(source)), source
        assert before["lost"] == before["problems"] == []
        assert after["texts"] == self.new
        assert after["lost"] == after["problems"] == []
        assert mended["totals"]["failed"] == 0
        assert mended["again"]["unchanged"] == mended["again"]["files"]
        assert mended["again"]["embedded"] == 0


@pytest.fixture(scope="module")
def world(killer: Killer, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return the two states, made once."""
    return World(killer, tmp_path_factory.mktemp("world"))


class TestKilled:
    @pytest.mark.parametrize(("point", "count"), POINTS, ids=[f"{p} {n}" for p, n in POINTS])
    def test_at_a_point(self, world: World, tmp_path: Path, point: str, count: int) -> None:
        """Killed at this point, the home is whole, and the next run finishes."""
        home = tmp_path / "killed"
        shutil.copytree(world.base, home)

        ended = world.killer.do("ingest", home, world.docs, point=point, count=count)

        assert ended["killed"], f"never reached: {point} {count}"
        world.assert_whole(home)

    @pytest.mark.parametrize("number", range(10))
    def test_at_a_random_time(self, world: World, tmp_path: Path, number: int) -> None:
        """Killed at any time, the home is whole, and the next run finishes."""
        home = tmp_path / "killed"
        shutil.copytree(world.base, home)
        after_s = random.uniform(0, world.seconds) * (number + 1) / 10

        world.killer.do("ingest", home, world.docs, after_s=after_s)

        world.assert_whole(home)

    @pytest.mark.parametrize("number", range(4))
    def test_the_first_run(self, world: World, tmp_path: Path, number: int) -> None:
        """Killed while it makes a new home, the program starts again without help."""
        home = tmp_path / "killed"
        after_s = random.uniform(0, world.seconds) * (number + 1) / 4

        world.killer.do("ingest", home, world.docs, after_s=after_s)

        world.assert_whole(home, from_nothing=True)

    def test_twice_on_the_same_home(self, world: World, tmp_path: Path) -> None:
        """A second kill, while the first is being mended, does no harm either."""
        home = tmp_path / "killed"
        shutil.copytree(world.base, home)
        world.killer.do("ingest", home, world.docs, point="after Publisher.publish", count=1)

        ended = world.killer.do("ingest", home, world.docs, point="before VectorIndex.settle", count=1)

        assert ended["killed"]
        world.assert_whole(home)

    def test_keeps_what_was_embedded(self, world: World, tmp_path: Path) -> None:
        """What a killed run had embedded is not embedded again."""
        home = tmp_path / "killed"
        shutil.copytree(world.base, home)
        world.killer.do("ingest", home, world.docs, point="after Publisher.keep_vectors", count=1)

        after = world.killer.do("ingest", home, world.docs)

        assert world.embedded > 0
        assert after["totals"]["embedded"] == 0
