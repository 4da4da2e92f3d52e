"""Texts and questions for benchmarks, of the development sets' folder."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from clausewise.devsets.data import rows


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of DRCD."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of DRCD, its paragraph, and strings of which a right answer holds one."""

    id: str
    paragraph_id: str
    text: str
    answers: tuple[str, ...]


def paragraphs() -> list[Paragraph]:
    """Return the paragraphs of DRCD, in the file's order."""
    return [Paragraph(row["id"], row["title"], row["text"]) for row in rows("drcd/passages.jsonl")]


def questions(count: int, seed: int = 2026) -> list[Question]:
    """Return ``count`` questions of DRCD, each of another paragraph, always the same for a seed."""
    shuffled = list(rows("drcd/questions.jsonl"))
    random.Random(seed).shuffle(shuffled)
    first = {row["passage_id"]: row for row in reversed(shuffled)}
    chosen = [row for row in shuffled if first[row["passage_id"]] is row][:count]
    return [Question(row["id"], row["passage_id"], row["question"], tuple(row["answers"])) for row in chosen]


def write_folder(target: Path) -> None:
    """Write each paragraph of DRCD as a Markdown file of its own, named by its id."""
    target.mkdir(parents=True, exist_ok=True)
    for paragraph in paragraphs():
        text = f"# {paragraph.title}\n\n{paragraph.text}\n"
        (target / f"{paragraph.id}.md").write_text(text, encoding="utf-8")
