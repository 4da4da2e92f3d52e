"""Messages to one prompt, by llama-cpp-python's formatters; a document's text stays text in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage

from models.errors import LoadFailed

Message = dict[str, str]
_TEMPLATE = "tokenizer.chat_template"
_FALLBACKS = {"gemma": "gemma", "gemma2": "gemma", "gemma3": "gemma"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text for the tokenizer and the strings that end an answer."""

    text: str
    stop: tuple[str, ...]


Formatter = Callable[[list[Message]], Prompt]


def formatter(metadata: Mapping[str, str], chat_format: str | None, bos: str, eos: str) -> Formatter:
    """Return the formatter of a GGUF: the named one, else the file's own template, else its family's.

    Raises:
        LoadFailed: there is no formatter of that name, or the template cannot be parsed.
    """
    from llama_cpp import llama_chat_format

    if chat_format is None and _TEMPLATE in metadata:
        try:
            template = llama_chat_format.Jinja2ChatFormatter(
                metadata[_TEMPLATE], eos_token=eos, bos_token=bos
            )
        except Exception as error:
            raise LoadFailed(f"the chat template in the file cannot be used: {error}") from error
        # Families that think aloud unless told otherwise (Qwen3.5) are told.
        return lambda messages: _prompt(template(messages=messages, enable_thinking=False))
    name = chat_format or _FALLBACKS.get(metadata.get("general.architecture", ""), "chatml")
    function = getattr(
        llama_chat_format, f"format_{name.replace('-instruct', '_instruct').replace('-', '')}", None
    )
    if function is None:
        raise LoadFailed(f"llama-cpp-python has no chat format {name!r}")
    return lambda messages: _prompt(function(messages=messages))


def _prompt(response: Any) -> Prompt:
    stop = response.stop or ()
    return Prompt(response.prompt, (stop,) if isinstance(stop, str) else tuple(filter(None, stop)))


def render(format_messages: Formatter, messages: Sequence[Message]) -> Prompt:
    """Format messages; where the family knows no system role, that text opens the first user message.

    Some templates refuse the role, others drop its text: both are seen here.
    """
    system = "\n\n".join(message["content"] for message in messages if message["role"] == "system")
    if not system:
        return format_messages(list(messages))
    try:
        prompt = format_messages(list(messages))
    except Exception:  # noqa: BLE001 - templates raise what they like
        return format_messages(_without_system(messages, system))
    if system.strip() in prompt.text:
        return prompt
    return format_messages(_without_system(messages, system))


def _without_system(messages: Sequence[Message], system: str) -> list[Message]:
    others = [dict(message) for message in messages if message["role"] != "system"]
    if not others or others[0]["role"] != "user":
        return [{"role": "user", "content": system}, *others]
    others[0]["content"] = f"{system}\n\n{others[0]['content']}"
    return others


def plain(messages: Iterable[BaseMessage], control: re.Pattern[str] | None) -> list[Message]:
    """Return LangChain messages as role and text, with control tokens in the text broken up.

    A document that contains ``<|im_end|>`` would otherwise end the user's turn when it is tokenized.
    """
    return [{"role": _role(message), "content": _defuse(str(message.text), control)} for message in messages]


def _role(message: BaseMessage) -> str:
    match message:
        case SystemMessage():
            return "system"
        case HumanMessage():
            return "user"
        case AIMessage():
            return "assistant"
        case ChatMessage():
            return message.role
        case _:
            raise ValueError(f"messages of type {message.type!r} cannot be sent: use system, human or ai")


def control_pattern(texts: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of these control tokens, longest first."""
    found = sorted({text for text in texts if len(text) > 1}, key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, found))) if found else None


def _defuse(text: str, control: re.Pattern[str] | None) -> str:
    """Put a space behind the first character of each control token."""
    if control is None:
        return text
    return control.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
