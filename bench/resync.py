"""Fifty full re-syncs of 2,000 documents with 1 % changed each: disk, memory and time against the first ingest.

The default embedder, in one process, as ``serve`` keeps it. A changed document has one of its sections written anew.
"""

from __future__ import annotations

import gc
import os
import random
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import psutil

from bench.growth import disk_mb
from bench.volume import recombined, write_document
from clausewise.bootstrap import Program
from clausewise.devsets.figures import Figure, Result
from clausewise.home import Home
from clausewise.operations import LocalOperations
from clausewise.settings import load
from clausewise.tasks import CheckIndex, Ingest

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "2000"))
EACH, ROUNDS, CHANGED = 4, 50, 0.01
_WARM = 5  # rounds after which memory is taken for the first time: pools and caches fill


def run() -> Result:
    """Ingest, then change and sync again and again."""
    chance, texts = random.Random(7), recombined()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch) / "texts"
        folder.mkdir()
        for number in range(DOCUMENTS):
            write_document(folder / f"{number:05}.md", number, EACH, texts)
        home = Home.resolve(Path(scratch) / "home")
        program = Program(home, load(home))
        operations = LocalOperations(program)
        first_s = _sync(operations, folder)
        first_mb = disk_mb(home.path)
        times, disk, memory = [], [], []
        for number in range(ROUNDS):
            for changed in chance.sample(range(DOCUMENTS), max(1, round(CHANGED * DOCUMENTS))):
                _change(folder / f"{changed:05}.md", next(texts), chance.randrange(EACH))
            times.append(_sync(operations, folder))
            disk.append(disk_mb(home.path))
            gc.collect()
            memory.append(psutil.Process().memory_info().rss / 2**20)
            print(
                f"round {number + 1}: {times[-1]:.2f} s, {disk[-1]:.1f} MB on disk, {memory[-1]:.0f} MB of memory",
                flush=True,
            )
        problems = operations.run(CheckIndex())["problems"]
        program.close()
    return Result(
        "resync",
        f"{ROUNDS} re-syncs of {DOCUMENTS} documents of {EACH} passages, one section of {CHANGED:.0%} of them changed each time",
        (
            Figure("first ingest", first_s, "s"),
            Figure("re-sync, median", median(times), "s"),
            Figure("re-sync, longest", max(times), "s"),
            Figure("first ingest against the median re-sync", first_s / median(times), "×", "≥", 20),
            Figure("disk after the first", first_mb, "MB"),
            Figure("largest disk against the first", max(disk) / first_mb, "×", "≤", 1.5),
            Figure(
                "memory from round 5 to the last", (memory[-1] / memory[_WARM - 1] - 1) * 100, "%", "≤", 5
            ),
            Figure("problems that index check finds", len(problems), "", "≤", 0),
        ),
        {"times_s": times, "disk_mb": disk, "memory_mb": memory},
    )


def _change(file: Path, text: str, section: int) -> None:
    parts = file.read_text(encoding="utf-8").split("\n## ")
    parts[section + 1] = f"第 {section + 1} 節\n\n{text}\n"
    file.write_text("\n## ".join(parts), encoding="utf-8")


def _sync(operations: LocalOperations, folder: Path) -> float:
    began = perf_counter()
    operations.run(Ingest(paths=[str(folder)], prune=True))
    return perf_counter() - began
