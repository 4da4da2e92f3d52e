"""Drafts, reviews and decisions: what is not approved answers nobody, and its maker cannot approve it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from knowledge.errors import NotAllowed, NotFound, NotWaiting, OwnWork
from knowledge.permissions import OPERATING, Actor, Rights
from knowledge.placing import DRAFT
from knowledge.staging import Note, Target
from knowledge.types import DocumentId, Reader

if TYPE_CHECKING:
    from knowledge.store import Store
    from tests.knowledge.conftest import Shelf

STAFF = Reader(frozenset({"internal"}))
ALL = frozenset({"internal", "public"})
AN = Actor("an", Rights(ALL, ALL, ALL), "supervisor")
LEE = Actor("lee", Rights(ALL, ALL, ALL), "supervisor")
EDITOR = Actor("editor", Rights(ALL, ALL), "editor")
ELSEWHERE = Actor("elsewhere", Rights(ALL, frozenset({"public"}), frozenset({"public"})), "supervisor")


@pytest.fixture
def reviewed(shelf: Shelf) -> Shelf:
    """Return a shelf whose internal documents need a second person."""
    shelf.store.collections.change("internal", {"review": True})
    return shelf


def take(
    shelf: Shelf, text: str, note: Note | None = None, source: str = "a.md", audience: str = "internal"
) -> Target:
    """Take in a reading of a file as an ingest does."""
    line = shelf.line(text, audience=audience)
    target = shelf.stage(replace(shelf.version(source, [line]), note=note or Note("an"), audience=audience))
    if note is not None and note.draft:
        shelf.store.publisher.hold(target, DRAFT)
    else:
        shelf.store.publisher.advance(target, "document.published", held_kind="document.held")
    return target


def answers(shelf: Shelf, document_id: DocumentId) -> str:
    """Return what staff see of a document in force."""
    return "".join(p.text for p in shelf.store.repository.document_passages(document_id, STAFF)).strip()


def states(shelf: Shelf, document_id: DocumentId) -> list[tuple[int, str]]:
    """Return the versions with their states, newest first."""
    return [(v.number, v.state) for v in shelf.store.documents.history(document_id)]


def events(store: Store, kind: str) -> list[str]:
    """Return what the events of a kind say."""
    with store.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT payload FROM events JOIN event_contents USING (seq) WHERE kind = ? ORDER BY seq", (kind,)
        )
        return [row.payload for row in rows]


class TestReview:
    def test_a_second_person_puts_it_in_force(self, reviewed: Shelf) -> None:
        """Until then the old version answers and the new one is in no index; the log says who approved."""
        store = reviewed.store
        store.collections.change("internal", {"review": False})
        document = take(reviewed, "七日內退貨").document_id
        store.collections.change("internal", {"review": True})
        take(reviewed, "十日內退貨", Note("an", "新制"))

        assert answers(reviewed, document) == "七日內退貨"
        assert states(reviewed, document) == [(2, "review"), (1, "live")]
        assert store.maintenance.check().ok
        (waiting,) = store.reviews.pending(LEE)
        assert (waiting.version, waiting.current, waiting.by, waiting.comment) == (2, 1, "an", "新制")

        moved = store.reviews.approve(document, None, LEE, "核對過")

        assert (moved.version, moved.state) == (2, "live")
        assert answers(reviewed, document) == "十日內退貨"
        assert store.reviews.pending(LEE) == []
        assert store.maintenance.check().ok
        (told,) = events(store, "document.approved")
        assert '"by":"lee"' in told
        assert '"comment":"核對過"' in told

    def test_never_its_maker(self, reviewed: Shelf) -> None:
        """In an emergency the operator may with force, and the log says so."""
        document = take(reviewed, "十日內退貨", Note("operator")).document_id

        with pytest.raises(OwnWork, match="second person"):
            reviewed.store.reviews.approve(document, 1, OPERATING)
        assert states(reviewed, document) == [(1, "review")]

        reviewed.store.reviews.approve(document, 1, OPERATING, force=True)
        assert answers(reviewed, document) == "十日內退貨"
        assert '"forced":true' in events(reviewed.store, "document.approved")[0]

    def test_needs_the_right_everywhere(self, reviewed: Shelf) -> None:
        """Who may edit but not approve is told so; who looks after other collections learns nothing."""
        document = take(reviewed, "十日內退貨").document_id

        with pytest.raises(NotAllowed, match="approve in internal"):
            reviewed.store.reviews.approve(document, 1, EDITOR)
        with pytest.raises(NotFound) as unknown:
            reviewed.store.reviews.approve(DocumentId("never"), 1, ELSEWHERE)
        with pytest.raises(NotFound) as hidden:
            reviewed.store.reviews.approve(document, 1, ELSEWHERE)
        assert str(hidden.value).replace(document, "never") == str(unknown.value)
        assert reviewed.store.reviews.pending(ELSEWHERE) == []

    def test_leaving_a_collection_is_its_matter_too(self, reviewed: Shelf) -> None:
        """A version that moves a document out of a reviewed collection needs that collection's second person."""
        store = reviewed.store
        store.collections.change("internal", {"review": False})
        document = take(reviewed, "十日內退貨").document_id
        store.collections.change("internal", {"review": True})

        take(reviewed, "十日內退貨", audience="public")

        assert states(reviewed, document) == [(2, "review"), (1, "live")]
        with pytest.raises(NotFound):
            store.reviews.approve(document, 2, ELSEWHERE)

    def test_a_newer_reading_replaces_it(self, reviewed: Shelf) -> None:
        """The earlier one is rejected as replaced, and cannot be approved any more."""
        document = take(reviewed, "十日內退貨").document_id
        take(reviewed, "十四日內退貨")

        assert states(reviewed, document) == [(2, "review"), (1, "rejected")]
        assert reviewed.store.documents.history(document)[1].reason == "replaced by version 2"
        with pytest.raises(NotWaiting, match="replaced by version 2"):
            reviewed.store.reviews.approve(document, 1, LEE)

    def test_rejected_is_not_taken_up_again(self, reviewed: Shelf) -> None:
        """It is kept with the reason; approving it later is refused."""
        document = take(reviewed, "十日內退貨").document_id

        reviewed.store.reviews.reject(document, None, LEE, "數字不對")

        line = reviewed.store.documents.history(document)[0]
        assert (line.state, line.reason) == ("rejected", "rejected by lee: 數字不對")
        with pytest.raises(NotWaiting):
            reviewed.store.reviews.approve(document, None, LEE)

    def test_the_maker_takes_it_back(self, reviewed: Shelf) -> None:
        """An editor without the right to approve may reject what is their own, and nothing else."""
        own = take(reviewed, "十日內退貨", Note("editor")).document_id
        other = take(reviewed, "保固一年", source="b.md").document_id

        assert reviewed.store.reviews.reject(own, 1, EDITOR).state == "rejected"
        with pytest.raises(NotAllowed):
            reviewed.store.reviews.reject(other, 1, EDITOR)

    def test_removal_rejects_what_waits(self, reviewed: Shelf) -> None:
        """A version that waits does not bring a removed document back."""
        store = reviewed.store
        store.collections.change("internal", {"review": False})
        document = take(reviewed, "七日內退貨").document_id
        store.collections.change("internal", {"review": True})
        take(reviewed, "十日內退貨")

        store.documents.remove(document)

        assert states(reviewed, document)[0] == (2, "rejected")

    def test_approved_for_a_later_day(self, reviewed: Shelf) -> None:
        """Approval comes first, the day after it; the tick then asks nobody again."""
        later = datetime.now(UTC) + timedelta(days=1)
        document = take(reviewed, "十日內退貨", Note("an", effective_from=later)).document_id
        store = reviewed.store

        assert store.reviews.approve(document, 1, LEE).state == "scheduled"
        store.life_cycle.set_days(document, 1, {"effective_from": datetime.now(UTC)}, "an")
        assert store.life_cycle.tick() == 1
        assert answers(reviewed, document) == "十日內退貨"


