"""The default models as the program would load them, for benchmarks that drive a part alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from models.catalogue import catalogue
from models.settings import ModelsSettings
from models.shelf import place

if TYPE_CHECKING:
    from models.sentence import SentenceEmbedder


def models_directory() -> Path:
    """Return the folder of weights."""
    return Path(os.environ.get("CLAUSEWISE_MODELS") or ".cache/models").absolute()


def default_embedder() -> SentenceEmbedder:
    """Return the default embedder, loaded."""
    from models.sentence import SentenceEmbedder

    embedder = SentenceEmbedder(ModelsSettings().embedder, models_directory())
    embedder.load()
    return embedder


def chat_weights() -> Path:
    """Return the file of the default chat model, checked as a load checks it."""
    model = catalogue()[ModelsSettings().chat]
    found = place(model, models_directory())
    found.check()
    return found.file
