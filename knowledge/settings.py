"""The [knowledge] table of the settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class KnowledgeSettings(BaseModel):
    """How documents are kept and found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kept_versions: int = Field(
        default=5, ge=1, le=1000, description="Versions kept of a document, the current one included."
    )
    cited_days: int = Field(
        default=365,
        ge=0,
        le=36_500,
        description="Days for which a version that an answer cited is kept beyond that number.",
    )
    busy_timeout_s: float = Field(
        default=30.0,
        ge=0.1,
        le=600,
        description="Longest wait for another writer of the database, in seconds.",
    )
    vector_effort: int = Field(
        default=128, ge=10, le=4096, description="Width of the graph search among vectors (HNSW ef_search)."
    )
    vector_batch: int = Field(default=1000, ge=1, le=5000, description="Vectors written to Chroma at once.")
    compact_after: int = Field(
        default=2000,
        ge=1,
        le=10_000_000,
        description="Deleted vectors, at least, before the vector index is rebuilt to give their space back.",
    )
    job_attempts: int = Field(
        default=3,
        ge=1,
        le=20,
        description="Times that a background job is started before it counts as failed.",
    )
