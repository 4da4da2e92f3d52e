"""The report's words, in Traditional Chinese and in English, and how it writes numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.web.catalogue import TONGUES, Tongue

__all__ = ["TONGUES", "Tongue", "Wording", "wording"]


@dataclass(frozen=True, slots=True)
class Wording:
    """All texts of one language; a missing key is a bug and says so."""

    tongue: Tongue
    texts: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of ``key`` with its ``{names}`` filled.

        Raises:
            KeyError: no such key, or a name without a value.
        """
        return self.texts[key].format_map(values)

    def known(self, key: str, otherwise: str) -> str:
        """Return the text of ``key``, or ``otherwise`` where the program has a newer word than the catalogue."""
        return self.texts.get(key, otherwise)

    def time(self, ms: float) -> str:
        """Return a time as people read it: milliseconds below one second."""
        return self("unit.ms", value=f"{ms:.0f}") if ms < 1000 else self("unit.s", value=f"{ms / 1000:.1f}")


@cache
def wording(tongue: Tongue) -> Wording:
    """Load one language; read once."""
    file = Path(__file__).with_name(f"texts.{tongue}.json")
    return Wording(tongue, json.loads(file.read_text(encoding="utf-8")))


def figure_text(value: float | None) -> str:
    """Return a figure with three digits, a dash where there is none."""
    return "–" if value is None else f"{value:.3f}"


def interval_text(low: float | None, high: float | None) -> str:
    """Return an interval, nothing where there is none."""
    return "" if low is None or high is None else f"{low:.3f} – {high:.3f}"


def moment(made_at: str) -> str:
    """Return an ISO time as people read it, to the minute."""
    date, _, time = made_at.partition("T")
    return f"{date} {time[:5]} UTC".replace("  ", " ")


def p_text(p: float) -> str:
    """Return a probability as a share people can read: 3.1 %, below one in a thousand as such."""
    return "< 0.1 %" if p < 0.001 else f"{p * 100:.1f} %"
