"""The patterns of phrases.toml, compiled at import: 0.4 s, which belongs to loading and not to the first question."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib import resources

from knowledge.text import fold

_TABLE = tomllib.loads(resources.files("assistant.answering").joinpath("phrases.toml").read_text("utf-8"))
_PART = re.compile(r"<(\w+)>")
# Python's matcher goes back over every way to read a repetition; with a bound the worst case stays small.
_BOUNDS = ((")*", "){0,8}"), (")+", "){1,8}"), (">*", ">{0,8}"), (">+", ">{1,8}"))
_END = r"(?![a-z0-9])"


def _filled(pattern: str) -> str:
    """Return a pattern in one line, folded and bounded, with its parts in their places."""
    text = fold("".join(line.lstrip() for line in pattern.splitlines()))
    for unbounded, bounded in _BOUNDS:
        text = text.replace(unbounded, bounded)
    return _PART.sub(lambda part: _filled(_TABLE["parts"][part[1]]), text)


def _any_of(patterns: Sequence[str], then: str = "") -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(f"(?:{_filled(pattern)})" for pattern in patterns) + ")" + then)


# Phrases that fill a clause, with the particles that may follow them; phrases that may stand within one.
WHOLE = {name: _any_of(patterns, _END + _filled("<tail>")) for name, patterns in _TABLE["whole"].items()}
WITHIN = {name: _any_of(patterns) for name, patterns in _TABLE["within"].items()}
