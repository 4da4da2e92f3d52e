from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.errors import PathNotFound
from ingest.sources.folder import SourceFile, discover

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Return a function that makes a folder with files of these names."""

    def made(*names: str, root: str = "docs") -> Path:
        folder = tmp_path / root
        folder.mkdir(exist_ok=True, parents=True)
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("text", "utf-8")
        return folder

    return made


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Return a folder that belongs to a user without rights over others' files, and be that user."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            return
        folder.chmod(0o777)
        os.seteuid(65_534)
        try:
            yield folder
        finally:
            os.seteuid(0)


def outcome(files: Iterator[SourceFile]) -> list[tuple[str, str | None]]:
    """Return each file's source and, for those that are not read, the code."""
    return [(file.source, file.refused.code if file.refused else None) for file in files]


class TestSources:
    def test_relative_and_in_order(self, tree: Tree) -> None:
        """Sources are paths below the root, each folder's files before those of its folders."""
        root = tree("b.md", "a.md", "hr/請假.md", "hr/old/x.md")

        files = list(discover([root]))

        assert [file.source for file in files] == ["a.md", "b.md", "hr/請假.md", "hr/old/x.md"]
        assert {file.root for file in files} == {root}
        assert files[0].size == 4

    def test_a_file(self, tree: Tree) -> None:
        """A file named directly is called by its name, and its folder is its root."""
        root = tree("hr/leave.md")

        (file,) = discover([root / "hr" / "leave.md"])

        assert (file.source, file.root) == ("leave.md", root / "hr")

    def test_composed_names(self, tree: Tree) -> None:
        """Names are given in NFC, however the disk spells them; two spellings are two files."""
        root = tree(unicodedata.normalize("NFD", "café.md"), "café.md")

        sources = [file.source for file in discover([root])]

        assert sources == ["café.md", "café.md~2"]

    def test_names_that_are_not_text(self, tree: Tree) -> None:
        """A name that is no UTF-8 can still be shown."""
        root = tree("a.md")
        (root / os.fsdecode(b"\xa5\xfe.md")).write_text("x", "utf-8")

        assert [file.source for file in discover([root])] == ["a.md", "\ufffd\ufffd.md"]

    def test_same_name_below_two_roots(self, tree: Tree, tmp_path: Path) -> None:
        """The same source below another root gets that root's name in front."""
        first, second, third = (
            tree("a.md", root="x/docs"),
            tree("a.md", root="y/docs"),
            tree("a.md", root="z"),
        )

        assert [file.source for file in discover([first, second, third])] == ["a.md", "docs/a.md", "z/a.md"]

    def test_known_owner(self, tree: Tree) -> None:
        """A source that another root holds from an earlier run is told apart, one's own is not."""
        root = tree("a.md", "b.md")
        owners = {"a.md": "/elsewhere/docs", "docs/a.md": "/other/docs", "b.md": str(root)}

        sources = [file.source for file in discover([root], owners)]

        assert sources == [f"{root.parent.name}/docs/a.md", "b.md"]

    def test_overlapping_paths(self, tree: Tree) -> None:
        """A file reached by two of the paths is listed once."""
        root = tree("hr/a.md", "b.md")

        sources = [
            file.source for file in discover([root, root / "hr", root / "b.md", root / "." / ".." / "docs"])
        ]

        assert sources == ["b.md", "hr/a.md"]

    def test_not_found(self, tree: Tree, tmp_path: Path) -> None:
        """A path that is not there is told before anything is read."""
        with pytest.raises(PathNotFound, match=r"not found: .*nowhere"):
            discover([tree("a.md"), tmp_path / "nowhere"])


class TestIgnored:
    def test_listed_all_the_same(self, tree: Tree) -> None:
        """Hidden, system and lock files are listed as ignored; a hidden folder is one line."""
        root = tree(".DS_Store", ".git/config", ".git/HEAD", "~$plan.docx", "Thumbs.db", "__MACOSX/a", "a.md")

        assert outcome(discover([root])) == [
            (".DS_Store", "ignored"),
            (".git", "ignored"),
            ("Thumbs.db", "ignored"),
            ("__MACOSX", "ignored"),
            ("a.md", None),
            ("~$plan.docx", "ignored"),
        ]

    def test_hidden_root(self, tree: Tree) -> None:
        """A hidden folder that is named directly is read."""
        assert outcome(discover([tree("a.md", root=".notes")])) == [("a.md", None)]

    def test_pipe(self, tree: Tree) -> None:
        """A pipe, which would never end, is not opened."""
        root = tree()
        os.mkfifo(root / "pipe.md")

        assert outcome(discover([root])) == [("pipe.md", "ignored")]


class TestLinks:
    def test_loop(self, tree: Tree) -> None:
        """A link back to a folder above ends the walk with a sentence, not in a circle."""
        root = tree("a.md", "hr/b.md")
        (root / "hr" / "up").symlink_to(root)
        (root / "self").symlink_to(root / "self")

        assert outcome(discover([root])) == [
            ("a.md", None),
            ("self", "unreadable"),
            ("hr/b.md", None),
            ("hr/up", "link_loop"),
        ]

    def test_two_links_to_each_other(self, tree: Tree, tmp_path: Path) -> None:
        """Folders outside that link to each other are each read once."""
        root, other = tree("a.md"), tree("b.md", root="other")
        (root / "there").symlink_to(other)
        (other / "back").symlink_to(root)

        assert outcome(discover([root])) == [
            ("a.md", None),
            ("there/b.md", None),
            ("there/back", "link_loop"),
        ]

    def test_real_folder_first(self, tree: Tree) -> None:
        """A folder is read under its own name, not under that of a link that sorts before it."""
        root = tree("real/a.md")
        (root / "alias").symlink_to(root / "real")

        assert outcome(discover([root])) == [("real/a.md", None), ("alias", "link_loop")]

    def test_broken(self, tree: Tree) -> None:
        """A link to nothing is unreadable."""
        root = tree("a.md")
        (root / "gone.md").symlink_to(root / "nowhere.md")

        assert outcome(discover([root])) == [("a.md", None), ("gone.md", "unreadable")]

    def test_file(self, tree: Tree, tmp_path: Path) -> None:
        """A link to a file is that file, under the link's name."""
        (tmp_path / "target.md").write_text("text", "utf-8")
        root = tree()
        (root / "link.md").symlink_to(tmp_path / "target.md")

        assert outcome(discover([root])) == [("link.md", None)]


class TestUnreadable:
    def test_file_and_folder(self, unprivileged: Path) -> None:
        """What the system does not let us read is listed with the system's words."""
        (unprivileged / "a.md").write_text("x", "utf-8")
        (unprivileged / "secret.md").write_text("x", "utf-8")
        (unprivileged / "secret.md").chmod(0)
        (unprivileged / "closed").mkdir(mode=0)

        files = list(discover([unprivileged]))
        (unprivileged / "closed").chmod(0o700)

        assert outcome(iter(files)) == [("a.md", None), ("secret.md", "unreadable"), ("closed", "unreadable")]
        assert all("permission denied" in file.refused.reason for file in files if file.refused)
