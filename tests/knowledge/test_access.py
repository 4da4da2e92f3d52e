"""The one gate, condition by condition, and that nothing goes round it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from knowledge.errors import NotFound, NotReadable
from knowledge.store import Store
from knowledge.text import keys
from knowledge.types import OPERATOR, PassageId, Reader

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf

ROOT = Path(__file__).resolve().parent.parent.parent
PUBLIC = Reader(frozenset({"public"}))
NOBODY = Reader(frozenset())

# Modules that may name the passages' table. All but these read through knowledge.access.
WRITERS = {
    "knowledge/access.py",  # the gate
    "knowledge/tables.py",
    "knowledge/staging.py",  # writes what nobody sees yet
    "knowledge/publishing.py",  # writes what becomes visible
    "knowledge/repository.py",  # reads through the gate (below: each statement)
    "knowledge/entries.py",  # the same
    "knowledge/documents.py",
    "knowledge/recovery.py",
    "knowledge/maintenance.py",  # for the operator: counts and digests, no text leaves it
    "ingest/reembed.py",  # for the operator: texts go to the embedder alone
}


def ids_of(store: Store) -> list[PassageId]:
    """Return all passages that the word index knows, whoever may see them."""
    with store.database.read() as connection:
        return sorted(store.fulltext.ids(connection))


class TestReadable:
    def test_shows_what_is_in_force(self, shelf: Shelf) -> None:
        """A passage in force, of the reader's audience, is shown."""
        shelf.put("a.md", [shelf.line("公開的規定", audience="public")])

        shown = shelf.store.repository.passages(ids_of(shelf.store), PUBLIC)

        assert [passage.text for passage in shown.values()] == ["公開的規定\n"]

    def test_hides_other_audiences(self, shelf: Shelf) -> None:
        """Internal does not imply public, nor public internal; the operator sees both; nobody, nothing."""
        shelf.put("a.md", [shelf.line("甲", audience="public"), shelf.line("乙", audience="internal")])
        ids = ids_of(shelf.store)

        def texts(reader: Reader) -> set[str]:
            return {p.text.strip() for p in shelf.store.repository.passages(ids, reader).values()}

        assert texts(PUBLIC) == {"甲"}
        assert texts(Reader(frozenset({"internal"}))) == {"乙"}
        assert texts(OPERATOR) == {"甲", "乙"}
        assert texts(NOBODY) == set()

    def test_hides_superseded_versions(self, shelf: Shelf) -> None:
        """A passage of an earlier version is not shown, even when an index still names it."""
        shelf.put("a.md", ["舊的內容"])
        old = ids_of(shelf.store)
        shelf.put("a.md", ["新的內容"])

        assert shelf.store.repository.passages(old, OPERATOR) == {}

    def test_hides_staged_versions(self, shelf: Shelf) -> None:
        """A version that is not published yet is not shown, of a new document or of a known one."""
        shelf.put("a.md", ["在位的內容"])
        shelf.stage(shelf.version("a.md", ["未公布的內容"]))
        shelf.stage(shelf.version("b.md", ["未公布的文件"]))

        assert [d.source for d in shelf.store.documents.browse()] == ["a.md"]
        assert shelf.store.passages() == 1

    def test_hides_removed_documents(self, shelf: Shelf) -> None:
        """A passage of a removed document is not shown."""
        document_id = shelf.put("a.md", ["內容"])
        ids = ids_of(shelf.store)
        shelf.store.documents.remove(document_id)

        assert shelf.store.repository.passages(ids, OPERATOR) == {}
        assert shelf.store.repository.document_names(OPERATOR) == []

    def test_asks_for_the_audience_now(self, shelf: Shelf) -> None:
        """A passage that was moved to another audience is hidden from those who saw it before."""
        shelf.put("a.md", [shelf.line("內容", audience="public")])
        before = ids_of(shelf.store)
        shelf.put("a.md", [shelf.line("內容", audience="internal")])

        now = ids_of(shelf.store)
        assert shelf.store.repository.passages([*before, *now], PUBLIC) == {}
        assert shelf.store.vectors.search(shelf.embedder.embed_question("內容"), PUBLIC.audiences, 5) == []
        assert shelf.store.fulltext.search(keys("內容").grams, PUBLIC.audiences, 5) == []


