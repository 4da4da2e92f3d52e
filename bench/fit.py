"""Fit the calibrated relevance (knowledge/relevance.json) on development data: ``python -m bench.fit``.

Data: DRCD and XQuAD of the evaluation folder, each question once with its article in the index and once with
the whole article left out, so that "nothing relevant here" is learnt as well; DRCD also at a tenth of its
size and with its titles, because small folders and titled documents are what people have. Half of the
questions are fitted, the other half is reported: recall at 1 and 5, the area under the curve of answerable
against left out, and what a threshold gives.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from bench.wiring import default_embedder
from knowledge.relevance import FEATURES, Candidate, QueryTerms, Relevance, Signals, query_terms, signals
from knowledge.text import keys, language_of
from knowledge.types import DocumentId, Passage, PassageId
from models.protocols import Embedder

_TARGET = Path(__file__).parents[1] / "knowledge" / "relevance.json"
_LEG = 30  # candidates of each leg, as in knowledge/search.py
_COMMON = 0.25
Row = list[tuple[Signals, bool]]


@dataclass(slots=True)
class Corpus:
    """Passages in memory with an inverted index, so that leaving an article out costs nothing."""

    passages: list[Passage]
    articles: list[str]
    vectors: NDArray[np.float32]
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


def _corpus(
    rows: list[dict[str, str]], embedder: Embedder, vectors: NDArray[np.float32] | None, *, titled: bool
) -> Corpus:
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
    made = vectors if vectors is not None else embedder.embed_passages([r["text"] for r in rows])
    return Corpus(passages, [r["title"] for r in rows], made)


def _rows(
    corpus: Corpus,
    questions: list[tuple[str, NDArray[np.float32], int]],
    *,
    present: bool,
    size: int | None,
    seed: int,
) -> list[Row]:
    """Return each question's candidates with their labels; ``size`` samples a smaller index for each."""
    chance = random.Random(seed)
    articles = np.array(corpus.articles, dtype=object)
    average = float(np.mean([len(p.text) for p in corpus.passages]))
    rows: list[Row] = []
    for text, vector, gold in questions:
        allowed = np.ones(len(corpus.passages), dtype=np.bool_)
        if size is not None:
            allowed[:] = False
            allowed[chance.sample(range(len(corpus.passages)), size)] = True
            allowed[gold] = True
        if not present:
            allowed &= articles != corpus.articles[gold]
        query = query_terms(text, corpus.frequency, len(corpus.passages))
        found = corpus.candidates(query, vector, allowed)
        candidates = [Candidate(corpus.passages[i], float(corpus.vectors[i] @ vector)) for i in found]
        rows.append([(s, i == gold) for s, i in zip(signals(query, candidates, average), found, strict=True)])
    return rows


def collect(data: Path, embedder: Embedder, seed: int) -> dict[str, list[Row]]:
    """Return the rows of every set by name; names end in + (article present) or - (left out)."""
    sets: dict[str, list[Row]] = {}
    chance = random.Random(seed)

    def add(
        name: str,
        corpus: Corpus,
        questions: list[tuple[str, NDArray[np.float32], int]],
        size: int | None = None,
    ) -> None:
        for sign in "+-":
            sets[name + sign] = _rows(corpus, questions, present=sign == "+", size=size, seed=seed)
        print(
            f"{name}: {len(questions)} questions over {size or len(corpus.passages)} passages",
            file=sys.stderr,
        )

    passages = _read(data / "drcd" / "passages.jsonl")
    place = {p["id"]: i for i, p in enumerate(passages)}
    chosen = chance.sample(_read(data / "drcd" / "questions.jsonl"), 1400)
    asked = [(q["question"], embedder.embed_question(q["question"]), place[q["passage_id"]]) for q in chosen]
    bare = _corpus(passages, embedder, None, titled=False)
    add("drcd", bare, asked[:900])
    add("drcd, 100 passages", bare, asked[:500], 100)
    add("drcd, titled", _corpus(passages, embedder, bare.vectors, titled=True), asked[900:])
    for held in ("zh", "en"):
        rows = _read(data / "xquad" / f"passages.{held}.jsonl")
        corpus = _corpus(rows, embedder, None, titled=held == "zh")
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
    pairs = [(s.values, label) for row in rows for s, label in row if s.same_script == same_script]
    x, y = np.array([v for v, _ in pairs]), np.array([label for _, label in pairs])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    model = LogisticRegression(max_iter=2000).fit((x - mean) / spread, y)
    weights = model.coef_[0] / spread
    return (
        round(float(model.intercept_[0] - (weights * mean).sum()), 5),
        *(round(float(w), 5) for w in weights),
    )


def report(sets: dict[str, list[Row]], relevance: Relevance) -> dict[str, dict[str, float]]:
    """Return the figures of each set pair on the questions that were not fitted."""
    figures: dict[str, dict[str, float]] = {}
    for name in (n[:-1] for n in sets if n.endswith("+")):
        ranked = {
            sign: [
                sorted(((relevance.probability(s), good) for s, good in row), reverse=True)
                for row in sets[name + sign]
                if row
            ]
            for sign in "+-"
        }
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
        }
    return figures


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
    embedder = default_embedder()
    sets = collect(arguments.data, embedder, arguments.seed)
    fitted = [row for rows in sets.values() for row in rows[::2]]
    held_out = {name: rows[1::2] for name, rows in sets.items()}
    relevance = Relevance(fit(fitted, same_script=True), fit(fitted, same_script=False))
    figures = report(held_out, relevance)
    document = {
        "made_by": "python -m bench.fit",
        "embedder": embedder.model_id,
        "features": FEATURES,
        "same_script": relevance.same,
        "other_script": relevance.other,
        "held_out": {name: {k: round(v, 3) for k, v in row.items()} for name, row in figures.items()},
    }
    _TARGET.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document["held_out"], indent=1))


if __name__ == "__main__":
    main()
