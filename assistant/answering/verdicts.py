"""What is said of a written sentence, and sentences that are themselves a verdict."""

from __future__ import annotations

import re
from typing import Literal

Verdict = Literal["supported", "number", "name", "denial", "content", "empty"]
_YES_NO = re.compile(
    r"\s*(?:yes|no|不?可以|不?會|不?会|是|是的|不是|不行|不能|不用|不需要?|需要|要|否|有|沒有|没有)"
    r"(?:[,，。.!！]|$)",
    re.IGNORECASE,
)


def is_verdict(sentence: str) -> bool:
    """Return whether a sentence is a yes or no, alone or with the question repeated after it."""
    return _YES_NO.match(sentence) is not None
