"""``kill -9`` at any moment of a change of the embedder: the old index or the new one, never half; the next run finishes."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.test_kill import Killer, write_old

OLD, NEW = "hash-256+context-apart", "hash-64+context-apart"
# Where the program is killed, as in test_kill.py, and whose index answers afterwards.
POINTS = [
    ("before Publisher.kept_beside", 1, OLD),
    ("after Publisher.kept_beside", 1, OLD),
    ("before Publisher.keep_vectors", 1, OLD),
    ("after Publisher.keep_vectors", 1, OLD),
    ("before Publisher.change_model", 1, OLD),
    ("before VectorIndex.write", 1, OLD),
    ("after VectorIndex.write", 1, OLD),
    ("after VectorIndex.write", 2, OLD),
    ("before VectorIndex.take_over", 1, OLD),
    ("before publishing.forget_beside", 1, OLD),
    ("after publishing.forget_beside", 1, OLD),  # inside the transaction
    ("before VectorIndex._let_go", 1, NEW),
    ("before VectorIndex._discard_all_but", 2, NEW),
    ("after VectorIndex.take_over", 1, NEW),
    ("before Publisher.collect_garbage", 1, NEW),
    ("after Publisher.collect_garbage", 1, NEW),
]


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """Return the program, started once for all tests here."""
    program = Killer(tmp_path_factory.mktemp("killer"))
    yield program
    program.close()


class World:
    """A home of the old embedder and its documents."""

    def __init__(self, killer: Killer, scratch: Path) -> None:
        self.killer, self.docs, self.base = killer, scratch / "docs", scratch / "base"
        write_old(self.docs)
        self.texts = killer.do("found", self.base, self.docs)["texts"]
        changed = scratch / "changed"
        shutil.copytree(self.base, changed)
        whole = killer.do("change", changed, self.docs)
        self.seconds: float = whole["seconds"]
        self.assert_good(whole, NEW)

    def assert_good(self, found: dict[str, Any], *models: str) -> None:
        """Assert that all texts are there and found, by one of these embedders, and that nothing is out of order."""
        assert found["model"] in models
        assert found["texts"] == self.texts
        assert found["lost"] == found["problems"] == []

    def assert_goes_on(self, home: Path, *models: str) -> None:
        """Assert that the killed home is whole, and that the next try ends with the new embedder."""
        self.assert_good(self.killer.do("found", home, self.docs), *models)
        self.assert_good(self.killer.do("change", home, self.docs), NEW)
        assert [folder.is_dir() for folder in (home / "vectors").iterdir()] == [True]


@pytest.fixture(scope="module")
def world(killer: Killer, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return the home, made once."""
    return World(killer, tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize(("point", "count", "model"), POINTS, ids=[f"{p} {n}" for p, n, _ in POINTS])
def test_at_a_point(world: World, tmp_path: Path, point: str, count: int, model: str) -> None:
    """Killed at this point, one index answers whole, and the next run finishes."""
    home = tmp_path / "killed"
    shutil.copytree(world.base, home)

    ended = world.killer.do("change", home, world.docs, point=point, count=count)

    assert ended["killed"], f"never reached: {point} {count}"
    world.assert_goes_on(home, model)


@pytest.mark.parametrize("number", range(10))
def test_at_a_random_time(world: World, tmp_path: Path, number: int) -> None:
    """Killed at any time, one index answers whole, and the next run finishes."""
    home = tmp_path / "killed"
    shutil.copytree(world.base, home)
    after_s = random.uniform(0, world.seconds) * (number + 1) / 10

    world.killer.do("change", home, world.docs, after_s=after_s)

    world.assert_goes_on(home, OLD, NEW)


def test_keeps_what_was_embedded(world: World, tmp_path: Path) -> None:
    """What a killed run had embedded is not embedded again."""
    home = tmp_path / "killed"
    shutil.copytree(world.base, home)
    world.killer.do("change", home, world.docs, point="before VectorIndex.take_over", count=1)

    after = world.killer.do("change", home, world.docs)

    assert (after["report"]["state"], after["report"]["embedded"]) == ("changed", 0)
