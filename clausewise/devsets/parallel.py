"""XQuAD: the same passages and questions in English and in Chinese; asked in one, indexed in the other only."""

from __future__ import annotations

from clausewise.devsets.asking import searched
from clausewise.devsets.data import passage_id, rows, sampled, texts
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import indexed

_SEED = 20261121
_NAMES = {"en": "English", "zh": "Chinese"}


def parallel(count: int | None) -> Result:
    """Find the passage of each question in the other language, both ways."""
    figures: list[Figure] = []
    raw = {}
    asked_of = 0
    for spoken, held in (("en", "zh"), ("zh", "en")):
        questions = sampled(rows(f"xquad/questions.{spoken}.jsonl"), count, _SEED)
        asked_of = len(questions)
        asked = [(row["question"], [row["passage_id"]]) for row in questions]
        title = f"{_NAMES[spoken]} question, {_NAMES[held]} passages"
        with indexed(f"xquad-{held}", files=texts(rows(f"xquad/passages.{held}.jsonl"))) as program:
            places = searched(program, title, asked, lambda passage: passage_id(passage.source))
        figures += places.figures(f"{title}: ")
        raw[title] = {"places": places.found, "misses": places.misses}
    method = f"XQuAD, half of its articles: {asked_of} questions each way over {len(rows('xquad/passages.en.jsonl'))} passages"
    return Result("parallel", method, tuple(figures), raw)
