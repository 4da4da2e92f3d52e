"""Zip archives, mailboxes and mails, one member at a time: one file on disk for each level, never under a name of theirs."""

from __future__ import annotations

import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from ingest.attachments import MAILBOXES, attached, is_mail, is_mailbox, mails
from ingest.errors import (
    BrokenFile,
    EmptyFile,
    EncryptedFile,
    EscapingMember,
    ExpandingArchive,
    IgnoredFile,
    IngestError,
    NestedArchive,
    RenamedFile,
    TooLarge,
    TooManyMembers,
    TruncatedFile,
    UnreadableFile,
    UnsafeArchive,
)
from ingest.limits import MEGABYTE, Limits
from ingest.parsers.encoding import decode_name
from ingest.parsers.sniff import kind_of, package_kind
from ingest.sources.folder import ignored, normal

ARCHIVES = (".zip", *MAILBOXES)
_NOTION_ID = re.compile(r" [0-9a-f]{32}(?=$|\.|_all\.)")
_CHUNK = 1 << 20
_SMALL = 10 * MEGABYTE  # below this, growth is no danger whatever its ratio
_ENTRY_BYTES = 1_024  # of a member in the central directory: 46 and its name, seldom over 300


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, unpacked at ``path`` until the next one is asked for.

    ``source`` is "docs.zip!/inner/a.md", ``name`` its last part.
    """

    path: Path
    source: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A member, or the whole archive, that is not read."""

    source: str
    error: IngestError


def is_archive(name: str) -> bool:
    """Tell whether a file of this name is opened as an archive."""
    return name.lower().endswith(ARCHIVES)


def open_archive(path: Path, source: str, limits: Limits | None = None) -> Iterator[Member | Refused]:
    """Yield every file in the archive at ``path``, those of inner archives too, or why it is not read.

    A member's file is gone when the next one is asked for. Archive names are never used as paths on disk.
    """
    bounds = limits or Limits()
    with tempfile.TemporaryDirectory(prefix="clausewise-zip-") as folder:
        try:
            size = path.stat().st_size
        except OSError as error:
            yield Refused(source, UnreadableFile(why=(error.strerror or "unknown").lower()))
            return
        budget = _Budget(bounds, max(_SMALL, size * bounds.archive_ratio))
        yield from _inside(path, source, 1, Path(folder), budget)


@dataclass(slots=True)
class _Budget:
    """What one archive, with all that is nested in it, may still unpack to."""

    limits: Limits
    growth: int  # bytes that the ratio allows
    unpacked: int = 0
    members: int = 0

    def count(self) -> None:
        """Count one more file; raises TooManyMembers when there are too many."""
        self.members += 1
        if self.members > self.limits.archive_members:
            raise TooManyMembers(limit=self.limits.archive_members)

    def spend(self, count: int) -> None:
        """Take ``count`` bytes; raises ExpandingArchive when there are no more."""
        self.unpacked += count
        if self.unpacked > min(self.growth, self.limits.archive_bytes):
            limit_mb = min(self.growth, self.limits.archive_bytes) // MEGABYTE
            raise ExpandingArchive(limit_mb=limit_mb, ratio=self.limits.archive_ratio)


def _inside(path: Path, source: str, depth: int, folder: Path, budget: _Budget) -> Iterator[Member | Refused]:
    """Yield what is in a zip, a mailbox or a mail; of a mail only what is attached to it."""
    name = source.rpartition("!/")[2]
    if is_mailbox(name) or is_mail(name):
        yield from _pieces(path, source, depth, folder, budget)
    else:
        yield from _members(path, source, depth, folder, budget)


def _pieces(path: Path, source: str, depth: int, folder: Path, budget: _Budget) -> Iterator[Member | Refused]:
    """Yield the mails of a mailbox, or what is attached to a mail."""
    name = source.rpartition("!/")[2]
    pieces = mails(path) if is_mailbox(name) else attached(path, name)
    while True:
        try:
            found = next(pieces, None)
        except IngestError as error:
            yield Refused(source, error)
            return
        except Exception as error:  # noqa: BLE001 - a library's reader fails in any way on damaged mails
            if is_mailbox(name):  # a damaged mail is told when it is read itself
                yield Refused(source, BrokenFile(kind="a mailbox", why=str(error) or type(error).__name__))
            return
        if found is None:
            return
        inner, content = found
        inside = f"{source}!/{inner}"
        unpacked = folder / f"{depth}{_suffix(inner)}"
        try:
            _check_piece(inner, len(content), depth, budget)
            unpacked.write_bytes(content)
        except IngestError as error:
            yield Refused(inside, error)
            continue
        yield from _unpacked(unpacked, inside, len(content), depth, folder, budget)


def _check_piece(name: str, size: int, depth: int, budget: _Budget) -> None:
    """Raise the reason why a mail or an attachment is not read."""
    budget.count()
    if (refused := ignored(name)) is not None:
        raise IgnoredFile(**refused.details)
    _check_bounds(name, size, depth, budget.limits)
    budget.spend(size)


def _unpacked(
    path: Path, source: str, size: int, depth: int, folder: Path, budget: _Budget
) -> Iterator[Member | Refused]:
    """Yield a file that was unpacked, with what is in it where it holds more."""
    name = source.rpartition("!/")[2]
    try:
        if not is_archive(name):
            yield Member(path, source, PurePosixPath(name).name, size)
        if is_archive(name) or (is_mail(name) and depth < budget.limits.archive_depth):
            yield from _inside(path, source, depth + 1, folder, budget)
    finally:
        path.unlink(missing_ok=True)