class TestCanonical:
    def test_blanks_what_is_hidden(self, shelf: Shelf) -> None:
        """Passages of other audiences are blanks of the same length, so that offsets stay true."""
        document_id = shelf.put(
            "a.csv", [shelf.line("公開", audience="public"), shelf.line("機密", audience="internal")]
        )

        text = shelf.store.repository.canonical(document_id, None, PUBLIC)

        assert text == "公開\n" + "   "
        assert shelf.store.repository.canonical(document_id, None, OPERATOR) == "公開\n機密\n"

    def test_refuses_earlier_versions_with_hidden_parts(self, shelf: Shelf) -> None:
        """What was public in an earlier version may not be so now, hence all or nothing."""
        document_id = shelf.put(
            "a.csv", [shelf.line("甲", audience="public"), shelf.line("乙", audience="public")]
        )
        shelf.put("a.csv", [shelf.line("甲", audience="public"), shelf.line("乙", audience="internal")])

        with pytest.raises(NotReadable):
            shelf.store.repository.canonical(document_id, 1, PUBLIC)
        assert shelf.store.repository.canonical(document_id, 1, OPERATOR) == "甲\n乙\n"

    def test_shows_earlier_versions_that_are_wholly_allowed(self, shelf: Shelf) -> None:
        """A citation of an earlier, wholly public version can still be read."""
        document_id = shelf.put("a.md", [shelf.line("甲", audience="public")])
        shelf.put("a.md", [shelf.line("丙", audience="public")])

        assert shelf.store.repository.canonical(document_id, 1, PUBLIC) == "甲\n"

    def test_knows_no_hidden_document(self, shelf: Shelf) -> None:
        """A document of which the reader may see nothing does not exist for that reader."""
        document_id = shelf.put("a.md", ["機密"])

        with pytest.raises(NotFound):
            shelf.store.repository.canonical(document_id, None, PUBLIC)
        with pytest.raises(NotFound):
            shelf.store.repository.canonical(document_id, 9, OPERATOR)

    def test_does_not_show_staged_versions(self, shelf: Shelf) -> None:
        """A staged version has no text for anyone."""
        document_id = shelf.put("a.md", ["甲"])
        staged = shelf.stage(shelf.version("a.md", ["乙"]))

        with pytest.raises(NotFound):
            shelf.store.repository.canonical(document_id, staged.number, OPERATOR)


class TestNoWayRound:
    def test_only_known_modules_name_the_table(self) -> None:
        """A module that reads passages without the gate would show what a reader may not see."""
        found = {
            str(path.relative_to(ROOT))
            for package in ("knowledge", "ingest", "assistant", "clausewise", "models")
            for path in (ROOT / package).rglob("*.py")
            if "migrations" not in path.parts and _names(path, "PassageRow")
        }

        assert found <= WRITERS, "read passages through knowledge.access.readable"

    def test_repository_selects_through_the_gate(self) -> None:
        """In the repository only reads of kept versions select by themselves: texts behind ``canonical``, and dates."""
        tree = ast.parse((ROOT / "knowledge" / "repository.py").read_text())
        selecting = {
            function.name
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "select"
        }

        assert selecting == {"canonical", "document_passages", "version_dates"}

    def test_entries_select_through_the_gate(self) -> None:
        """Entries are read by readers' eyes, or by those who look after them."""
        tree = ast.parse((ROOT / "knowledge" / "entries.py").read_text())

        assert not [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "select"
        ]


def _names(path: Path, name: str) -> bool:
    source = path.read_text()
    return name in source and any(
        isinstance(node, ast.Name) and node.id == name for node in ast.walk(ast.parse(source))
    )
