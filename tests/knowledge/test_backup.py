"""A home in one file: whole, checked, restored beside what is there."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from knowledge.backup import MANIFEST, back_up, check, restore
from knowledge.errors import BadBackup, HomeInUse, HomeLocked, Stopped
from knowledge.events import broken_links
from knowledge.store import Store
from knowledge.types import OPERATOR

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf


def filled(shelf: Shelf) -> Store:
    """Return the store with a document, an upload and a setting in it."""
    shelf.put("a.md", [shelf.line("七日內退貨", clause="第1條"), "商品應完整"])
    (shelf.store.uploads / "internal").mkdir()
    (shelf.store.uploads / "internal" / "報價 1.md").write_text("報價", encoding="utf-8")
    (shelf.store.home / "settings.toml").write_text("[knowledge]\nkept_versions = 7\n")
    return shelf.store


def texts(store: Store) -> list[str]:
    """Return all texts in force, read through the gate."""
    found = []
    for info in store.documents.browse():
        found += [p.text for p in store.repository.document_passages(info.document_id, OPERATOR)]
    return found


def altered(file: Path, name: str, content: bytes, target: Path, **more: bytes) -> Path:
    """Write a copy of a back-up with one member changed and others put in; the manifest stays."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            new.writestr(member, content if member == name else old.read(member))
        for member, given in more.items():
            new.writestr(member, given)
    return target


class TestBackUp:
    def test_is_private_and_whole(self, shelf: Shelf, tmp_path: Path) -> None:
        """Only its owner can read it, since it holds the key of the log; the manifest counts what is in it."""
        store = filled(shelf)
        shares: list[float] = []

        report = back_up(store.database, tmp_path / "b.zip", shares.append)

        assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
        assert (report.counts["documents"], report.counts["passages"]) == (1, 2)
        assert check(tmp_path / "b.zip").members == report.members == 4
        assert shares[-1] == 1.0
        assert shares == sorted(shares)
        assert [path.name for path in tmp_path.glob("*.zip*")] == ["b.zip"]

    def test_never_writes_over_a_file(self, shelf: Shelf, tmp_path: Path) -> None:
        """What is there stays."""
        (tmp_path / "b.zip").write_text("mine")

        with pytest.raises(BadBackup, match="exists"):
            back_up(shelf.store.database, tmp_path / "b.zip")
        assert (tmp_path / "b.zip").read_text() == "mine"

    def test_cancelled_leaves_nothing(self, shelf: Shelf, tmp_path: Path) -> None:
        """No half of a file stays behind."""
        folder = tmp_path / "to"
        with pytest.raises(Stopped):
            back_up(filled(shelf).database, folder / "b.zip", stopped=lambda: True)

        assert list(folder.iterdir()) == []


