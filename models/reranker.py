"""An optional second look at the best passages: a sentence-transformers ``CrossEncoder`` from a local folder.

It reads question and passage together, which is better than comparing two vectors and costs a pass of the
model for each passage: a small one of 12 layers takes about 20 ms a passage on a core, so it is off by default.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import LoadFailed, MissingWeights
from models.protocols import Vectors

_BATCH = 16
_LONGEST = 512  # tokens of question and passage together; what is beyond is not read


class CrossReranker:
    """Scores (question, passage) pairs. Cheap to make; ``load`` reads the weights. Safe for several threads."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        """``folder`` holds what ``CrossEncoder.save`` wrote; nothing is ever downloaded."""
        self._folder = folder.expanduser()
        self._threads = threads
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def model_id(self) -> str:
        """The folder's name."""
        return self._folder.name

    def load(self) -> None:
        """Load the weights; nothing happens the second time.

        Raises:
            MissingWeights: there is no such folder, or no model in it.
            LoadFailed: the library refuses the files, or the model gives classes instead of one score.
        """
        with self._lock:
            if self._model is None:
                self._model = self._open()

    def _open(self) -> Any:
        if not (self._folder / "config.json").is_file():
            raise MissingWeights(
                f"There is no cross-encoder in {self._folder}: [models] reranker must name the folder of a "
                "sentence-transformers cross-encoder (config.json, weights and tokenizer); without it nothing is reranked."
            )
        # Read by these libraries when they are imported: nothing is looked up on the network.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        import torch
        from sentence_transformers import CrossEncoder

        if self._threads is not None:
            torch.set_num_threads(self._threads)
        try:
            model = CrossEncoder(str(self._folder), device="cpu", local_files_only=True)
            labels = int(model.num_labels)
            limit = int(model.max_seq_length or _LONGEST)
        except Exception as error:
            raise LoadFailed(
                f"sentence-transformers cannot load the cross-encoder {self._folder}: {error}"
            ) from error
        if labels != 1:
            raise LoadFailed(
                f"The cross-encoder {self._folder} gives {labels} classes; one that gives a single score is needed."
            )
        model.max_seq_length = min(limit, _LONGEST)
        return model

    def score(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return (n,) float32, higher is better; only the order within one call means anything."""
        self.load()
        if not passages:
            return np.empty(0, np.float32)
        import torch

        pairs = [(question, passage) for passage in passages]
        with self._lock:
            scores = self._model.predict(
                pairs, batch_size=_BATCH, show_progress_bar=False, activation_fn=torch.nn.Identity()
            )
        return np.asarray(scores, np.float32).reshape(len(passages))
