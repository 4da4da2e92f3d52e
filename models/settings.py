"""The [models] table of the settings."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ModelsSettings(BaseModel):
    """Which models answer, where they lie, and how much of the machine they may use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dir: Path | None = Field(
        None, description="Folder of the weights; CLAUSEWISE_MODELS goes before it, else HOME/models."
    )
    chat: str = Field(
        "qwen2.5-coder-1.5b-instruct", min_length=1, description="Catalogue name, or path of a .gguf file."
    )
    embedder: str = Field(
        "multilingual-e5-small",
        min_length=1,
        description="Catalogue name, or folder or cached name of a sentence-transformers model.",
    )
    chat_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Base URL of an OpenAI-compatible server that answers instead.",
    )
    chat_api_key: SecretStr | None = Field(None, description="Key for that server.")
    chat_model: str | None = Field(None, description="Name of the model on that server.")
    chat_timeout_s: float = Field(
        120, gt=0, le=3600, description="Longest wait for that server's next piece, in seconds."
    )
    context_tokens: int = Field(
        4096, ge=256, le=131_072, description="Context of the chat model; memory grows with it."
    )
    threads: int | None = Field(
        None, ge=1, le=256, description="Threads of each model; by default one for each core."
    )
    gpu_layers: int = Field(0, ge=-1, le=1000, description="Layers of the chat model on the GPU; -1 is all.")
    batch_tokens: int = Field(512, ge=32, le=8192, description="Prompt tokens that are processed at once.")
    queue_size: int = Field(
        8, ge=0, le=1000, description="Requests that may wait for the chat model before it says busy."
    )
    reranker: str | None = Field(
        None,
        min_length=1,
        description="Folder of a sentence-transformers cross-encoder that reorders the best passages; off by default.",
    )
    rerank_hits: int = Field(
        20, ge=2, le=100, description="How many of the best passages it reads; the time grows with each."
    )
