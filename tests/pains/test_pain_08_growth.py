"""Pain 8: the vector index grows with every deletion and addition."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.pains.conftest import House

CLAUSES = 40
SYNCS = 50
MEGABYTE = 1_000_000


def size(folder: Path) -> int:
    """Return what a folder takes on disk, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_fifty_syncs_stay_bounded(house: House) -> None:
    """Every clause is replaced fifty times: what lies on disk and in memory after 10 syncs is about what lies there after 50."""
    process = psutil.Process()
    disk, memory = [], []
    for sync in range(SYNCS):
        clauses = [
            f"第{n}條\n\n第{n}項作業由{sync}號窗口於{sync + n}小時內辦理。" for n in range(1, CLAUSES + 1)
        ]
        house.write("procedure.md", "# 程序", *clauses)
        house.take_in()
        if sync in {9, SYNCS - 1}:
            disk.append(size(house.home))
            memory.append(process.memory_info().rss)

    store = house.program.store
    assert store.vectors.count() == store.fulltext.size() == store.passages()
    assert store.maintenance.check().problems == ()
    assert disk[1] < disk[0] * 1.6 + 2 * MEGABYTE, disk
    assert memory[1] - memory[0] < 80 * MEGABYTE, memory
