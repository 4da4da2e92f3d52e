"""Collections, versions that wait, entries and golden questions. One service for HTTP and command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from assistant.api.editing_json import (
    asked_json,
    collection_json,
    entry_json,
    golden_json,
    moved_json,
    pending_json,
    whole_pending_json,
)
from clausewise.editing_tasks import (
    AddCollection,
    AddEntry,
    AddGolden,
    CheckGolden,
    CollectionTask,
    Decide,
    EditEntry,
    EditingTask,
    EntryTask,
    GoldenTask,
    ImportGolden,
    ListCollections,
    ListEntries,
    ListGolden,
    ListPending,
    RemoveEntry,
    RemoveGolden,
    ReviewTask,
    SetCollection,
    ShowEntry,
    ShowPending,
)
from clausewise.protocol import Json
from ingest.entries import EntryText
from knowledge.differences import clauses, difference
from knowledge.errors import NotFound
from knowledge.golden import Expected, read_golden
from knowledge.jobs import INTERACTIVE
from knowledge.permissions import OPERATING, Actor
from knowledge.reviewing import require
from knowledge.staging import Note
from knowledge.types import DocumentId

if TYPE_CHECKING:
    from clausewise.bootstrap import Program

CHECK_GOLDEN = "golden.check"
Verb = Literal["submit", "approve", "reject", "publish"]


class Editing:
    """The role of ``assistant.api.services.Editing`` over a program."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._store = program.searchable_store

    def find(self, wanted: str) -> DocumentId:
        """Return the document with this id or source.

        Raises:
            NotFound: neither.
        """
        return self._store.documents.find(wanted)

    # -- collections -------------------------------------------------------------------------

    def collections(self, actor: Actor) -> list[Json]:
        """Return the collections that ``actor`` may read."""
        return [
            collection_json(one)
            for one in self._store.collections.all()
            if any(actor.rights.may(right, one.name) for right in ("read", "edit", "approve"))
        ]

    def add_collection(self, name: str, values: Mapping[str, Any], actor: Actor) -> Json:
        """Make a collection.

        Raises:
            BadValue, AlreadyThere: as knowledge.collections says.
        """
        return collection_json(self._store.collections.add(name, **values, by=actor.name))

    def change_collection(self, name: str, changes: Mapping[str, Any], actor: Actor) -> Json:
        """Change a collection.

        Raises:
            NotFound, BadValue: as knowledge.collections says.
        """
        return collection_json(self._store.collections.change(name, dict(changes), actor.name))

    # -- versions that wait ------------------------------------------------------------------

    def pending(self, actor: Actor, collection: str | None) -> list[Json]:
        """Return what waits in the collections that ``actor`` looks after."""
        return [pending_json(one) for one in self._store.reviews.pending(actor, collection)]

    def show_pending(self, document_id: str, version: int | None, actor: Actor) -> Json:
        """Return one that waits, with its text and what it would change.

        Raises:
            NotFound, NotWaiting: nothing waits there, as far as ``actor`` may know.
        """
        one = self._store.reviews.show(DocumentId(document_id), version, actor)
        read = self._store.repository.pending_passages
        passages = read(one.document_id, one.version, actor.rights)
        changes = None
        if one.current is not None:
            before = read(one.document_id, one.current, actor.rights)
            changes = difference(clauses(before), clauses(passages))
        return whole_pending_json(one, passages, changes)

    def decide(
        self, verb: Verb, document_id: str, version: int | None, actor: Actor, comment: str, *, force: bool
    ) -> Json:
        """Submit, approve, reject or publish.

        Raises:
            NotFound, NotWaiting, NotAllowed, OwnWork: as knowledge.reviewing says.
        """
        reviews, wanted = self._store.reviews, DocumentId(document_id)
        match verb:
            case "submit":
                moved = reviews.submit(wanted, version, actor, comment)
            case "approve":
                moved = reviews.approve(wanted, version, actor, comment, force=force)
            case "reject":
                moved = reviews.reject(wanted, version, actor, comment)
            case "publish":
                moved = reviews.publish(wanted, version, actor, comment, force=force)
        return moved_json(moved)

    # -- entries -----------------------------------------------------------------------------

    def entries(self, actor: Actor, collection: str | None) -> list[Json]:
        """Return the entries of which ``actor`` may see something."""
        return [entry_json(one) for one in self._store.entries.all(actor, collection)]

    def entry(self, document_id: str, actor: Actor) -> Json:
        """Return one entry.

        Raises:
            NotFound: there is none for ``actor``.
        """
        return entry_json(self._store.entries.show(DocumentId(document_id), actor))

    def add_entry(self, values: Mapping[str, Any], actor: Actor) -> Json:
        """Write an entry.

        Raises:
            BadValue, NotFound, AlreadyThere: as ingest.entries says.
        """
        return moved_json(self._program.entries.add(_text(values), actor, _note(values)))

    def edit_entry(self, document_id: str, base: int | None, values: Mapping[str, Any], actor: Actor) -> Json:
        """Write a new version of an entry; what ``values`` does not give stays.

        Raises:
            BadValue, NotFound, NotAllowed, StaleVersion, AlreadyThere: as ingest.entries says.
        """
        wanted = DocumentId(document_id)
        newest = self._store.entries.show(wanted, actor).newest
        before = {name: getattr(newest, name) for name in ("question", "answer", "collection", "tags")}
        given = {**before, **{name: value for name, value in values.items() if value is not None}}
        made_from = base if base is not None else newest.version
        return moved_json(self._program.entries.edit(wanted, made_from, _text(given), actor, _note(given)))

    def remove_entry(self, document_id: str, actor: Actor) -> Json:
        """Take an entry out of search, or back before it ever answered.

        Raises:
            NotFound: there is none for ``actor``.
            NotAllowed: ``actor`` may not edit in its collection.
        """
        entry = self._store.entries.show(DocumentId(document_id), actor)
        require(actor, "edit", {one.collection for one in (entry.live, entry.pending) if one})
        if entry.live is not None:
            self._store.documents.remove(entry.document_id, actor.name)
        else:
            self._store.reviews.withdraw(entry.document_id, actor)
        return {"document_id": entry.document_id, "state": "removed"}

    # -- golden questions --------------------------------------------------------------------

    def golden(self, actor: Actor, collection: str | None) -> list[Json]:
        """Return the golden questions of the collections that ``actor`` looks after."""
        return [golden_json(one) for one in self._store.golden.all(self._looked_after(actor, collection))]

    def add_golden(self, collection: str, questions: Sequence[Mapping[str, str]], actor: Actor) -> list[str]:
        """Add golden questions and return their ids.

        Raises:
            NotFound: no such collection in which ``actor`` may edit.
            BadValue: as knowledge.golden says.
        """
        self._require_collection(collection, actor)
        return self._store.golden.add(collection, [Expected(**one) for one in questions], actor.name)

    def remove_golden(self, question_id: str, actor: Actor) -> Json:
        """Forget a golden question.

        Raises:
            NotFound: there is none in a collection in which ``actor`` may edit.
        """
        one = self._store.golden.get(question_id)
        if not actor.rights.may("edit", one.collection):
            raise NotFound(
                f"no golden question {question_id!r}; `clausewise golden list` shows all", "golden"
            )
        return golden_json(self._store.golden.remove(question_id, actor.name))

    def start_check(self, collection: str, actor: Actor) -> str:
        """Start a job that asks the golden questions of a collection and return its id.

        Raises:
            NotFound: no such collection that ``actor`` looks after.
        """
        self._looked_after(actor, collection)
        return self._store.jobs.submit(
            CHECK_GOLDEN,
            {"collection": collection},
            priority=INTERACTIVE,
            collection=collection,
            by=actor.name,
        )

    def check_golden(self, actor: Actor, collection: str | None) -> Json:
        """Ask the golden questions of the collections that ``actor`` looks after, as things stand.

        Raises:
            NotFound: no such collection that ``actor`` looks after.
        """
        gate = self._program.quality
        asked = gate.check(self._looked_after(actor, collection))
        lines = [asked_json(one, holds=gate.holds(one)) for one in asked]
        return {"within": gate.within, "held": sum(bool(one["holds"]) for one in lines), "questions": lines}

    def _looked_after(self, actor: Actor, collection: str | None) -> frozenset[str]:
        names = frozenset(
            one
            for one in self._store.collections.names()
            if actor.rights.may("edit", one) or actor.rights.may("approve", one)
        )
        if collection is not None and collection not in names:
            raise _no_collection(collection)
        return names if collection is None else frozenset({collection})

    def _require_collection(self, collection: str, actor: Actor) -> None:
        if collection not in self._store.collections.names() or not actor.rights.may("edit", collection):
            raise _no_collection(collection)


