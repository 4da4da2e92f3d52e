"""Search keys: one function for the index and for the query, so that the two can never differ.

A key folds what people write differently and mean alike: width and case (NFKC, casefold), Traditional and
Simplified forms, plural endings of English words. Keys are for finding only; nothing that a person reads
passes through here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from opencc import OpenCC

from knowledge.types import Language

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ebef"
_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2EBEF))
_KANA_HANGUL = re.compile("[\u3040-\u30ff\uac00-\ud7af]")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")

# A run of Han, an identifier joined by - _ . / (SOP-012, 4.3.2, user_id), or a word or number.
_TOKEN = re.compile(
    rf"(?P<han>[{HAN}]+)|(?P<ident>[^\W_{HAN}]+(?:[-_./][^\W_{HAN}]+)+)|(?P<word>[^\W_{HAN}]+)"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PART = re.compile(r"[-_./]")


@dataclass(frozen=True, slots=True)
class TextKeys:
    """What is indexed of a text, in order and with repeats."""

    grams: list[str]  # CJK bigrams (a lone character stands alone), words and numbers
    unigrams: list[str]  # single CJK characters, asked only for one-character terms and for rescoring
    idents: list[str]  # identifiers and dotted numbers kept whole: "sop-012", "4.3.2"


@cache
def _fold_table() -> dict[int, int]:
    """Map each Han character to one representative of its Traditional/Simplified class.

    Classes join a character with what OpenCC makes of it alone, in both directions and in Taiwan's forms.
    Single characters, not phrases: a phrase conversion depends on what stands beside, and then a query's cut
    and a passage's cut of the same words could fold differently.
    """
    characters = [chr(code) for first, last in _HAN_RANGES[:2] for code in range(first, last + 1)]
    parent: dict[str, str] = {}

    def root(character: str) -> str:
        while (above := parent.get(character, character)) != character:
            character = above
        return character

    joined = "\n".join(characters)
    for config in ("t2s", "s2t", "s2tw", "t2tw"):
        converted = OpenCC(config).convert(joined).split("\n")
        for before, after in zip(characters, converted, strict=True):
            if len(after) == 1 and root(before) != root(after):
                parent[root(before)] = root(after)
    return {ord(c): ord(root(c)) for c in characters if root(c) != c}


def fold(text: str) -> str:
    """Return ``text`` as it is compared: NFKC, casefold, one form for each Traditional/Simplified class."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_fold_table())


def stem(word: str) -> str:
    """Cut English plural endings (the S-stemmer of Harman 1991, "How effective is suffixing?")."""
    if len(word) < 4 or not word.endswith("s") or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    if word[-2] not in "us":
        return word[:-1]
    return word


def keys(text: str) -> TextKeys:
    """Return the search keys of ``text``. Deterministic; the same for passages and questions."""
    folded = _THOUSANDS.sub("", fold(text))
    grams: list[str] = []
    unigrams: list[str] = []
    idents: list[str] = []
    for match in _TOKEN.finditer(folded):
        token = match.group()
        if match.lastgroup == "han":
            unigrams.extend(token)
            grams.extend([token] if len(token) == 1 else [token[i : i + 2] for i in range(len(token) - 1)])
        elif match.lastgroup == "ident":
            idents.append(token)
            grams.extend(stem(part) for part in _PART.split(token) if part)
        else:
            grams.append(stem(token))
    return TextKeys(grams, unigrams, idents)


@cache
def script_only() -> tuple[frozenset[str], frozenset[str]]:
    """Return (characters that exist only in Traditional text, only in Simplified text).

    A conversion table alone would not do: 里, 后 and 台 are Simplified forms of other characters and
    Traditional characters in their own right. What Big5 holds is Traditional, what GB 2312 holds is
    Simplified.
    """
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    joined = "\n".join(characters)
    simplified = OpenCC("t2s").convert(joined).split("\n")
    traditional = OpenCC("s2t").convert(joined).split("\n")
    rows = list(zip(characters, simplified, traditional, strict=True))
    hant = frozenset(c for c, s, _ in rows if s != c and not _encodes(c, "gb2312"))
    hans = frozenset(c for c, _, t in rows if t != c and not _encodes(c, "big5"))
    return hant, hans


def _encodes(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def language_of(text: str, fallback: Language = "und") -> Language:
    """Return the language of ``text`` by its script; ``fallback`` where the script does not tell.

    Han without a character that tells the forms apart counts as Traditional: the first users write it, and
    most such short texts are the same in both. Kana or Hangul make a text ``und``.
    """
    han = len(_HAN_CHARACTER.findall(text))
    words = len(_LATIN_WORD.findall(text))
    if _KANA_HANGUL.search(text):
        return "und"
    if han >= 2 and han * 2 >= words:
        hant, hans = script_only()
        only_hans = sum(c in hans for c in text)
        return "zh-Hans" if only_hans > sum(c in hant for c in text) else "zh-Hant"
    return "en" if words else ("zh-Hant" if han else fallback)


def shares_script(one: Language, other: Language) -> bool:
    """Return whether words of one can be looked up in the other: the same language, or both Chinese."""
    return one[:2] == other[:2]


def unique(terms: Sequence[str]) -> list[str]:
    """Return the terms without repeats, in order."""
    return list(dict.fromkeys(terms))
