"""The folder of weights: one folder a model, its file, what was derived from it, and a manifest of digests.

::

    MODELS/multilingual-e5-small/e5-small-q4.bin     the file of the catalogue
                                /derived/…           what was made of it here, a sentence-transformers folder
                                /manifest.json       digests of both; written last: it vouches for them
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.catalogue import CatalogueModel
from models.errors import DigestMismatch, MissingWeights

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was on the shelf when it was checked. ``modified_ns`` saves hashing a gigabyte at each load."""

    file: str
    sha256: str
    bytes: int
    modified_ns: int
    source: str
    recipe: str | None = None
    derived: dict[str, str] = field(default_factory=dict)


def sha256(path: Path) -> str:
    """Return the hex SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all, after a power cut too."""
    partial = path.with_name(path.name + ".new")
    with partial.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one model lies."""

    model: CatalogueModel
    folder: Path

    @property
    def file(self) -> Path:
        """The catalogue's file."""
        return self.folder / self.model.file

    @property
    def derived(self) -> Path:
        """What was made of it on this machine."""
        return self.folder / "derived"

    @property
    def manifest_file(self) -> Path:
        """The digests."""
        return self.folder / "manifest.json"

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None when there is none that can be read."""
        try:
            found: dict[str, Any] = json.loads(self.manifest_file.read_text(encoding="utf-8"))
            return Manifest(**found)
        except (OSError, ValueError, TypeError):
            return None

    def record(self, manifest: Manifest) -> None:
        """Write the manifest; from now on the model counts as there."""
        write_whole(self.manifest_file, json.dumps(asdict(manifest), indent=2, sort_keys=True) + "\n")

    def ready(self) -> bool:
        """Tell whether the model seems to be there, without hashing; ``check`` is what a load asks."""
        manifest = self.manifest()
        return manifest is not None and manifest.sha256 == self.model.sha256 and self.file.is_file()

    def check(self) -> Manifest:
        """Return the manifest after comparing what lies there with it and with the catalogue.

        The file is hashed again when its size or time changed since the pull; derived files always are.

        Raises:
            MissingWeights: nothing, or only a part, was fetched.
            DigestMismatch: a file's bytes are not the promised ones.
        """
        manifest = self.manifest()
        if manifest is None or not self.file.is_file():
            raise MissingWeights(
                f"{self.model.name} has not been fetched into {self.folder}: "
                f"run `clausewise models pull {self.model.name}`."
            )
        self._check_file(manifest)
        for name, promised in manifest.derived.items():
            path = self.derived / name
            found = sha256(path) if path.is_file() else "nothing"
            if found != promised:
                raise self._mismatch(path, found, promised)
        return manifest

    def check_converted(self) -> str:
        """Return the recipe that the derived files were made by, after ``check``.

        Raises:
            MissingWeights: nothing was fetched, or it was not converted.
            DigestMismatch: a file's bytes are not the promised ones.
        """
        recipe = self.check().recipe
        if recipe is None:
            raise MissingWeights(
                f"{self.model.name} was fetched but not converted: run `clausewise models pull {self.model.name}`."
            )
        return recipe

    def _check_file(self, manifest: Manifest) -> None:
        if manifest.sha256 != self.model.sha256:
            raise self._mismatch(self.file, manifest.sha256, self.model.sha256)
        found = self.file.stat()
        if (found.st_size, found.st_mtime_ns) != (manifest.bytes, manifest.modified_ns):
            digest = sha256(self.file)
            if digest != self.model.sha256:
                raise self._mismatch(self.file, digest, self.model.sha256)

    def _mismatch(self, path: Path, found: str, promised: str) -> DigestMismatch:
        return DigestMismatch(
            f"{path} has the SHA-256 {found}, and {promised} was promised: "
            f"remove {self.folder} and run `clausewise models pull {self.model.name}`."
        )


def place(model: CatalogueModel, models_dir: Path) -> Place:
    """Return where a model lies, or would lie, in a folder of weights."""
    return Place(model, models_dir / model.name)
