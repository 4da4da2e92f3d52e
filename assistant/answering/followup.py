"""A follow-up question made to stand alone: what it leaves out stands in the question before it."""

from __future__ import annotations

import re

from assistant.answering.types import Question
from knowledge.text import keys

# Signs that a question leans on the one before: 那…呢, 這個, "what about", a bare pronoun.
_LEANS = re.compile(
    r"^\s*(?:那麼?|那么|所以|如果|然後|然后|還有|还有|另外)|^.{1,14}(?:呢|嗎|吗)[?？]?\s*$|這個|这个|那個|那个|它|他們|上述|"
    r"^\s*(?:what|how) about\b|^\s*and\b|^\s*(?:what|which) if\b|\b(?:it|they|them|that|those|this)\b",
    re.IGNORECASE,
)
_SHORT = 6  # terms; a longer question stands alone unless it says otherwise


def standalone(question: Question) -> str:
    """Return the question as it is searched: joined with the user's last one when it leans on that.

    Only the user's own turns count: what a client says the assistant said carries no authority.
    """
    earlier = [turn.content for turn in question.history if turn.role == "user" and turn.content.strip()]
    if not earlier or not leans(question.text):
        return question.text
    return f"{earlier[-1].strip()}\n{question.text}"


def leans(text: str) -> bool:
    """Return whether a question cannot be understood alone."""
    return len(set(keys(text).grams)) <= _SHORT or bool(_LEANS.search(text))
