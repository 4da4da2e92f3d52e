"""One file that holds a whole home: taken while it is in use, checked, and restored beside what is there.

A back-up is a zip with the database as one consistent snapshot (SQLite's online back-up), the key of the event log, what
the web handed over, and the home's own settings and glossary. Derived indexes are not in it: they are made again from
the database. ``manifest.json`` names every member with its length and SHA-256.

The key of the event log is in it, so whoever holds the file can forge that log: it is written with mode 0600.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy import text

from knowledge.database import EVENT_KEY_FILE, FILE, HEAD, Database, open_database, set_meta
from knowledge.errors import BadBackup, HomeInUse, Stopped
from knowledge.events import append_event
from knowledge.lock import LOCK_FILE, OWNER_FILE, HomeLock
from knowledge.vectors import FOLDER as VECTORS
from knowledge.vectors import distrust
from knowledge.wholefile import new_file

FORMAT = 1
MANIFEST = "manifest.json"
FOLDERS = ("uploads", "sources")
FILES = ("settings.toml", "glossary.csv", EVENT_KEY_FILE)
_KEPT_ASIDE = ("models",)  # of a home that is replaced: weights are not in a back-up
_PAGES = 2_000  # of the database between two looks at the clock and at who wants to stop
_CHUNK = 1 << 20

OnProgress = Callable[[float], None]  # share done, 0..1


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a back-up holds."""

    file: Path
    made_at: datetime
    schema: str
    counts: Mapping[str, int]
    members: int
    size: int  # bytes of the file

    def as_json(self) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return {
            "file": str(self.file),
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "schema": self.schema,
            "counts": dict(self.counts),
            "members": self.members,
            "bytes": self.size,
        }


def back_up(
    database: Database,
    file: Path,
    progress: OnProgress | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> BackupReport:
    """Write the home of ``database`` to ``file``, which must not exist; it appears whole or not at all.

    Raises:
        BadBackup: the file exists, or cannot be written.
        Stopped: ``stopped`` said so; nothing is left.
    """
    tell = progress or (lambda _share: None)
    with (
        new_file(file, "back-up") as target,
        tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as scratch,
    ):
        snapshot = Path(scratch) / FILE
        _snapshot(database.home / FILE, snapshot, tell, stopped)
        manifest = _pack(database.home, snapshot, target, tell, stopped)
    with database.write() as session:
        append_event(session, "backup.made", {"file": file.name, "counts": manifest["counts"]})
    return _report(file, manifest)


def check(file: Path) -> BackupReport:
    """Read a back-up through and compare every member with the manifest.

    Raises:
        BadBackup: it is not one, is damaged, or was written by a newer release.
    """
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        for name, told in manifest["members"].items():
            with archive.open(name) as member:
                if _copy(member)["sha256"] != told["sha256"]:
                    raise BadBackup(f"{file} is damaged: {name} is not what was written; use another back-up")
    return _report(file, manifest)


def restore(file: Path, home: Path, *, replace: bool = False) -> tuple[BackupReport, Path | None]:
    """Make ``home`` what ``file`` holds, and return where the home that was there lies now.

    Everything is unpacked and checked beside the home first; then the two change places. Indexes are written when
    the home is opened next.

    Raises:
        BadBackup: as ``check`` says; the home is as it was.
        HomeInUse: there is something in the home already, and ``replace`` was not asked for.
        HomeLocked: a program is using it.
    """
    report = check(file)
    if _is_used(home) and not replace:
        raise HomeInUse(
            f"{home} holds a Clausewise home already; say --replace to put it aside, or choose another --home"
        )
    home.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{home.name}.restoring-", dir=home.parent))
    try:
        _unpack(file, fresh)
        _make_ready(fresh, report)
        aside = None
        if home.exists():
            with HomeLock(home):
                aside = _put_aside(home, fresh)
        fresh.rename(home)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return report, aside


def _snapshot(source: Path, target: Path, tell: OnProgress, stopped: Callable[[], bool]) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        if stopped():
            raise Stopped("the back-up was cancelled")
        tell(0.5 * (1 - remaining / max(total, 1)))

    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there, pages=_PAGES, progress=told)
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BadBackup(f"the database {source} cannot be copied: {error}") from error


