"""Whether a written sentence follows from the sources, and from which words of them.

Small models do not cite reliably (7B models cite Chinese chunks with F1 .11), so citations come from alignment: a
sentence is laid beside every window of one to three neighbouring source sentences. Numbers, names and denials must
agree with the window; what the sentence adds to the question must be found there. The window that bears it best is
the quote, an exact span of the canonical text. A sentence that no window bears is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.answering.facts import denials, names, numbers
from knowledge.sentences import sentences
from knowledge.text import fold, keys, language_of, shares_script, unique
from knowledge.types import Language, Passage

Verdict = Literal["supported", "number", "name", "denial", "content", "empty"]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_WINDOW = 3  # neighbouring source sentences that may bear one written sentence together
_NOVEL_SHARE = 0.7  # of the terms that the sentence adds to the question
_TOTAL_SHARE = 0.6  # of all its terms, those of the question counted as found
_COSINE = 0.80  # across languages, where words cannot be compared
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of one passage, prepared for comparison. Offsets are into the canonical text."""

    passage: Passage
    rank: int  # the passage's place among the evidence, 0 is the best
    start: int
    end: int
    text: str
    count: int  # sentences in it
    folded: str
    terms: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[str]
    context: frozenset[str]  # terms of title, heading and clause label, which also bear a sentence


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on one sentence; ``window`` is None unless it is supported."""

    verdict: Verdict
    score: float
    window: Window | None = None


class Evidence:
    """The sources that one answer may rest on: windows over the passages shown to the model."""

    def __init__(self, passages: Sequence[Passage], question: str, embed: Embed) -> None:
        """Prepare the windows of ``passages`` (best first); ``embed`` is called only across languages."""
        self._windows = [w for rank, p in enumerate(passages) for w in _windows(p, rank)]
        self._question = question
        self._question_terms = frozenset(keys(question).grams)
        self._embed = embed
        self._vectors: NDArray[np.float32] | None = None

    def check(self, sentence: str) -> Support:
        """Return whether the sources bear ``sentence``, and the window that bears it best."""
        terms = unique(keys(sentence).grams)
        if not terms or not self._windows:
            return Support("empty", 0.0)
        language = language_of(sentence)
        same = [w for w in self._windows if shares_script(language, language_of(w.text))]
        across = [w for w in self._windows if not shares_script(language, language_of(w.text))]
        verdicts = [self._check_same(sentence, terms, language, w) for w in same]
        if across:
            verdicts.extend(self._check_across(sentence, across))
        return max(verdicts, key=lambda s: (s.verdict == "supported", s.score))

    def _check_same(self, sentence: str, terms: Sequence[str], language: Language, window: Window) -> Support:
        known = window.terms | window.context
        novel = [t for t in terms if t not in self._question_terms]
        novel_share = _share(novel, known) if novel else _share(terms, known)
        total_share = _share(terms, known | self._question_terms)
        question_share = _share(self._question_terms, known)
        score = 2 * novel_share + question_share - 0.05 * window.rank - 0.08 * (window.count - 1)
        if not numbers(sentence) <= window.numbers:
            return Support("number", score)
        if not _named(names(sentence, latin_text=language == "en"), window, self._question):
            return Support("name", score)
        if _denied_differently(sentence, window, novel or terms):
            return Support("denial", score)
        if novel_share < _NOVEL_SHARE or total_share < _TOTAL_SHARE:
            return Support("content", score)
        return Support("supported", score, window)

    def _check_across(self, sentence: str, windows: Sequence[Window]) -> Iterable[Support]:
        if self._vectors is None:
            self._vectors = self._embed([w.text for w in windows])
        cosines = self._vectors @ self._embed([sentence])[0]
        wanted = numbers(sentence)
        codes = frozenset(n for n in names(sentence, latin_text=True) if any(c.isdigit() for c in n))
        for window, cosine in zip(windows, cosines, strict=True):
            score = float(cosine) - 0.01 * window.rank - 0.004 * (window.count - 1)
            if not wanted <= window.numbers:
                yield Support("number", score)
            elif not _named(codes, window, self._question):
                yield Support("name", score)
            elif bool(denials(sentence).count) != bool(denials(window.text).count) and window.count == 1:
                yield Support("denial", score)
            elif cosine < _COSINE:
                yield Support("content", score)
            else:
                yield Support("supported", score, window)


def _windows(passage: Passage, rank: int) -> Iterable[Window]:
    spans = sentences(passage.text)
    context = " ".join((passage.title, *passage.heading, passage.clause or ""))
    context_terms = frozenset(keys(context).grams)
    context_numbers = numbers(passage.clause or "") | numbers(passage.title)
    for first in range(len(spans)):
        for count in range(1, min(_WINDOW, len(spans) - first) + 1):
            start, end = spans[first].start, spans[first + count - 1].end
            text = passage.text[start:end]
            yield Window(
                passage, rank, passage.start + start, passage.start + end, text, count, fold(text),
                frozenset(keys(text).grams), numbers(text) | context_numbers,
                frozenset(re.findall(r"[^\W_]+", fold(text + " " + context))), context_terms,
            )  # fmt: skip


def _share(terms: Iterable[str], known: frozenset[str]) -> float:
    listed = list(terms)
    return sum(t in known for t in listed) / len(listed) if listed else 0.0


def _named(wanted: frozenset[str], window: Window, question: str) -> bool:
    """Return whether every name stands in the window or the question, whole or by all its words."""
    asked = fold(question)
    words = window.words | frozenset(re.findall(r"[^\W_]+", asked))
    return all(
        name in window.folded or name in asked or all(w in words for w in re.findall(r"[^\W_]+", name)) for name in wanted
    )


def _denied_differently(sentence: str, window: Window, terms: Sequence[str]) -> bool:
    """Return whether what one side denies the other asserts, judged by the terms under a denial."""
    said, stands = denials(sentence), denials(window.text)
    if not said.count and not stands.count:
        return False
    plain_window, plain_sentence = _without(window.folded, stands.reach), _without(fold(sentence), said.reach)
    for term in terms:
        if term not in window.terms or not _HAN.match(term):
            continue
        denied_here, denied_there = term in said.reach, term in stands.reach
        if denied_here and not denied_there and term not in stands.reach:
            return True
        if denied_there and not denied_here and term not in plain_window and term in plain_sentence:
            return True
    if _HAN.search(sentence):
        return bool(said.count) and not stands.count
    return _english_denial_differs(sentence, window, said.count, stands.reach, said.reach)


def _english_denial_differs(sentence: str, window: Window, count: int, there: str, here: str) -> bool:
    if count and not there:
        return True
    denied = frozenset(keys(there).grams) & frozenset(keys(sentence).grams)
    if count:
        return not frozenset(keys(here).grams) & frozenset(keys(there).grams)
    content = [t for t in denied if len(t) > 3 and keys(_without(window.folded, there)).grams.count(t) == 0]
    return len(content) >= 2  # noqa: PLR2004 - one shared word under a denial is common by chance


def _without(text: str, reach: str) -> str:
    for piece in filter(None, reach.split("\n")):
        text = text.replace(piece, " ")
    return text


