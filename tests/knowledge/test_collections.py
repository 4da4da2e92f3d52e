"""Collections are made by hand or by their first document, and say what they ask of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from knowledge.errors import AlreadyThere, BadValue, NotFound
from knowledge.tables import EventContentRow

if TYPE_CHECKING:
    from knowledge.store import Store
    from tests.knowledge.conftest import Shelf


def test_a_home_begins_with_two(store: Store) -> None:
    """Public and internal are there, with titles in both languages, and ask for nothing."""
    found = [(c.name, c.title_zh, c.title_en, c.review, c.gate) for c in store.collections.all()]

    assert found == [
        ("internal", "內部", "Internal", False, False),
        ("public", "公開", "Public", False, False),
    ]


def test_the_first_document_makes_its_collection(shelf: Shelf) -> None:
    """An audience that no row has yet gets one with the document, and the log says so once."""
    shelf.put("a.md", [shelf.line("甲", audience="sales")])
    shelf.put("b.md", [shelf.line("乙", audience="sales"), "丙"])

    sales = shelf.store.collections.get("sales")
    assert (sales.title_zh, sales.documents) == ("sales", 2)
    with shelf.store.database.read() as connection:
        told = connection.exec_driver_sql("SELECT kind FROM events WHERE kind LIKE 'collection.%'").all()
    assert [one.kind for one in told] == ["collection.added"]


def test_titles_and_rules_are_set(store: Store) -> None:
    """Only what is given changes; the event says who."""
    store.collections.add("hr", "人資", review=True, by="an")
    changed = store.collections.change("hr", {"title_en": "People", "gate": True}, "lee")

    assert (changed.title_zh, changed.title_en, changed.review, changed.gate) == (
        "人資",
        "People",
        True,
        True,
    )
    with store.database.read() as connection:
        payloads = [row.payload for row in connection.execute(EventContentRow.__table__.select())]  # type: ignore[attr-defined]
    assert any('"by":"lee"' in one and '"gate":true' in one for one in payloads)


@pytest.mark.parametrize("name", ["", "*", "a b", "甲/乙", "x" * 101])
def test_refuses_names(store: Store, name: str) -> None:
    """A name is letters, digits, - and _; * is what the permission matrix calls all of them."""
    with pytest.raises(BadValue):
        store.collections.add(name)


def test_refuses_a_second_of_the_name_and_unknown_ones(store: Store) -> None:
    """What is there is changed, not added; what is not there cannot be changed."""
    with pytest.raises(AlreadyThere, match="collections set"):
        store.collections.add("public")
    with pytest.raises(NotFound):
        store.collections.change("never", {"review": True})
    with pytest.raises(BadValue, match="101 characters"):
        store.collections.change("public", {"title_zh": "長" * 101})
