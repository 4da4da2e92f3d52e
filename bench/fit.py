"""Fit the calibrated relevance (knowledge/relevance.json) on development data: ``python -m bench.fit``.

It also makes the languages' mean vectors (knowledge/centres.json), which knowledge/meaning.py takes off.

Data: DRCD and XQuAD of the evaluation folder, each question once with its article in the index and once with
the whole article left out, so that "nothing relevant here" is learnt as well; DRCD also at a tenth of its
size and with its titles, because small folders and titled documents are what people have. Half of the
articles are fitted (clausewise/devsets/heldout.py), the other half is reported: recall at 1 and 5, the area under the curve of answerable
against left out, and what a threshold gives.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.evaluation.curves import expected_error
from bench.wiring import default_embedder
from clausewise.devsets.heldout import fitted
from knowledge.meaning import CONTEXT_END, Centres, IndexEmbedder
from knowledge.relevance import FEATURES, Candidate, QueryTerms, Relevance, Signals, query_terms, signals
from knowledge.sentences import sentences
from knowledge.text import keys, language_of, shares_script
from knowledge.types import DocumentId, Passage, PassageId
from models.protocols import Embedder

_TARGET = Path(__file__).parents[1] / "knowledge" / "relevance.json"
_CENTRES = _TARGET.with_name("centres.json")
_LEG = 30  # candidates of each leg, as in knowledge/search.py
_COMMON = 0.25


@dataclass(frozen=True, slots=True)
class Pair:
    """A question's candidate: its signals, whether it holds the answer, its nearest sentence (0 in one language)."""

    signals: Signals
    good: bool
    nearest: float


Row = list[Pair]
Vector = NDArray[np.float32]


@dataclass(slots=True)
class Corpus:
    """Passages in memory with an inverted index, so that leaving an article out costs nothing."""

    passages: list[Passage]
    articles: list[str]
    vectors: NDArray[np.float32]
    sentence_vectors: list[NDArray[np.float32]] | None = None  # of each passage, where languages meet
    postings: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def __post_init__(self) -> None:
        """Index the passages."""
        for i, passage in enumerate(self.passages):
            for term, count in Counter(keys(passage.text).grams).items():
                self.postings[term][i] = count

    def frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """Return in how many passages each term stands."""
        return {t: len(self.postings.get(t, ())) for t in terms}

    def candidates(
        self, query: QueryTerms, vector: NDArray[np.float32], allowed: NDArray[np.bool_]
    ) -> list[int]:
        """Return what both legs find among the allowed passages."""
        scores: dict[int, float] = defaultdict(float)
        for term, weight in query.weights.items():
            found = self.postings.get(term, {})
            if len(found) <= _COMMON * len(self.passages):
                for i, count in found.items():
                    scores[i] += weight * count * 2.2 / (count + 1.2) if allowed[i] else 0.0
        lexical = sorted((i for i in scores if allowed[i]), key=lambda i: -scores[i])[:_LEG]
        cosines = np.where(allowed, self.vectors @ vector, -1.0)
        dense = [int(i) for i in np.argsort(-cosines)[:_LEG] if allowed[i]]
        return list(dict.fromkeys([*lexical, *dense]))


