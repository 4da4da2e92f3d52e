"""Texts and questions for benchmarks, read from ``CLAUSEWISE_EVAL_DATA``; nothing is downloaded."""

from __future__ import annotations

import json
import os
import random
from dataclasses import dataclass
from pathlib import Path


class NoEvalData(SystemExit):
    """The evaluation folder is absent."""


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


def folder() -> Path:
    """Return the evaluation folder; raises NoEvalData with what to do when it is absent."""
    path = Path(os.environ.get("CLAUSEWISE_EVAL_DATA") or "../shared/eval")
    if not (path / "drcd").is_dir():
        raise NoEvalData(f"There is no evaluation data in {path}: set CLAUSEWISE_EVAL_DATA to its folder.")
    return path


def paragraphs() -> list[Paragraph]:
    """Return the paragraphs of DRCD, in the file's order."""
    lines = (folder() / "drcd/passages.jsonl").read_text(encoding="utf-8").splitlines()
    return [Paragraph(row["id"], row["title"], row["text"]) for row in map(json.loads, lines)]


def questions(count: int, seed: int = 2026) -> list[Question]:
    """Return ``count`` questions of DRCD, each of another paragraph, always the same for a seed."""
    lines = (folder() / "drcd/questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    random.Random(seed).shuffle(rows)
    first = {row["passage_id"]: row for row in reversed(rows)}
    chosen = [row for row in rows if first[row["passage_id"]] is row][:count]
    return [Question(row["id"], row["passage_id"], row["question"], tuple(row["answers"])) for row in chosen]


def write_folder(target: Path) -> None:
    """Write each paragraph of DRCD as a Markdown file of its own, named by its id."""
    target.mkdir(parents=True, exist_ok=True)
    for paragraph in paragraphs():
        text = f"# {paragraph.title}\n\n{paragraph.text}\n"
        (target / f"{paragraph.id}.md").write_text(text, encoding="utf-8")
