"""The embedder: a LangChain ``Embeddings`` on a sentence-transformers model, prefixes included."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from models.catalogue import catalogue
from models.encoders import Encoder, LibraryEncoder, OnnxEncoder, reads_alone
from models.errors import MissingWeights
from models.protocols import Vectors
from models.shelf import place


class SentenceEmbedder(Embeddings):
    """Texts to unit vectors, by a catalogue model, a folder, or a name in the local Hugging Face cache.

    Cheap to make; ``load`` reads the weights, and the first use does so where nobody called it. Safe to
    use from several threads.
    """

    def __init__(self, name: str, models_dir: Path, threads: int | None = None, engine: str = "auto") -> None:
        """``engine`` is "auto", or "library" to run every model through sentence-transformers."""
        self._name, self._models_dir, self._threads, self._engine = name, models_dir, threads, engine
        self._encoder: Encoder | None = None
        self._lock = threading.Lock()
        self._model_id = ""
        self._prefixes = ("", "")

    def load(self) -> None:
        """Check the digests and load the weights; nothing happens the second time.

        Raises:
            MissingWeights: not fetched, or no such folder or cached name.
            DigestMismatch: a file was changed since it was fetched or converted.
            LoadFailed: the engine refuses the files.
        """
        with self._lock:
            if self._encoder is None:
                self._encoder = self._open()

    def _open(self) -> Encoder:
        model = catalogue().get(self._name)
        if model is not None:
            found = place(model, self._models_dir)
            self._model_id = f"{model.name}@{model.sha256[:12]}+{found.check_converted()}"
            self._prefixes = (model.question_prefix, model.passage_prefix)
            return self._encoder_for(found.derived)
        folder = Path(self._name).expanduser()
        if folder.is_dir():
            self._model_id = f"{folder.name}@{_identity(folder)}"
            self._prefixes = _prompts(folder)
            return self._encoder_for(folder)
        return self._open_cached()

    def _encoder_for(self, folder: Path) -> Encoder:
        if self._engine == "auto" and reads_alone(folder):
            return OnnxEncoder(folder, self._threads)
        return LibraryEncoder(str(folder), self._threads)

    def _open_cached(self) -> Encoder:
        """Load a name from the Hugging Face cache of this user; nothing is downloaded."""
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError

        try:
            name = self._name if "/" in self._name else f"sentence-transformers/{self._name}"
            snapshot = Path(snapshot_download(name, local_files_only=True))
        except (LocalEntryNotFoundError, ValueError) as error:
            raise MissingWeights(
                f"There is no embedder {self._name!r}: it is no catalogue name (`clausewise models list`), "
                "no folder, and not in the Hugging Face cache of this user."
            ) from error
        self._model_id = f"{name}@{_identity(snapshot)}"
        self._prefixes = _prompts(snapshot)
        return self._encoder_for(snapshot)

    @property
    def _loaded(self) -> Encoder:
        if self._encoder is None:
            self.load()
        assert self._encoder is not None  # noqa: S101 - load() sets it or raises
        return self._encoder

    @property
    def model_id(self) -> str:
        """Name, digest prefix and conversion: vectors of two different ids must not mix."""
        _ = self._loaded
        return self._model_id

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return self._loaded.dimension

    @property
    def max_tokens(self) -> int:
        """Longest text in tokens, prefix and specials included; what is beyond is not seen."""
        return self._loaded.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, without prefix and specials."""
        return self._loaded.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, rows of length 1; ``on_batch`` gets the number of rows just done."""
        prefix = self._prefix(1)
        return self._loaded.encode([prefix + text for text in texts], on_batch)

    def embed_question(self, text: str) -> Vectors:
        """Return (dimension,) float32 of length 1."""
        vectors = self._loaded.encode([self._prefix(0) + text], None)
        return np.asarray(vectors[0], np.float32)

    def _prefix(self, which: int) -> str:
        _ = self._loaded
        return self._prefixes[which]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's name for ``embed_passages``."""
        return [[float(value) for value in row] for row in self.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's name for ``embed_question``."""
        return [float(value) for value in self.embed_question(text)]


def _prompts(folder: Path) -> tuple[str, str]:
    """Return the prefixes that a model's own card gives for questions and for passages."""
    try:
        card = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
        prompts = dict(card.get("prompts") or {})
    except (OSError, ValueError):
        prompts = {}
    passage = prompts.get("passage") or prompts.get("document") or ""
    return str(prompts.get("query") or ""), str(passage)


def _identity(folder: Path) -> str:
    """Return 12 hex digits that change when a folder's weights do (names, sizes and times of its files)."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found = path.stat()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{found.st_size}\0".encode())
            if path.suffix in {".json", ".txt"}:
                digest.update(path.read_bytes())
            else:
                digest.update(_ends(path, found.st_size))
    return digest.hexdigest()[:12]


def _ends(path: Path, size: int, count: int = 1 << 16) -> bytes:
    """Return a file's last bytes: enough to tell two trainings of one architecture apart, quickly."""
    with path.open("rb") as stream:
        stream.seek(max(0, size - count))
        return stream.read(count)
