"""One script and one language for what is written: the default model drifts into Simplified characters.

Towards Traditional a sentence that is Simplified throughout is converted by phrases, since 头发 and 发展 are
頭髮 and 發展. In a sentence that holds Traditional characters only those that exist in Simplified text alone are
replaced, one for one: phrase conversions would change text that is already right (s2twp turns 文件 into 檔案).
Towards Simplified nothing can be mistaken. Quotes never pass through here.
"""

from __future__ import annotations

import re
from functools import cache

from opencc import OpenCC

from knowledge.text import HAN, script_only, shares_script
from knowledge.types import Language

_HAN = re.compile(f"[{HAN}]")
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NAMED = 4  # Latin words that a Chinese sentence may consist of: a product's or a person's name


@cache
def _simplified() -> OpenCC:
    return OpenCC("t2s")


@cache
def _by_phrases() -> OpenCC:
    return OpenCC("s2tw")


@cache
def _traditional() -> dict[int, str]:
    _, hans = script_only()
    characters = sorted(hans)
    converted = OpenCC("s2tw").convert("\n".join(characters)).split("\n")
    return {ord(c): out for c, out in zip(characters, converted, strict=True) if len(out) == 1}


def in_script(text: str, language: Language) -> str:
    """Return ``text`` in the script of ``language``; other languages are left as they are."""
    if language == "zh-Hant":
        hant, hans = script_only()
        if any(c in hans for c in text) and not any(c in hant for c in text):
            converted = str(_by_phrases().convert(text))
            if "台" not in text or len(converted) != len(text):
                return converted
            # 台 is Taiwan's own form of 臺.
            return "".join("台" if c == "台" else made for c, made in zip(text, converted, strict=True))
        return text.translate(_traditional())
    if language == "zh-Hans":
        return str(_simplified().convert(text))
    return text


def retold(text: str, source: Language, language: Language) -> str:
    """Return words of a source as an answer in ``language`` says them: untouched unless the scripts differ."""
    return in_script(text, language) if source != language and shares_script(source, language) else text


def speaks(text: str, language: Language) -> bool:
    """Return whether a written sentence is in ``language``, as far as its letters tell; names may be foreign."""
    if language == "und":
        return True
    if _KANA_HANGUL.search(text):
        return False
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    if language == "en":
        return han <= words or han < 2
    return han * 2 >= words or words <= _NAMED
