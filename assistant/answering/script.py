"""One script for what is written: the default model drifts into Simplified characters in Traditional answers.

Only characters that exist in Simplified text alone are replaced, one for one; phrase conversions (s2twp) would change
text that is already right (文件 into 檔案). Quotes never pass through here.
"""

from __future__ import annotations

from functools import cache

from opencc import OpenCC

from knowledge.text import script_only
from knowledge.types import Language


@cache
def _table(config: str, *, traditional: bool) -> dict[int, str]:
    hant, hans = script_only()
    characters = sorted(hans if traditional else hant)
    converted = OpenCC(config).convert("\n".join(characters)).split("\n")
    return {ord(c): out for c, out in zip(characters, converted, strict=True) if len(out) == 1 and out != c}


def in_script(text: str, language: Language) -> str:
    """Return ``text`` with the other script's own characters replaced; other languages are left as they are."""
    if language == "zh-Hant":
        return text.translate(_table("s2tw", traditional=True))
    if language == "zh-Hans":
        return text.translate(_table("t2s", traditional=False))
    return text
