"""The doubles pass the contracts, and do what only doubles can."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from langchain_core.messages import HumanMessage

from models.chat import Chat
from models.errors import Cancelled
from models.fakes import FakeChat, HashEmbedder
from models.protocols import Embedder
from tests.contracts.chat import ChatContract, closing
from tests.contracts.embedder import EmbedderContract


class TestFakeChatContract(ChatContract):
    @pytest.fixture
    def chat(self) -> Iterator[Chat]:
        """Return a fake that takes some time for each token."""
        yield from closing(FakeChat(queue_size=2, pause_s=0.002))


class TestHashEmbedderContract(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        """Return the hashing embedder."""
        return HashEmbedder()


class TestFakeChat:
    def test_plays_its_script_over_and_over(self) -> None:
        """Replies come in turn."""
        chat = FakeChat(script=["first", "second"])

        answers = [chat.invoke("?").text for _ in range(3)]
        chat.close()

        assert answers == ["first", "second", "first"]

    def test_can_write_from_the_messages(self) -> None:
        """A function of the messages goes before the script."""
        chat = FakeChat(script=["no"], answer=lambda messages: f"{len(messages)} messages")

        answer = chat.invoke([("system", "s"), ("user", "u")]).text
        chat.close()

        assert answer == "2 messages"

    def test_remembers_what_it_was_asked(self) -> None:
        """Tests can look at the prompts."""
        chat = FakeChat(script=["ok"])

        chat.invoke("what?")
        chat.close()

        assert [type(message) for message in chat.seen[0]] == [HumanMessage]
        assert FakeChat().seen == []

    def test_closed_while_it_writes(self) -> None:
        """Closing cancels the request under way."""
        chat = FakeChat(script=["word " * 50], pause_s=0.02)
        stream = chat.stream("?")
        next(stream)

        chat.close()

        with pytest.raises(Cancelled):
            list(stream)


class TestHashEmbedder:
    def test_folds_width_and_case(self) -> None:
        """Full-width and upper-case letters are the same text."""
        embedder = HashEmbedder()

        assert embedder.embed_question("ＳＯＰ 12") @ embedder.embed_question("sop 12") == pytest.approx(1)
