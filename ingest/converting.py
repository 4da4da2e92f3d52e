"""Old Office files and RTF, by way of LibreOffice: a copy in today's format, read by that format's parser.

LibreOffice runs with a profile of its own in a folder that is gone afterwards, without macros, with a bound on time and
memory; it is ended with everything that it started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ingest.errors import BrokenFile, ConverterMissing, EncryptedFile, TimeLimit, TooLarge
from ingest.limits import MEGABYTE, Limits
from ingest.parsers.sniff import kind_of
from ingest.tools import libreoffice

_TARGETS = {".doc": "docx", ".rtf": "docx", ".xls": "xlsx", ".ppt": "pptx"}
CONVERTED = tuple(_TARGETS)
_MEMORY_KB = 6_000_000  # address space, most of it shared libraries that are never touched
_KINDS = {".rtf": "an RTF document"}
_NO_MACROS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def is_converted(name: str) -> bool:
    """Tell whether a file of this name is read by way of LibreOffice."""
    return name.lower().endswith(CONVERTED)


@contextmanager
def converted(path: Path, name: str, limits: Limits) -> Iterator[tuple[Path, str]]:
    """Give (path, name) of a copy in today's format, gone afterwards.

    Raises:
        ConverterMissing: LibreOffice is not installed.
        TooLarge, TimeLimit: beyond the bounds.
        EncryptedFile, BrokenFile: it cannot be opened.
    """
    suffix = PurePosixPath(name.lower()).suffix
    tool = libreoffice()
    if tool is None:
        raise ConverterMissing(extension=suffix)
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise TooLarge(size_mb=-(-size // MEGABYTE), limit_mb=limits.file_bytes // MEGABYTE)
    _check_begin(path, suffix)
    with tempfile.TemporaryDirectory(prefix="clausewise-office-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_NO_MACROS, encoding="utf-8")
        source = folder / f"source{suffix}"
        source.write_bytes(path.read_bytes())
        target = _TARGETS[suffix]
        said = _run(tool.path, folder, source, target, limits)
        made = folder / "out" / f"source.{target}"
        if not made.is_file() or not made.stat().st_size:
            if "password" in said.lower():
                raise EncryptedFile
            raise BrokenFile(kind=_KINDS.get(suffix, "an old Office file"), why="LibreOffice cannot open it")
        yield made, f"{name[: -len(suffix)]}.{target}"


def _check_begin(path: Path, suffix: str) -> None:
    """Refuse what is another format by its first bytes: LibreOffice would open anything as text."""
    with path.open("rb") as file:
        kind = kind_of(file.read(2_048))
    if kind != _KINDS.get(suffix, "an old Office file"):
        from ingest.errors import RenamedFile  # noqa: PLC0415 - only here

        raise RenamedFile(extension=suffix, kind=kind)


def _run(program: str, folder: Path, source: Path, target: str, limits: Limits) -> str:
    """Convert, and return what was said."""
    command = [
        program,
        "--headless",
        "--norestore",
        "--nolockcheck",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        target,
        "--outdir",
        str(folder / "out"),
        str(source),
    ]
    bounded = ["sh", "-c", f'ulimit -v {_MEMORY_KB} -c 0; exec "$@"', "sh", *command]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "SAL_USE_VCLPLUGIN": "svp",
    }
    process = subprocess.Popen(  # noqa: S603 - a path that `which` found, our own names
        bounded,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=limits.parse_s)
    except subprocess.TimeoutExpired as error:
        raise TimeLimit(limit_s=limits.parse_s) from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # LibreOffice's own children, too
        process.wait()
    return said.decode("utf-8", "replace")
