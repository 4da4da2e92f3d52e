"""How likely is it that a passage answers a question: signals of one pair, and their calibrated probability.

Rank fusion with equal weights loses nine points to plain BM25 on Chinese (DRCD R@1 .823 against .944) and
words find nothing across languages, so no leg is trusted always: two logistic regressions, one for pairs that
share a script and one for pairs that do not, weigh the same signals. ``python -m bench.fit`` fits them on
development data; the coefficients lie in relevance.json with the data and the figures of that fit.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.sentences import sentences
from knowledge.text import fold, keys, language_of, shares_script, stem, unique
from knowledge.types import Language, Passage

FEATURES = (
    "coverage",  # idf-weighted share of the question's terms found in the passage, 0..1
    "sentence_coverage",  # the same for its best pair of neighbouring sentences
    "context_coverage",  # share found in title and heading path only
    "bm25",  # BM25 divided by the largest sum that any passage could reach, 0..1
    "bm25_gap",  # the same minus that of the best candidate, <= 0
    "cosine",  # of the embeddings
    "cosine_gap",  # minus the best candidate's, <= 0
    "length",  # log of the passage's length in characters
    "terms",  # log of the number of the question's terms
)
READ_FEATURES = (
    "sentence_cosine",  # of the question and the passage's best sentence
    "sentence_cosine_gap",  # minus that of the best passage read, <= 0
)
_READ = 8  # of the best, those in another language are read sentence by sentence
_K1, _B = 1.2, 0.75
_LATIN = re.compile(r"[^\W_\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """A question as the lexical signals see it: its terms with their weights (idf)."""

    text: str
    language: Language
    weights: Mapping[str, float]  # term -> idf, unique terms in order

    @property
    def mass(self) -> float:
        """Sum of the weights; never zero."""
        return sum(self.weights.values()) or 1.0


def query_terms(text: str, frequency: Callable[[Sequence[str]], Mapping[str, int]], size: int) -> QueryTerms:
    """Weigh the terms of a question; ``frequency`` gives how many of ``size`` passages hold a term."""
    terms = unique(keys(text).grams)
    counts = frequency(terms)
    weights = {
        t: math.log(1 + (size - min(counts.get(t, 0), size) + 0.5) / (counts.get(t, 0) + 0.5)) for t in terms
    }
    return QueryTerms(text, language_of(text), weights)


@dataclass(frozen=True, slots=True)
class _Folded:
    """A sentence prepared for look-ups: Han terms are substrings, other terms are whole words."""

    text: str
    words: frozenset[str]

    def count(self, term: str) -> int:
        return self.text.count(term) if term[0] >= "\u3400" else int(term in self.words)


def _folded(text: str) -> _Folded:
    folded = fold(text)
    return _Folded(folded, frozenset(map(stem, _LATIN.findall(folded))))


# Search sees the same passages again and again; 4,096 of 300 characters are about 8 MB.
@lru_cache(maxsize=4096)
def _prepared(text: str) -> tuple[_Folded, ...]:
    return tuple(_folded(span.text) for span in sentences(text))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage found by one of the legs, with what that leg said; 0 where it was silent."""

    passage: Passage
    cosine: float


@dataclass(frozen=True, slots=True)
class Signals:
    """One candidate's raw signals, in the order of FEATURES."""

    values: tuple[float, ...]
    same_script: bool

    def __getitem__(self, name: str) -> float:
        """Return one signal by its name."""
        return self.values[FEATURES.index(name)]


def signals(query: QueryTerms, candidates: Sequence[Candidate], average_length: float) -> list[Signals]:
    """Return the signals of each candidate; the gaps are against the best candidate of its kind.

    Kinds are passages in the question's language and others: their cosines are not comparable.
    """
    rows = [_row(query, candidate, average_length) for candidate in candidates]
    kinds = [shares_script(query.language, candidate.passage.language) for candidate in candidates]
    top = {
        (name, kind): max((row[name] for row, k in zip(rows, kinds, strict=True) if k == kind), default=0.0)
        for name in ("bm25", "cosine")
        for kind in (True, False)
    }
    for row, kind in zip(rows, kinds, strict=True):
        row["bm25_gap"] = row["bm25"] - top["bm25", kind]
        row["cosine_gap"] = row["cosine"] - top["cosine", kind]
    return [
        Signals(tuple(row[name] for name in FEATURES), kind) for row, kind in zip(rows, kinds, strict=True)
    ]


