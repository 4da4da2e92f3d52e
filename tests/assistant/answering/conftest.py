"""Desks for the tests of the ladder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from assistant.answering.service import Answerer
from assistant.answering.settings import AnsweringSettings
from knowledge.types import Hit, Passage
from models.fakes import FakeChat
from tests.assistant.answering.ladder import Desk, ListedSearch


@pytest.fixture
def desk() -> Iterator[Callable[..., Desk]]:
    """Return a maker of desks: passages with scores, and the model's script."""
    made: list[FakeChat] = []

    def make(
        *scored: tuple[Passage, float],
        says: Sequence[str] = ("好。",),
        exact: bool = False,
        exact_only: bool = False,
    ) -> Desk:
        hits = [Hit(i, score, found, exact=exact) for i, (found, score) in enumerate(scored, 1)]
        search = ListedSearch(hits, exact_only)
        search.embedder.load()
        chat = FakeChat(script=list(says))
        chat.load()
        made.append(chat)
        return Desk(Answerer(search, chat, AnsweringSettings()), search, chat)

    yield make
    for chat in made:
        chat.close()
