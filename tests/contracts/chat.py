"""What every chat model must do. Subclass ChatContract and give it a ``chat`` fixture of a loaded model.

A model under test writes at least ``LONG`` tokens when it is asked with ``long_question`` and not stopped.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from models.chat import Chat
from models.errors import Busy, Cancelled, ContextOverflow

LONG = 40
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"enum": ["yes", "no"]}, "sure": {"type": "boolean"}},
    "required": ["answer", "sure"],
}
WITHIN_S = 0.5  # from the cancel event to the reader's freedom, and to the model's


def text_of(chunks: list[AIMessageChunk]) -> str:
    """Return streamed text, joined."""
    return "".join(str(chunk.text) for chunk in chunks)


def finish_of(chunks: list[AIMessageChunk]) -> str:
    """Return the reason that the last piece gives."""
    reasons = [chunk.response_metadata.get("finish_reason") for chunk in chunks]
    return str(next(reason for reason in reversed(reasons) if reason))


class ChatContract:
    """The behaviours of a chat model, real or fake."""

    queues = True
    """Whether requests queue in this process."""
    reproducible = True
    """Whether the same seed gives the same text."""

    @pytest.fixture
    def long_question(self) -> list[tuple[str, str]]:
        """Return messages whose answer is long."""
        return [("system", "Repeat."), ("user", "one two three four five six seven eight nine ten. " * 20)]

    @pytest.fixture
    def question(self) -> list[tuple[str, str]]:
        """Return messages whose answer can be anything."""
        return [("system", "You help."), ("user", "Which rule applies to late parcels? 出貨異常如何處理？")]

    def test_is_a_langchain_model(self, chat: Chat) -> None:
        """It stands wherever LangChain takes a chat model, in a chain too."""
        chain = (
            ChatPromptTemplate.from_messages([("user", "{q}")]) | chat.bind(max_tokens=4) | StrOutputParser()
        )

        answer = chain.invoke({"q": "Say something."})

        assert isinstance(chat, BaseChatModel)
        assert isinstance(answer, str)

    def test_streams_what_invoke_returns(self, chat: Chat, question: Any) -> None:
        """The pieces of a stream make up the whole answer."""
        whole = chat.invoke(question, max_tokens=12, seed=3)
        chunks = list(chat.stream(question, max_tokens=12, seed=3))

        assert text_of(chunks) == whole.text or not self.reproducible
        assert text_of(chunks)
        assert whole.text

    def test_same_seed_same_text(self, chat: Chat, long_question: Any) -> None:
        """With a temperature, the seed decides."""
        if not self.reproducible:
            return
        list(chat.stream(long_question, max_tokens=1))  # both runs find the same prefix

        first = chat.invoke(long_question, max_tokens=12, seed=11, temperature=0.9)
        again = chat.invoke(long_question, max_tokens=12, seed=11, temperature=0.9)

        assert first.text == again.text

    def test_counts_tokens_of_the_answer(self, chat: Chat, long_question: Any) -> None:
        """The last piece says how long prompt and answer were, and why it ended."""
        chunks = list(chat.stream(long_question, max_tokens=7))
        usage = next(chunk.usage_metadata for chunk in chunks if chunk.usage_metadata)

        assert usage["output_tokens"] == 7
        assert usage["input_tokens"] > 20
        assert usage["total_tokens"] == usage["input_tokens"] + 7
        assert finish_of(chunks) == "length"

    def test_ends_before_a_stop_string(self, chat: Chat, long_question: Any) -> None:
        """The stop string and what follows never appear, not even in part."""
        whole = chat.invoke(long_question, max_tokens=30).text
        stop = whole[len(whole) // 2 : len(whole) // 2 + 3]

        chunks = list(chat.stream(long_question, max_tokens=30, stop=[stop]))

        assert stop not in text_of(chunks)
        if self.reproducible:
            assert text_of(chunks) == whole[: whole.index(stop)]
            assert finish_of(chunks) == "stop"

    def test_follows_a_schema(self, chat: Chat, question: Any) -> None:
        """With a schema the answer is JSON that follows it."""
        answer = json.loads(chat.invoke(question, response_schema=SCHEMA, max_tokens=60).text)

        assert answer["answer"] in {"yes", "no"}
        assert isinstance(answer["sure"], bool)

    def test_counts_tokens(self, chat: Chat) -> None:
        """Longer texts have more tokens, nothing has none."""
        assert chat.count_tokens("") == 0
        assert 0 < chat.count_tokens("出貨") < chat.count_tokens("出貨異常須於二十四小時內回報物流")
        assert chat.get_num_tokens("late parcel") == chat.count_tokens("late parcel")

    def test_has_a_name(self, chat: Chat) -> None:
        """The id is there and stays."""
        assert chat.model_id
        assert chat.model_id == chat.model_id

    def test_load_twice(self, chat: Chat) -> None:
        """A second load changes nothing."""
        chat.load()

        assert chat.invoke([("user", "again")], max_tokens=2) is not None

    def test_cancelled_before_it_begins(self, chat: Chat, question: Any) -> None:
        """A reader who has gone gets nothing."""
        cancel = threading.Event()
        cancel.set()

        with pytest.raises(Cancelled):
            list(chat.stream(question, cancel=cancel))

    def test_cancelled_while_writing(self, chat: Chat, long_question: Any) -> None:
        """Within half a second after the event the reader is free, and the model takes the next request."""
        cancel = threading.Event()
        stream = chat.stream(long_question, max_tokens=500, cancel=cancel)
        next(stream)

        cancel.set()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            list(stream)
        freed = time.monotonic() - began
        following = chat.invoke([("user", "next")], max_tokens=2)

        assert freed < WITHIN_S
        assert following.response_metadata["finish_reason"] in {"stop", "length"}

    def test_a_closed_stream_frees_the_model(self, chat: Chat, long_question: Any) -> None:
        """Whoever stops reading need not say so."""
        stream = chat.stream(long_question, max_tokens=500)
        next(stream)
        stream.close()  # type: ignore[attr-defined]

        assert chat.invoke([("user", "next")], max_tokens=2) is not None

    def test_too_long_a_prompt(self, chat: Chat) -> None:
        """A prompt that fills the context is refused with a sentence that says what to do."""
        if not self.queues:
            return
        with pytest.raises(ContextOverflow, match="shorten"):
            chat.invoke([("user", "word and word " * 3000)], max_tokens=2)

    def test_says_busy_beyond_the_queue(self, chat: Chat, long_question: Any) -> None:
        """The queue is bounded; those in it hear their position and the expected wait."""
        if not self.queues:
            return
        size: int = chat.queue_size  # type: ignore[attr-defined]
        heard: list[tuple[int, float]] = []
        running = chat.stream(long_question, max_tokens=500)
        next(running)
        cancel = threading.Event()
        started = threading.Semaphore(0)

        def wait() -> None:
            def hear(position: int, wait_s: float) -> None:
                heard.append((position, wait_s))
                started.release()

            with pytest.raises(Cancelled):
                list(chat.stream(long_question, max_tokens=2, cancel=cancel, on_queue=hear))

        waiting = [threading.Thread(target=wait) for _ in range(size)]
        for thread in waiting:
            thread.start()
            started.acquire(timeout=10)
        with pytest.raises(Busy) as caught:
            list(chat.stream(long_question, max_tokens=2))
        load = chat.queue_load()
        cancel.set()
        for thread in waiting:
            thread.join()
        running.close()  # type: ignore[attr-defined]

        assert [position for position, _ in heard[:size]] == list(range(1, size + 1))
        assert all(wait_s > 0 for _, wait_s in heard)
        assert caught.value.position == size + 1
        assert caught.value.wait_s > 0
        assert load[0] == size + 1


def closing(chat: Chat) -> Iterator[Chat]:
    """Load, hand out, close: the body of a ``chat`` fixture."""
    chat.load()
    yield chat
    chat.close()
