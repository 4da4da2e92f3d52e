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
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.answering.amounts import Amount, all_among
from assistant.answering.belonging import alone, crossed, follows, joined, parted, runs_from_another
from assistant.answering.denials import CLAUSE, OUTDONE, contradicts, denied_differently, excepted_from
from assistant.answering.facts import names
from assistant.answering.reading import FUNCTION, Fact, Reading, is_row, read, similarity
from assistant.answering.table_rows import cells_of, is_about_row, other_cell, row_name
from assistant.answering.verdicts import Verdict, is_verdict
from assistant.answering.weighing import Findings, Judge, is_shown
from assistant.answering.windows import Window, holds_names, share_of, windows_of
from knowledge.text import fold, language_of, shares_script
from knowledge.types import DocumentId, Language, Passage

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

_CONTRADICTIONS = frozenset({"number", "name", "denial"})  # verdicts that say more than "not found"
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
_BY = 0.3  # so much more stands around a rival at least, beside OUTDONE times as much
_TIMES = ("#second", "#month", "#workday")  # amounts that one can be after
_AROUND = 0.2  # of all words around a fact that stand around its rival: fewer say nothing
_ROW_SHARE = 0.65  # of the shares above, for a row that is named: its cells have no verbs
_NEARER = 0.2  # more of a sentence's words in the source's sentence that contradicts it than in the one that bears it
_ALONE = 1.5  # where the source has only a rival, so much must stand around both
_ALONE_MAY = 2.2  # the same for "may" and "must", which many sentences have


class Meaning(Protocol):
    """Vectors of texts as they are compared across languages (knowledge.meaning.AcrossLanguages)."""

    @property
    def floor(self) -> float:
        """The cosine below which one text does not say what the other says."""

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (n, dimension), rows of length 1."""


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
        self._windows = [w for rank, p in enumerate(passages) for w in windows_of(p, rank)]
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
                if (name := row_name(window)) is not None:
                    self._rows.setdefault(document, set()).add(name)
                    self._cells.setdefault(document, []).append(cells_of(window.folded))

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
            return max(
                same, key=lambda w: share_of(said.grams, w.grams) - 0.05 * w.rank - 0.05 * (w.count - 1)
            )
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
        if any(excepted_from(said, window) for window in same):
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
        if runs_from_another(said, self._readings[document]):
            return "denial"
        sides = [side for side in self._sides[document] if follows(said, side)]
        bound = any(joined(said, some) for some in self._together)
        if not bound and any(parted(said, some) for some in self._together):
            return "number"
        for fact in said.facts:
            if named and fact.kind == "role":
                continue
            if fact.amount is not None and any(
                alone(fact.amount, said.amounts) and alone(fact.amount, side) for side in sides
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
                max(mine * OUTDONE, mine + _BY) if mine else _ALONE_MAY if fact.kind == "modal" else _ALONE
            ):
                return _of(fact)
        return None

    def _in_the_sources_words(self, language: Language) -> Support | None:
        """Return the sentence that says most of what was asked, for a yes or no; None where none says half of it.

        The small model's yes or no is right little more often than a coin; the sentence itself says which.
        """
        same = [w for w in self._windows if w.count == 1 and shares_script(language, language_of(w.text))]
        rated = [(share_of(self._asked.grams, w.grams) - 0.05 * w.rank, w) for w in same]
        score, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
        return Support("supported", score, best) if best is not None and score >= _ASKED else None

    def _check_same(  # noqa: C901, PLR0911 - a verdict each
        self, sentence: str, said: Reading, language: Language, window: Window, exchanged: Verdict | None
    ) -> Support:
        units = said.units
        asked = _covered(units, self._asked.grams, self._question)
        borne = _covered(units, window.grams, window.folded)
        content = [i for i, unit in enumerate(units) if unit not in FUNCTION]
        question_share = share_of(self._asked.grams, window.grams)
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
        if not holds_names(names(sentence, latin_text=language == "en"), window, self._question):
            return Support("name", score)
        excepted = excepted_from(said, window)
        if excepted or (excepted is None and denied_differently(said, window)):
            return Support("denial", score)
        if excepted is False and exchanged == "denial":
            exchanged = None
        needed = _ROW_SHARE if bound or is_about_row(said, window) else 1.0
        missing = [units[i] for i in content if not borne[i] and not asked[i]]
        if said.amounts and len(missing) == 1 and missing[0] >= "\u3400":
            needed = 0.0  # a number with one strange character: "9 折" and 打九折
        strict = language == "en" or (is_row(window.text) and not is_about_row(said, window))
        if min(novel_share, total_share) < needed * (_STRICT_SHARE if strict else _NOVEL_SHARE):
            return Support("content", score)
        if exchanged is None and crossed(said, self._clauses[window.passage.document_id]):
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
        if is_about_row(said, window) and (
            verdict := other_cell(said, window, self._cells[window.passage.document_id])
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
        if contradicts(sentence, said, nearest):
            yield Support("denial", float(max(cosines)))
            return
        for window, cosine, whole in zip(windows, cosines, asked, strict=True):
            score = float(cosine) - 0.01 * window.rank - 0.004 * (window.count - 1)
            if not _counted(said, window):
                yield Support("number", score)
            elif not holds_names(codes, window, self._question):
                yield Support("name", score)
            elif contradicts(sentence, said, window):
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
    if len(content) < CLAUSE:
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