def _read(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _corpus(rows: list[dict[str, str]], embedder: Embedder, *, titled: bool, across: bool = False) -> Corpus:
    passages = [
        Passage(
            PassageId(r["id"]),
            DocumentId(r["id"]),
            1,
            r["id"],
            r["title"] if titled else "",
            "text",
            None,
            (),
            None,
            0,
            len(r["text"]),
            r["text"],
            language_of(r["text"]),
            "internal",
        )
        for r in rows
    ]
    texts = [f"{r['title']}{CONTEXT_END}{r['text']}" if titled else r["text"] for r in rows]
    corpus = Corpus(passages, [r["title"] for r in rows], embedder.embed_passages(texts))
    if across:
        corpus.sentence_vectors = [
            embedder.embed_passages([span.text for span in sentences(r["text"])]) for r in rows
        ]
    return corpus


def _rows(
    corpus: Corpus,
    questions: list[tuple[str, NDArray[np.float32], int]],
    *,
    present: bool,
    size: int | None,
    seed: int,
    means: Centres,
) -> list[tuple[bool, Row]]:
    """Return each question's candidates, and whether they are for fitting; ``size`` samples a smaller index for each."""
    chance = random.Random(seed)
    articles = np.array(corpus.articles, dtype=object)
    average = float(np.mean([len(p.text) for p in corpus.passages]))
    rows: list[tuple[bool, Row]] = []
    for text, vector, gold in questions:
        allowed = np.ones(len(corpus.passages), dtype=np.bool_)
        if size is not None:
            allowed[:] = False
            allowed[chance.sample(range(len(corpus.passages)), size)] = True
            allowed[gold] = True
        if not present:
            allowed &= articles != corpus.articles[gold]
        query = query_terms(text, corpus.frequency, len(corpus.passages))
        language = corpus.passages[gold].language
        met = (
            (lambda v: v)
            if shares_script(query.language, language)
            else partial(means.passage, language=language)
        )
        asked = vector if shares_script(query.language, language) else means.question(vector, query.language)
        found = corpus.candidates(query, asked, allowed)
        candidates = [Candidate(corpus.passages[i], float(met(corpus.vectors[i]) @ asked)) for i in found]
        row = [
            Pair(s, i == gold, 0.0 if s.same_script else _nearest(corpus, i, asked, met))
            for s, i in zip(signals(query, candidates, average), found, strict=True)
        ]
        rows.append((fitted(corpus.passages[gold].passage_id), row))
    return rows


def _nearest(corpus: Corpus, index: int, asked: Vector, met: Callable[[Vector], Vector]) -> float:
    if corpus.sentence_vectors is None:
        return 0.0
    return max(float(met(vector) @ asked) for vector in corpus.sentence_vectors[index])


def centres(data: Path, embedder: Embedder) -> Centres:
    """Return the mean vectors of questions and passages in Chinese and English.

    A question's centre is halfway to that of passages: people also search with whole paragraphs, and on English
    articles over Chinese ones halfway was better (first hit .47 -> .51) with nothing lost on questions.
    """
    chance = random.Random(5)

    def mean(texts: list[str], *, asked: bool) -> NDArray[np.float32]:
        some = chance.sample(texts, min(len(texts), 400))
        vectors = [embedder.embed_question(t) for t in some] if asked else embedder.embed_passages(some)
        return np.asarray(np.mean(vectors, axis=0), np.float32)

    def texts(path: str, name: str) -> list[str]:
        rows = _read(data / path)
        return [row[name] for row in rows if fitted(row.get("passage_id") or row["id"])]

    handbook = [
        part
        for file in sorted((data / "handbook-18f").rglob("*.md"))
        for part in file.read_text(encoding="utf-8").split("\n\n")
        if 100 < len(part) < 1200
    ]
    statutes = [r["text"] for r in _read(data / "tw-labour-law" / "articles.jsonl") if r["lang"] == "zh"]
    asked = {
        "zh": [
            texts("drcd/questions.jsonl", "question")[:1400],
            texts("xquad/questions.zh.jsonl", "question"),
        ],
        "en": [texts("xquad/questions.en.jsonl", "question")],
    }
    told = {
        "zh": [texts("drcd/passages.jsonl", "text"), texts("xquad/passages.zh.jsonl", "text"), statutes],
        "en": [texts("xquad/passages.en.jsonl", "text"), handbook],
    }
    passages = {k: np.mean([mean(t, asked=False) for t in v], axis=0) for k, v in told.items()}
    questions = {
        k: (np.mean([mean(t, asked=True) for t in v], axis=0) + passages[k]) / 2 for k, v in asked.items()
    }
    return Centres(questions, passages)


def collect(data: Path, embedder: Embedder, means: Centres, seed: int) -> dict[str, list[tuple[bool, Row]]]:
    """Return the rows of every set by name, each with whether it is for fitting; names end in + (article present) or - (left out)."""
    sets: dict[str, list[tuple[bool, Row]]] = {}
    chance = random.Random(seed)

    def add(
        name: str,
        corpus: Corpus,
        questions: list[tuple[str, NDArray[np.float32], int]],
        size: int | None = None,
    ) -> None:
        for sign in "+-":
            sets[name + sign] = _rows(
                corpus, questions, present=sign == "+", size=size, seed=seed, means=means
            )
        print(
            f"{name}: {len(questions)} questions over {size or len(corpus.passages)} passages",
            file=sys.stderr,
        )

    passages = _read(data / "drcd" / "passages.jsonl")
    place = {p["id"]: i for i, p in enumerate(passages)}
    chosen = chance.sample(_read(data / "drcd" / "questions.jsonl"), 1400)
    asked = [(q["question"], embedder.embed_question(q["question"]), place[q["passage_id"]]) for q in chosen]
    bare = _corpus(passages, embedder, titled=False)
    add("drcd", bare, asked[:900])
    add("drcd, 100 passages", bare, asked[:500], 100)
    add("drcd, titled", _corpus(passages, embedder, titled=True), asked[900:])
    for held in ("zh", "en"):
        rows = _read(data / "xquad" / f"passages.{held}.jsonl")
        corpus = _corpus(rows, embedder, titled=held == "zh", across=True)
        place = {p["id"]: i for i, p in enumerate(rows)}
        for spoken in ("zh", "en"):
            questions = _read(data / "xquad" / f"questions.{spoken}.jsonl")
            asked = [
                (q["question"], embedder.embed_question(q["question"]), place[q["passage_id"]])
                for q in questions
            ]
            add(f"xquad {spoken} over {held}", corpus, asked)
    return sets


def fit(rows: list[Row], *, same_script: bool) -> tuple[float, ...]:
    """Return (intercept, weights) for pairs of one kind, in the signals' own units."""
    pairs = [p for row in rows for p in row if p.signals.same_script == same_script]
    return _coefficients([p.signals.values for p in pairs], [p.good for p in pairs])


def fit_read(rows: list[Row], first: Relevance) -> tuple[float, ...]:
    """Return the same for the best passages of each row in another language, their sentences compared."""
    read = [pair for row in rows for pair in _read_of(row, first)]
    return _coefficients([values for values, _ in read], [good for _, good in read])


def _read_of(row: Row, relevance: Relevance) -> list[tuple[tuple[float, ...], bool]]:
    across = [row[i] for i in relevance.to_read([p.signals for p in row])]
    top = max((p.nearest for p in across), default=0.0)
    return [((*p.signals.values, p.nearest, p.nearest - top), p.good) for p in across]


def _coefficients(values: Sequence[Sequence[float]], labels: Sequence[bool]) -> tuple[float, ...]:
    x, y = np.array(values), np.array(labels)
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=2000).fit((x - mean) / spread, y)
    weights = model.coef_[0] / spread
    return (
        round(float(model.intercept_[0] - (weights * mean).sum()), 5),
        *(round(float(w), 5) for w in weights),
    )


