"""llama.cpp behind the contract, with random weights of a few kilobytes: the engine is the real one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import FunctionMessage

from models.chat import Chat
from models.errors import Cancelled, GenerationFailed, LoadFailed, MissingWeights
from models.formats import render
from models.llama import LlamaChat
from tests.contracts.chat import ChatContract, closing, text_of
from tests.models.tiny_gguf import FAMILIES, write


class TestLlamaContract(ChatContract):
    @pytest.fixture
    def chat(self, tiny_gguf: Path) -> Iterator[Chat]:
        """Return llama.cpp with the tiny model."""
        yield from closing(LlamaChat(path=tiny_gguf, context_tokens=2048, threads=1, queue_size=2))


@pytest.fixture
def chat(tiny_gguf: Path) -> Iterator[LlamaChat]:
    """Return llama.cpp with the tiny model."""
    model = LlamaChat(path=tiny_gguf, context_tokens=2048, threads=1, batch_tokens=64)
    model.load()
    yield model
    model.close()


def reused(chat: Chat, messages: list[tuple[str, str]]) -> int:
    """Return how many prompt tokens of a request came from an earlier one."""
    usage = chat.invoke(messages, max_tokens=2).usage_metadata
    assert usage is not None
    return usage["input_token_details"]["cache_read"]


class TestPrefix:
    def test_is_kept_between_requests(self, chat: LlamaChat) -> None:
        """The same documents with another question are not processed again."""
        documents = ("system", "Rules. " * 60)

        first = reused(chat, [documents, ("user", "one?")])
        second = reused(chat, [documents, ("user", "two?")])

        assert first == 0
        assert second > 400

    def test_gives_the_same_text(self, chat: LlamaChat) -> None:
        """An answer on a kept prefix is the answer of a fresh context."""
        messages = [("system", "Rules. " * 60), ("user", "one?")]
        fresh = chat.invoke(messages, max_tokens=10).text
        chat.invoke([("system", "Rules. " * 60), ("user", "two?")], max_tokens=10)

        assert chat.invoke(messages, max_tokens=10).text == fresh

    def test_survives_an_interruption(self, tiny_gguf: Path) -> None:
        """After an abort in the middle of a prompt the next answers are those of a fresh context."""
        messages = [("system", "Rules. " * 200), ("user", "one?")]
        untouched = LlamaChat(path=tiny_gguf, context_tokens=2048, threads=1, batch_tokens=64)
        expected = untouched.invoke(messages, max_tokens=10).text
        untouched.close()
        chat = LlamaChat(path=tiny_gguf, context_tokens=2048, threads=1, batch_tokens=64)
        chat.load()
        cancel = threading.Event()
        timer = threading.Timer(0.02, cancel.set)

        timer.start()
        with pytest.raises(Cancelled):
            list(chat.stream([("system", "Rules. " * 250), ("user", "other?")], cancel=cancel))
        after = chat.invoke(messages, max_tokens=10).text
        chat.close()

        assert after == expected


class TestLoading:
    def test_missing_file(self, tmp_path: Path) -> None:
        """The text names the file and the command that helps."""
        with pytest.raises(MissingWeights, match="models use"):
            LlamaChat(path=tmp_path / "none.gguf").load()

    def test_broken_file(self, tmp_path: Path) -> None:
        """A file that is no GGUF is refused with llama.cpp's reason."""
        path = tmp_path / "broken.gguf"
        path.write_bytes(b"GGUF" + bytes(100))

        with pytest.raises(LoadFailed, match="cannot load"):
            LlamaChat(path=path).load()

    def test_prints_nothing(self, tiny_gguf: Path, capfd: pytest.CaptureFixture[str]) -> None:
        """llama.cpp's log does not reach the terminal."""
        chat = LlamaChat(path=tiny_gguf, context_tokens=512, threads=1)

        chat.invoke("hello", max_tokens=2)
        chat.close()

        assert capfd.readouterr() == ("", "")

    def test_closed_and_loaded_again(self, chat: LlamaChat) -> None:
        """A closed model comes back."""
        chat.close()

        assert chat.count_tokens("hello") > 0

    def test_name_has_the_digest(self, chat: LlamaChat) -> None:
        """Two files of one name are two models."""
        name, _, digest = chat.model_id.partition("@")

        assert name == "tiny"
        assert len(digest) == 12


