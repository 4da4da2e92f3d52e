"""All documents in one zip, through the reader's gate."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from knowledge.errors import BadBackup, Stopped
from knowledge.exporting import export
from knowledge.types import OPERATOR, Reader

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf


def lines(file: Path) -> list[dict[str, Any]]:
    """Return the documents of an export by source."""
    with zipfile.ZipFile(file) as archive:
        read = [json.loads(line) for line in archive.read("documents.jsonl").decode().splitlines()]
    return sorted(read, key=lambda one: str(one["source"]))


class TestExport:
    def test_holds_text_metadata_and_passages(self, shelf: Shelf, tmp_path: Path) -> None:
        """Spans count in the text beside it."""
        document = shelf.put("a.md", [shelf.line("七日內退貨", clause="第1條"), "商品應完整"])

        report = export(shelf.store, tmp_path / "e.zip", OPERATOR)

        assert report.documents == 1
        line = lines(tmp_path / "e.zip")[0]
        assert (line["document_id"], line["whole"], line["versions"][0]["created_by"]) == (
            document,
            True,
            "operator",
        )
        with zipfile.ZipFile(tmp_path / "e.zip") as archive:
            text = archive.read(line["text"]).decode()
        first = line["passages"][0]
        assert (first["clause"], text[first["start"] : first["end"]]) == ("第1條", "七日內退貨\n")

    def test_holds_what_the_reader_may_see(self, shelf: Shelf, tmp_path: Path) -> None:
        """A hidden document is not in it, a hidden passage is blank and its history left out."""
        shelf.put("a.md", [shelf.line("公開的", audience="public"), shelf.line("機密的")])
        shelf.put("b.md", ["全是機密"])

        export(shelf.store, tmp_path / "e.zip", Reader(frozenset({"public"})))

        (line,) = lines(tmp_path / "e.zip")
        assert (line["source"], line["whole"], line["original"], line["versions"]) == (
            "a.md",
            False,
            None,
            [],
        )
        with zipfile.ZipFile(tmp_path / "e.zip") as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
        assert "公開的" in everything
        assert "機密" not in everything

    def test_holds_the_file_while_it_is_the_same(self, shelf: Shelf, tmp_path: Path) -> None:
        """A file that changed since it was read is not the original any more."""
        file = tmp_path / "原檔.md"
        file.write_text("七日內退貨\n", encoding="utf-8")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        version = replace(shelf.version("a.md", ["七日內退貨"]), location=str(file), file_digest=digest)
        shelf.store.publisher.change(shelf.stage(version), "document.published")

        assert export(shelf.store, tmp_path / "1.zip", OPERATOR).originals == 1
        file.write_text("十日\n", encoding="utf-8")
        assert export(shelf.store, tmp_path / "2.zip", OPERATOR).originals == 0
        with zipfile.ZipFile(tmp_path / "1.zip") as archive:
            assert archive.read(lines(tmp_path / "1.zip")[0]["original"]).decode() == "七日內退貨\n"

    def test_leaves_nothing_behind_when_it_cannot(self, shelf: Shelf, tmp_path: Path) -> None:
        """A file that exists is not written over; cancelled, no half of one stays."""
        shelf.put("a.md", ["甲"])
        (tmp_path / "e.zip").write_text("mine")

        with pytest.raises(BadBackup):
            export(shelf.store, tmp_path / "e.zip", OPERATOR)
        with pytest.raises(Stopped):
            export(shelf.store, tmp_path / "f.zip", OPERATOR, stopped=lambda: True)
        assert [path.name for path in tmp_path.glob("*.zip*")] == ["e.zip"]
