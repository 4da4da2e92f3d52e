"""The two engines under the embedder: onnxruntime alone, and the sentence-transformers library.

Both read the same folder layout. The first runs a folder whose pipeline it knows (a transformer with an
ONNX file, mean pooling, normalisation) without importing torch, which spares 5 s at each start and some
300 MB; a test holds its vectors equal to the library's. Everything else goes through the library.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import LoadFailed
from models.protocols import Vectors

ONNX_FILE = "onnx/model.onnx"
_LIBRARY_BATCH = 16
_STEP = 64  # texts between two reports


class Encoder(Protocol):
    """Texts, prefix included, to unit vectors."""

    dimension: int
    max_tokens: int

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return lengths without specials, not truncated."""

    def encode(self, texts: Sequence[str], on_batch: Callable[[int], None] | None) -> Vectors:
        """Return (n, dimension) float32 in the order of ``texts``."""


def reads_alone(folder: Path) -> bool:
    """Tell whether OnnxEncoder knows every step of this folder's pipeline."""
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    kinds = [str(module["type"]).rpartition(".")[2] for module in modules]
    modes = [name for name, chosen in pooling.items() if name.startswith("pooling_mode_") and chosen]
    return (
        kinds == ["Transformer", "Pooling", "Normalize"]
        and modes == ["pooling_mode_mean_tokens"]
        and (folder / ONNX_FILE).is_file()
    )


class OnnxEncoder:
    """One text a run on one thread, as many runs at once as threads: no padding, and no text's vector
    depends on the texts beside it (int8 arithmetic takes its scale from the whole input).

    Measured on the same 48 texts of 113 tokens, 2 cores: 109 texts/s so, 74 in padded batches of 8.
    """  # noqa: D205 - the promise takes two lines

    def __init__(self, folder: Path, threads: int | None) -> None:
        config = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self.max_tokens = int(config["max_seq_length"])
        self._tokenizer = open_tokenizer(folder)
        self._specials = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self._session: Any = onnx_session(folder / ONNX_FILE)
        self.dimension = int(self._session.get_outputs()[0].shape[-1])
        self._threads = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(self._threads, "embed") if self._threads > 1 else None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return lengths without specials, not truncated."""
        return [len(found) for found in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def encode(self, texts: Sequence[str], on_batch: Callable[[int], None] | None) -> Vectors:
        """Return (n, dimension) float32 in the order of ``texts``."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        ids = [self._cut(found.ids) for found in self._tokenizer.encode_batch(list(texts))]
        # Longest first: memory peaks at once, and the threads end together.
        order = sorted(range(len(ids)), key=lambda n: -len(ids[n]))
        for start in range(0, len(order), _STEP):
            some = order[start : start + _STEP]
            for n, vector in zip(some, self._map([ids[n] for n in some]), strict=True):
                vectors[n] = vector
            if on_batch is not None:
                on_batch(len(some))
        return vectors

    def _map(self, some: list[list[int]]) -> list[NDArray[np.float32]]:
        if self._pool is None or len(some) == 1:
            return [self._run(ids) for ids in some]
        return list(self._pool.map(self._run, some))

    def _cut(self, ids: list[int]) -> list[int]:
        """Truncate to the model's length, keeping the closing special token."""
        return ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]]

    def _run(self, ids: list[int]) -> NDArray[np.float32]:
        row = np.array([ids], np.int64)
        (state,) = self._session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
        mean: NDArray[np.float32] = state[0].mean(axis=0)
        return mean / np.linalg.norm(mean)


def open_tokenizer(folder: Path) -> Any:
    """Return the tokenizer of a model's folder; it neither pads nor truncates."""
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def onnx_session(file: Path) -> Any:
    """Open a session of one thread that neither spins nor keeps memory for the longest text ever seen.

    Raises:
        LoadFailed: the file is no graph that onnxruntime can run.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise LoadFailed(f"{file} cannot be run by onnxruntime: {error}") from error


class LibraryEncoder:
    """Any sentence-transformers model, by folder or by a name in the local Hugging Face cache."""

    def __init__(self, name: str, threads: int | None) -> None:
        # Read by these libraries when they are imported: nothing is looked up on the network at load.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
        os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
        import torch
        from sentence_transformers import SentenceTransformer

        if threads is not None:
            torch.set_num_threads(threads)
        onnx = (Path(name) / ONNX_FILE).is_file()
        try:
            self._model: Any = SentenceTransformer(
                name,
                backend="onnx" if onnx else "torch",
                model_kwargs={"provider": "CPUExecutionProvider", "file_name": ONNX_FILE} if onnx else {},
                local_files_only=True,
            )
        except Exception as error:
            raise LoadFailed(f"sentence-transformers cannot load {name}: {error}") from error
        self.prompts: dict[str, str] = dict(self._model.prompts)
        self.dimension = int(self._model.get_embedding_dimension())
        self.max_tokens = int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return lengths without specials, not truncated."""
        if not texts:
            return []
        found = self._model.tokenizer(list(texts), add_special_tokens=False, verbose=False)
        return [len(ids) for ids in found["input_ids"]]

    def encode(self, texts: Sequence[str], on_batch: Callable[[int], None] | None) -> Vectors:
        """Return (n, dimension) float32 in the order of ``texts``."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
        for start in range(0, len(order), _STEP):
            some = order[start : start + _STEP]
            vectors[some] = self._model.encode(
                [texts[n] for n in some],
                batch_size=_LIBRARY_BATCH,
                prompt="",
                normalize_embeddings=True,
                show_progress_bar=False,
            )
            if on_batch is not None:
                on_batch(len(some))
        return vectors
