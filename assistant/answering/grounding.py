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

from assistant.answering.amounts import Amount
from assistant.answering.facts import names
from assistant.answering.reading import FUNCTION, Fact, Reading, read, similarity
from knowledge.sentences import is_row, sentences
from knowledge.text import fold, language_of, shares_script
from knowledge.types import DocumentId, Language, Passage

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
_OUTDONE = 1.05  # times as much of the words around a fact stand around its rival
_BY = 0.3  # and at least so much more
_ROW_SHARE = 0.65  # of the shares above, for a row that is named: its cells have no verbs
_CLAUSE = 4  # grams of a clause that can be told from others
_SAME_CLAUSE = 0.7  # of the grams of two clauses
_ALONE_MAY = 2.2  # the same for "may" and "must", which many sentences have
_ALONE = 1.5  # where the source has only a rival, so much must stand around both
_ROW_KEY = re.compile(r"([^:;\n]+):\s*([^;\n]{1,40}?)\s*;")
_WORD = re.compile(r"[^\W_]+")
_YES_NO = re.compile(
    r"\s*(?:yes|no|不?可以|不?會|不?会|是|是的|不是|不行|不能|不用|不需要?|需要|要|否|有|沒有|没有)"
    r"(?:[,，。.!！]|$)",
    re.IGNORECASE,
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
    readings: tuple[Reading, ...]  # of its sentences
    folded: str
    about: str  # title, heading, clause label and a FAQ's question, folded
    grams: frozenset[str]  # and of its title, heading and clause label, which also bear a sentence
    amounts: tuple[Amount, ...]
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
        self._asked = read(question)
        self._embed = embed
        self._vectors: NDArray[np.float32] | None = None
        self._facts: dict[DocumentId, list[Fact]] = {}
        self._numbers: dict[DocumentId, set[str]] = {}
        # What the rows of a table are about, by their first cells.
        self._rows: dict[DocumentId, set[re.Pattern[str]]] = {}
        for window in self._windows:
            if window.count == 1:
                document = window.passage.document_id
                self._facts.setdefault(document, []).extend(window.readings[0].facts)
                self._numbers.setdefault(document, set()).update(
                    "#" + amount.sign for amount in window.readings[0].amounts
                )
                if (key := _ROW_KEY.match(window.folded)) is not None and is_row(window.text):
                    self._rows.setdefault(document, set()).add(_row_named(key))

    def check(self, sentence: str) -> Support:
        """Return whether the sources bear ``sentence``, and the window that bears it best."""
        said = read(sentence)
        if not (said.units or said.amounts) or not self._windows:
            return Support("empty", 0.0)
        language = language_of(sentence, fallback=language_of(self._question))
        if is_verdict(sentence) and (answer := self._in_the_sources_words(language)) is not None:
            return answer
        same = [w for w in self._windows if shares_script(language, language_of(w.text))]
        across = [w for w in self._windows if not shares_script(language, language_of(w.text))]
        exchanged = {d: self._exchanged(said, d) for d in {w.passage.document_id for w in same}}
        verdicts = [
            self._check_same(sentence, said, language, w, exchanged[w.passage.document_id]) for w in same
        ]
        if across:
            verdicts.extend(self._check_across(sentence, across))
        return max(verdicts, key=lambda s: (s.verdict == "supported", s.score))

    def _exchanged(self, said: Reading, document: DocumentId) -> Verdict | None:
        """Return the verdict where the words around a fact belong to another fact of the document."""
        ordered = {fact.attached for fact in self._facts[document] if fact.kind in {"order", "bound"}}
        for fact in said.facts:
            mine, theirs = _likeness(fact, self._facts[document])
            if (
                fact.kind == "order"
                and fact.value[:5] == "after"
                and fact.attached in self._numbers[document] - ordered
            ):
                return "denial"  # "after 15 minutes", and the source waits these 15 minutes
            if theirs > (
                max(mine * _OUTDONE, mine + _BY) if mine else _ALONE_MAY if fact.kind == "modal" else _ALONE
            ):
                return _of(fact)
        return None

    def _in_the_sources_words(self, language: Language) -> Support | None:
        """Return the sentence that says most of what was asked, for a yes or no; None where none says half of it.

        The small model's yes or no is right little more often than a coin; the sentence itself says which.
        """
        same = [w for w in self._windows if w.count == 1 and shares_script(language, language_of(w.text))]
        rated = [(_share(self._asked.grams, w.grams) - 0.05 * w.rank, w) for w in same]
        score, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
        return Support("supported", score, best) if best is not None and score >= _ASKED else None

    def _check_same(  # noqa: PLR0911 - a verdict each
        self, sentence: str, said: Reading, language: Language, window: Window, exchanged: Verdict | None
    ) -> Support:
        units = said.units
        asked = _covered(units, self._asked.grams, self._question)
        borne = _covered(units, window.grams, window.folded)
        content = [i for i, unit in enumerate(units) if unit not in FUNCTION]
        question_share = _share(self._asked.grams, window.grams)
        novel = [i for i in content if not asked[i]]
        new_number = any(not any(one.equals(other) for other in self._asked.amounts) for one in said.amounts)
        if any(
            f.kind == "share"
            and not any(
                f.kind == o.kind and f.equals(o) for r in (*window.readings, self._asked) for o in r.facts
            )
            for f in said.facts
        ):
            return Support("content", 0.0)  # all, or some: nobody said so
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
        if not _counted(said, window):
            return Support("number", score)
        if not _named(names(sentence, latin_text=language == "en"), window, self._question):
            return Support("name", score)
        if _denied_differently(said, window):
            return Support("denial", score)
        needed = _ROW_SHARE if _is_about(said, window) else 1.0
        missing = [units[i] for i in content if not borne[i] and not asked[i]]
        if said.amounts and len(missing) == 1 and missing[0] >= "\u3400":
            needed = 0.0  # a number with one strange character: "9 折" and 打九折
        if novel_share < needed * _NOVEL_SHARE or total_share < needed * _TOTAL_SHARE:
            return Support("content", score)
        if exchanged is None:
            exchanged = self._of_another(said, window)
        if exchanged is not None:
            return Support(exchanged, score)
        return Support("supported", score, window)

    def _of_another(self, said: Reading, window: Window) -> Verdict | None:
        """Return the verdict where the window speaks of something else: another row, another kind of employee."""
        if any(
            key.search(said.folded) and not key.search(window.folded)
            for key in self._rows.get(window.passage.document_id, ())
        ):
            return "name"
        facts = [fact for reading in window.readings for fact in reading.facts]
        for fact in said.facts:
            if fact.kind not in {"amount", "role", "modal"}:
                mine, theirs = _likeness(fact, facts)
                if not mine and theirs > _ALONE:
                    return _of(fact)
        return None

    def _check_across(self, sentence: str, windows: Sequence[Window]) -> Iterable[Support]:
        if self._vectors is None:
            self._vectors = self._embed([w.text for w in windows])
        cosines = self._vectors @ self._embed([sentence])[0]
        said = read(sentence)
        codes = frozenset(n for n in names(sentence, latin_text=True) if any(c.isdigit() for c in n))
        nearest = windows[int(np.argmax(cosines))]
        if _contradicts(sentence, said, nearest):
            yield Support("denial", float(max(cosines)))
            return
        for window, cosine in zip(windows, cosines, strict=False):
            score = float(cosine) - 0.01 * window.rank - 0.004 * (window.count - 1)
            if not _counted(said, window):
                yield Support("number", score)
            elif not _named(codes, window, self._question):
                yield Support("name", score)
            elif _contradicts(sentence, said, window):
                yield Support("denial", score)
            elif cosine < _COSINE:
                yield Support("content", score)
            else:
                yield Support("supported", score, window)


def _windows(passage: Passage, rank: int) -> Iterable[Window]:
    # What a FAQ pair asks is no evidence; it only says what its answer is about.
    spans = [s for s in sentences(passage.text) if passage.start + s.start >= passage.answer_start]
    readings = [read(span.text) for span in spans]
    context = " ".join((passage.title, *passage.heading, passage.clause or "", passage.question or ""))
    context_grams = read(context).grams
    context_amounts = read(passage.clause or "").amounts + read(passage.title).amounts
    context_words = frozenset(_WORD.findall(fold(context)))
    for first in range(len(spans)):
        widest = (
            1 if is_row(spans[first].text) else _WINDOW
        )  # the next row of a table is about something else
        for count in range(1, min(widest, len(spans) - first) + 1):
            start, end = spans[first].start, spans[first + count - 1].end
            text = passage.text[start:end]
            inside = tuple(readings[first : first + count])
            folded = " ".join(reading.folded for reading in inside)
            yield Window(
                passage, rank, passage.start + start, passage.start + end, text, count, inside, folded, fold(context),
                context_grams.union(*(reading.grams for reading in inside)),
                (*(amount for reading in inside for amount in reading.amounts), *context_amounts),
                context_words | frozenset(_WORD.findall(folded)),
            )  # fmt: skip


def is_verdict(sentence: str) -> bool:
    """Return whether a sentence is a yes or no, alone or with the question repeated after it."""
    return _YES_NO.match(sentence) is not None


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    return len(wanted & held) / max(len(wanted), 1)


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
    """Return whether every name stands in the window or the question: a code whole, another name by all its words."""
    words = window.words | frozenset(_WORD.findall(question))
    where = f"{window.folded} {window.about} {question}"
    return all(
        _holds_code(name, where)
        if any(c.isdigit() for c in name)
        else name in where or all(w in words for w in _WORD.findall(name))
        for name in wanted
    )


def _holds_code(code: str, text: str) -> bool:
    """Return whether a text has a code, SOP-012 also as SOP 012 and SOP012, and not as a part of SOP-0123."""
    parts = re.findall(r"[a-z]+|\d+|[^\W\d_a-z]+|\.", code)
    return (
        re.search(r"(?<![a-z0-9])" + r"[-_ ]*".join(map(re.escape, parts)) + r"(?![0-9])", text) is not None
    )


def _likeness(fact: Fact, facts: Iterable[Fact]) -> tuple[float, float]:
    """Return how much the words around ``fact`` are those around its equals, and around its rivals."""
    mine, theirs = 0.0, 0.0
    for other in facts:
        if fact.equals(other) and (fact.amount is not None or fact.kind == other.kind):
            mine = max(mine, similarity(fact.context, other.context))
        elif fact.rivals(other):
            theirs = max(theirs, similarity(fact.context, other.context))
    return mine, theirs


def _of(fact: Fact) -> Verdict:
    return "number" if fact.amount is not None else "name" if fact.kind == "role" else "denial"


def _counted(said: Reading, window: Window) -> bool:
    """Return whether the window has every amount said."""
    return all(any(one.equals(other) for other in window.amounts) for one in said.amounts)


def _denied_differently(said: Reading, window: Window) -> bool:
    """Return whether one side denies what the other asserts, at the place in the window that is most about it."""
    if said.denies and not any(reading.denies for reading in window.readings):
        return True
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
            if like[other] > max(like[state], like["?"]) * _OUTDONE + 0.01:
                return True
    return False


def _is_about(said: Reading, window: Window) -> bool:
    """Return whether the window is a row of a table and the sentence names what the row is about."""
    key = _ROW_KEY.match(window.folded) if is_row(window.text) else None
    return key is not None and _row_named(key).search(said.folded) is not None


def _row_named(cell: re.Match[str]) -> re.Pattern[str]:
    """Return what names a row by its first cell: 內湖區, or "zone a" where the cell alone is no name."""
    head, name = cell[1].strip(), cell[2]
    if len(name) == 1:
        return re.compile(rf"{re.escape(head)}\W*{re.escape(name)}(?![a-z0-9])")
    return re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])")


def _turned(said: Reading, window: Window) -> bool:
    """Return whether a clause and the one that says nearly the same differ by one denial."""
    for count, mine in said.turns:
        if len(mine) < _CLAUSE:
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


def _contradicts(sentence: str, said: Reading, window: Window) -> bool:
    """Return whether a sentence and a window in another language deny differently, as far as denials alone tell."""
    denied = any(reading.denies for reading in window.readings)
    if is_verdict(sentence):
        return denied != sentence.lstrip().lower().startswith("no")
    if said.denies:
        return not denied
    allowed = {fact.value for reading in window.readings for fact in reading.facts if fact.kind == "modal"}
    says_may = any(fact.kind == "modal" and fact.value == "may" for fact in said.facts)
    return says_may and "may not" in allowed and "may" not in allowed