def _pack(
    home: Path, snapshot: Path, target: IO[bytes], tell: OnProgress, stopped: Callable[[], bool]
) -> dict[str, Any]:
    files = {FILE: snapshot, **dict(_files(home))}
    members: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, (name, path) in enumerate(files.items()):
            if stopped():
                raise Stopped("the back-up was cancelled")
            try:
                with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as member:
                    members[name] = _copy(source, member)
            except FileNotFoundError:  # an upload that was replaced meanwhile
                continue
            tell(0.5 + 0.5 * (number + 1) / len(files))
        manifest = {
            "format": FORMAT,
            "schema": HEAD,
            "made_at": datetime.now(UTC).isoformat(),
            "counts": _counts(snapshot),
            "members": members,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _files(home: Path) -> Iterator[tuple[str, Path]]:
    """Yield (name in the archive, path) of what is not in the database; links are not followed."""
    for name in FILES:
        if (home / name).is_file():
            yield name, home / name
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(home).as_posix(), path


def _counts(database: Path) -> dict[str, int]:
    with closing(sqlite3.connect(database)) as connection:
        tables = ("documents", "versions", "passages", "events")
        return {t: int(connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in tables}  # noqa: S608


def _copy(source: IO[bytes], target: IO[bytes] | None = None) -> dict[str, Any]:
    """Read a file through, into ``target`` where one is given, and return its digest and length."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if target is not None:
            target.write(chunk)
    return {"sha256": digest.hexdigest(), "bytes": size}


class _opened:  # noqa: N801 - reads like a function
    """A zip that is open; any damage is a BadBackup."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> zipfile.ZipFile:
        try:
            self._archive = zipfile.ZipFile(self._file)
        except FileNotFoundError as error:
            raise BadBackup(f"there is no file {self._file}") from error
        except (OSError, zipfile.BadZipFile) as error:
            raise BadBackup(f"{self._file} is no back-up, or is cut short ({error})") from error
        return self._archive

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._archive.close()
        if isinstance(error, zipfile.BadZipFile | EOFError | OSError) and not isinstance(error, BadBackup):
            raise BadBackup(f"{self._file} is damaged: {error}; use another back-up") from error


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    """Return the manifest, once it is sure that every member it names is there and safe to unpack."""
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        members, number, schema = manifest["members"], int(manifest["format"]), str(manifest["schema"])
        datetime.fromisoformat(manifest["made_at"])
    except (KeyError, ValueError, TypeError) as error:
        raise BadBackup(f"{file} is no Clausewise back-up: its manifest is missing or damaged") from error
    if number > FORMAT or schema > HEAD:
        raise BadBackup(
            f"{file} was written by a newer release (format {number}, schema {schema}; this one knows {FORMAT}, {HEAD});"
            " install that release"
        )
    present = set(archive.namelist())
    for name in members:
        if (
            name not in present
            or not _is_known(name)
            or archive.getinfo(name).file_size != members[name]["bytes"]
        ):
            raise BadBackup(f"{file} is damaged: its member {name!r} is missing or has no place in a home")
    if FILE not in members or EVENT_KEY_FILE not in members:
        raise BadBackup(f"{file} is damaged: it holds no database, or not the key of its log")
    return manifest


def _is_known(name: str) -> bool:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        return False
    return name in {FILE, *FILES} or (len(path.parts) > 1 and path.parts[0] in FOLDERS)


def _unpack(file: Path, target: Path) -> None:
    with _opened(file) as archive:
        for name, told in _manifest(archive, file)["members"].items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with archive.open(name) as member, path.open("wb") as out:
                if _copy(member, out)["sha256"] != told["sha256"]:
                    raise BadBackup(f"{file} is damaged: {name} is not what was written; use another back-up")
            path.chmod(0o600)


def _make_ready(home: Path, report: BackupReport) -> None:
    """Migrate the database where it is older, and let the next opening write the vector index."""
    home.chmod(0o700)
    database = open_database(home)
    try:
        with database.write() as session:
            found = session.execute(text("PRAGMA quick_check(1)")).scalar()
            if found != "ok":
                raise BadBackup(f"{report.file} is damaged: its database fails SQLite's check ({found})")
            distrust(session)
            set_meta(session, "restored_from", report.file.name)
            append_event(
                session, "backup.restored", {"file": report.file.name, "made_at": report.made_at.isoformat()}
            )
    finally:
        database.close()


def _is_used(home: Path) -> bool:
    return home.is_dir() and any((home / name).exists() for name in (FILE, *FILES, VECTORS, *FOLDERS))


def _put_aside(home: Path, fresh: Path) -> Path:
    aside = home.with_name(f"{home.name}.before-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    for name in _KEPT_ASIDE:
        if (home / name).exists():
            (home / name).rename(fresh / name)
    for name in (LOCK_FILE, OWNER_FILE):
        (home / name).unlink(missing_ok=True)
    home.rename(aside)
    return aside


def _report(file: Path, manifest: Mapping[str, Any]) -> BackupReport:
    return BackupReport(
        file,
        datetime.fromisoformat(manifest["made_at"]),
        str(manifest["schema"]),
        manifest["counts"],
        len(manifest["members"]),
        file.stat().st_size,
    )
