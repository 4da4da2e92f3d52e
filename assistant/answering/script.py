"""One script for what is written: the default model drifts into Simplified characters in Traditional answers.

Towards Traditional only characters that exist in Simplified text alone are replaced, one for one: phrase
conversions (s2twp) would change text that is already right (文件 into 檔案). Towards Simplified nothing can
be mistaken. Quotes never pass through here.
"""

from __future__ import annotations

from functools import cache

from opencc import OpenCC

from knowledge.text import script_only
from knowledge.types import Language


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


@cache
def _traditional() -> dict[int, str]:
    _, hans = script_only()
    characters = sorted(hans)
    converted = OpenCC("s2tw").convert("\n".join(characters)).split("\n")
    return {ord(c): out for c, out in zip(characters, converted, strict=True) if len(out) == 1}


def in_script(text: str, language: Language) -> str:
    """Return ``text`` in the script of ``language``; other languages are left as they are."""
    if language == "zh-Hant":
        return text.translate(_traditional())
    if language == "zh-Hans":
        return str(_simplified().convert(text))
    return text
