"""Tiny models for the tests of this package."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.tiny_gguf import FAMILIES, write


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a GGUF of half a megabyte with random weights, of the default model's family."""
    name = "qwen2.5-coder-1.5b-instruct"
    return write(tmp_path_factory.mktemp("gguf") / "tiny.gguf", FAMILIES[name])
