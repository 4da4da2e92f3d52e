"""Remarks that ask the documents nothing, recognised before anything is searched.

Rules alone: they cost a fraction of a millisecond, need no model, and each decision can be read. Precision
comes first, since a question taken for chat gets no answer while chat taken for a question gets a decline.
tests/evals/smalltalk.jsonl holds what is asked of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answering.phrases import WHOLE, WITHIN
from assistant.answering.types import DeclineReason, Turn
from knowledge.text import fold, language_of
from knowledge.types import Language

Intent = Literal[
    "greeting", "thanks", "goodbye", "praise", "acknowledgement",
    "human", "about", "abuse", "general", "injection",
]  # fmt: skip

# What is not chatted with is declined: the reason of each.
DECLINED: dict[Intent, DeclineReason] = {
    "abuse": "unsafe", "general": "out_of_scope", "injection": "unsafe",
}  # fmt: skip

_LONG = 1200  # characters; a pasted text is a matter to look up, whatever courtesy it holds
_TASK = 300  # characters; in a longer text a line that reads like an order is part of the matter
_COURTESIES: tuple[Intent, ...] = ("about", "thanks", "goodbye", "praise", "greeting", "acknowledgement")
# Of several courtesies in one message the one that wants something said comes first.
_PRECEDENCE: tuple[Intent, ...] = ("about", "goodbye", "thanks", "praise", "greeting", "acknowledgement")
_CLAUSE_END = re.compile("[,。!?;、…~\n]+|\\.(?!\\d)|(?<=[\u3400-\u9fff])[ :]+(?=[\u3400-\u9fff])")
_GAP = re.compile(r"[\s'\"“”‘’()\[\]「」『』—-]*")


@dataclass(frozen=True, slots=True)
class Remark:
    """What was said, and the language to answer in; ``reason`` is set where the answer is a decline."""

    intent: Intent
    language: Language
    reason: DeclineReason | None = None


def recognise(text: str, history: Sequence[Turn] = ()) -> Remark | None:
    """Return what kind of remark ``text`` is, or None where it is to be looked up.

    A courtesy before a question ("你好，請問特休幾天？") leaves a question. So does an oath beside one.
    """
    intent = _intent(_plain(text), first=not history)
    return None if intent is None else Remark(intent, _language(text, history), DECLINED.get(intent))


def without_remarks(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return ``history`` without courtesies and what was said to them: "謝謝" is nothing to follow up on."""
    kept: list[Turn] = []
    skipping = False
    for turn in history:
        if turn.role == "user":
            skipping = recognise(turn.content, kept) is not None
        if not skipping:
            kept.append(turn)
    return tuple(kept)


def _plain(text: str) -> str:
    return " ".join(fold(text.replace("’", "'").replace("\n", ",")).split(" ")).strip()


def _intent(text: str, *, first: bool) -> Intent | None:
    if not any(c.isalnum() for c in text):
        return "acknowledgement"
    if len(text) > _LONG:
        return None
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text) if clause.strip()]
    said: set[Intent] = set()
    rest: list[str] = []
    for clause in clauses:
        found = _courtesies(clause, first=first)
        said.update(found)
        if not found:
            rest.append(clause)
    return _serious(text, rest) if rest else next((i for i in _PRECEDENCE if i in said), "acknowledgement")


def _courtesies(clause: str, *, first: bool) -> set[Intent]:
    """Return the courtesies that fill ``clause`` to its end, none where anything else is in it."""
    said: set[Intent] = set()
    at = 0
    while at < len(clause):
        # "我知道" and then "你們住哪" is a threat and no question about us.
        able = _COURTESIES if said <= {"greeting"} else _COURTESIES[1:]
        rest = next((i for i in able if WHOLE[i].fullmatch(clause, at)), None)
        if rest is None and first and WHOLE["verdict"].fullmatch(clause, at):
            rest = "acknowledgement"  # a bare yes or no; later in a conversation it answers something
        if rest is not None:
            return {*said, rest}
        end, intent = _longest(clause, at)
        if intent is None:
            return set()
        said.add(intent)
        gap = _GAP.match(clause, end)
        at = gap.end() if gap is not None else end
    return said


def _longest(clause: str, at: int) -> tuple[int, Intent | None]:
    """Return the courtesy at ``at`` that reaches farthest and its end; a question about us is never a part."""
    found = [(m.end(), i) for i in _COURTESIES if i != "about" and (m := WHOLE[i].match(clause, at))]
    return max(found, default=(at, None), key=lambda pair: pair[0])


def _serious(text: str, rest: Sequence[str]) -> Intent | None:
    """Return what the clauses that are no courtesy amount to."""
    if not _any(WITHIN["reported"], [text]) and _any(WITHIN["threat"], rest):
        return "abuse"
    if _any(WITHIN["injection"], [text, *rest]):
        return "injection"
    if any(WITHIN["human"].search(clause) and not WITHIN["asks_when"].search(clause) for clause in rest):
        return "human"
    if len(text) <= _TASK and _any(WITHIN["general"], [text, *rest]):
        return "general"
    foul = [clause for clause in rest if WITHIN["abuse"].search(clause)]
    asked = [clause for clause in rest if clause not in foul and WITHIN["question"].search(clause)]
    return "abuse" if foul and not asked and not WITHIN["reported"].search(text) else None


def _any(pattern: re.Pattern[str], clauses: Iterable[str]) -> bool:
    return any(pattern.search(clause) for clause in clauses)


def _language(text: str, history: Sequence[Turn]) -> Language:
    """Return the language of ``text``; of a bare sign, that of the user's last words."""
    for said in (text, *(turn.content for turn in reversed(history) if turn.role == "user")):
        language = language_of(said)
        if language != "und":
            return language
    return "zh-Hant"
