"""The word of a source that an answer would have to hold: a number with what it counts, else a name.

A guess, for people to correct; where nothing stands out there is none.
"""

from __future__ import annotations

import re

from assistant.answering.facts import chinese_value
from knowledge.sentences import sentences
from knowledge.text import fold, keys

_NUMBER = re.compile(r"(?<![\w.:\-/])(?:\d{1,2}:\d{2}|\d[\d,]*(?:\.\d+)?)(?![\d.:]*[-/]?\d)")
_NUMERAL = re.compile(
    r"(?<![第之])([一二兩三四五六七八九十百千]{1,5})(?=\s*(?:個月|個工作|[日天年月週次元倍人件歲]|小時|分鐘))"
)
_NAME = re.compile(r"《([^》]{2,20})》|「([^」]{2,16})」")
_OFFICE = re.compile(
    r"(?:由|經|向|送|請|通知|報請)([\u4e00-\u9fff]{0,5}?(?:總經理|副總|經理|組長|店長|主管|專員|處長|課長))"
)
_MOST_DIGITS = 9


def guess(question: str, source: str) -> str:
    """Return alternatives parted by ``|``, or nothing."""
    for sentence in _by_likeness(question, source):
        for find in (_number, _numeral, _named):
            if found := find(sentence, question):
                return found
    return ""


def _by_likeness(question: str, source: str) -> list[str]:
    """Return the two sentences that share most words with the question; an only sentence need not share any."""
    asked = set(keys(question).grams)
    scored = [(len(asked & set(keys(span.text).grams)), span.text) for span in sentences(source)]
    return [text for share, text in sorted(scored, key=lambda one: -one[0])[:2] if share or len(scored) == 1]


def _number(sentence: str, question: str) -> str:
    for match in _NUMBER.finditer(sentence):
        number = match.group().rstrip(",")
        if number not in question and len(number) <= _MOST_DIGITS:
            return number
    return ""


def _numeral(sentence: str, question: str) -> str:
    match = _NUMERAL.search(sentence)
    if match is None or match[1] in question:
        return ""
    value = chinese_value(match[1])
    unit = sentence[match.end() : match.end() + 2].strip()[:1]
    return f"{match[1]}{unit}" if value is None else f"{match[1]}{unit}|{value}"


def _named(sentence: str, question: str) -> str:
    for pattern in (_OFFICE, _NAME):
        for match in pattern.finditer(sentence):
            name = next((group for group in match.groups() if group), match.group())
            if fold(name) not in fold(question):
                return name
    return ""