def scored(row: Row, relevance: Relevance) -> list[tuple[float, bool]]:
    """Return (probability, good) of a row's candidates, best first, as the search rates them."""
    found = [p.signals for p in row]
    scores = relevance.probabilities(found, lambda across: [row[i].nearest for i in across])
    return sorted(((score, p.good) for score, p in zip(scores, row, strict=True)), reverse=True)


def calibration_error(ranked: list[list[tuple[float, bool]]], depth: int) -> float:
    """Return the expected calibration error over the first ``depth`` hits of every question."""
    hits = np.array([hit for row in ranked for hit in row[:depth]], np.float64)
    return expected_error(hits[:, 0], hits[:, 1])


def report(sets: dict[str, list[Row]], relevance: Relevance) -> dict[str, dict[str, float]]:
    """Return the figures of each set pair on the questions that were not fitted."""
    figures: dict[str, dict[str, float]] = {}
    for name in (n[:-1] for n in sets if n.endswith("+")):
        ranked = {sign: [scored(row, relevance) for row in sets[name + sign] if row] for sign in "+-"}
        present = np.array([row[0][0] for row in ranked["+"]])
        absent = np.array([row[0][0] for row in ranked["-"]])
        labels = [1] * len(present) + [0] * len(absent)
        figures[name] = {
            "questions": len(present),
            "recall@1": float(np.mean([row[0][1] for row in ranked["+"]])),
            "recall@5": float(np.mean([any(good for _, good in row[:5]) for row in ranked["+"]])),
            "auc": float(roc_auc_score(labels, np.concatenate([present, absent]))),
            "false declines at .3": float((present < 0.3).mean()),
            "declines at .3": float((absent < 0.3).mean()),
            "false declines at .1": float((present < 0.1).mean()),
            "declines at .1": float((absent < 0.1).mean()),
            "calibration error, 10 hits": calibration_error(ranked["+"] + ranked["-"], 10),
            "calibration error, first hit": calibration_error(ranked["+"] + ranked["-"], 1),
        }
    return figures


def _write_centres(name: str, means: Centres) -> None:
    rounded = {
        of: {language: [round(float(v), 5) for v in vector] for language, vector in by_language.items()}
        for of, by_language in (("questions", means.questions), ("passages", means.passages))
    }
    text = json.dumps({"made_by": "python -m bench.fit", "embedder": name, **rounded})
    _CENTRES.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Fit, report, and write the coefficients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("CLAUSEWISE_EVAL_DATA", "../shared/eval"))
    )
    parser.add_argument("--seed", type=int, default=11)
    arguments = parser.parse_args()
    if not (arguments.data / "drcd").is_dir():
        sys.exit(
            f"no evaluation data in {arguments.data}: "
            "set CLAUSEWISE_EVAL_DATA to the folder that holds drcd/ and xquad/"
        )
    plain = default_embedder()
    means = centres(arguments.data, plain)
    embedder = IndexEmbedder(plain)
    sets = collect(arguments.data, embedder, means, arguments.seed)
    seen = [row for rows in sets.values() for fits, row in rows if fits]
    held_out = {name: [row for fits, row in rows if not fits] for name, rows in sets.items()}
    relevance = Relevance(fit(seen, same_script=True), fit(seen, same_script=False), ())
    relevance = replace(relevance, read=fit_read(seen, relevance))
    figures = report(held_out, relevance)
    document = {
        "made_by": "python -m bench.fit",
        "embedder": embedder.model_id,
        "features": FEATURES,
        "same_script": relevance.same,
        "other_script": relevance.other,
        "other_script_read": relevance.read,
        "held_out": {name: {k: round(v, 3) for k, v in row.items()} for name, row in figures.items()},
    }
    _write_centres(plain.model_id.partition("@")[0], means)
    _TARGET.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document["held_out"], indent=1))


if __name__ == "__main__":
    main()