def carry_out(program: Program, task: EditingTask, actor: Actor = OPERATING) -> Json:
    """Do what the command line asks.

    Raises:
        KnowledgeError: as the methods of ``Editing`` say.
    """
    editing = Editing(program)
    if isinstance(task, CollectionTask):
        return _on_collections(editing, task, actor)
    if isinstance(task, ReviewTask):
        return _on_versions(editing, task, actor)
    if isinstance(task, EntryTask):
        return _on_entries(editing, task, actor)
    return _on_golden(editing, task, actor)


def _on_collections(editing: Editing, task: CollectionTask, actor: Actor) -> Json:
    match task:
        case ListCollections():
            return {"collections": editing.collections(actor)}
        case AddCollection():
            return editing.add_collection(task.name, _given(task, "name"), actor)
        case SetCollection():
            return editing.change_collection(task.name, _given(task, "name"), actor)


def _on_versions(editing: Editing, task: ReviewTask, actor: Actor) -> Json:
    if isinstance(task, ListPending):
        return {"versions": editing.pending(actor, task.collection)}
    wanted = editing.find(task.document_id)
    match task:
        case ShowPending():
            return editing.show_pending(wanted, task.version, actor)
        case Decide():
            return editing.decide(task.verb, wanted, task.version, actor, task.comment, force=task.force)


