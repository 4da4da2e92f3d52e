"""Days and pins: what is due comes into force, what has expired does not answer, what is pinned stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from knowledge.citing import note_cited
from knowledge.errors import NotFound
from knowledge.staging import Note, known
from knowledge.types import OPERATOR, DocumentId, Reader

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf

STAFF = Reader(frozenset({"internal"}))
TOMORROW = datetime.now(UTC) + timedelta(days=1)
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def take(shelf: Shelf, text: str, note: Note | None = None) -> DocumentId:
    """Take in a reading of one file as an ingest does: held where it must be, else published."""
    publisher = shelf.store.publisher
    target = shelf.stage(replace(shelf.version("a.md", [text]), note=note or Note()))
    with publisher.turn:
        held = publisher.held([target])
        publisher.prepare([] if held else [target])
        if held:
            publisher.hold(target, held[target])
        else:
            publisher.publish(target, "document.published")
        publisher.settle()
    return target.document_id


def answers(shelf: Shelf, document_id: DocumentId, reader: Reader = STAFF) -> str:
    """Return what the reader sees of a document in force."""
    return "".join(p.text for p in shelf.store.repository.document_passages(document_id, reader)).strip()


class TestEffective:
    def test_waits_for_its_day(self, shelf: Shelf) -> None:
        """Until then the old version answers; the tick on that day puts it in force, once."""
        take(shelf, "七日內退貨")
        document = take(shelf, "十日內退貨", Note("an", "新制", effective_from=TOMORROW))

        assert answers(shelf, document) == "七日內退貨"
        assert shelf.store.life_cycle.tick() == 0
        assert shelf.store.documents.history(document)[0].state == "scheduled"

        shelf.store.life_cycle.set_days(document, 2, {"effective_from": YESTERDAY}, "an")
        assert shelf.store.life_cycle.tick() == 1
        assert answers(shelf, document) == "十日內退貨"
        assert shelf.store.life_cycle.tick() == 0
        assert shelf.store.maintenance.check().ok

    def test_is_not_staged_again(self, shelf: Shelf) -> None:
        """The file of a version that waits is known as it is."""
        take(shelf, "十日內退貨", Note(effective_from=TOMORROW))

        with shelf.store.database.read() as connection:
            found = known(connection, "/docs/a.md")

        assert found is not None
        assert (found.number, found.current) == (1, None)

    def test_history_says_who_and_why(self, shelf: Shelf) -> None:
        """A line of the history tells who made the version, why, and from when until when it answers."""
        document = take(shelf, "七日內退貨", Note("an", "年度修訂", None, TOMORROW))

        line = shelf.store.documents.history(document)[0]

        assert (line.created_by, line.comment, line.expires_at, line.effective_from) == (
            "an",
            "年度修訂",
            TOMORROW,
            None,
        )
        assert line.published_at is not None


class TestExpiry:
    def test_an_expired_version_does_not_answer(self, shelf: Shelf) -> None:
        """No reader sees it from that moment, before any tick; those who look after it do, and it is listed."""
        document = take(shelf, "七日內退貨", Note(expires_at=TOMORROW))
        assert answers(shelf, document) == "七日內退貨"

        shelf.store.life_cycle.set_days(document, None, {"expires_at": YESTERDAY}, "an")

        assert answers(shelf, document) == ""
        assert shelf.store.repository.document_names(STAFF) == []
        assert shelf.store.documents.browse(STAFF) == []
        assert [(d.state, d.version) for d in shelf.store.documents.browse(OPERATOR)] == [("expired", 1)]
        assert [(one.source, one.expired) for one in shelf.store.life_cycle.expiring(1)] == [("a.md", True)]
        assert shelf.store.life_cycle.expiring(1, STAFF) == []
        assert shelf.store.maintenance.check().ok

    def test_a_tick_lets_caches_go(self, shelf: Shelf) -> None:
        """What is remembered for a generation is forgotten when something has expired since the last tick."""
        take(shelf, "七日內退貨", Note(expires_at=TOMORROW))
        before = shelf.store.generation

        assert shelf.store.life_cycle.tick(TOMORROW + timedelta(seconds=1)) == 1
        assert shelf.store.generation > before
        assert shelf.store.life_cycle.tick(TOMORROW + timedelta(seconds=2)) == 0

    def test_refuses_an_end_before_its_beginning(self, shelf: Shelf) -> None:
        """A version that would never answer is a mistake."""
        document = take(shelf, "七日內退貨")

        with pytest.raises(ValueError, match="expire"):
            shelf.store.life_cycle.set_days(
                document, None, {"effective_from": TOMORROW, "expires_at": YESTERDAY}, "an"
            )


class TestPin:
    def test_a_pinned_document_keeps_its_version(self, shelf: Shelf) -> None:
        """New readings wait; unpinned, the newest comes into force."""
        document = take(shelf, "七日內退貨")
        shelf.store.life_cycle.pin(document, None, "an")
        take(shelf, "十日內退貨")
        take(shelf, "十四日內退貨")

        states = [(v.number, v.state, v.pinned) for v in shelf.store.documents.history(document)]
        assert states == [(3, "waiting", False), (2, "waiting", False), (1, "live", True)]
        assert answers(shelf, document) == "七日內退貨"

        assert shelf.store.life_cycle.unpin(document, "an") == 3
        assert answers(shelf, document) == "十四日內退貨"
        assert shelf.store.maintenance.check().ok

    def test_an_earlier_version_can_be_pinned(self, shelf: Shelf) -> None:
        """Pinning what was superseded puts it in force."""
        take(shelf, "七日內退貨")
        document = take(shelf, "十日內退貨")

        assert shelf.store.life_cycle.pin(document, 1, "an") == 1
        assert answers(shelf, document) == "七日內退貨"

    def test_only_what_was_in_force(self, shelf: Shelf) -> None:
        """A version that waits cannot be pinned, and what is not pinned cannot be unpinned."""
        document = take(shelf, "七日內退貨")
        take(shelf, "十日內退貨", Note(effective_from=TOMORROW))

        with pytest.raises(NotFound, match="never in force"):
            shelf.store.life_cycle.pin(document, 2, "an")
        with pytest.raises(NotFound, match="not pinned"):
            shelf.store.life_cycle.unpin(document, "an")

    def test_a_due_version_waits_behind_a_pin(self, shelf: Shelf) -> None:
        """Its day came while the document was pinned: it comes into force with the unpinning."""
        document = take(shelf, "七日內退貨")
        take(shelf, "十日內退貨", Note(effective_from=TOMORROW))
        shelf.store.life_cycle.pin(document, None, "an")
        shelf.store.life_cycle.set_days(document, 2, {"effective_from": YESTERDAY}, "an")

        shelf.store.life_cycle.tick()
        assert answers(shelf, document) == "七日內退貨"

        shelf.store.life_cycle.unpin(document, "an")
        assert answers(shelf, document) == "十日內退貨"


class TestRetention:
    def test_cited_versions_are_kept(self, shelf: Shelf) -> None:
        """Three are kept by this store's settings, and what an answer cited beside them."""
        document = take(shelf, "第0版")
        with shelf.store.database.write() as session:
            note_cited(session, [(document, 1)])
        for number in range(1, 6):
            take(shelf, f"第{number}版")

        assert [v.number for v in shelf.store.documents.history(document)] == [6, 5, 4, 1]

    def test_an_unknown_version_cannot_be_dated(self, shelf: Shelf) -> None:
        """It is said that there is none."""
        with pytest.raises(NotFound):
            shelf.store.life_cycle.set_days(DocumentId("never"), 1, {"expires_at": None}, "an")


