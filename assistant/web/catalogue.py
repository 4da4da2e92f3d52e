"""The words that people see, in Traditional Chinese and in English; one JSON file a language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Tongue = Literal["zh-Hant", "en"]

TONGUES: tuple[Tongue, ...] = ("zh-Hant", "en")
DEFAULT_TONGUE: Tongue = "zh-Hant"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one language; a missing key is a bug and says so."""

    tongue: Tongue
    texts: dict[str, str]
    examples: tuple[str, ...]

    def text(self, key: str, **values: object) -> str:
        """Return the text of ``key`` with its ``{names}`` filled.

        Raises:
            KeyError: no such key, or a name without a value.
        """
        return self.texts[key].format_map(values)

    def starting_with(self, prefix: str) -> dict[str, str]:
        """Return the texts whose keys start with ``prefix``, unfilled: what the page's script needs."""
        return {key: text for key, text in self.texts.items() if key.startswith(prefix)}


@cache
def catalogue(tongue: Tongue) -> Catalogue:
    """Load one language; read once."""
    raw = resources.files("assistant.web").joinpath("catalogues", f"{tongue}.json").read_text("utf-8")
    content = json.loads(raw)
    return Catalogue(tongue, content["texts"], tuple(content["examples"]))


def tongue_of(tag: str | None) -> Tongue | None:
    """Return our language for a tag such as "zh-TW" or "en-GB", or None."""
    primary = (tag or "").strip().split("-")[0].lower()
    return "zh-Hant" if primary == "zh" else "en" if primary == "en" else None


def negotiate(accept_language: str | None) -> Tongue:
    """Return the best language for an Accept-Language header (RFC 9110, 12.5.4)."""
    best: tuple[float, Tongue] | None = None
    for part in (accept_language or "").split(",")[:20]:
        tag, _, weight = part.partition(";")
        tongue = tongue_of(tag)
        quality = _quality(weight)
        if tongue and quality > 0 and (best is None or quality > best[0]):
            best = (quality, tongue)
    return best[1] if best else DEFAULT_TONGUE


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
