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
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.answering.amounts import Amount, all_among
from assistant.answering.facts import names
from assistant.answering.reading import FUNCTION, Fact, Reading, grams, is_row, read, similarity
from assistant.answering.weighing import Findings, Judge, is_shown
from knowledge.sentences import sentences
from knowledge.text import fold, language_of, shares_script
from knowledge.types import DocumentId, Language, Passage

Verdict = Literal["supported", "number", "name", "denial", "content", "empty"]
_CONTRADICTIONS = frozenset({"number", "name", "denial"})  # verdicts that say more than "not found"
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_WINDOW = 3  # neighbouring source sentences that may bear one written sentence together
_STRICT_SHARE = 0.75  # in English, whose words are whole, and of a row that is not named
_NOVEL_SHARE = 0.65  # of what the sentence adds to the question, and of all that it says (the question's words are found)
_BESIDE = 0.3  # of its words, where a sentence adds a number alone
_RESTATED = 0.6  # of its words, where it adds nothing
_ASKED = 0.25  # of the question's letter pairs, where a source's sentence is to stand for a yes or no
_FRAGMENT = 6  # units of content
_ALONE_HAN = 0.8  # of a Han character that is found without its neighbours: 填好 and 填具
_READ_WHOLE = 500  # characters of a passage up to which the judge reads it from its beginning
_READ_BEFORE = 150  # of a longer one, before the window
_ASKS = ("?", "？")  # what asks says nothing
_WITH_QUESTION = (
    0.05  # less is needed of the sentence together with the question, which asks more than is answered
)
_WHOLE = 4  # words or characters of a source in another language that can bear more than a fragment
_OUTDONE = 1.05  # times as much of the words around a fact stand around its rival
_BY = 0.3  # and at least so much more
_TIMES = ("#second", "#month", "#workday")  # amounts that one can be after
_HEADER = 0.3  # more of another column's name than of the cell's own
_AROUND = 0.2  # of all words around a fact that stand around its rival: fewer say nothing
_AROUND_DENIED = 0.15  # the same of the words around what is denied
_ROW_SHARE = 0.65  # of the shares above, for a row that is named: its cells have no verbs
_CLAUSE = 4  # grams of a clause that can be told from others
_SAME_CLAUSE = 0.7  # of the grams of two clauses
_ALONE_MAY = 2.2  # the same for "may" and "must", which many sentences have
_EXCEPTED_CASE, _EXCEPTED_RULE, _EXCEPTED_RULE_WORDS = (
    0.5,
    0.3,
    0.5,
)  # of the grams of an exception, and of its rule or the shorter clause
_NEARER = 0.2  # more of a sentence's words in the source's sentence that contradicts it than in the one that bears it
_ALONE = 1.5  # where the source has only a rival, so much must stand around both
_NOT_HERE = fold("不在此限")
_AND = (fold("以及"), fold("或"))
_TAIL, _TAIL_OWN = 0.75, 0.5  # of the grams after a frame, in another clause and in its own
_CELL = re.compile(r"([^:;\n]+):\s*([^;\n]*)")
_ROW_KEY = re.compile(r"([^:;\n]+):\s*([^;\n]{1,40}?)\s*;")
_LIST = 8  # items that one sentence may say together
_ITEM = re.compile(r"\s*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、)）]|[-•*・]\s)")
_WORD = re.compile(r"[^\W_]+")
_YES_NO = re.compile(
    r"\s*(?:yes|no|不?可以|不?會|不?会|是|是的|不是|不行|不能|不用|不需要?|需要|要|否|有|沒有|没有)"
    r"(?:[,，。.!！]|$)",
    re.IGNORECASE,
)