class TestNothingComesBack:
    """What was removed or overtaken does not answer again by itself."""

    def test_a_removed_document_stays_so_on_its_day(self, shelf: Shelf) -> None:
        """Removing takes what was scheduled with it."""
        take(shelf, "七日內退貨")
        document = take(shelf, "十日內退貨", Note(effective_from=TOMORROW))
        shelf.store.documents.remove(document)
        shelf.store.life_cycle.set_days(document, 2, {"effective_from": YESTERDAY}, "an")

        assert shelf.store.life_cycle.tick() == 0
        assert shelf.store.documents.browse() == []
        assert shelf.store.documents.history(document)[0].state == "rejected"

    def test_a_removed_document_loses_its_pin(self, shelf: Shelf) -> None:
        """What waited behind it does not come into force, and a later reading does not wait for ever."""
        document = take(shelf, "七日內退貨")
        shelf.store.life_cycle.pin(document, None, "an")
        take(shelf, "十日內退貨")
        shelf.store.documents.remove(document)

        with pytest.raises(NotFound):
            shelf.store.life_cycle.unpin(document, "an")
        assert shelf.store.documents.browse() == []
        take(shelf, "十四日內退貨")
        assert answers(shelf, document) == "十四日內退貨"

    def test_a_newer_text_overtakes_what_was_scheduled(self, shelf: Shelf) -> None:
        """An older reading never replaces a newer one, whatever its day."""
        document = take(shelf, "七日內退貨")
        take(shelf, "十日內退貨", Note(effective_from=TOMORROW))
        take(shelf, "十四日內退貨")

        assert [v.state for v in shelf.store.documents.history(document)] == [
            "live",
            "rejected",
            "superseded",
        ]
        assert shelf.store.life_cycle.tick(TOMORROW + timedelta(days=1)) == 0
        assert answers(shelf, document) == "十四日內退貨"

    def test_unpinning_never_goes_back(self, shelf: Shelf) -> None:
        """What waited and is older than what is in force stays behind."""
        document = take(shelf, "一")
        shelf.store.life_cycle.pin(document, None, "an")
        take(shelf, "二")
        take(shelf, "三")
        shelf.store.life_cycle.unpin(document, "an")
        shelf.store.life_cycle.pin(document, None, "an")

        assert shelf.store.life_cycle.unpin(document, "an") == 3
        assert answers(shelf, document) == "三"

    def test_unpinning_waits_for_the_day(self, shelf: Shelf) -> None:
        """A version that is effective tomorrow is scheduled by it, not published."""
        document = take(shelf, "一")
        shelf.store.life_cycle.pin(document, None, "an")
        take(shelf, "二", Note(effective_from=TOMORROW))

        shelf.store.life_cycle.unpin(document, "an")

        assert answers(shelf, document) == "一"
        assert shelf.store.documents.history(document)[0].state == "scheduled"

    def test_a_rolled_back_pin_moves_along(self, shelf: Shelf) -> None:
        """The pin holds what is in force."""
        take(shelf, "一")
        document = take(shelf, "二")
        shelf.store.life_cycle.pin(document, None, "an")
        shelf.store.documents.rollback(document, 1)

        assert [(v.number, v.pinned) for v in shelf.store.documents.history(document)] == [
            (2, False),
            (1, True),
        ]

    def test_what_only_waits_can_be_removed(self, shelf: Shelf) -> None:
        """A document that was never in force is removed like another."""
        document = take(shelf, "十日內退貨", Note(effective_from=TOMORROW))

        assert shelf.store.documents.remove(document).state == "waiting"
        with pytest.raises(NotFound):
            shelf.store.documents.remove(document)
        assert shelf.store.life_cycle.tick(TOMORROW + timedelta(days=1)) == 0
