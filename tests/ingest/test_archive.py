from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.archive import Member, Refused, escapes, is_archive, member_names, open_archive
from ingest.limits import Limits

Files = Mapping[str, bytes]
MakeZip = Callable[[Files], Path]
ID = "0123456789abcdef0123456789abcdef"
OTHER_ID = "fedcba9876543210fedcba9876543210"


def packed(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip file with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def make_zip(tmp_path: Path) -> MakeZip:
    """Return a function that writes a zip file."""

    def made(files: Files) -> Path:
        path = tmp_path / "docs.zip"
        path.write_bytes(packed(files))
        return path

    return made


def listed(path: Path, limits: Limits | None = None) -> dict[str, str]:
    """Return what an archive yields: a member's text, or the code of its refusal, by source."""
    found: dict[str, str] = {}
    for item in open_archive(path, "docs.zip", limits):
        found[item.source] = (
            item.path.read_text("utf-8") if isinstance(item, Member) else f"!{item.error.code}"
        )
    return found


class TestMembers:
    def test_sources(self, make_zip: MakeZip) -> None:
        """Members are named by the archive and their path in it; folders are no files."""
        path = make_zip({"a.md": b"one", "inner/": b"", "inner/乙.md": "二".encode()})

        assert listed(path) == {"docs.zip!/a.md": "one", "docs.zip!/inner/乙.md": "二"}

    def test_one_at_a_time(self, make_zip: MakeZip) -> None:
        """A member's file is gone when the next is asked for, the folder when all are read."""
        members = open_archive(make_zip({"a.md": b"1", "b.md": b"2"}), "docs.zip")
        first = next(members)
        assert isinstance(first, Member)
        content = first.path.read_bytes()
        second = next(members)

        assert (content, first.path.name == second.path.name or first.path.exists()) in {
            (b"1", True),
            (b"1", False),
        }
        assert isinstance(second, Member)
        assert list(members) == []
        assert not second.path.parent.exists()

    def test_inner_archives(self, make_zip: MakeZip) -> None:
        """An archive in the archive is opened in its turn."""
        path = make_zip({"inner.zip": packed({"a.md": b"deep"}), "b.md": b"after"})

        assert listed(path) == {"docs.zip!/inner.zip!/a.md": "deep", "docs.zip!/b.md": "after"}

    def test_system_files(self, make_zip: MakeZip) -> None:
        """What systems leave in archives is listed as ignored."""
        path = make_zip({"__MACOSX/._a.md": b"x", ".DS_Store": b"x", "~$a.docx": b"x", "a.md": b"text"})

        assert list(listed(path).values()) == ["!ignored", "!ignored", "!ignored", "text"]


class TestNotion:
    def test_ids_are_cut(self, make_zip: MakeZip) -> None:
        """Ids are cut from pages, folders and databases."""
        path = make_zip(
            {
                f"Handbook {ID}.md": b"1",
                f"Handbook {ID}/Leave {OTHER_ID}.md": b"2",
                f"Tasks {ID}_all.csv": b"3",
            }
        )

        assert list(listed(path)) == [
            "docs.zip!/Handbook.md",
            "docs.zip!/Handbook/Leave.md",
            "docs.zip!/Tasks_all.csv",
        ]

    def test_pages_of_one_name_keep_them(self, make_zip: MakeZip) -> None:
        """Two pages of one name stay two."""
        path = make_zip({f"Note {ID}.md": b"1", f"Note {OTHER_ID}.md": b"2"})

        assert listed(path) == {f"docs.zip!/Note {ID}.md": "1", f"docs.zip!/Note {OTHER_ID}.md": "2"}


class TestDanger:
    @pytest.mark.parametrize(
        "name", ["../../evil.md", "/etc/evil.md", "a/../../evil.md", "..\\evil.md", "C:\\evil.md"]
    )
    def test_path_traversal(self, make_zip: MakeZip, tmp_path: Path, name: str) -> None:
        """A member whose path leads out is refused, and nothing is written outside."""
        path = make_zip({name: b"evil", "good.md": b"good"})
        before = set(tmp_path.parent.iterdir())

        found = listed(path)

        assert list(found.values()) == ["!archive_path", "good"]
        assert set(tmp_path.parent.iterdir()) == before

    def test_bomb(self, make_zip: MakeZip) -> None:
        """An archive that grows beyond its bounds is not unpacked further; each member says so."""
        path = make_zip({f"{number}.md": bytes(20_000_000) for number in range(3)})

        found = list(open_archive(path, "docs.zip", replace(Limits(), archive_bytes=30_000_000)))

        refused = [item for item in found if isinstance(item, Refused)]
        assert len(found) == 3
        assert {item.error.code for item in refused} == {"archive_bomb"}
        assert "11 MB or 200 times" in refused[-1].error.reason

    def test_bomb_in_a_bomb(self, make_zip: MakeZip) -> None:
        """What nested archives unpack to counts against the outermost one."""
        inner = packed({"big.md": bytes(40_000_000)})
        path = make_zip({f"{number}.zip": inner for number in range(4)})

        found = listed(path, replace(Limits(), archive_bytes=50_000_000))

        assert list(found.values()).count("!archive_bomb") >= 2

    def test_size_that_is_a_lie(self, tmp_path: Path) -> None:
        """A member that holds more than the archive states is not believed."""
        data = packed({"a.md": bytes(3_000_000)})
        lie = data.replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
        path = tmp_path / "lie.zip"
        path.write_bytes(lie)

        (found,) = open_archive(path, "lie.zip", replace(Limits(), file_bytes=1_000_000))

        assert isinstance(found, Refused) or found.size <= 10

    def test_depth(self, make_zip: MakeZip) -> None:
        """Archives nested deeper than the bounds are refused."""
        data = packed({"a.md": b"deep"})
        for _ in range(5):
            data = packed({"n.zip": data})
        path = make_zip({"n.zip": data, "b.md": b"after"})

        assert listed(path) == {
            "docs.zip!/n.zip!/n.zip!/n.zip": "!archive_depth",
            "docs.zip!/b.md": "after",
        }

    def test_many_members(self, make_zip: MakeZip) -> None:
        """More members than the bounds allow are refused one by one."""
        path = make_zip({f"{number}.md": b"x" for number in range(5)})

        assert list(listed(path, replace(Limits(), archive_members=3)).values()) == [
            "x", "x", "x", "!too_many_members", "!too_many_members",
        ]  # fmt: skip

    def test_huge_directory(self, make_zip: MakeZip) -> None:
        """A member list that is itself too large is not read."""
        path = make_zip({f"{'n' * 200}{number}.md": b"" for number in range(40)})

        assert listed(path, replace(Limits(), archive_members=5)) == {"docs.zip": "!too_many_members"}

    def test_links(self, tmp_path: Path) -> None:
        """A link inside an archive is refused."""
        info = zipfile.ZipInfo("link.md")
        info.external_attr = 0o120777 << 16
        path = tmp_path / "docs.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(info, "/etc/passwd")

        assert listed(path) == {"docs.zip!/link.md": "!unsafe_archive"}

    def test_unusual_compression(self, tmp_path: Path) -> None:
        """Compression that can claim any amount of memory is refused."""
        path = tmp_path / "docs.zip"
        path.write_bytes(packed({"a.md": b"x" * 1_000}, zipfile.ZIP_LZMA))

        assert listed(path) == {"docs.zip!/a.md": "!unsafe_archive"}

    def test_password(self, make_zip: MakeZip) -> None:
        """A member with a password says so."""
        path = make_zip({"a.md": b"secret"})
        data = bytearray(path.read_bytes())
        data[6] |= 1
        data[data.rfind(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(data)

        assert listed(path) == {"docs.zip!/a.md": "!encrypted"}


class TestDamage:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty"),
            (packed({}), "empty"),
            (packed({"a.md": b"text" * 100})[:60], "truncated"),
            (b"not an archive at all", "broken"),
            (b"%PDF-1.7 and so on", "renamed"),
            (b"Rar!\x1a\x07\x00 and so on", "renamed"),
            (packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "renamed"),
        ],
    )
    def test_whole_archive(self, tmp_path: Path, data: bytes, code: str) -> None:
        """An archive that cannot be opened is one line with the reason."""
        path = tmp_path / "docs.zip"
        path.write_bytes(data)

        assert listed(path) == {"docs.zip": f"!{code}"}

    def test_one_member(self, make_zip: MakeZip) -> None:
        """A damaged member harms no other."""
        path = make_zip({"a.md": b"first text, long enough to be damaged", "b.md": b"second"})
        data = bytearray(path.read_bytes())
        data[40] ^= 0xFF
        path.write_bytes(data)

        assert listed(path) == {"docs.zip!/a.md": "!broken", "docs.zip!/b.md": "second"}

    def test_not_there(self, tmp_path: Path) -> None:
        """An archive that has gone is unreadable."""
        assert listed(tmp_path / "gone.zip") == {"docs.zip": "!unreadable"}


class TestNames:
    def test_same_path_twice(self) -> None:
        """The same path twice in one archive gives two names."""
        entries = [zipfile.ZipInfo("a.md"), zipfile.ZipInfo("a.md")]

        assert member_names(entries) == ["a.md", "a.md~2"]

    @pytest.mark.parametrize("name", ["a..b.md", "...", "dir/..hidden"])
    def test_dots_that_lead_nowhere(self, name: str) -> None:
        """Dots in a name are no way out."""
        assert not escapes(name)

    def test_is_archive(self) -> None:
        """Archives are known by extension."""
        assert is_archive("A.ZIP")
        assert not is_archive("zip.md")