class TestRestore:
    def test_brings_everything_back(self, shelf: Shelf, tmp_path: Path) -> None:
        """Documents, uploads, settings and the log; the indexes are made anew and agree."""
        store = filled(shelf)
        back_up(store.database, tmp_path / "b.zip")
        wanted = texts(store)

        restore(tmp_path / "b.zip", tmp_path / "other")

        home = tmp_path / "other"
        assert (home / "uploads" / "internal" / "報價 1.md").read_text(encoding="utf-8") == "報價"
        assert "kept_versions = 7" in (home / "settings.toml").read_text()
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        with Store.open(home) as restored:
            restored.load()
            assert texts(restored) == wanted
            assert restored.vectors.count() == 2
            assert restored.maintenance.check().ok
            with restored.database.write() as session:
                assert broken_links(session) == []

    def test_keeps_what_was_there(self, shelf: Shelf, tmp_path: Path) -> None:
        """A home in use is refused; with replace it lies beside, its models stay in place."""
        back_up(filled(shelf).database, tmp_path / "b.zip")
        home = tmp_path / "other"
        with Store.open(home):
            pass
        (home / "models").mkdir()

        with pytest.raises(HomeInUse, match="--replace"):
            restore(tmp_path / "b.zip", home)
        _, aside = restore(tmp_path / "b.zip", home, replace=True)

        assert aside is not None
        assert (aside / "clausewise.db").is_file()
        assert (home / "models").is_dir()
        with Store.open(home) as restored:
            assert restored.documents.count() == 1

    def test_not_while_it_is_used(self, shelf: Shelf, tmp_path: Path) -> None:
        """A program that has the home keeps it."""
        back_up(filled(shelf).database, tmp_path / "b.zip")

        with pytest.raises(HomeLocked):
            restore(tmp_path / "b.zip", shelf.store.home, replace=True)
        assert shelf.store.documents.count() == 1
        assert not list(shelf.store.home.parent.glob(".*restoring*"))

    def test_an_older_schema_is_migrated(self, shelf: Shelf, tmp_path: Path) -> None:
        """The manifest may name an older schema, never a newer one."""
        back_up(filled(shelf).database, tmp_path / "b.zip")
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            manifest = json.loads(archive.read(MANIFEST))
        manifest["schema"] = "9999"
        newer = altered(tmp_path / "b.zip", MANIFEST, json.dumps(manifest).encode(), tmp_path / "n.zip")

        with pytest.raises(BadBackup, match="newer release"):
            restore(newer, tmp_path / "other")
        assert not (tmp_path / "other").exists()

    @pytest.mark.parametrize("name", ["clausewise.db", "events.key", "settings.toml"])
    def test_damage_is_found_before_anything_changes(self, shelf: Shelf, tmp_path: Path, name: str) -> None:
        """A member that is not what was written stops the restoring."""
        back_up(filled(shelf).database, tmp_path / "b.zip")
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            content = bytearray(archive.read(name))
        content[len(content) // 2] ^= 1
        bad = altered(tmp_path / "b.zip", name, bytes(content), tmp_path / "bad.zip")

        for attempt in (lambda: check(bad), lambda: restore(bad, tmp_path / "other")):
            with pytest.raises(BadBackup, match="damaged"):
                attempt()
        assert not (tmp_path / "other").exists()

    @pytest.mark.parametrize("name", ["../evil", "uploads/../../evil", "/evil", "models/evil", "x\\evil"])
    def test_members_stay_inside(self, shelf: Shelf, tmp_path: Path, name: str) -> None:
        """A manifest that names a place outside of what a back-up holds is refused."""
        back_up(filled(shelf).database, tmp_path / "b.zip")
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            manifest = json.loads(archive.read(MANIFEST))
        manifest["members"][name] = {"sha256": "0", "bytes": 1}
        bad = altered(
            tmp_path / "b.zip", MANIFEST, json.dumps(manifest).encode(), tmp_path / "bad.zip", **{name: b"x"}
        )

        with pytest.raises(BadBackup):
            restore(bad, tmp_path / "other")
        assert not (tmp_path / "evil").exists()

    @pytest.mark.parametrize("content", [b"", b"no zip", b"PK\5\6" + bytes(18)])
    def test_what_is_no_backup_is_refused(self, tmp_path: Path, content: bytes) -> None:
        """So is a file that is not there."""
        (tmp_path / "b.zip").write_bytes(content)

        for file in (tmp_path / "b.zip", tmp_path / "never.zip"):
            with pytest.raises(BadBackup):
                check(file)

    def test_an_altered_log_is_found_afterwards(self, shelf: Shelf, tmp_path: Path) -> None:
        """The key travels with the log, so the chain still proves itself where it was restored."""
        back_up(filled(shelf).database, tmp_path / "b.zip")
        restore(tmp_path / "b.zip", tmp_path / "other")

        with Store.open(tmp_path / "other") as restored, restored.database.write() as session:
            session.execute(text("UPDATE event_contents SET payload = '{}' WHERE seq = 1"))
            assert broken_links(session) == [1]