def _members(
    path: Path, source: str, depth: int, folder: Path, budget: _Budget
) -> Iterator[Member | Refused]:
    """Yield the files of one archive."""
    try:
        _check_directory(path, budget.limits)
        archive = zipfile.ZipFile(path)
    except IngestError as error:
        yield Refused(source, error)
        return
    except OSError as error:
        yield Refused(source, UnreadableFile(why=(error.strerror or "unknown").lower()))
        return
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        yield Refused(source, BrokenFile(kind="a zip archive", why=str(error) or type(error).__name__))
        return
    with archive:
        if (kind := package_kind(archive)) != "a zip archive":
            yield Refused(source, RenamedFile(extension=".zip", kind=kind))
            return
        entries = [info for info in archive.infolist() if not info.is_dir()]
        if not entries:
            yield Refused(source, EmptyFile(size=path.stat().st_size))
        for info, name in zip(entries, member_names(entries), strict=True):
            yield from _member(archive, info, f"{source}!/{name}", depth, folder, budget)


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str, depth: int, folder: Path, budget: _Budget
) -> Iterator[Member | Refused]:
    """Yield one file, or the files of an archive in the archive."""
    name = source.rpartition("!/")[2]
    unpacked = folder / f"{depth}{_suffix(name)}"
    try:
        _check_member(info, name, depth, budget)
        with archive.open(info) as content:
            size = _unpack(content, unpacked, budget)
    except IngestError as error:
        unpacked.unlink(missing_ok=True)
        yield Refused(source, error)
        return
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        unpacked.unlink(missing_ok=True)
        yield Refused(source, BrokenFile(kind="a zip member", why=str(error) or type(error).__name__))
        return
    yield from _unpacked(unpacked, source, size, depth, folder, budget)


def _check_member(info: zipfile.ZipInfo, name: str, depth: int, budget: _Budget) -> None:
    """Raise the reason why a member is not unpacked, as far as its entry tells."""
    budget.count()
    if escapes(info.filename):
        raise EscapingMember(path=normal(info.filename))
    for part in PurePosixPath(name).parts:
        if (refused := ignored(part)) is not None:
            raise IgnoredFile(**refused.details)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UnsafeArchive(why="a link inside an archive")
    if info.flag_bits & 0x1:
        raise EncryptedFile
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        # LZMA and bzip2 let a few bytes claim gigabytes of memory before the first one comes out
        raise UnsafeArchive(why="packed in an unusual way; pack it with ordinary zip compression")
    _check_bounds(name, info.file_size, depth, budget.limits)


def _check_bounds(name: str, size: int, depth: int, limits: Limits) -> None:
    """Raise where what is inside lies too deep or is too large."""
    if is_archive(name) and depth >= limits.archive_depth:
        raise NestedArchive(limit=limits.archive_depth)
    if size > limits.file_bytes:
        raise _too_large(size, limits)


def _unpack(content: IO[bytes], target: Path, budget: _Budget) -> int:
    """Write a member to ``target`` and return its size, whatever size the archive states."""
    size = 0
    with target.open("wb") as file:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            budget.spend(len(chunk))
            if size > budget.limits.file_bytes:
                raise _too_large(size, budget.limits)
            file.write(chunk)
    return size


def _too_large(size: int, limits: Limits) -> TooLarge:
    """Return the error for a file of ``size`` bytes."""
    return TooLarge(size_mb=-(-size // MEGABYTE), limit_mb=limits.file_bytes // MEGABYTE)


def escapes(name: str) -> bool:
    """Tell whether a member's path would leave the folder that it is unpacked into."""
    path = name.replace("\\", "/")
    return path.startswith("/") or bool(re.match(r"[A-Za-z]:", path)) or ".." in path.split("/")


def member_names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """Return the members' paths as people know them: "/", NFC, Notion's ids cut from every part.

    Where two paths are the same without their ids, both keep them. The same path twice gets "~2".
    """
    plain = [normal(decode_name(info)).replace("\\", "/").lstrip("/") for info in entries]
    short = ["/".join(_NOTION_ID.sub("", part) for part in path.split("/")) for path in plain]
    counts = Counter(short)
    chosen = [cut if counts[cut] == 1 else whole for cut, whole in zip(short, plain, strict=True)]
    seen: Counter[str] = Counter()
    names: list[str] = []
    for name in chosen:
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}~{seen[name]}")
    return names


def _suffix(name: str) -> str:
    """Return a short plain extension for the unpacked file."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,10}", suffix) else ""


def _check_directory(path: Path, limits: Limits) -> None:
    """Raise before the member list is read if it is missing or larger than the bounds allow.

    ``zipfile`` makes an object for each entry that the directory holds: a 100 MB archive of empty files
    would take over a gigabyte of memory.
    """
    with path.open("rb") as file:
        start = file.read(16)
        file.seek(0, 2)
        length = file.tell()
        if length == 0:
            raise EmptyFile(size=0)
        tail_start = max(0, length - 65_557 - 76)  # longest comment, end record, zip64 record and locator
        file.seek(tail_start)
        tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) - end < 22:
        kind = kind_of(start)
        if kind == "a zip archive":
            raise TruncatedFile(kind="zip archive")
        if kind != "text":
            raise RenamedFile(extension=".zip", kind=kind)
        raise BrokenFile(kind="a zip archive", why="it does not begin like one")
    size: int = struct.unpack_from("<L", tail, end + 12)[0]
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if size == 0xFFFFFFFF and wide >= 0:
        size = struct.unpack_from("<Q", tail, wide + 40)[0]
    if size > limits.archive_members * _ENTRY_BYTES:
        raise TooManyMembers(limit=limits.archive_members)
