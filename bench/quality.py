"""Quality of search and answers on development data: ``make eval``.

Run it as ``python -m bench.quality [NAME…] [--count N]``. Every figure goes the way a customer's question
goes: files are written to a folder and ingested, questions are asked of the program. Sets: ``retrieval``
(DRCD, also with Simplified questions), ``clauses`` (exact look-up over the labour statutes), ``answers``
(DRCD with the article in the index, and with it left out).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import opencc

from assistant.answering.types import Answer, Question
from bench.evaldata import folder
from bench.report import Figure, Result
from clausewise.bootstrap import Program
from clausewise.home import Home
from clausewise.settings import load
from knowledge.clauses import clause_key
from knowledge.samples.build import HERE
from knowledge.types import INTERNAL, OPERATOR, DocumentId

_CACHE = Path(".cache/quality")
_SEED = 20261121
DOCUMENTS = HERE / "documents"


def _rows(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder() / path).read_text(encoding="utf-8").splitlines()]


@contextmanager
def indexed(name: str, files: Iterable[tuple[str, str]]) -> Iterator[Program]:
    """Give a program whose home holds exactly ``files`` (name, text); later runs embed what changed."""
    source = _CACHE / name / "files"
    source.mkdir(parents=True, exist_ok=True)
    wanted = dict(files)
    for old in source.iterdir():
        if old.name not in wanted:
            old.unlink()
    for file, text in wanted.items():
        (source / file).write_text(text, encoding="utf-8")
    home = Home.resolve(_CACHE / name / "home")
    home.create()
    program = Program(home, load(home))
    try:
        print(f"{name}: indexing {len(wanted)} files", file=sys.stderr, flush=True)
        program.ingestor.run([source], INTERNAL, prune=True)
        yield program
    finally:
        program.close()


def _drcd(leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    for row in _rows("drcd/passages.jsonl"):
        if row["title"] not in leave_out:
            yield f"{row['id']}.txt", row["text"]


def _document(source: str) -> str:
    return source.rsplit("/", 1)[-1].removesuffix(".txt")


def retrieval(count: int | None) -> Result:
    """Find each question's paragraph among the 1,000 of DRCD; then again in Simplified characters."""
    questions = _rows("drcd/questions.jsonl")
    random.Random(_SEED).shuffle(questions)
    questions = questions[:count]
    simplified = opencc.OpenCC("t2s").convert
    places: dict[str, list[int | None]] = {"as asked": [], "simplified": []}
    took: list[float] = []
    with indexed("drcd", _drcd()) as program:
        for row in questions:
            for form, text in (("as asked", row["question"]), ("simplified", simplified(row["question"]))):
                started = time.perf_counter()
                hits = program.searcher.search(text, OPERATOR, 10)
                took.append((time.perf_counter() - started) * 1000)
                found = list(dict.fromkeys(_document(hit.passage.source) for hit in hits))
                places[form].append(found.index(row["passage_id"]) if row["passage_id"] in found else None)

    def recall(form: str, k: int) -> float:
        return sum(place is not None and place < k for place in places[form]) / len(questions)

    mrr = sum(1 / (place + 1) for place in places["as asked"] if place is not None) / len(questions)
    loss = recall("as asked", 1) - recall("simplified", 1)
    return Result(
        "retrieval",
        f"DRCD dev, {len(questions)} questions over 1,000 paragraphs, each a file of its own",
        (
            Figure("recall@1", recall("as asked", 1), "", "≥", 0.94),
            Figure("recall@5", recall("as asked", 5), "", "≥", 0.99),
            Figure("MRR@10", mrr),
            Figure("recall@1, Simplified questions", recall("simplified", 1)),
            Figure("recall@5, Simplified questions", recall("simplified", 5)),
            Figure("recall@1 lost by Simplified", loss * 100, "points", "≤", 1),
            Figure("search, median", sorted(took)[len(took) // 2], "ms"),
        ),
        {"places": places},
    )


_ABBREVIATIONS = {
    "勞基法": "勞動基準法",
    "職安法": "職業安全衛生法",
    "性平法": "性別平等工作法",
    "勞退條例": "勞工退休金條例",
    "就服法": "就業服務法",
    "勞保條例": "勞工保險條例",
}


def clauses(count: int | None) -> Result:
    """Look up random articles of the statutes in three ways of writing, in English, and by abbreviation."""
    laws = folder() / "tw-labour-law"
    files = [
        (f.name, f.read_text(encoding="utf-8"))
        for tongue in ("zh", "en")
        for f in sorted((laws / tongue).iterdir())
    ]
    articles = [row for row in _rows("tw-labour-law/articles.jsonl") if not row["repealed_law"]]
    chinese = [row for row in articles if row["lang"] == "zh"]
    chance = random.Random(_SEED)
    wrong: dict[str, list[str]] = {}
    asked: dict[str, int] = {}
    with indexed("laws", files) as program:

        def ask(form: str, question: str, row: dict[str, Any]) -> None:
            asked[form] = asked.get(form, 0) + 1
            hits = program.searcher.search(question, OPERATOR, 5)
            top = hits[0].passage if hits else None
            right = (
                top is not None
                and top.title == row["law"]
                and clause_key(top.clause or "") == clause_key(row["article"])
            )
            if not right:
                found = f"{top.title} {top.clause}" if top else "nothing"
                wrong.setdefault(form, []).append(f"{question} -> {found}")

        for row in chance.sample(chinese, min(count or 200, len(chinese))):
            number = row["article"].replace("第", "").replace("條", "").strip()
            label = f"第{number}條"
            ask("full name", f"{row['law']}{label}", row)
            ask("name, bare number", f"{row['law']} {number}", row)
            ask("inside a question", f"請問{row['law']}{label}規定什麼？", row)
        for short, law in _ABBREVIATIONS.items():
            for row in chance.sample([r for r in chinese if r["law"] == law], 5):
                number = row["article"].replace("第", "").replace("條", "").strip()
                ask("abbreviation", f"{short}第{number}條", row)
                ask("abbreviation", f"{short} {number} 條", row)
        for row in chance.sample([r for r in articles if r["lang"] == "en"], min(count or 200, 200)):
            ask("English", f"{row['article']} of the {row['law']}", row)
    figures = [
        Figure(f"{form}: right of {total}", 1 - len(wrong.get(form, ())) / total, "", "≥", 1.0)
        for form, total in asked.items()
    ]
    return Result(
        "clauses", "Exact clause look-up over 320 statutes (zh and en)", tuple(figures), {"wrong": wrong}
    )


def chosen_questions(count: int) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """Return half of the articles, and their questions whose answer stands in no other article."""
    passages = _rows("drcd/passages.jsonl")
    chance = random.Random(_SEED)
    titles = sorted({row["title"] for row in passages})
    left_out = frozenset(chance.sample(titles, len(titles) // 2))
    questions = [row for row in _rows("drcd/questions.jsonl") if row["title"] in left_out]
    chance.shuffle(questions)
    kept: list[dict[str, Any]] = []
    for row in questions:
        elsewhere = (p["text"] for p in passages if p["title"] != row["title"])
        if len(kept) < count and not any(gold in text for text in elsewhere for gold in row["answers"]):
            kept.append(row)
    return kept, left_out


def answers(count: int | None) -> Result:
    """Ask with the articles in the index, then the same without them."""
    questions, left_out = chosen_questions(count or 300)
    present = _ask_all("drcd", _drcd(), questions)
    absent = _ask_all("drcd-left-out", _drcd(left_out), questions)
    given = [row for row in present if row["status"] == "answered"]
    quotes = [quote for row in present + absent for quote in row["quotes_exact"]]

    def share(rows: list[dict[str, Any]], name: str) -> float:
        return sum(row[name] for row in rows) / max(len(rows), 1)

    def median(rows: list[dict[str, Any]], name: str) -> float:
        values = sorted(row["timings"][name] for row in rows if row["timings"][name] is not None)
        return values[len(values) // 2] if values else float("nan")

    declined = share(absent, "declined")
    false = share(present, "declined")
    return Result(
        "answers",
        f"DRCD dev, {len(questions)} questions whose answer stands in one article only; default models",
        (
            Figure(
                "article present: gold string in the first 200 characters",
                share(present, "right"),
                "",
                "≥",
                0.74,
            ),
            Figure("article present: gold paragraph cited", share(present, "cited"), "", "≥", 0.80),
            Figure("article present: declined (false)", false, "", "≤", 0.15),
            Figure("article present: right of those answered", share(given, "right")),
            Figure("article left out: declined", declined, "", "≥", 0.75),
            Figure(
                f"quotes equal to their span, of {len(quotes)}",
                sum(quotes) / max(len(quotes), 1),
                "",
                "≥",
                1.0,
            ),
            Figure("first checked sentence, median", median(given, "first_sentence"), "ms"),
            Figure("whole answer, median", median(given, "total"), "ms"),
        ),
        {"present": present, "absent": absent},
    )


def _ask_all(
    name: str, files: Iterable[tuple[str, str]], questions: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with indexed(name, files) as program:
        for i, row in enumerate(questions, 1):
            answer = program.answerer.answer(Question(row["question"]), OPERATOR)
            rows.append(_judged(row, answer, program))
            if i % 25 == 0:
                so_far = {k: sum(r[k] for r in rows) for k in ("right", "cited", "declined")}
                print(f"{name}: {i} of {len(questions)} {so_far}", file=sys.stderr, flush=True)
    return rows


def _judged(row: dict[str, Any], answer: Answer, program: Program) -> dict[str, Any]:
    def exact(document: str, version: int, start: int, end: int, quote: str) -> bool:
        return program.store.repository.canonical(DocumentId(document), version, OPERATOR)[start:end] == quote

    answered = answer.status == "answered"
    return {
        "question": row["question"],
        "gold": row["answers"],
        "answer": answer.text,
        "status": answer.status,
        "reason": answer.decline.reason if answer.decline else None,
        "declined": answer.status == "declined",
        "right": answered and any(gold in answer.text[:200] for gold in row["answers"]),
        "cited": any(_document(c.source) == row["passage_id"] for c in answer.citations),
        "quotes": [c.quote for c in answer.citations],
        "quotes_exact": [exact(c.document_id, c.version, c.start, c.end, c.quote) for c in answer.citations],
        "timings": answer.timings_ms,
    }


def samples(count: int | None) -> Result:
    """Ask the questions written about the demo corpus: three languages, a fifth of them unanswerable."""
    lines = (Path(__file__).parents[1] / "tests/evals/samples.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line) for line in lines][:count]
    home = Home.resolve(_CACHE / "samples" / "home")
    home.create()
    program = Program(home, load(home))
    rows: list[dict[str, Any]] = []
    try:
        for audience in ("public", "internal"):
            program.ingestor.run([DOCUMENTS / audience], audience, prune=True)
        for row in questions:
            reader = OPERATOR.narrowed(row["audience"])
            started = time.perf_counter()
            hits = program.searcher.search(row["question"], reader, 5)
            answer = program.answerer.answer(Question(row["question"]), reader)
            places = {(row["source"], row["clause"]), *((other, None) for other in row["also"])}
            rows.append(
                {
                    "id": row["id"],
                    "question": row["question"],
                    "language": row["language"],
                    "answerable": row["answerable"],
                    "kind": answer.kind,
                    "reason": answer.decline.reason if answer.decline else None,
                    "answer": answer.text,
                    "found": any(_is_place(h.passage.source, h.passage.clause, places) for h in hits),
                    "first": bool(hits) and _is_place(hits[0].passage.source, hits[0].passage.clause, places),
                    "top": [(h.passage.source, h.passage.clause, round(h.score, 3)) for h in hits[:3]],
                    "cited": any(_is_place(c.source, c.clause, places) for c in answer.citations),
                    "right": answer.status == "answered"
                    and all(
                        any(w in answer.text for w in words.split("|")) for words in row["answer_contains"]
                    ),
                    "declined": answer.status == "declined",
                    "wanted": row["answer_contains"],
                    "seconds": round(time.perf_counter() - started, 2),
                }
            )
    finally:
        program.close()
    figures: list[Figure] = []
    for language in ("zh-Hant", "zh-Hans", "en"):
        known = [r for r in rows if r["answerable"] and r["language"] == language]
        for name, key in (
            ("clause first", "first"),
            ("clause in 5", "found"),
            ("right", "right"),
            ("cited", "cited"),
            ("false declines", "declined"),
        ):
            figures.append(
                Figure(f"{language}, {len(known)}: {name}", sum(r[key] for r in known) / max(len(known), 1))
            )
    unknown = [r for r in rows if not r["answerable"]]
    figures.append(
        Figure(
            f"unanswerable, {len(unknown)}: declined",
            sum(r["declined"] for r in unknown) / max(len(unknown), 1),
        )
    )
    return Result(
        "samples", f"Demo corpus, {len(rows)} questions; default models", tuple(figures), {"rows": rows}
    )


def _is_place(source: str, clause: str | None, places: set[tuple[str, str | None]]) -> bool:
    return any(
        (source == wanted or source.startswith(f"{wanted}#"))
        and (label is None or clause_key(label) == clause_key(clause or ""))
        for wanted, label in places
    )


_SETS = {"retrieval": retrieval, "clauses": clauses, "answers": answers, "samples": samples}


def main() -> int:
    """Run the sets asked for; exit code 1 when a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(_SETS)} (default: all)")
    parser.add_argument("--count", type=int, help="questions of each set (default: the set's own number)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(_SETS))
    if unknown:
        parser.error(f"there is no set {', '.join(unknown)}; there are {', '.join(_SETS)}")
    missed = False
    for name in arguments.names or list(_SETS):
        result = _SETS[name](arguments.count)
        print(result.table())
        print(f"  JSON: {result.save()}\n", flush=True)
        missed |= any(figure.met is False for figure in result.figures)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