def _on_entries(editing: Editing, task: EntryTask, actor: Actor) -> Json:
    if isinstance(task, ListEntries):
        return {"entries": editing.entries(actor, task.collection)}
    if isinstance(task, AddEntry):
        return editing.add_entry(_given(task), actor)
    wanted = editing.find(task.document_id)
    match task:
        case ShowEntry():
            return editing.entry(wanted, actor)
        case EditEntry():
            return editing.edit_entry(wanted, task.base, _given(task, "document_id", "base"), actor)
        case RemoveEntry():
            return editing.remove_entry(wanted, actor)


def _on_golden(editing: Editing, task: GoldenTask, actor: Actor) -> Json:
    match task:
        case ListGolden():
            return {"questions": editing.golden(actor, task.collection)}
        case AddGolden():
            given = [one.model_dump() for one in task.questions]
            return {"added": editing.add_golden(task.collection, given, actor)}
        case ImportGolden():
            read = [asdict(one) for one in read_golden(task.text, task.name)]
            return {"added": editing.add_golden(task.collection, read, actor)}
        case RemoveGolden():
            return editing.remove_golden(task.question_id, actor)
        case CheckGolden():
            return editing.check_golden(actor, task.collection)


def _given(task: EditingTask, *without: str) -> dict[str, Any]:
    """Return a task's values that are not None."""
    return task.model_dump(exclude={"task", *without}, exclude_none=True)


def _text(values: Mapping[str, Any]) -> EntryText:
    return EntryText(
        values["question"], values["answer"], values["collection"], tuple(values.get("tags") or ())
    )


def _note(values: Mapping[str, Any]) -> Note:
    return Note(comment=values.get("comment", ""), draft=bool(values.get("draft", False)))


def _no_collection(name: str) -> NotFound:
    return NotFound(f"no collection {name!r}; `clausewise collections list` shows all", "collection")