class Meaning(Protocol):
    """Vectors of texts as they are compared across languages (knowledge.meaning.AcrossLanguages)."""

    @property
    def floor(self) -> float:
        """The cosine below which one text does not say what the other says."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, dimension), rows of length 1."""


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

    @property
    def units(self) -> tuple[str, ...]:
        """Its words in order."""
        return tuple(unit for reading in self.readings for unit in reading.units)

    def says(self, sentence: str) -> bool:
        """Return whether it says the sentence word for word."""
        return fold(sentence).strip(" 。.") in self.folded


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on one sentence; ``window`` is None unless it is supported."""

    verdict: Verdict
    score: float
    window: Window | None = None


class Evidence:
    """The sources that one answer may rest on: windows over the passages shown to the model."""

    def __init__(
        self, passages: Sequence[Passage], question: str, meaning: Meaning, judge: Judge | None = None
    ) -> None:
        """Prepare the windows of ``passages`` (best first); ``meaning`` is asked only across languages.

        Without a ``judge`` the rules decide alone.
        """
        self._passages = passages
        self._judge = judge
        self._asked_text = question
        self._windows = [w for rank, p in enumerate(passages) for w in _windows(p, rank)]
        self._question = fold(question)
        self._asked = read(question)
        self._meaning = meaning
        self._vectors: NDArray[np.float32] | None = None
        self._facts: dict[DocumentId, list[Fact]] = {}
        self._readings: dict[DocumentId, list[Reading]] = {}
        self._sides: dict[
            DocumentId, list[tuple[Amount, ...]]
        ] = {}  # the amounts of each sentence that has several
        self._clauses: dict[DocumentId, list[tuple[str, ...]]] = {}
        self._cells: dict[DocumentId, list[dict[str, str]]] = {}  # of each row, by header
        self._numbers: dict[DocumentId, set[str]] = {}
        self._rates = frozenset(rate for w in self._windows for r in w.readings for rate in r.rates)
        self._amounts = tuple(amount for w in self._windows if w.count == 1 for amount in w.amounts)
        self._together = tuple(s.amounts for w in self._windows for r in w.readings for s in r.segments)
        # What the rows of a table are about, by their first cells.
        self._rows: dict[DocumentId, set[re.Pattern[str]]] = {}
        for window in self._windows:
            if window.count == 1:
                document = window.passage.document_id
                self._facts.setdefault(document, []).extend(window.readings[0].facts)
                self._sides.setdefault(document, [])
                self._readings.setdefault(document, []).append(window.readings[0])
                self._clauses.setdefault(document, []).extend(window.readings[0].clauses)
                if len(window.readings[0].amounts) > 1:
                    self._sides[document].append(window.readings[0].amounts)
                self._numbers.setdefault(document, set()).update(
                    "#" + amount.sign for amount in window.readings[0].amounts
                )
                if (key := _ROW_KEY.match(window.folded)) is not None and is_row(window.text):
                    self._rows.setdefault(document, set()).add(_row_named(key))
                    self._cells.setdefault(document, []).append(_cells(window.folded))

    def check(self, sentence: str) -> Support:
        """Return whether the sources bear ``sentence``, and the window that bears it best."""
        ruled = self._by_rules(sentence)
        if self._judge is None or ruled.verdict == "empty" or is_verdict(sentence):
            return ruled
        said = read(sentence)
        window = ruled.window or self._nearest(sentence, said)
        if window.says(sentence):
            return ruled
        rules = Findings(
            borne=ruled.window is not None,
            contradicted=ruled.verdict in _CONTRADICTIONS,
            counted=all_among(said.amounts, (*self._amounts, *self._asked.amounts, *window.amounts)),
            across=not shares_script(language_of(sentence), language_of(window.text)),
        )
        if is_shown(self._judge.judge(self._asked_text, sentence, self._read_with(window)), rules):
            return Support("supported", ruled.score, window)
        return Support("content", ruled.score) if rules.borne else ruled

    def _nearest(self, sentence: str, said: Reading) -> Window:
        """Return the window that a sentence is most about: by its words, across languages by its meaning."""
        language = language_of(sentence, fallback=language_of(self._question))
        same = [w for w in self._windows if shares_script(language, language_of(w.text))]
        if same:
            return max(same, key=lambda w: _share(said.grams, w.grams) - 0.05 * w.rank - 0.05 * (w.count - 1))
        cosines = self._meaning([sentence])[0] @ self._across(self._windows).T
        return self._windows[int(np.argmax(cosines))]

    def _read_with(self, window: Window) -> str:
        """Return the source that the judge reads: the window's passage, cut round it where it is long, then the others."""
        first, start = window.passage, window.start - window.passage.start
        cut = max(0, start - _READ_BEFORE) if len(first.text) > _READ_WHOLE else 0
        others = [p for p in self._passages if p.passage_id != first.passage_id]
        texts = [(first, first.text[cut:]), *((p, p.text) for p in others)]
        return "\n".join(f"{p.title} {p.clause or ''}".strip() + f"\n{text}" for p, text in texts)

    def _by_rules(self, sentence: str) -> Support:
        said = read(sentence).without_rates(self._rates, self._amounts)
        if not (said.units or said.amounts) or not self._windows or sentence.rstrip()[-1:] in _ASKS:
            return Support("empty", 0.0)
        asked = language_of(self._question, fallback=language_of(sentence))
        # an amount alone has no words to tell its language by: the letters of "NT$" are not English
        language = language_of(sentence, fallback=asked) if said.units else asked
        if is_verdict(sentence) and (answer := self._in_the_sources_words(language)) is not None:
            return answer
        same = [w for w in self._windows if shares_script(language, language_of(w.text))]
        across = [w for w in self._windows if not shares_script(language, language_of(w.text))]
        exchanged = {d: self._exchanged(said, d) for d in {w.passage.document_id for w in same}}
        verdicts = [
            self._check_same(sentence, said, language, w, exchanged[w.passage.document_id]) for w in same
        ]
        if any(_excepted(said, window) for window in same):
            return Support("denial", 0.0)  # also where the rule stands in a window without its exception
        if (nearer := _nearest_contradicts(said, same, verdicts)) is not None:
            return nearer
        if across:
            verdicts.extend(self._check_across(sentence, said, across))
        best = max(verdicts, key=lambda s: (s.verdict == "supported", s.score))
        if best.window in same and not shares_script(language, asked):
            return self._answers(sentence, best)
        return best

    def _repeats(self, sentence: str, said: Reading) -> bool:
        """Return whether a sentence says no more than the question, where no words of a source can tell: 耳指的是耳朵."""
        if (
            is_verdict(sentence)
            or said.amounts
            or not shares_script(language_of(sentence), language_of(self._question))
        ):
            return False
        new = {unit for unit in said.units if unit not in FUNCTION and unit not in self._asked.units}
        han = any(unit >= "\u3400" for unit in said.units)
        return len(new) <= int(han) and _marks(said) <= _marks(self._asked)

    def _answers(self, sentence: str, found: Support) -> Support:
        """Return ``found`` where its window is about the question too, which is in another language.

        A name in the source's language stands there whatever was asked: "Google Calendar".
        """
        assert found.window is not None  # noqa: S101 - it is one of the windows
        asked, there = self._meaning([f"{self._question} {sentence}", found.window.text])
        return found if float(asked @ there) >= self._meaning.floor else Support("content", found.score)

    def _exchanged(self, said: Reading, document: DocumentId) -> Verdict | None:
        """Return the verdict where the words around a fact belong to another fact of the document."""
        ordered = {fact.attached for fact in self._facts[document] if fact.kind in {"order", "bound"}}
        named = any(
            key.search(said.folded) for key in self._rows.get(document, ())
        )  # its cells say who does what
        if _from_another(said, self._readings[document]):
            return "denial"
        sides = [side for side in self._sides[document] if _follows(said, side)]
        bound = any(_joined(said, some) for some in self._together)
        if not bound and any(_parted(said, some) for some in self._together):
            return "number"
        for fact in said.facts:
            if named and fact.kind == "role":
                continue
            if fact.amount is not None and any(
                _alone(fact.amount, said.amounts) and _alone(fact.amount, side) for side in sides
            ):
                continue  # the same amounts in the same order, and one of this kind: "three to six years: 8,000"
            if fact.amount is not None and bound:
                continue
            mine, theirs = _likeness(fact, self._facts[document])
            if (
                fact.kind == "order"
                and fact.value[:5] == "after"
                and fact.attached.startswith(_TIMES)
                and fact.attached in self._numbers[document] - ordered
            ):
                return "denial"  # "after 15 minutes", and the source waits these 15 minutes
            if theirs > _AROUND * sum(fact.context.values()) and theirs > (
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

    def _check_same(  # noqa: C901, PLR0911 - a verdict each
        self, sentence: str, said: Reading, language: Language, window: Window, exchanged: Verdict | None
    ) -> Support:
        units = said.units
        asked = _covered(units, self._asked.grams, self._question)
        borne = _covered(units, window.grams, window.folded)
        content = [i for i, unit in enumerate(units) if unit not in FUNCTION]
        question_share = _share(self._asked.grams, window.grams)
        novel = [i for i in content if not asked[i]]
        new_number = not all_among(said.amounts, self._asked.amounts)
        if any(
            f.kind == "share"
            and not any(
                f.kind == o.kind and f.equals(o) for r in (*window.readings, self._asked) for o in r.facts
            )
            for f in said.facts
        ):
            return Support("content", 0.0)  # all, or some: nobody said so
        share = sum(borne[i] for i in content) / len(content) if content else 1.0
        found = _found(units, borne, window.folded)
        novel_share = sum(found[i] for i in novel) / len(novel) if novel else 1.0
        total_share = sum(max(found[i], asked[i]) for i in content) / len(content) if content else 1.0
        bound = len(said.amounts) > 1 and _in_one_sentence(said, window)
        if (
            len(novel) <= 1 and not bound
        ):  # a number, or a yes or no: the words of the question must stand beside it
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
        excepted = _excepted(said, window)
        if excepted or (excepted is None and _denied_differently(said, window)):
            return Support("denial", score)
        if excepted is False and exchanged == "denial":
            exchanged = None
        needed = _ROW_SHARE if bound or _is_about(said, window) else 1.0
        missing = [units[i] for i in content if not borne[i] and not asked[i]]
        if said.amounts and len(missing) == 1 and missing[0] >= "\u3400":
            needed = 0.0  # a number with one strange character: "9 折" and 打九折
        strict = language == "en" or (is_row(window.text) and not _is_about(said, window))
        if min(novel_share, total_share) < needed * (_STRICT_SHARE if strict else _NOVEL_SHARE):
            return Support("content", score)
        if exchanged is None and _crossed(said, self._clauses[window.passage.document_id]):
            exchanged = "name"
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
        if _is_about(said, window) and (
            verdict := _other_cell(said, window, self._cells[window.passage.document_id])
        ):
            return verdict
        facts = [fact for reading in window.readings for fact in reading.facts]
        for fact in said.facts:
            if fact.kind not in {"amount", "role", "modal"}:
                mine, theirs = _likeness(fact, facts)
                if not mine and theirs > _ALONE:
                    return _of(fact)
        return None

    def _across(self, windows: Sequence[Window]) -> NDArray[np.float32]:
        """Return the vectors of windows in another language; they are the same at every call."""
        if self._vectors is None:
            self._vectors = self._meaning([w.text for w in windows])
        return self._vectors

    def _check_across(self, sentence: str, said: Reading, windows: Sequence[Window]) -> Iterable[Support]:
        cosines, asked = self._meaning([sentence, f"{self._question} {sentence}"]) @ self._across(windows).T
        if self._repeats(sentence, said):
            yield Support("content", 0.0)
            return
        codes = frozenset(n for n in names(sentence, latin_text=True) if any(c.isdigit() for c in n))
        nearest = windows[int(np.argmax(cosines))]
        if _contradicts(sentence, said, nearest):
            yield Support("denial", float(max(cosines)))
            return
        for window, cosine, whole in zip(windows, cosines, asked, strict=True):
            score = float(cosine) - 0.01 * window.rank - 0.004 * (window.count - 1)
            if not _counted(said, window):
                yield Support("number", score)
            elif not _named(codes, window, self._question):
                yield Support("name", score)
            elif _contradicts(sentence, said, window):
                yield Support("denial", score)
            elif (
                cosine < self._meaning.floor
                or whole < self._meaning.floor - _WITH_QUESTION
                or len(window.units) < min(_WHOLE, len(said.units) / 2)
            ):
                yield Support("content", score)
            else:
                yield Support("supported", score, window)


def _marks(reading: Reading) -> frozenset[str]:
    """Return what a reading says by its marks: may, not, at least, before."""
    return frozenset(f"{f.kind}:{f.value}" for f in reading.facts if f.kind in {"modal", "order", "bound"})


def _nearest_contradicts(
    said: Reading, windows: Sequence[Window], verdicts: Sequence[Support]
) -> Support | None:
    """Return the verdict of the source's sentence with most of the words, where it contradicts and the bearer has far fewer.

    What the question says counts as found, and so the sentence about the laptop seems to bear one about the projector.
    """
    if not any(one.verdict == "supported" for one in verdicts):
        return None
    content = [i for i, unit in enumerate(said.units) if unit not in FUNCTION]
    if len(content) < _CLAUSE:
        return None

    def borne(window: Window) -> float:
        covered = _covered(said.units, window.grams, window.folded)
        return sum(covered[i] for i in content) / len(content)

    bearing = max(borne(w) for w, one in zip(windows, verdicts, strict=True) if one.verdict == "supported")
    against = [
        (borne(w), one)
        for w, one in zip(windows, verdicts, strict=True)
        if one.verdict in _CONTRADICTIONS and w.count == 1
    ]
    share, one = max(against, key=lambda pair: pair[0], default=(0.0, None))
    return one if one is not None and share > bearing + _NEARER else None


def _windows(passage: Passage, rank: int) -> Iterable[Window]:
    # What a FAQ pair asks is no evidence; it only says what its answer is about.
    spans = [s for s in sentences(passage.text) if passage.start + s.start >= passage.answer_start]
    readings = [read(span.text) for span in spans]
    context = " ".join((passage.title, *passage.heading, passage.clause or "", passage.question or ""))
    context_grams = read(context).grams
    context_amounts = read(passage.clause or "").amounts + read(passage.title).amounts
    context_words = frozenset(_WORD.findall(fold(context)))
    items = [_ITEM.match(span.text) is not None for span in spans]
    for first in range(len(spans)):
        # The next row of a table is about something else; a list may be said in one sentence, with what leads to it.
        listed = next((i for i in range(first + 1, len(spans)) if not items[i]), len(spans)) - first
        widest = 1 if is_row(spans[first].text) else max(_WINDOW, min(listed, _LIST))
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


def _found(units: Sequence[str], borne: Sequence[bool], folded: str) -> list[float]:
    """Return how far a text holds each unit: a Han character that stands there with other neighbours, partly."""
    return [
        1.0 if there else _ALONE_HAN if unit >= "\u3400" and unit in folded else 0.0
        for unit, there in zip(units, borne, strict=True)
    ]


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
    return all_among(said.amounts, window.amounts)


def _in_one_sentence(said: Reading, window: Window) -> bool:
    """Return whether one sentence of the window has all amounts said: what binds them is hardly chance."""
    return any(all_among(said.amounts, r.amounts) for r in window.readings)


def _follows(said: Reading, amounts: tuple[Amount, ...]) -> bool:
    """Return whether a source's sentence has the (several) amounts said, in their order."""
    rest = iter(amounts)
    return len(said.amounts) > 1 and all(any(one.equals(other) for other in rest) for one in said.amounts)


def _from_another(said: Reading, source: Sequence[Reading]) -> bool:
    """Return whether a time runs from another event of the document: 申請後 14 日 where it is 收到退貨後 14 日."""
    events = {f.attached for f in said.facts if f.kind == "order" and f.attached[:1] >= "\u3400"}
    if not events:
        return False
    own = [
        s for r in source for s in r.segments if any(one.equals(o) for one in said.amounts for o in s.amounts)
    ]
    runs = {f.attached for r in source for f in r.facts if f.kind == "order" and f.attached[:1] >= "\u3400"}
    for segment in own:
        here = grams(segment.units)
        if (
            (runs & here) - said.grams
            and not events & here
            and any(event in r.grams for event in events for r in source if segment not in r.segments)
        ):
            return True
    return False


def _joined(said: Reading, amounts: tuple[Amount, ...]) -> bool:
    """Return whether one clause of the source has the several amounts said, in their order with none between them."""
    size = len(said.amounts)
    return len({kind for one in said.amounts for kind in one.kinds}) > 1 < size and any(
        all(one.equals(other) for one, other in zip(said.amounts, amounts[i : i + size], strict=True))
        for i in range(len(amounts) - size + 1)
    )


def _parted(said: Reading, amounts: tuple[Amount, ...]) -> bool:
    """Return whether another amount follows in the source's clause: 第一期 3 月 5 日、第二期 9 月 5 日, and 第一期 9 月 5 日."""
    for one, after in pairwise(said.amounts):
        at = next((i for i, other in enumerate(amounts) if one.equals(other)), None)
        if at is None or one.rivals(after) or not any(after.equals(other) for other in amounts[at:]):
            continue
        nearest = next((o for o in amounts[at + 1 :] if after.equals(o) or after.rivals(o)), after)
        if not after.equals(nearest):
            return True
    return False


def _alone(amount: Amount, amounts: tuple[Amount, ...]) -> bool:
    return sum(amount.rivals(other) for other in amounts) == 1


def _denied_differently(said: Reading, window: Window) -> bool:
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
            if like[other] > enough and like[other] > max(like[state], like["?"]) * _OUTDONE + 0.01:
                return True
    return False


def _excepted(said: Reading, window: Window) -> bool | None:
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
            if _share(one.case, said.grams) < _EXCEPTED_CASE:
                continue
            alike = [
                (len(one.rule & theirs) / max(min(len(one.rule), len(theirs)), 1), count)
                for count, theirs in said.turns
            ]
            share, count = max(alike, key=lambda pair: pair[0], default=(0.0, 0))
            if share > (_EXCEPTED_RULE if any(g >= "\u3400" for g in one.rule) else _EXCEPTED_RULE_WORDS):
                return count % 2 == one.denies % 2
    return None


def _is_about(said: Reading, window: Window) -> bool:
    """Return whether the window is a row of a table and the sentence names what the row is about."""
    key = _ROW_KEY.match(window.folded) if is_row(window.text) else None
    return key is not None and _row_named(key).search(said.folded) is not None


def _cells(row: str) -> dict[str, str]:
    """Return the cells of a folded row by their headers."""
    return {m[1].strip(): m[2].strip() for m in _CELL.finditer(row)}


def _other_cell(said: Reading, window: Window, rows: Sequence[dict[str, str]]) -> Verdict | None:
    """Return the verdict where a sentence about a row says what another row, or another column, has."""
    cells = _cells(window.folded)

    def said_of(header: str, others: Sequence[str]) -> float:
        """Return how much of a column's name, without what other names have too, the sentence has."""
        units = set(read(header).units) - {unit for other in others for unit in read(other).units}
        return sum(unit in said.units for unit in units) / max(len(units), 1)

    for header, cell in cells.items():
        if cell in said.folded:
            continue
        for row in rows:
            other = row.get(header, "")
            if (
                len(other) > 1
                and not any(c.isdigit() for c in other)
                and other not in window.folded
                and other in said.folded
            ):
                return "name"
        if 2 < len(cell) < 5 and all(c >= "\u3400" for c in cell) and _one_changed(cell, said.folded):
            return "name"
    key = read(next(iter(cells.values()))).amounts
    for one in said.amounts:
        if any(one.equals(other) for other in key):
            continue
        own = [h for h, cell in cells.items() if any(one.equals(o) for o in read(f"{h}:{cell}").amounts)]
        others = [
            h for h, cell in cells.items() if h not in own and any(one.rivals(o) for o in read(cell).amounts)
        ]
        mine = max((said_of(header, others) for header in own), default=1.0)
        if mine + _HEADER < max((said_of(header, own) for header in others), default=0.0):
            return "number"
    return None


def _one_changed(name: str, text: str) -> bool:
    """Return whether a text has a name with one character exchanged."""
    size = len(name)
    return any(
        sum(a != b for a, b in zip(name, text[i : i + size], strict=True)) == 1
        for i in range(len(text) - size + 1)
    )


def _crossed(said: Reading, clauses: Sequence[tuple[str, ...]]) -> bool:
    """Return whether a sentence joins the beginning of one clause with the end of another of the same frame.

    "冷氣電費由住戶自付，水費由公司負擔": what stands before and after the common 費由 belongs together.
    """
    for mine in said.clauses:
        begun = [(c, frame) for c in clauses if _find(c, mine[:2]) >= 0 for frame in _frames(mine, c)]
        own = max((_likeness_of_tails(mine, frame, c) for c, frame in begun), default=0.0)
        if not begun or own >= _TAIL_OWN or any(_listed(c, frame) for c, frame in begun):
            continue
        for frame in {frame for _, frame in begun}:
            for other in clauses:
                at = _find(other, frame[1:])
                if at > 0 and other[at - 1] != frame[0] and _likeness_of_tails(mine, frame, other) >= _TAIL:
                    return True
    return False


def _frames(mine: tuple[str, ...], clause: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Yield what both clauses have in one piece: a unit that may differ elsewhere, and the frame after it."""
    han = bool(mine) and mine[0] >= "\u3400"
    size = 3 if han else 2
    for i in range(len(mine) - size):
        piece = mine[i : i + size]
        if _find(clause, piece) >= 0 and (han or piece[1] not in FUNCTION):
            yield piece


def _listed(clause: tuple[str, ...], frame: tuple[str, ...]) -> bool:
    """Return whether "and" follows the frame: what is listed is ended by another clause."""
    after = clause[_find(clause, frame) + len(frame) :]
    return "".join(after[:2]).startswith(_AND)


def _find(clause: tuple[str, ...], piece: tuple[str, ...]) -> int:
    return next((i for i in range(len(clause) - len(piece) + 1) if clause[i : i + len(piece)] == piece), -1)


def _likeness_of_tails(mine: tuple[str, ...], frame: tuple[str, ...], clause: tuple[str, ...]) -> float:
    """Return how much of what follows the frame in ``mine`` follows it in ``clause``."""
    at, there = _find(mine, frame) + len(frame), _find(clause, frame[1:])
    wanted = grams(mine[at:]) - FUNCTION
    return _share(wanted, grams(clause[there + len(frame) - 1 :])) if there >= 0 and wanted else 0.0


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


_ONLY_WITH = re.compile(
    r"[未非][經经][^，,。]{0,16}[，,]?[^。]{0,4}不得|\bnot\b[^.]{0,40}\bwithout\b", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\b(?:only|after|once|unless|until|without|not|with|if|when|must|needs?|requires?)\b|[才須须需後后經经未不應应只若如]",
    re.IGNORECASE,
)


def _contradicts(sentence: str, said: Reading, window: Window) -> bool:
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