class TestDraft:
    def test_is_submitted_first(self, reviewed: Shelf) -> None:
        """Draft → review → live."""
        document = take(reviewed, "十日內退貨", Note("an", draft=True)).document_id
        reviews = reviewed.store.reviews

        with pytest.raises(NotWaiting, match="is draft"):
            reviews.approve(document, 1, LEE)
        assert reviews.submit(document, 1, AN).state == "review"
        assert reviews.approve(document, 1, LEE).state == "live"

    def test_goes_live_where_nobody_must_approve(self, shelf: Shelf) -> None:
        """Without a second person, submitting puts it in force."""
        document = take(shelf, "十日內退貨", Note("an", draft=True)).document_id

        assert answers_nothing(shelf, document)
        assert shelf.store.reviews.submit(document, None, AN).state == "live"
        assert answers(shelf, document) == "十日內退貨"


def answers_nothing(shelf: Shelf, document_id: DocumentId) -> bool:
    """Tell whether staff see nothing of a document."""
    return shelf.store.repository.document_passages(document_id, STAFF) == []


class TestPublish:
    def test_a_pin_stays(self, shelf: Shelf) -> None:
        """What waits behind a pin is let go by unpinning alone."""
        document = take(shelf, "七日內退貨").document_id
        shelf.store.life_cycle.pin(document, None, "an")
        take(shelf, "十日內退貨")

        with pytest.raises(NotWaiting, match="unpin"):
            shelf.store.reviews.publish(document, None, LEE, force=True)

    def test_before_its_day_by_force(self, shelf: Shelf) -> None:
        """Who may approve can bring a scheduled version forward; others cannot."""
        document = take(
            shelf, "十日內退貨", Note("an", effective_from=datetime.now(UTC) + timedelta(days=1))
        ).document_id

        assert shelf.store.reviews.publish(document, 1, EDITOR).state == "scheduled"
        with pytest.raises(NotAllowed):
            shelf.store.reviews.publish(document, 1, EDITOR, force=True)
        assert shelf.store.reviews.publish(document, 1, LEE, force=True).state == "live"
