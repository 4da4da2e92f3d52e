"""How long a search takes among 20,000 passages, the question's embedding included.

Texts are recombined from the sentences of DRCD's paragraphs, so that words are as frequent as in real text.
Embedding all of them would take ten minutes and change nothing in the time of a search: 1,000 paragraphs are
embedded really, and each passage gets one of those vectors, moved a little and of length 1 again. Questions,
their embedding, both indexes, the gate and the ranking are the real ones.
"""

from __future__ import annotations

import hashlib
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, cast

import numpy as np

from bench import evaldata
from bench.report import percentile
from clausewise.devsets.figures import Figure, Result
from models.protocols import Embedder, Vectors

PASSAGES, EACH = 20_000, 20
QUESTIONS, WARM_UP = 300, 20
MOVED = 0.5  # length of the random part of a vector whose other part has length 1
_SENTENCE = re.compile(r"[^。！？]+[。！？]?")


class VolumeEmbedder:
    """The real embedder for questions; for passages, its vectors of a base set, each time moved a little."""

    def __init__(self, real: Embedder, base: Vectors) -> None:
        """Take the real one, loaded, and the base set."""
        self._real = real
        self._base = base

    def __getattr__(self, name: str) -> Any:
        """Everything else is the real one's."""
        return getattr(self._real, name)

    def load(self) -> None:
        """Do nothing: the real one is loaded."""

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, rows of length 1, the same for the same text."""
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        rows = [
            self._base[seed % len(self._base)] + MOVED * _direction(seed, self.dimension) for seed in seeds
        ]
        if on_batch is not None:
            on_batch(len(texts))
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


def run() -> Result:
    """Fill a home with passages, ask it questions, and take the times."""
    from bench.wiring import default_embedder
    from clausewise.bootstrap import Program
    from clausewise.home import Home
    from clausewise.operations import LocalOperations
    from clausewise.settings import load
    from clausewise.tasks import Ingest, Search

    real = default_embedder()
    base = real.embed_passages([paragraph.text for paragraph in evaldata.paragraphs()])
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        _write(Path(scratch) / "texts")
        home = Home.resolve(Path(scratch) / "home")
        program = Program(home, load(home))
        program.embedder = cast("Any", VolumeEmbedder(real, base))
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
            real.embed_question(question.text)
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


def _direction(seed: int, dimension: int) -> Vectors:
    row = np.random.default_rng(seed).standard_normal(dimension, dtype=np.float32)
    return cast("Vectors", row / np.linalg.norm(row))


def _write(folder: Path) -> None:
    """Write Markdown files of EACH sections, each section one passage."""
    folder.mkdir()
    texts = _texts()
    for number in range(PASSAGES // EACH):
        sections = [f"## 第 {at} 節\n\n{next(texts)}\n" for at in range(1, EACH + 1)]
        (folder / f"{number:04}.md").write_text(
            f"# 文件 {number}\n\n" + "\n".join(sections), encoding="utf-8"
        )


def _texts() -> Iterator[str]:
    """Yield texts of some 200 characters: a few consecutive sentences from each of two paragraphs."""
    chance = random.Random(20)
    paragraphs = [_SENTENCE.findall(paragraph.text) for paragraph in evaldata.paragraphs()]
    while True:
        parts = []
        for sentences in chance.sample(paragraphs, 2):
            start = chance.randrange(len(sentences))
            parts.append("".join(sentences[start : start + 2])[:150])
        yield "".join(parts)
