"""Files and folders on disk: every file found is listed, once, under a name that stays the same."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.errors import IgnoredFile, IngestError, LoopedLink, PathNotFound, UnreadableFile

SYSTEM_NAMES = {
    "__macosx": "macOS's copy of file attributes",
    "thumbs.db": "Windows's picture cache",
    "desktop.ini": "Windows's folder view",
}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to be read, or with ``refused`` one that was found and will not be.

    ``source`` is the path below ``root`` with "/" and in NFC; a file named directly has its folder as
    root. ``size`` is in bytes.
    """

    path: Path
    source: str
    root: Path
    size: int
    refused: IngestError | None = None


def ignored(name: str) -> IgnoredFile | None:
    """Return why a file or folder of this name is left out, or None.

    Left out are hidden names (".git", ".DS_Store"), Office's lock files ("~$plan.docx") and what
    operating systems leave behind (``SYSTEM_NAMES``). They are listed all the same, a folder as one line.
    """
    if name.startswith("."):
        return IgnoredFile(why="its name begins with a dot, which hides it")
    if name.startswith("~$"):
        return IgnoredFile(why="the lock file of an open Office document")
    why = SYSTEM_NAMES.get(name.casefold())
    return IgnoredFile(why=why) if why else None


def told_apart(source: str, root: Path, owners: Mapping[str, str]) -> str:
    """Return ``source``, with as many names of its root's path in front as it takes to be this root's own.

    ``owners`` says which root (as text) holds a source already.
    """
    parts = [part for part in root.parts if part != root.anchor]
    name, depth = source, 0
    while owners.get(name, str(root)) != str(root) and depth < len(parts):
        depth += 1
        name = normal("/".join([*parts[-depth:], source]))
    return name


def discover(paths: Iterable[Path], owners: Mapping[str, str] | None = None) -> Iterator[SourceFile]:
    """Yield every file below ``paths`` in a stable order; folders are entered, each once.

    ``owners`` maps sources that are known from earlier runs to their root: the same source below another
    root gets its root's name in front.

    Raises:
        PathNotFound: one of ``paths`` does not exist; nothing has been yielded then.
    """
    starts = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - ".." goes, links stay
    for start in starts:
        if not os.path.lexists(start):
            raise PathNotFound(path=str(start))
    return _named(_walk(starts), dict(owners or {}))


def _named(files: Iterator[SourceFile], owners: dict[str, str]) -> Iterator[SourceFile]:
    """Give each file a source of its own."""
    used: set[str] = set()
    for file in files:
        source = told_apart(file.source, file.root, owners)
        unique, count = source, 1
        while unique in used:  # two spellings of one name (NFC, NFD) in one folder
            count += 1
            unique = f"{source}~{count}"
        used.add(unique)
        owners[unique] = str(file.root)
        yield replace(file, source=unique)


@dataclass(slots=True)
class _Visited:
    """What has been seen: a file is listed once, a folder entered once, links after real folders."""

    files: set[Path] = field(default_factory=set)
    folders: set[tuple[int, int]] = field(default_factory=set)
    links: dict[Path, list[Path]] = field(default_factory=lambda: defaultdict(list))


def _walk(starts: list[Path]) -> Iterator[SourceFile]:
    """Yield what lies below ``starts``: real folders first, then what links add."""
    visited = _Visited()
    for start in starts:
        if start.is_dir():
            yield from _folder(start, start, visited)
        elif start not in visited.files:
            visited.files.add(start)
            yield _file(start, start.parent)
    while visited.links:
        root, links = visited.links.popitem()
        for link in links:
            yield from _linked(link, root, visited)


def _folder(folder: Path, root: Path, visited: _Visited) -> Iterator[SourceFile]:
    """Yield the files of one folder, then those of the folders in it."""
    try:
        found = folder.stat()
        if (found.st_dev, found.st_ino) in visited.folders:
            return
        visited.folders.add((found.st_dev, found.st_ino))
        with os.scandir(folder) as entries:
            names = sorted(entries, key=lambda entry: (normal(entry.name), entry.name))
    except OSError as error:
        yield _listed(folder, root, UnreadableFile(why=_why(error)))
        return
    below: list[Path] = []
    for entry in names:
        path = folder / entry.name
        if path in visited.files:
            continue
        if (refused := ignored(entry.name)) is not None:
            yield _listed(path, root, refused)
        elif entry.is_dir(follow_symlinks=False):
            below.append(path)
        elif entry.is_symlink() and path.is_dir():
            visited.links[root].append(path)
        else:
            visited.files.add(path)
            yield _file(path, root)
    for path in below:
        yield from _folder(path, root, visited)


def _linked(link: Path, root: Path, visited: _Visited) -> Iterator[SourceFile]:
    """Enter a linked folder, unless it has been read."""
    try:
        target = link.stat()
    except OSError as error:
        yield _listed(link, root, UnreadableFile(why=_why(error)))
        return
    if (target.st_dev, target.st_ino) in visited.folders:
        yield _listed(link, root, LoopedLink(target=str(link.resolve())))
    else:
        yield from _folder(link, root, visited)


def _file(path: Path, root: Path) -> SourceFile:
    """Return one file, with its size or the reason why it cannot be read."""
    if (refused := ignored(path.name)) is not None:
        return _listed(path, root, refused)
    try:
        found = path.stat()
    except OSError as error:
        return _listed(path, root, UnreadableFile(why=_why(error)))
    if not stat.S_ISREG(found.st_mode):
        return _listed(path, root, IgnoredFile(why="not a file but a device, pipe or socket"))
    if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        return _listed(path, root, UnreadableFile(why="permission denied"))
    return SourceFile(path, _source(path, root), root, found.st_size)


def _listed(path: Path, root: Path, refused: IngestError) -> SourceFile:
    """Return a file or folder that was found and will not be read."""
    return SourceFile(path, _source(path, root), root, 0, refused)


def _source(path: Path, root: Path) -> str:
    """Return the path below the root with "/" and in NFC; the root itself by its name."""
    return normal(path.relative_to(root).as_posix()) if path != root else normal(root.name)


def normal(name: str) -> str:
    """Return a name in NFC; bytes that are not UTF-8 become U+FFFD, so that it can be stored and shown."""
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", shown)


def _why(error: OSError) -> str:
    """Return the system's words for what went wrong."""
    return (error.strerror or type(error).__name__).lower()
