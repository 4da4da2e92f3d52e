"""The verifier: a small model that reads question, sentence and source together and says whether the source bears it.

Rules see amounts, names and denials; they do not see that 拿不回 is 不予退費, nor that the value is a neighbour's. The
verifier is the default embedder trained further (docs/decisions/0012); ``verifier.npz`` beside this file holds what it
learned, and the graph is made of that and of the embedder's file the first time that it is needed (2 s).

One pair of 200 tokens takes 27 ms on one core.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np

from models.catalogue import catalogue
from models.conversion import int8_levels
from models.encoders import onnx_session, open_tokenizer
from models.errors import LoadFailed
from models.shelf import place, sha256, write_whole

BASE = "multilingual-e5-small"
_LEARNED = Path(__file__).with_name("verifier.npz")
_QUESTION, _SENTENCE, _SOURCE = 40, 100, 300  # tokens of each that are read; it was trained on as many
_START, _END = 0, 2


class SentenceVerifier:
    """Judges (question, sentence, source). Cheap to make; the first use loads it. Safe for several threads."""

    def __init__(self, models_dir: Path) -> None:
        """``models_dir`` is the folder of weights that ``clausewise models pull`` fills."""
        self._models_dir = models_dir
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    def available(self) -> bool:
        """Tell whether the embedder that it is made of has been fetched."""
        return place(catalogue()[BASE], self._models_dir).ready()

    def load(self) -> None:
        """Make the graph where it is missing, and load it; nothing happens the second time.

        Raises:
            MissingWeights: the embedder that it is made of has not been fetched.
            DigestMismatch: that embedder's files were changed since.
            LoadFailed: the graph cannot be made, written or run.
        """
        with self._lock:
            if self._session is None:
                base = place(catalogue()[BASE], self._models_dir)
                base.check_converted()
                self._tokenizer = open_tokenizer(base.derived)
                self._session = onnx_session(self._made(base.file))

    def judge(self, question: str, sentence: str, source: str) -> float:
        """Return the log-odds that ``source`` bears ``sentence``, said in answer to ``question``; 0 is even."""
        self.load()
        asked, said, borne = (
            found.ids[:most]
            for found, most in zip(
                self._tokenizer.encode_batch([question, sentence, source], add_special_tokens=False),
                (_QUESTION, _SENTENCE, _SOURCE),
                strict=True,
            )
        )
        parts = [[_START, *asked, _END], [*said, _END], [*borne, _END]]
        ids = [token for part in parts for token in part]
        feed = {
            "input_ids": ids,
            "attention_mask": [1] * len(ids),
            "parts": [number for number, part in enumerate(parts) for _ in part],
            "sentence": [0] * len(parts[0]) + [1] * len(said) + [0] * (1 + len(parts[2])),
        }
        (logits,) = self._session.run(None, {name: np.array([row], np.int64) for name, row in feed.items()})
        return float(logits[0])

    def _made(self, weights: Path) -> Path:
        """Return the graph's file, made of these weights where it is missing or not as it was left."""
        levels = int8_levels()
        name = f"{sha256(_LEARNED)[:12]}-int8-{levels}.onnx"
        folder = self._models_dir / "sentence-verifier"
        file, digest = folder / name, folder / f"{name}.sha256"
        if file.is_file() and digest.is_file() and digest.read_text(encoding="ascii").strip() == sha256(file):
            return file
        from models import verifier_graph
        from models.e5 import E5File

        try:
            folder.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(f".{os.getpid()}.part")
            with np.load(_LEARNED) as learned:
                verifier_graph.write(verifier_graph.Learned(E5File(weights), dict(learned)), partial, levels)
            found = sha256(partial)
            partial.replace(file)
            write_whole(digest, found + "\n")
        except (OSError, ValueError, KeyError) as error:
            raise LoadFailed(f"the verifier cannot be made in {folder}: {error}") from error
        return file
