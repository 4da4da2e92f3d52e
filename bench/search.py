"""How long a search takes among 20,000 passages, the question's embedding included. bench/volume.py makes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, cast

from bench import evaldata
from bench.report import percentile
from clausewise.devsets.figures import Figure, Result

PASSAGES, EACH = 20_000, 20
QUESTIONS, WARM_UP = 300, 20


def run() -> Result:
    """Fill a home with passages, ask it questions, and take the times."""
    from bench.volume import recombined, volume_embedder, write_documents
    from clausewise.bootstrap import Program
    from clausewise.home import Home
    from clausewise.operations import LocalOperations
    from clausewise.settings import load
    from clausewise.tasks import Ingest, Search

    embedder = volume_embedder()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        write_documents(Path(scratch) / "texts", PASSAGES // EACH, EACH, recombined())
        home = Home.resolve(Path(scratch) / "home")
        program = Program(home, load(home))
        program.embedder = cast("Any", embedder)
        operations = LocalOperations(program)
        began = perf_counter()
        operations.run(Ingest(paths=[str(Path(scratch) / "texts")]))
        filled_s = perf_counter() - began
        passages = program.store.passages()
        times: list[float] = []
        busy: list[float] = []
        embedding: list[float] = []
        for question in evaldata.questions(QUESTIONS + WARM_UP):
            began, worked = perf_counter(), process_time()
            operations.run(Search(query=question.text))
            times.append((perf_counter() - began) * 1000)
            busy.append((process_time() - worked) * 1000)
            began = perf_counter()
            embedder.embed_question(question.text)
            embedding.append((perf_counter() - began) * 1000)
        program.close()
    times, busy, embedding = (taken[WARM_UP:] for taken in (times, busy, embedding))
    return Result(
        "search",
        f"{QUESTIONS} DRCD questions, top 10, after {WARM_UP} to warm up; vectors of 1,000 paragraphs, moved",
        (
            Figure("passages", passages, "", "≥", PASSAGES),
            Figure("search, median", percentile(times, 0.5), "ms"),
            Figure("search, p95", percentile(times, 0.95), "ms", "≤", 60),
            Figure("search, longest", max(times), "ms"),
            Figure("processor time of it, p95", percentile(busy, 0.95), "ms"),
            Figure("of it the question's embedding, median", percentile(embedding, 0.5), "ms"),
            Figure("reading and indexing them all", filled_s, "s"),
        ),
        {"times_ms": times, "processor_ms": busy, "embedding_ms": embedding},
    )
