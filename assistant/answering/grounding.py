"""Whether a written sentence follows from the sources, and from which words of them.

Small models do not cite reliably (7B models cite Chinese chunks with F1 .11), so citations come from
alignment: a sentence is laid beside every window of one to three neighbouring source sentences. Numbers,
names and denials must agree with the window; what the sentence adds to the question must be found there. The
window that bears it best is the quote, an exact span of the canonical text. A sentence that no window bears
is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant.answering.facts import agree, denials, measures, names, numbers, without_numbers
from knowledge.sentences import is_row, sentences
from knowledge.text import fold, language_of, shares_script, stem
from knowledge.types import Language, Passage

Verdict = Literal["supported", "number", "name", "denial", "content", "empty"]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_WINDOW = 3  # neighbouring source sentences that may bear one written sentence together
_NOVEL_SHARE = 0.75  # of what the sentence adds to the question
_TOTAL_SHARE = 0.75  # of all that it says, what stands in the question counted as found
_BESIDE = 0.3  # of its words, where a sentence adds a number alone
_RESTATED = 0.6  # of its words, where it adds nothing
_ASKED = 0.25  # of the question's letter pairs, where a source's sentence is to stand for a yes or no
_FRAGMENT = 6  # units of content
_COSINE = 0.80  # across languages, where words cannot be compared
_HAN = re.compile("[\u3400-\u9fff]")
_UNIT = re.compile("#|[\u3400-\u9fff]|[^\\W_\u3400-\u9fff]+")
_YES_NO = re.compile(
    r"\s*(?:yes|no|不?可以|不?會|不?会|是|是的|不是|不行|不能|不用|不需要?|需要|要|否|有|沒有|没有)"
    r"(?:[,，。.!！]|$)",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(r"['’]s\b")
_WORD = re.compile(r"[^\W_]+")
_FUNCTION = frozenset(
    fold("的了是在於为為之其以及與和或也都有就而則並該此這那個者所會能可以被把由從到向對上下中内內等")
    + "您你我他她它"
) | frozenset(
    "# a an the of in on at to for from by with as is are was were be been it its this that these those "  # noqa: SIM905 - two lines, not fifty
    "and or you your we our they their he she his her i my may can will must do does".split()
)


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of one passage, prepared for comparison. Offsets are into the canonical text."""

    passage: Passage
    rank: int  # the passage's place among the evidence, 0 is the best
    start: int
    end: int
    text: str
    count: int  # sentences in it
    comparable: str
    folded: str
    grams: frozenset[
        str
    ]  # of the window and of its title, heading and clause label, which also bear a sentence
    measures: frozenset[tuple[str, str | None]]
    words: frozenset[str]


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
        self._question = fold(question)
        self._question_grams = _grams(_units(question))
        self._embed = embed
        self._vectors: NDArray[np.float32] | None = None

    def check(self, sentence: str) -> Support:
        """Return whether the sources bear ``sentence``, and the window that bears it best."""
        units = _units(sentence)
        if not (units or numbers(sentence)) or not self._windows:
            return Support("empty", 0.0)
        language = language_of(sentence, fallback=language_of(self._question))
        if is_verdict(sentence) and (answer := self._in_the_sources_words(language)) is not None:
            return answer
        same = [w for w in self._windows if shares_script(language, language_of(w.text))]
        across = [w for w in self._windows if not shares_script(language, language_of(w.text))]
        verdicts = [self._check_same(sentence, units, language, w) for w in same]
        if across:
            verdicts.extend(self._check_across(sentence, across))
        return max(verdicts, key=lambda s: (s.verdict == "supported", s.score))

    def _in_the_sources_words(self, language: Language) -> Support | None:
        """Return the sentence that says most of what was asked, for a yes or no; None where none says half of it.

        The small model's yes or no is right little more often than a coin; the sentence itself says which.
        """
        same = [w for w in self._windows if w.count == 1 and shares_script(language, language_of(w.text))]
        rated = [(_share(self._question_grams, w.grams) - 0.05 * w.rank, w) for w in same]
        score, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
        return Support("supported", score, best) if best is not None and score >= _ASKED else None

    def _check_same(self, sentence: str, units: Sequence[str], language: Language, window: Window) -> Support:
        asked = _covered(units, self._question_grams, self._question)
        borne = _covered(units, window.grams, window.comparable)
        content = [i for i, unit in enumerate(units) if unit not in _FUNCTION]
        question_share = _share(self._question_grams, window.grams)
        novel = [i for i in content if not asked[i]]
        new_number = bool(numbers(sentence) - numbers(self._question))
        share = sum(borne[i] for i in content) / len(content) if content else 1.0
        novel_share = sum(borne[i] for i in novel) / len(novel) if novel else 1.0
        total_share = sum(borne[i] or asked[i] for i in content) / len(content) if content else 1.0
        if len(novel) <= 1:  # a number, or a yes or no: the words of the question must stand beside it
            share = (
                share if content or new_number else question_share
            )  # a bare 可以: the source must ask the same
            novel_share, total_share = (
                (1.0, 1.0) if share >= (_BESIDE if new_number else _RESTATED) else (share, share)
            )
        # A fragment ("24 hours") stands in many places; the one beside the question's words is meant.
        weight = 1.0 if len(content) <= _FRAGMENT else 0.15
        score = 2 * novel_share + weight * question_share - 0.05 * window.rank - 0.08 * (window.count - 1)
        if not agree(measures(sentence), window.measures):
            return Support("number", score)
        if not _named(names(sentence, latin_text=language == "en"), window, self._question):
            return Support("name", score)
        if _denied_differently(sentence, window):
            return Support("denial", score)
        if novel_share < _NOVEL_SHARE or total_share < _TOTAL_SHARE:
            return Support("content", score)
        return Support("supported", score, window)

    def _check_across(self, sentence: str, windows: Sequence[Window]) -> Iterable[Support]:
        if self._vectors is None:
            self._vectors = self._embed([w.text for w in windows])
        cosines = self._vectors @ self._embed([sentence])[0]
        wanted = measures(sentence)
        codes = frozenset(n for n in names(sentence, latin_text=True) if any(c.isdigit() for c in n))
        nearest = windows[int(np.argmax(cosines))]
        if is_verdict(sentence) and _contradicts(sentence, nearest):
            windows = ()
        for window, cosine in zip(windows, cosines, strict=False):
            score = float(cosine) - 0.01 * window.rank - 0.004 * (window.count - 1)
            if not agree(wanted, window.measures):
                yield Support("number", score)
            elif not _named(codes, window, self._question):
                yield Support("name", score)
            elif _contradicts(sentence, window):
                yield Support("denial", score)
            elif cosine < _COSINE:
                yield Support("content", score)
            else:
                yield Support("supported", score, window)


