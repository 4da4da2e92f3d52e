"""Writing entries: questions with their answers, made and changed here, and embedded at once.

An entry is one passage whatever its length, for its answer is given word for word: the text that is embedded begins
with the question, and what is beyond the embedder's limit is still found by its words.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from ingest.embedding import embed_lacking
from ingest.parsers.lines import one_line, readable, squeezed
from ingest.splitting import text_for_embedding
from knowledge.access import concerned
from knowledge.embedders import Embedders
from knowledge.embeddings import embed_key
from knowledge.entries import EntryVersion
from knowledge.errors import AlreadyThere, BadValue, NotAllowed, NotFound, StaleVersion
from knowledge.permissions import Actor
from knowledge.placing import DRAFT
from knowledge.reviewing import LONGEST_COMMENT, Moved
from knowledge.sentences import in_own_script
from knowledge.staging import ENTRY, NewPassage, NewVersion, Note, Target
from knowledge.store import Store
from knowledge.text import language_of
from knowledge.types import DocumentId
from models.protocols import Embedder

LONGEST_QUESTION, LONGEST_ANSWER = 500, 4000
MOST_TAGS, LONGEST_TAG = 20, 50
RECIPE = "entry 1"
_TITLE = 200  # characters of the question that are the document's title


@dataclass(frozen=True, slots=True)
class EntryText:
    """What an entry says, to whom, and under which tags."""

    question: str
    answer: str
    collection: str
    tags: tuple[str, ...] = ()


class EntryWriter:
    """Makes and changes entries in one store. Embedders are loaded by their owner; a single one is that of the index."""

    def __init__(self, store: Store, embedders: Embedder | Embedders) -> None:
        self._store = store
        self._embedders = embedders

    def add(self, text: EntryText, actor: Actor, note: Note | None = None) -> Moved:
        """Make an entry; without a second person or a gate to pass it answers the next question.

        Raises:
            BadValue: a text is missing or too long.
            NotFound: there is no such collection in which ``actor`` may edit.
            AlreadyThere: the collection has an entry with this very question.
        """
        given = _checked(text)
        self._require(actor, given.collection)
        document_id = DocumentId(uuid4().hex[:16])
        return self._write(document_id, given, actor, note, lambda: self._refuse_twin(given, None))

    def edit(
        self,
        document_id: DocumentId,
        base: int | None,
        text: EntryText,
        actor: Actor,
        note: Note | None = None,
    ) -> Moved:
        """Write a new version of an entry; ``base`` is the version that the edit was made from (None: the newest).

        Raises:
            NotFound: no such entry, or no such collection in which ``actor`` may edit.
            NotAllowed: ``actor`` may not edit in the collection that it is in.
            StaleVersion: somebody has written a newer version since.
            BadValue, AlreadyThere: as ``add`` does.
        """
        entry = self._store.entries.show(document_id, actor)
        with self._store.database.read() as connection:
            lacking = [
                one
                for one in concerned(connection, document_id, entry.newest.version)
                if not actor.rights.may("edit", one)
            ]
        if lacking:
            raise NotAllowed("edit", lacking)
        given = _checked(text)
        if given.collection != entry.newest.collection:
            self._require(actor, given.collection)

        def unchanged_since() -> None:
            newest = self._store.entries.show(document_id, actor).newest
            if base is not None and base != newest.version:
                raise StaleVersion(
                    f"the edit was made from version {base} of entry {document_id!r}, and version {newest.version}"
                    f" by {newest.by} is there by now; look at it and edit again",
                    base=base,
                    newest=newest.version,
                    by=newest.by,
                )
            self._refuse_twin(given, document_id)

        if _same(entry.newest, given) and base in {None, entry.newest.version}:
            newest = entry.newest
            return Moved(document_id, newest.version, newest.state, newest.reason)
        return self._write(document_id, given, actor, note, unchanged_since)

    def _write(
        self,
        document_id: DocumentId,
        given: EntryText,
        actor: Actor,
        note: Note | None,
        check: Callable[[], None],
    ) -> Moved:
        publisher = self._store.publisher
        told = _noted(note, actor)
        version, embedded = _version_of(document_id, given, told)
        texts = {version.passages[0].embed_key: embedded}
        # Before the turn is taken: embedding may have to wait for a run that embeds, and others wait for the turn.
        embed_lacking(publisher, self._embedders, texts)
        with publisher.turn:
            check()
            target, _ = publisher.stage(version)
            embed_lacking(publisher, self._embedders, texts)  # another embedder may have taken over meanwhile
            more = {"kind": "entry"}
            if told.draft:
                publisher.hold(target, DRAFT, kind="document.drafted", more=more)
                place = DRAFT
            else:
                held = publisher.advance(target, "document.published", more=more, held_kind="document.held")
                if held is None:
                    return Moved(document_id, _number(target), "live", None)
                place = held
        return Moved(document_id, _number(target), place.state, place.reason)

    def _require(self, actor: Actor, collection: str) -> None:
        """Refuse a collection in which nobody or somebody else may write; the two look the same."""
        if not actor.rights.may("edit", collection) or collection not in self._store.collections.names():
            raise NotFound(
                f"no collection {collection!r}; `clausewise collections list` shows all, and"
                " `clausewise collections add` makes one",
                "collection",
            )

    def _refuse_twin(self, given: EntryText, own: DocumentId | None) -> None:
        twins = [one for one in self._store.entries.asking(given.question, given.collection) if one != own]
        if twins:
            raise AlreadyThere(
                f"entry {twins[0]!r} of collection {given.collection!r} has this very question; edit that one",
                name=given.question,
            )


def _version_of(document_id: DocumentId, given: EntryText, note: Note) -> tuple[NewVersion, str]:
    """Return the version, and the text of its passage as it is embedded."""
    text = f"{given.question}\n{given.answer}"
    title = given.question if len(given.question) <= _TITLE else f"{given.question[: _TITLE - 1]}…"
    embedded = text_for_embedding(title, (), None, text)
    passage = NewPassage(
        kind="faq",
        start=0,
        end=len(text),
        text=text,
        clause=None,
        clause_key=None,
        heading=(),
        page=None,
        anchor=None,
        question=given.question,
        audience=given.collection,
        language=language_of(in_own_script(text)),
        embed_key=embed_key(embedded),
    )
    version = NewVersion(
        location=f"{ENTRY}{document_id}",
        root=ENTRY,
        source=f"{ENTRY}{document_id}",
        title=title,
        audience=given.collection,
        text=text,
        file_digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        recipe=RECIPE,
        passages=(passage,),
        details={"tags": list(given.tags)},
        note=note,
        kind="entry",
    )
    return version, embedded


def _checked(text: EntryText) -> EntryText:
    """Return the texts as they are kept, as a FAQ row of a file would be."""
    question = one_line(squeezed(readable(text.question)))
    answer = squeezed(readable(text.answer))
    for field, value, limit in (
        ("question", question, LONGEST_QUESTION),
        ("answer", answer, LONGEST_ANSWER),
    ):
        if not any(c.isalnum() for c in value):
            raise BadValue(field, f"the {field} is empty; write one of 1 to {limit} characters", "empty")
        _limited(field, value, limit)
    tags = tuple(dict.fromkeys(tag for one in text.tags if (tag := one_line(readable(one)))))
    if len(tags) > MOST_TAGS:
        raise BadValue(
            "tags",
            f"there are {len(tags)} tags; at most {MOST_TAGS} are allowed",
            "too_many",
            length=len(tags),
            limit=MOST_TAGS,
        )
    for tag in tags:
        _limited("tags", tag, LONGEST_TAG)
    return EntryText(question, answer, unicodedata.normalize("NFC", text.collection.strip()), tags)


def _noted(note: Note | None, actor: Actor) -> Note:
    told = note or Note()
    _limited("comment", told.comment, LONGEST_COMMENT)
    return replace(told, by=actor.name)


def _limited(field: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise BadValue(
            field,
            f"the {field} has {len(text)} characters; at most {limit} are allowed",
            length=len(text),
            limit=limit,
        )


def _same(newest: EntryVersion, given: EntryText) -> bool:
    kept: Sequence[object] = (newest.question, newest.answer, newest.collection, newest.tags)
    return kept == (given.question, given.answer, given.collection, given.tags)


def _number(target: Target) -> int:
    assert target.number is not None  # noqa: S101 - tells the type checker what staging does
    return target.number