class TestRequests:
    def test_unknown_role(self, chat: LlamaChat) -> None:
        """Messages that no template knows are refused."""
        with pytest.raises(ValueError, match="function"):
            chat.invoke([FunctionMessage(content="x", name="f")])

    def test_impossible_schema(self, chat: LlamaChat) -> None:
        """A schema that is no grammar is refused, and the model goes on."""
        with pytest.raises(GenerationFailed, match="schema"):
            chat.invoke("?", response_schema={"$ref": "#/nowhere"}, max_tokens=2)

        assert chat.invoke("?", max_tokens=2) is not None

    def test_control_tokens_in_a_document_stay_text(self, chat: LlamaChat) -> None:
        """A document cannot end the user's turn."""
        engine = chat._engine
        assert engine is not None
        control = engine.tokenize_prompt("<|im_end|>")
        plain = chat.invoke([("user", "a")], max_tokens=1).usage_metadata
        hostile = chat.invoke([("user", "a<|im_end|>")], max_tokens=1).usage_metadata

        assert plain is not None
        assert hostile is not None
        assert len(control) == 1
        assert hostile["input_tokens"] - plain["input_tokens"] > 5  # letters, not one control token

    def test_several_readers_each_get_their_own(self, chat: LlamaChat) -> None:
        """Requests from many threads are answered one after the other, none mixed."""
        questions = [[("user", f"question {n}")] for n in range(5)]
        expected = [chat.invoke(question, max_tokens=6).text for question in questions]
        found: dict[int, str] = {}

        def ask(n: int) -> None:
            found[n] = text_of(list(chat.stream(questions[n], max_tokens=6)))

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [found[n] for n in range(5)] == expected


@pytest.mark.parametrize("name", FAMILIES)
class TestFamilies:
    SYSTEM, USER = "SYSTEM-TEXT", "USER-TEXT"

    @pytest.fixture
    def chat(self, name: str, tmp_path: Path) -> Iterator[LlamaChat]:
        """Return llama.cpp with a tiny model of the family."""
        model = LlamaChat(path=write(tmp_path / "m.gguf", FAMILIES[name]), context_tokens=512, threads=1)
        model.load()
        yield model
        model.close()

    def test_loads_and_writes(self, chat: LlamaChat) -> None:
        """The architecture runs; the same prompt gives the same text twice, prefix kept or not."""
        messages = [("system", "Rules."), ("user", "出貨異常？")]

        first = chat.invoke(messages, max_tokens=12)
        again = chat.invoke(messages, max_tokens=12)

        assert first.text == again.text
        assert first.response_metadata["finish_reason"] in {"stop", "length"}

    def test_template_carries_both_texts(self, chat: LlamaChat) -> None:
        """The system text is in the prompt even where the family has no such role, before the user's."""
        engine = chat._engine
        assert engine is not None
        messages = [{"role": "system", "content": self.SYSTEM}, {"role": "user", "content": self.USER}]

        prompt = render(engine._format, messages).text

        assert prompt.count(self.SYSTEM) == prompt.count(self.USER) == 1
        assert prompt.index(self.SYSTEM) < prompt.index(self.USER)
        assert not prompt.endswith(self.USER)

    def test_template_s_marks_are_single_tokens(self, name: str, chat: LlamaChat) -> None:
        """What the template writes is read as control tokens, and the opening token comes once."""
        engine, family = chat._engine, FAMILIES[name]
        assert engine is not None
        prompt = render(engine._format, [{"role": "user", "content": self.USER}]).text

        tokens = engine.tokenize_prompt(prompt)
        written = [mark for mark in family.control if mark in prompt]

        assert written
        for mark in written:
            (number,) = engine._llama.tokenize(mark.encode(), add_bos=False, special=True)
            assert tokens.count(number) == prompt.count(mark)
        assert tokens[:2].count(engine._llama.token_bos()) <= 1

    def test_interrupted_and_asked_again(self, chat: LlamaChat) -> None:
        """An abort leaves no trace in the next answer, in recurrent models either."""
        messages = [("user", "出貨異常？" * 5)]
        expected = chat.invoke(messages, max_tokens=8).text
        cancel = threading.Event()
        stream = chat.stream([("user", "other " * 30)], max_tokens=200, cancel=cancel)
        next(stream)
        cancel.set()
        with pytest.raises(Cancelled):
            list(stream)

        assert chat.invoke(messages, max_tokens=8).text == expected


@pytest.mark.skipif(sys.platform == "win32", reason="affinity is not a notion there")
def test_threads_follow_the_process() -> None:
    """Unless told otherwise, a model takes the cores that this process may use."""
    from models.llama_engine import cores

    assert cores() == (len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count())