def _windows(passage: Passage, rank: int) -> Iterable[Window]:
    # What a FAQ pair asks is no evidence; it only says what its answer is about.
    spans = [s for s in sentences(passage.text) if passage.start + s.start >= passage.answer_start]
    context = " ".join((passage.title, *passage.heading, passage.clause or "", passage.question or ""))
    context_grams = _grams(_units(context))
    context_numbers = measures(passage.clause or "") | measures(passage.title)
    for first in range(len(spans)):
        widest = (
            1 if is_row(spans[first].text) else _WINDOW
        )  # the next row of a table is about something else
        for count in range(1, min(widest, len(spans) - first) + 1):
            start, end = spans[first].start, spans[first + count - 1].end
            text = passage.text[start:end]
            yield Window(
                passage, rank, passage.start + start, passage.start + end, text, count, _comparable(text), fold(text),
                _grams(_units(text)) | context_grams, measures(text) | context_numbers,
                frozenset(_WORD.findall(fold(text + " " + context))),
            )  # fmt: skip


def is_verdict(sentence: str) -> bool:
    """Return whether a sentence is a yes or no, alone or with the question repeated after it."""
    return _YES_NO.match(sentence) is not None


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    return len(wanted & held) / max(len(wanted), 1)


def _units(text: str) -> list[str]:
    """Return the Han characters and the stemmed words of a text in order, folded."""
    return [unit if unit >= "\u3400" else stem(unit) for unit in _UNIT.findall(_comparable(text))]


def _comparable(text: str) -> str:
    """Return ``text`` folded, # for each number, and one word for what is written in two: 8 天 is 8 日."""
    return _POSSESSIVE.sub("", fold(without_numbers(text))).replace("天", "日")


def _grams(units: Sequence[str]) -> frozenset[str]:
    """Return pairs of neighbouring Han characters, and words; what stands between two Han runs is not looked at."""
    pairs = {a + b for a, b in pairwise(units) if a >= "\u3400" and b >= "\u3400"}
    return frozenset(pairs | {u for u in units if u < "\u3400"})


def _covered(units: Sequence[str], grams: frozenset[str], folded: str) -> list[bool]:
    """Return for each unit whether a text holds it: a Han character by the pair with a neighbour, if it has one."""
    han = [unit >= "\u3400" for unit in units]
    pair = [a + b in grams for a, b in pairwise(units)]
    result = []
    for i, unit in enumerate(units):
        before, after = i > 0 and han[i - 1], i + 1 < len(units) and han[i + 1]
        if not han[i]:
            result.append(unit in grams)
        elif before or after:
            result.append((before and pair[i - 1]) or (after and pair[i]))
        else:
            result.append(unit in folded)
    return result


def _named(wanted: frozenset[str], window: Window, question: str) -> bool:
    """Return whether every name stands in the window or the question, whole or by all its words."""
    words = window.words | frozenset(_WORD.findall(question))
    return all(
        name in window.folded or name in question or all(w in words for w in _WORD.findall(name))
        for name in wanted
    )


def _denied_differently(sentence: str, window: Window) -> bool:
    """Return whether one side denies what the other asserts, judged by the words that stand under a denial."""
    said, stands = denials(sentence), denials(window.text)
    if not said.count and not stands.count:
        return False
    if said.count and not stands.count:
        return True
    mine, theirs = _grams(_units(said.reach)), _grams(_units(stands.reach))
    asserted = _grams(_units(_without(window.folded, stands.reach)))
    if said.count:
        return bool(mine & asserted) and not mine & theirs
    denied_there = (theirs & _grams(_units(sentence))) - asserted
    return len(denied_there) >= (1 if _HAN.search(sentence) else 2)


def _contradicts(sentence: str, window: Window) -> bool:
    """Return whether a sentence and a window in another language deny differently, as far as counting denials tells."""
    denied = bool(denials(window.text).count)
    if is_verdict(sentence):
        return denied != sentence.lstrip().lower().startswith("no")
    return window.count == 1 and denied != bool(denials(sentence).count)


def _without(text: str, reach: str) -> str:
    for piece in filter(None, reach.split("\n")):
        text = text.replace(piece, " ")
    return text
