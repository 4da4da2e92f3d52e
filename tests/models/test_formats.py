"""Messages to prompts."""

from __future__ import annotations

import pytest

from models.errors import LoadFailed
from models.formats import Message, Prompt, control_pattern, formatter, plain, render


def joined(messages: list[Message]) -> Prompt:
    """Format as roles and texts."""
    return Prompt("|".join(f"{message['role']}:{message['content']}" for message in messages), ())


MESSAGES = [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]


class TestRender:
    def test_system_role_as_it_is(self) -> None:
        """Families with the role get it."""
        assert render(joined, MESSAGES).text == "system:S|user:U"

    def test_refused_system_role(self) -> None:
        """Where the template raises, the system text opens the user's message."""

        def refuses(messages: list[Message]) -> Prompt:
            if messages[0]["role"] == "system":
                raise ValueError("System role not supported")
            return joined(messages)

        assert render(refuses, MESSAGES).text == "user:S\n\nU"

    def test_dropped_system_role(self) -> None:
        """Where the template leaves it out in silence, too."""

        def drops(messages: list[Message]) -> Prompt:
            return joined([message for message in messages if message["role"] != "system"])

        assert render(drops, MESSAGES).text == "user:S\n\nU"

    def test_system_text_alone(self) -> None:
        """Without a user message it becomes one."""

        def drops(messages: list[Message]) -> Prompt:
            return joined([message for message in messages if message["role"] != "system"])

        assert render(drops, MESSAGES[:1]).text == "user:S"


class TestFormatter:
    def test_named_format_goes_first(self) -> None:
        """The catalogue's name goes before the file's template."""
        found = formatter({"tokenizer.chat_template": "{{ 'no' }}"}, "chatml", "", "")

        assert found([{"role": "user", "content": "U"}]).text.endswith("U<|im_end|>\n<|im_start|>assistant\n")

    @pytest.mark.parametrize(
        ("architecture", "mark"), [("gemma3", "<start_of_turn>user"), ("other", "<|im_start|>user")]
    )
    def test_family_without_template(self, architecture: str, mark: str) -> None:
        """A file without template gets its family's formatter, else ChatML."""
        found = formatter({"general.architecture": architecture}, None, "", "")

        assert mark in found([{"role": "user", "content": "U"}]).text

    def test_mistral(self) -> None:
        """Names with a dash are found."""
        assert (
            "[INST] U" in formatter({}, "mistral-instruct", "", "")([{"role": "user", "content": "U"}]).text
        )

    def test_unknown_name(self) -> None:
        """A format that llama-cpp-python lacks is named."""
        with pytest.raises(LoadFailed, match="'klingon'"):
            formatter({}, "klingon", "", "")

    def test_broken_template(self) -> None:
        """A template that is no template is a failed load."""
        with pytest.raises(LoadFailed, match="template"):
            formatter({"tokenizer.chat_template": "{% if %}"}, None, "", "")


class TestPlain:
    def test_control_tokens_are_broken_up(self) -> None:
        """The longest goes first, and ordinary text stays."""
        from langchain_core.messages import HumanMessage

        control = control_pattern(["<|im_end|>", "<|im|>", "", "x"])

        (message,) = plain([HumanMessage("a <|im_end|><|im|> < b")], control)

        assert message == {"role": "user", "content": "a < |im_end|>< |im|> < b"}

    def test_no_control_tokens(self) -> None:
        """A vocabulary without any needs no pattern."""
        assert control_pattern([]) is None
