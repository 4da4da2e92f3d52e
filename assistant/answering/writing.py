"""The written answer: the model's words, one sentence at a time, each checked before it leaves."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from langchain_core.messages import BaseMessage

from assistant.answering.grounding import Evidence, Support
from assistant.answering.script import in_script, speaks
from assistant.answering.verdicts import is_verdict
from assistant.answering.windows import Window
from knowledge.sentences import is_row
from knowledge.text import fold, language_of, shares_script
from knowledge.types import Language

# A sentence may leave when its end is certain: an ideographic stop with what follows it closed, or a full
# stop before a space; a newline always.
_END = re.compile(
    r"[。！？!?；;]+[」』”’）)】》\"']*(?=.)|(?<!\d)(?<![A-Z])\.[\"')\]]*(?=\s)|(?<=\d)\.(?=\s+[A-Z])|\n+",
    re.DOTALL,
)
_MARKERS = re.compile(r"\s*(?:\[[^\[\]]{0,12}\]|〔[^〔〕]{0,24}〕|【\d+】)")
_LEAD = re.compile(r"^\s*(?:(?:答案?|回答|Answer)\s*[:：]\s*|[-*•]\s+|\d{1,2}[.、)](?:\s+|$))", re.IGNORECASE)
_SAYS = re.compile(
    r"^(?:(?:the )?sources? (?:states?|says?|indicates?|mentions?|specif(?:y|ies))(?: that)?"
    r"|according to (?:the|these) sources?,?"
    r"|根據(?:以上|上述)?資料[，,：:]?(?:顯示|指出)?[，,]?)\s*",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"資料中(?:並?沒有|未|無)|资料中(?:并?没有|未|无)|沒有答案|没有答案"
    r"|sources? (?:do|does) not (?:say|hold|state|mention|provide|contain)"
    r"|not (?:mentioned|stated|provided|specified) in the sources?",
    re.IGNORECASE,
)


_UNIT = re.compile("[\u3400-\u9fff]|[^\\W_\u3400-\u9fff]+")
_FRAGMENT = 6  # units, Han characters or words; fewer make no sentence
_ITEM = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、．]|\d{1,2}\.\s|[-*•])")
_OWN_WORDS = 120  # units; longer source text is not read out in place of an answer


class Chat(Protocol):
    """The part of a LangChain chat model that writing needs; models/llama.py and others provide it."""

    @property
    def model_id(self) -> str:
        """Which model, and which file of it."""

    def queue_load(self) -> tuple[int, float]:
        """Return the requests under way and the wait in seconds that a new one would have."""

    def stream(self, input: Sequence[BaseMessage], **kwargs: Any) -> Iterator[Any]:  # noqa: A002 - LangChain's name
        """Yield message chunks; keyword arguments are those of models.llama.LlamaChat."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One sentence of the model with the verdict on it."""

    text: str
    support: Support


@dataclass(slots=True)
class Written:
    """What became of one generation, filled while it streams."""

    said_no_answer: bool = False
    dropped: list[Checked] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)  # sentences in another language than the question's


def complete_sentences(pieces: Iterator[str]) -> Iterator[str]:
    """Yield sentences as soon as their end is certain; the rest when the stream ends."""
    buffer = ""
    for piece in pieces:
        buffer += piece
        while (match := _END.search(buffer)) is not None:
            sentence, buffer = buffer[: match.end()].strip(), buffer[match.end() :]
            if sentence:
                yield sentence
    if buffer.strip():
        yield buffer.strip()


def clean(sentence: str, language: Language) -> str:
    """Return a model's sentence without its own citation marks and list marks, in the question's script."""
    text = _LEAD.sub("", _MARKERS.sub("", sentence)).strip()
    told = _SAYS.sub("", text)
    return in_script(told[:1].upper() + told[1:] if told != text else text, language)


def in_full(text: str, window: Window, language: Language) -> str:
    """Return the source's own words that bear ``text``, in the question's script; ``text`` where they are many.

    The small model picks the right sentence more often than the right words of it: on 60 DRCD questions the gold
    string stood in .75 of its sentences, in .82 of those that bear them, and in none that these lacked. A row of a
    table and an item of a list lack what stands above them; two or three sentences hold more than was asked; across
    languages the words must be the model's.
    """
    if not shares_script(language, language_of(window.text)):
        return text
    if (
        _is_sentence(text)
        and not is_verdict(text)
        and (window.count > 1 or not speaks_for_itself(window.text))
    ):
        return text
    return in_script(" ".join(window.text.split("\n")), language)


def speaks_for_itself(text: str) -> bool:
    """Return whether a piece of a source can stand for an answer: no row, no item of a list, and not long."""
    partial = is_row(text) or _ITEM.match(text) is not None
    return not partial and len(_UNIT.findall(text)) <= _OWN_WORDS


def _is_sentence(text: str) -> bool:
    units = _UNIT.findall(text)
    return len(units) > _FRAGMENT and text.rstrip("」』”’）)】》\"'").endswith(
        ("。", "！", "？", ".", "!", "?", "；")
    )


class Writer:
    """Asks the model and lets only supported sentences through."""

    def __init__(self, chat: Chat, *, max_sentences: int, max_tokens: int, seed: int) -> None:
        """Bind a chat model; nothing is loaded here."""
        self._chat = chat
        self._max_sentences = max_sentences
        self._options = {"max_tokens": max_tokens, "seed": seed, "temperature": 0.0}

    @property
    def model_id(self) -> str:
        """Name of the model that writes."""
        return self._chat.model_id

    def queue_load(self) -> tuple[int, float]:
        """Return how many requests the model has before ours, and the expected wait in seconds."""
        return self._chat.queue_load()

    def write(
        self,
        messages: Sequence[BaseMessage],
        evidence: Evidence,
        language: Language,
        cancel: threading.Event | None,
        outcome: Written,
    ) -> Iterator[Checked]:
        """Yield supported sentences; what is dropped is noted in ``outcome``.

        Generation stops at the sentence limit, at a repetition, and when the model says that there is no
        answer. Closing this iterator stops the model as well.
        """
        stream = self._chat.stream(list(messages), cancel=cancel, **self._options)
        said: set[str] = set()
        try:
            for raw in complete_sentences(str(chunk.content) for chunk in stream):
                text = clean(raw, language)
                key = fold(text)
                if not text:
                    continue
                if _NO_ANSWER.search(text):
                    outcome.said_no_answer = True
                    return
                if key in said:
                    return
                said.add(key)
                if not speaks(text, language):
                    outcome.foreign.append(text)
                elif (support := evidence.check(text)).window is None:
                    outcome.dropped.append(Checked(text, support))
                else:
                    yield Checked(text, support)
                if len(said) >= self._max_sentences:
                    return
        finally:
            close = getattr(stream, "close", None)
            if close is not None:
                close()
