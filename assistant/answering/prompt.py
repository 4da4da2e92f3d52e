"""Prompts are files with a version, rendered here; what comes from documents and people is fenced first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from assistant.answering.evidence import Excerpt
from knowledge.types import Language

# Control tokens of chat templates (<|im_end|>, [INST], <start_of_turn>) are taken for control by the
# tokenizer wherever they stand, so the signs that make them are written full-width; the fence signs of our
# own prompt as well.
_FENCE = str.maketrans({"<": "＜", ">": "＞", "〔": "（", "〕": "）"})
_INST = re.compile(r"\[(/?(?:INST|SYS[A-Z_]*|AVAILABLE_TOOLS|TOOL_[A-Z_]+))\]", re.IGNORECASE)


def fenced(text: str) -> str:
    """Return ``text`` with everything that a chat template could take for its own marks made harmless."""
    return _INST.sub(r"（\1）", text).translate(_FENCE)


@cache
def _environment() -> Environment:
    # Plain text for a model, not HTML: escaping would put &amp; into prompts. `fenced` is the guard here.
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("prompts")),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - prompts are no HTML, see above
    )


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages for the model, and the version that is recorded with the answer."""

    messages: tuple[BaseMessage, ...]
    version: str


def answer_prompt(question: str, language: Language, excerpts: Sequence[Excerpt]) -> Prompt:
    """Render the prompt for a written answer in the question's language."""
    tongue = "zh" if language.startswith("zh") else "en"
    template = _environment().get_template(f"answer.{tongue}.v1.j2")
    shown = [
        {"title": fenced(e.passage.title), "clause": fenced(e.passage.clause or ""), "text": fenced(e.text)}
        for e in excerpts
    ]
    system = template.render(part="system", excerpts=(), question="")
    user = template.render(part="user", excerpts=shown, question=fenced(question))
    return Prompt((SystemMessage(system), HumanMessage(user)), f"answer.{tongue}.v1")
