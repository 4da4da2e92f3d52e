"""The [knowledge] and [jobs] tables of the settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, field_validator


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
    golden_hits: int = Field(
        default=3,
        ge=1,
        le=10,
        description="Passages among which what a golden question expects must be found; an answer rests on as many.",
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
    chroma_url: HttpUrl | None = Field(
        default=None,
        description="Address of a Chroma server that keeps the vectors; `clausewise worker` needs one.",
    )

    @property
    def shared(self) -> bool:
        """Whether several processes may use the home: Chroma's own files bear only one."""
        return self.chroma_url is not None


class JobsSettings(BaseModel):
    """How background jobs are done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workers: int = Field(
        default=2,
        ge=0,
        le=32,
        description="Jobs that `serve` does at the same time; 0 leaves them to `clausewise worker`.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis that wakes those who do jobs, as redis://127.0.0.1:6379/0; else a file in the home.",
    )

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must begin with redis://, rediss:// or unix://")
        return url

    attempts: int = Field(
        default=3, ge=1, le=20, description="Times that a job is started before it counts as failed."
    )
    retry_s: float = Field(
        default=5.0,
        ge=0.01,
        le=900,
        description="Seconds before the second attempt after a passing failure; four times as many before each further one.",
    )
    lease_s: float = Field(
        default=30.0,
        ge=1,
        le=3600,
        description="Seconds without a sign of life after which another process takes over a job.",
    )
    kept_days: int = Field(default=30, ge=0, le=3650, description="Days that a job is kept once it is over.")
    kept: int = Field(
        default=2000, ge=10, le=100_000, description="Most jobs that are kept once they are over."
    )
