"""Many passages without hours of embedding: real text recombined, real vectors moved a little.

Texts are recombined from the sentences of DRCD's paragraphs, so that words are as frequent as in real text. 1,000
paragraphs are embedded really, and each passage gets one of those vectors, moved a little and of length 1 again: the
time of a search depends on how many vectors there are and how they lie, not on what they mean. Questions, their
embedding, both indexes, the gate and the ranking are the real ones.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from bench import evaldata
from models.protocols import Embedder, Vectors

MOVED = 0.5  # length of the random part of a vector whose other part has length 1
_TITLE = 14  # characters
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


def volume_embedder() -> VolumeEmbedder:
    """Return one over the default embedder, which is loaded; embedding the base set takes half a minute."""
    from bench.wiring import default_embedder

    real = default_embedder()
    return VolumeEmbedder(real, real.embed_passages([paragraph.text for paragraph in evaldata.paragraphs()]))


def write_documents(folder: Path, count: int, each: int, texts: Iterator[str], first: int = 0) -> None:
    """Write ``count`` Markdown files of ``each`` sections, each section one passage."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        write_document(folder / f"{number:05}.md", number, each, texts)


def write_document(file: Path, number: int, each: int, texts: Iterator[str]) -> None:
    """Write one such file; its title is of its own words, or all would pass for editions of one document."""
    passages = [next(texts) for _ in range(each)]
    sections = [f"## 第 {at} 節\n\n{text}\n" for at, text in enumerate(passages, 1)]
    title = passages[0][:_TITLE].replace("\n", " ")
    file.write_text(f"# {title} {number}\n\n" + "\n".join(sections), encoding="utf-8")


def recombined(seed: int = 20) -> Iterator[str]:
    """Yield texts of some 200 characters: a few consecutive sentences from each of two paragraphs."""
    chance = random.Random(seed)
    paragraphs = [_SENTENCE.findall(paragraph.text) for paragraph in evaldata.paragraphs()]
    while True:
        parts = []
        for sentences in chance.sample(paragraphs, 2):
            start = chance.randrange(len(sentences))
            parts.append("".join(sentences[start : start + 2])[:150])
        yield "".join(parts)


def _direction(seed: int, dimension: int) -> Vectors:
    row = np.random.default_rng(seed).standard_normal(dimension, dtype=np.float32)
    return cast("Vectors", row / np.linalg.norm(row))
