"""The default chat model with its real weights."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.chat import Chat
from models.errors import Cancelled, DigestMismatch, MissingWeights, UnknownModel
from models.llama import LlamaChat
from models.registry import build_chat
from models.settings import ModelsSettings
from tests.contracts.chat import WITHIN_S, ChatContract

pytestmark = [pytest.mark.weights, pytest.mark.slow]

NAME = "qwen2.5-coder-1.5b-instruct"
RULES = (
    "第4.3條 出貨異常：倉管人員應於二十四小時內回報物流部門，並由倉庫主管決定是否重新出貨。\n"
    "第4.4條 退貨：顧客得於收到商品後七日內退貨。\n"
) * 4


@pytest.fixture(scope="module")
def loaded(real_models: Path) -> Iterator[LlamaChat]:
    """Return the default chat model, loaded once."""
    chat = build_chat(ModelsSettings(context_tokens=2048, queue_size=2), real_models)
    assert isinstance(chat, LlamaChat)
    chat.load()
    yield chat
    chat.close()


class TestDefaultModelContract(ChatContract):
    @pytest.fixture
    def chat(self, loaded: LlamaChat) -> Chat:
        """Return the default chat model."""
        return loaded


class TestDefaultModel:
    def test_answers_in_traditional_chinese(self, loaded: LlamaChat) -> None:
        """It finds a number in a passage."""
        messages = [("system", "只根據資料，用一句話回答。\n" + RULES), ("user", "出貨異常要在多久內回報？")]

        answer = loaded.invoke(messages, max_tokens=60).text

        assert "二十四小時" in answer or "24" in answer

    def test_same_prefix_comes_quickly(self, loaded: LlamaChat) -> None:
        """The second question on the same passages waits for its own tokens only."""
        system = ("system", "只根據資料回答。\n" + RULES)
        loaded.invoke([("user", "something else entirely")], max_tokens=1)

        first = self._first_piece_s(loaded, [system, ("user", "退貨期限？")])
        second = self._first_piece_s(loaded, [system, ("user", "誰決定重新出貨？")])

        assert second < first / 2

    def test_cancelled_in_the_middle_of_a_prompt(self, loaded: LlamaChat) -> None:
        """A prompt of seconds is dropped within half a second, and the model is free by then."""
        cancel = threading.Event()
        set_at: list[float] = []

        def leave() -> None:
            set_at.append(time.monotonic())
            cancel.set()

        timer = threading.Timer(0.4, leave)
        timer.start()
        with pytest.raises(Cancelled):
            list(loaded.stream([("user", "離職後的競業禁止條款。" * 140)], cancel=cancel))
        reader_free_s = time.monotonic() - set_at[0]
        while loaded.queue_load()[0]:
            threading.Event().wait(0.005)
        model_free_s = time.monotonic() - set_at[0]

        assert reader_free_s < WITHIN_S
        assert model_free_s < WITHIN_S

    def test_keeps_to_a_schema(self, loaded: LlamaChat) -> None:
        """Constrained output is JSON with the passage's facts in it."""
        schema = {
            "type": "object",
            "properties": {"clause": {"type": "string", "maxLength": 12}, "hours": {"type": "integer"}},
            "required": ["clause", "hours"],
        }
        messages = [("system", RULES), ("user", "出貨異常：哪一條？幾小時內回報？以 JSON 回答。")]

        answer = json.loads(loaded.invoke(messages, response_schema=schema, max_tokens=60).text)

        assert isinstance(answer["hours"], int)
        assert answer["clause"]

    def test_name_has_the_digest(self, loaded: LlamaChat) -> None:
        """Answers can be traced to these bytes."""
        assert loaded.model_id == f"{NAME}@cc324af070c2"

    @staticmethod
    def _first_piece_s(chat: Chat, messages: list[tuple[str, str]]) -> float:
        began = time.monotonic()
        stream = chat.stream(messages, max_tokens=2)
        next(stream)
        took = time.monotonic() - began
        list(stream)
        return took


class TestChoosing:
    def test_not_fetched(self, tmp_path: Path) -> None:
        """The text says which command fetches it."""
        with pytest.raises(MissingWeights, match=f"clausewise models pull {NAME}"):
            build_chat(ModelsSettings(), tmp_path).invoke("?")

    def test_damaged(self, real_models: Path, tmp_path: Path) -> None:
        """Other bytes under the name are not loaded."""
        (tmp_path / NAME).mkdir()
        manifest = (real_models / NAME / "manifest.json").read_text()
        (tmp_path / NAME / "manifest.json").write_text(manifest)
        (tmp_path / NAME / json.loads(manifest)["file"]).write_bytes(b"GGUF")

        with pytest.raises(DigestMismatch, match="models pull"):
            build_chat(ModelsSettings(), tmp_path).invoke("?")

    def test_unknown_name(self, tmp_path: Path) -> None:
        """A name that is nothing is refused at once."""
        with pytest.raises(UnknownModel, match=r"no path of a \.gguf"):
            build_chat(ModelsSettings(chat="gpt-9"), tmp_path)

    def test_an_embedder_does_not_chat(self, tmp_path: Path) -> None:
        """Roles are not mixed up."""
        with pytest.raises(UnknownModel, match="embedder"):
            build_chat(ModelsSettings(chat="multilingual-e5-small"), tmp_path)
