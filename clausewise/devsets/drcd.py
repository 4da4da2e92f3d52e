"""DRCD: Traditional Chinese paragraphs of an encyclopaedia, each a document, and questions written from them."""

from __future__ import annotations

import random
from collections.abc import Iterator

import opencc

from clausewise.devsets.asking import Places, searched
from clausewise.devsets.data import Row, passage_id, rows, sampled, texts
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import indexed
from knowledge.types import Passage

SEED = 20261121


def passages(leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Give the paragraphs as files, without those of the articles (titles) left out."""
    return texts([row for row in rows("drcd/passages.jsonl") if row["title"] not in leave_out])


def paragraph(passage: Passage) -> str:
    """Return the id of the paragraph that a passage belongs to."""
    return passage_id(passage.source)


def left_out_articles() -> frozenset[str]:
    """Return the half of the articles that the index without the answers lacks; always the same half."""
    titles = sorted({row["title"] for row in rows("drcd/passages.jsonl")})
    return frozenset(random.Random(SEED).sample(titles, len(titles) // 2))


def chosen_questions(count: int | None) -> list[Row]:
    """Return questions on the articles left out whose answer stands in no other article."""
    paragraphs = rows("drcd/passages.jsonl")
    left_out = left_out_articles()
    kept: list[Row] = []
    for row in sampled([q for q in rows("drcd/questions.jsonl") if q["title"] in left_out], None, SEED):
        elsewhere = (p["text"] for p in paragraphs if p["title"] != row["title"])
        if not any(gold in text for text in elsewhere for gold in row["answers"]):
            kept.append(row)
        if count is not None and len(kept) == count:
            break
    return kept


def retrieval(count: int | None) -> Result:
    """Find each question's paragraph among the 1,000; then again in Simplified characters."""
    questions = sampled(rows("drcd/questions.jsonl"), count, SEED)
    simplified = opencc.OpenCC("t2s").convert
    places: dict[str, Places] = {}
    with indexed("drcd", files=passages()) as program:
        for form, written in (("as asked", str), ("simplified", simplified)):
            asked = [(written(row["question"]), [row["passage_id"]]) for row in questions]
            places[form] = searched(program, f"retrieval, {form}", asked, paragraph)
    loss = places["as asked"].recall(1) - places["simplified"].recall(1)
    return Result(
        "retrieval",
        f"DRCD dev, {len(questions)} questions over {len(rows('drcd/passages.jsonl')):,} paragraphs, each a file of its own",
        (
            *places["as asked"].figures(),
            *places["simplified"].figures("Simplified questions: ", (1, 5)),
            Figure("recall@1 lost by Simplified", loss * 100, "points"),
        ),
        {form: {"places": found.found, "misses": found.misses} for form, found in places.items()},
    )