def _row(query: QueryTerms, candidate: Candidate, average_length: float) -> dict[str, float]:
    passage = candidate.passage
    counts = [{t: n for t in query.weights if (n := s.count(t))} for s in _prepared(passage.text)]
    found = set().union(*counts)
    context = _prepared(" ".join((passage.title, *passage.heading)))
    around = {t for t in query.weights if t not in found and any(s.count(t) for s in context)}
    pairs = [
        _weigh(query, one.keys() | two.keys()) for one, two in zip(counts, [*counts[1:], {}], strict=False)
    ]
    return {
        "coverage": _weigh(query, found),
        "sentence_coverage": max(pairs, default=0.0),
        "context_coverage": _weigh(query, around),
        "bm25": _bm25(query, counts, len(passage.text) / max(average_length, 1.0)),
        "cosine": candidate.cosine,
        "length": math.log(max(len(passage.text), 1)),
        "terms": math.log(max(len(query.weights), 1)),
    }


def _weigh(query: QueryTerms, found: Iterable[str]) -> float:
    return sum(query.weights[t] for t in found) / query.mass


def _bm25(query: QueryTerms, counts: Sequence[Mapping[str, int]], relative_length: float) -> float:
    norm = _K1 * (1 - _B + _B * relative_length)
    score = 0.0
    for term, weight in query.weights.items():
        if count := sum(sentence.get(term, 0) for sentence in counts):
            score += weight * count * (_K1 + 1) / (count + norm)
    return score / (query.mass * (_K1 + 1))


@dataclass(frozen=True, slots=True)
class Relevance:
    """The fitted probabilities. ``same`` and ``other`` hold (intercept, one weight for each of FEATURES).

    ``read`` is for a passage in another language whose sentences were compared with the question one by one:
    it weighs READ_FEATURES as well.
    """

    same: tuple[float, ...]
    other: tuple[float, ...]
    read: tuple[float, ...]

    def probability(self, found: Signals) -> float:
        """Return how likely the passage answers the question, 0..1."""
        return _logistic(self.same if found.same_script else self.other, found.values)

    def probabilities(
        self,
        found: Sequence[Signals],
        nearest: Callable[[Sequence[int]], Sequence[float]],
        rarity: float = 1.0,
    ) -> list[float]:
        """Return each candidate's probability; the best in another language are read sentence by sentence first.

        Words tell nothing there, and a passage's vector blurs what one sentence says. ``nearest`` gives for
        candidates by number the cosine of their nearest sentence; ``rarity`` multiplies the odds of what was read.
        """
        scores = [self.probability(one) for one in found]
        across = self.to_read(found)
        if not across:
            return scores
        cosines = nearest(across)
        read = [
            _with_odds(self.probability_read(found[i], cosine, cosine - max(cosines)), rarity)
            for i, cosine in zip(across, cosines, strict=True)
        ]
        unread = min(read)  # what was not read was worse before
        scores = [
            score if one.same_script else min(score, unread) for score, one in zip(scores, found, strict=True)
        ]
        for i, score in zip(across, read, strict=True):
            scores[i] = score
        return scores

    def to_read(self, found: Sequence[Signals]) -> list[int]:
        """Return which of the best candidates are in another language, by number, best first."""
        best = sorted(range(len(found)), key=lambda i: -self.probability(found[i]))[:_READ]
        return [i for i in best if not found[i].same_script]

    def probability_read(self, found: Signals, cosine: float, gap: float) -> float:
        """Return the same with the best sentence's cosine, and its distance to the best of all passages read."""
        return _logistic(self.read, (*found.values, cosine, gap))


def _with_odds(probability: float, factor: float) -> float:
    odds = factor * probability / max(1 - probability, 1e-9)
    return odds / (1 + odds)


def _logistic(coefficients: Sequence[float], values: Sequence[float]) -> float:
    intercept, *weights = coefficients
    z = intercept + sum(w * v for w, v in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-max(min(z, 30.0), -30.0)))


def load_relevance(path: Path | None = None) -> Relevance:
    """Read the fitted coefficients; raises ValueError when they are for other signals than these."""
    file = path or Path(__file__).with_name("relevance.json")
    data = json.loads(file.read_text(encoding="utf-8"))
    if tuple(data["features"]) != FEATURES:
        message = (
            f"{file} was fitted for {data['features']}, this program computes {list(FEATURES)}: "
            "run `python -m bench.fit`"
        )
        raise ValueError(message)
    return Relevance(
        tuple(data["same_script"]), tuple(data["other_script"]), tuple(data["other_script_read"])
    )
