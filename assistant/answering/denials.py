"""Denials and exceptions: whether a sentence denies what a window asserts, or holds its rule for what it excepts."""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.answering.reading import Reading, read, similarity
from assistant.answering.verdicts import is_verdict
from assistant.answering.windows import Window, share_of
from knowledge.text import fold

OUTDONE = 1.05  # times as much of the words around a fact stand around its rival
_AROUND_DENIED = 0.15  # of all words around what is denied that must stand where the opposite is said
CLAUSE = 4  # grams of a clause that can be told from others
_SAME_CLAUSE = 0.7  # of the grams of two clauses
_EXCEPTED_CASE, _EXCEPTED_RULE, _EXCEPTED_RULE_WORDS = (
    0.5,
    0.3,
    0.5,
)  # of the grams of an exception, and of its rule or the shorter clause
_NOT_HERE = fold("不在此限")
_ONLY_WITH = re.compile(
    r"[未非][經经][^，,。]{0,16}[，,]?[^。]{0,4}不得|\bnot\b[^.]{0,40}\bwithout\b", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\b(?:only|after|once|unless|until|without|not|with|if|when|must|needs?|requires?)\b|[才須须需後后經经未不應应只若如]",
    re.IGNORECASE,
)


def denied_differently(said: Reading, window: Window) -> bool:
    """Return whether one side denies what the other asserts, at the place in the window that is most about it."""
    if sum(count for count, _ in said.turns) % 2 and not any(reading.denies for reading in window.readings):
        return True  # two denials may be one condition: 沒有操作證的人不可駕駛, and the source: 僅限持證者
    if _turned(said, window):
        return True
    for gram, places in said.denials.items():
        there = [(reading, at) for reading in window.readings for at in reading.denials.get(gram, ())]
        for state, place, segment in places:
            if state == "?" or all(other in {state, "?"} for _, (other, _, _) in there):
                continue
            context = said.context(place, segment)
            like = dict.fromkeys("+-?", 0.0)
            for reading, (other, where, part) in there:
                like[other] = max(like[other], similarity(context, reading.context(where, part)))
            other = "-" if state == "+" else "+"
            enough = _AROUND_DENIED * sum(context.values())
            if like[other] > enough and like[other] > max(like[state], like["?"]) * OUTDONE + 0.01:
                return True
    return False


def excepted_from(said: Reading, window: Window) -> bool | None:
    """Return whether a sentence holds a rule for what the window excepts from it; None where it is not about that.

    The sentence that turns the rule for the excepted case agrees with the window, though it denies differently.
    """
    if said.exceptions:
        return None
    readings = window.readings
    if window.count > 1 and _NOT_HERE in window.folded:  # the rule may end in a semicolon
        readings = (*readings, read(window.text))
    for reading in readings:
        for one in reading.exceptions:
            if share_of(one.case, said.grams) < _EXCEPTED_CASE:
                continue
            alike = [
                (len(one.rule & theirs) / max(min(len(one.rule), len(theirs)), 1), count)
                for count, theirs in said.turns
            ]
            share, count = max(alike, key=lambda pair: pair[0], default=(0.0, 0))
            if share > (_EXCEPTED_RULE if any(g >= "\u3400" for g in one.rule) else _EXCEPTED_RULE_WORDS):
                return count % 2 == one.denies % 2
    return None


def _turned(said: Reading, window: Window) -> bool:
    """Return whether a clause and the one that says nearly the same differ by one denial."""
    for count, mine in said.turns:
        if len(mine) < CLAUSE:
            continue
        alike = {True: 0.0, False: 0.0}  # by whether both deny equally often
        for reading in window.readings:
            for other, theirs in reading.turns:
                both = len(mine & theirs) / max(len(mine), len(theirs))
                alike[count == other] = max(alike[count == other], both)
            for (one, before), (two, after) in pairwise(reading.turns):  # one clause may say what two do
                if one + two == count:
                    alike[True] = max(alike[True], len(mine & (before | after)) / len(mine))
        if alike[False] >= _SAME_CLAUSE and alike[False] > alike[True]:
            return True
    return False


def contradicts(sentence: str, said: Reading, window: Window) -> bool:
    """Return whether a sentence and a window in another language deny differently, as far as denials alone tell."""
    denied = any(reading.denies for reading in window.readings)
    if is_verdict(sentence):
        return denied != sentence.lstrip().lower().startswith("no")
    if said.denies:
        return not denied
    if _ONLY_WITH.search(window.text) and not _CONDITION.search(sentence):
        return True  # 未經同意不得 is a permission with a condition, and the sentence has none
    allowed = {fact.value for reading in window.readings for fact in reading.facts if fact.kind == "modal"}
    says_may = any(fact.kind == "modal" and fact.value == "may" for fact in said.facts)
    return says_may and "may not" in allowed and "may" not in allowed
