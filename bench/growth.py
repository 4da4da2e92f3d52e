"""How search, memory, disk and a re-sync grow with the index: to 200,000 passages in ten collections.

Ten folders, each a collection that the reader sees, grow together. At each size: questions are timed, memory and disk
are taken, then some documents are changed and everything is synced again. A re-sync is timed twice, with few and with
ten times as many changed documents: its cost should follow that number, not the size.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import psutil

from bench import evaldata
from bench.plot import lines
from bench.report import FOLDER, percentile
from bench.volume import recombined, volume_embedder, write_document, write_documents
from clausewise.bootstrap import Program
from clausewise.devsets.figures import Figure, Result
from clausewise.home import Home
from clausewise.operations import LocalOperations
from clausewise.settings import load
from clausewise.tasks import Ingest
from knowledge.types import Reader

SIZES = tuple(int(one) for one in os.environ.get("BENCH_SIZES", "20000,50000,100000,200000").split(","))
COLLECTIONS, EACH = 10, 20
QUESTIONS, WARM_UP = 200, 20
FEW, MANY = 10, 100  # documents changed before a re-sync


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured at one size."""

    passages: int
    search_median_ms: float
    search_p95_ms: float
    memory_mb: float
    disk_mb: float
    resync_none_s: float
    resync_few_s: float
    resync_many_s: float
    fill_s: float  # reading and indexing what was added since the size before


def run() -> Result:
    """Let an index grow, and measure it at each size."""
    embedder = volume_embedder()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        home = Home.resolve(Path(scratch) / "home")
        program = Program(home, load(home))
        program.embedder = cast("Any", embedder)
        folders = [Path(scratch) / f"texts-{number}" for number in range(COLLECTIONS)]
        points = list(_points(program, folders))
        program.close()
    last = points[-1]
    plot = lines(
        FOLDER / "growth.svg",
        "passages",
        [point.passages for point in points],
        {
            "search p95, ms": [point.search_p95_ms for point in points],
            "memory, MB": [point.memory_mb for point in points],
            "disk, MB": [point.disk_mb for point in points],
            f"re-sync of {FEW} changed documents, s": [point.resync_few_s for point in points],
            f"re-sync of {MANY} changed documents, s": [point.resync_many_s for point in points],
        },
    )
    grown = (last.resync_many_s - last.resync_none_s) / max(
        points[0].resync_many_s - points[0].resync_none_s, 1e-9
    )
    return Result(
        "growth",
        f"{COLLECTIONS} collections, all visible; {QUESTIONS} DRCD questions at each size; plot: {plot}",
        (
            Figure("passages", last.passages, "", "≥", SIZES[-1]),
            Figure("search, median", last.search_median_ms, "ms"),
            Figure("search, p95", last.search_p95_ms, "ms", "≤", 120),
            Figure("memory of the process", last.memory_mb, "MB"),
            Figure("disk", last.disk_mb, "MB"),
            Figure("re-sync, nothing changed", last.resync_none_s, "s"),
            Figure(f"re-sync, {FEW} documents changed", last.resync_few_s, "s"),
            Figure(f"re-sync, {MANY} documents changed", last.resync_many_s, "s"),
            Figure(f"what {MANY} changed documents cost, largest against smallest index", grown, "×"),
            Figure("reading and indexing all", sum(point.fill_s for point in points), "s"),
        ),
        {"points": [asdict(point) for point in points]},
    )


def _points(program: Program, folders: Sequence[Path]) -> Iterator[Point]:
    operations = LocalOperations(program)
    texts = recombined()
    reader = Reader(frozenset(folder.name for folder in folders))
    questions = [question.text for question in evaldata.questions(QUESTIONS + WARM_UP)]
    written = 0
    for size in SIZES:
        wanted = size // (COLLECTIONS * EACH)
        for folder in folders:
            write_documents(folder, wanted - written, EACH, texts, first=written)
        written = wanted
        fill_s = _sync(operations, folders)
        times = []
        for question in questions:
            began = perf_counter()
            program.searcher.search(question, reader, 10)
            times.append((perf_counter() - began) * 1000)
        times = times[WARM_UP:]
        none_s = _sync(operations, folders)
        few_s, many_s = (_resync(operations, folders, texts, count) for count in (FEW, MANY))
        gc.collect()
        point = Point(
            program.store.passages(),
            percentile(times, 0.5),
            percentile(times, 0.95),
            psutil.Process().memory_info().rss / 2**20,
            disk_mb(program.home.path),
            none_s,
            few_s,
            many_s,
            fill_s,
        )
        print(point, flush=True)
        yield point


def _resync(operations: LocalOperations, folders: Sequence[Path], texts: Iterator[str], count: int) -> float:
    """Write ``count`` documents anew, spread over the collections, sync everything, and return the seconds."""
    for number in range(count):
        write_document(
            folders[number % COLLECTIONS] / f"{number // COLLECTIONS:05}.md",
            number // COLLECTIONS,
            EACH,
            texts,
        )
    return _sync(operations, folders)


def _sync(operations: LocalOperations, folders: Sequence[Path]) -> float:
    began = perf_counter()
    for folder in folders:
        operations.run(Ingest(paths=[str(folder)], audience=folder.name, prune=True))
    return perf_counter() - began


def disk_mb(folder: Path) -> float:
    """Return the size of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20
