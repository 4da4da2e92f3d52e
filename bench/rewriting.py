"""Whether the small model should rewrite a question before it is searched: what it finds more, and what it costs.

Lay questions over the labour statutes, the answering article among the first ten: searched as they are; with keywords
that the model adds; by a clause that the model imagines (Gao et al. 2022, "Precise Zero-Shot Dense Retrieval",
arXiv 2212.10496), alone and with both rankings fused by reciprocal rank. ``python -m bench.rewriting [--questions N]``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Hashable, Sequence
from statistics import median
from time import perf_counter

from clausewise.devsets.data import sampled, written
from clausewise.devsets.figures import Figure, Result
from knowledge.types import Hit

QUESTIONS = 60
_SEED = 20261126
_TOP, _DEPTH = 10, 30
_FUSED = 60  # Cormack et al. 2009: the constant of reciprocal rank fusion
_ASK = {
    "keywords": "請寫出查詢法規時可用的正式法律用語，只列五個詞，以空格分開，不要解釋。\n問題：{question}",
    "clause": "請寫出一條可能回答這個問題的法條，一句話，不要解釋。\n問題：{question}",
}
WAYS = ("as asked", "keywords added", "imagined clause", "as asked and imagined clause fused")


def run(questions: int = QUESTIONS) -> Result:
    """Search each question in each way."""
    from clausewise.devsets.indexing import indexed
    from clausewise.devsets.laws import article, chinese_files
    from knowledge.clauses import clause_key
    from knowledge.types import OPERATOR

    chosen = sampled(written("lay_labour.jsonl"), questions, _SEED)
    found: dict[str, list[bool]] = {way: [] for way in WAYS}
    search_ms: list[float] = []
    model_ms: dict[str, list[float]] = {name: [] for name in _ASK}
    with indexed("laws-zh", files=chinese_files()) as program:
        for number, row in enumerate(chosen, 1):
            wanted = {(row["law"], clause_key(label)) for label in row["articles"]}

            def hits(text: str) -> list[Hit]:
                return program.searcher.search(text, OPERATOR, _DEPTH)

            began = perf_counter()
            plain = hits(row["question"])
            search_ms.append((perf_counter() - began) * 1000)
            written_ = {}
            for name, ask in _ASK.items():
                began = perf_counter()
                answer = program.chat.invoke([("user", ask.format(question=row["question"]))], max_tokens=60)
                model_ms[name].append((perf_counter() - began) * 1000)
                written_[name] = str(answer.text)
            imagined = hits(written_["clause"])
            ranked: dict[str, Sequence[Hit]] = {
                "as asked": plain,
                "keywords added": hits(f"{row['question']} {written_['keywords']}"),
                "imagined clause": imagined,
                "as asked and imagined clause fused": fused(plain, imagined),
            }
            for way, some in ranked.items():
                places: list[Hashable] = list(dict.fromkeys(article(hit.passage) for hit in some))
                found[way].append(bool(wanted & set(places[:_TOP])))
            print(f"{number}/{len(chosen)} { ({w: sum(f) for w, f in found.items()}) }", file=sys.stderr)
    shares = [Figure(f"{way}: recall@{_TOP}", sum(marks) / len(marks)) for way, marks in found.items()]
    return Result(
        "rewriting",
        f"{len(chosen)} lay questions over the labour statutes, default models",
        (
            *shares,
            Figure("search, median", median(search_ms), "ms"),
            *(Figure(f"the model's {name}, median", median(ms), "ms") for name, ms in model_ms.items()),
        ),
    )


def fused(one: Sequence[Hit], other: Sequence[Hit]) -> list[Hit]:
    """Return the hits of two rankings by the sum of their reciprocal ranks, best first."""
    score: dict[str, float] = {}
    hits: dict[str, Hit] = {}
    for ranking in (one, other):
        for rank, hit in enumerate(ranking, 1):
            key = hit.passage.passage_id
            hits.setdefault(key, hit)
            score[key] = score.get(key, 0.0) + 1 / (_FUSED + rank)
    return sorted(hits.values(), key=lambda hit: -score[hit.passage.passage_id])


def main() -> int:
    """Run and print the figures."""
    from bench.report import FOLDER

    parser = argparse.ArgumentParser(prog="python -m bench.rewriting", description=__doc__)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    result = run(parser.parse_args().questions)
    print(result.table())
    print(f"  JSON: {result.save(FOLDER)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
