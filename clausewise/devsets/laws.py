"""Taiwan's labour statutes: clauses named by their number, and English articles against their Chinese text."""

from __future__ import annotations

import random
import re

from clausewise.devsets.asking import counted, searched
from clausewise.devsets.data import Row, folder, rows, sampled
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import indexed
from knowledge.clauses import clause_key
from knowledge.types import OPERATOR, Passage

_SEED = 20261121
_ABBREVIATIONS = {
    "勞基法": "勞動基準法",
    "職安法": "職業安全衛生法",
    "性平法": "性別平等工作法",
    "勞退條例": "勞工退休金條例",
    "就服法": "就業服務法",
    "勞保條例": "勞工保險條例",
}
_QUERY_CHARACTERS = 400


def articles(language: str) -> list[Row]:
    """Return the articles of the statutes in force, in one language."""
    found = rows("tw-labour-law/articles.jsonl")
    return [row for row in found if row["lang"] == language and not row["repealed_law"]]


def chinese_files() -> list[tuple[str, str]]:
    """Return the Chinese statutes in force as files, as they lie in the folder."""
    codes = {row["code"] for row in articles("zh")}
    files = sorted((folder("tw-labour-law") / "tw-labour-law" / "zh").iterdir())
    return [(f.name, f.read_text(encoding="utf-8")) for f in files if f.name.split()[0] in codes]


def article(passage: Passage) -> tuple[str, str | None]:
    """Return (law, key of the article) of a passage."""
    return passage.title, clause_key(passage.clause or "")


def clauses(count: int | None) -> Result:
    """Look up random articles in three ways of writing, in English, and by abbreviation."""
    laws = folder("tw-labour-law") / "tw-labour-law"
    chinese, english = articles("zh"), articles("en")
    chance = random.Random(_SEED)
    asked: list[tuple[str, str, Row]] = []
    for row in chance.sample(chinese, min(count or 200, len(chinese))):
        number = row["article"].replace("第", "").replace("條", "").strip()
        label = f"第{number}條"
        asked.append(("full name", f"{row['law']}{label}", row))
        asked.append(("name, bare number", f"{row['law']} {number}", row))
        asked.append(("inside a question", f"請問{row['law']}{label}規定什麼？", row))
    for short, law in _ABBREVIATIONS.items():
        known = [row for row in chinese if row["law"] == law]
        for row in chance.sample(known, min(5, len(known))):
            number = row["article"].replace("第", "").replace("條", "").strip()
            asked.append(("abbreviation", f"{short}第{number}條", row))
            asked.append(("abbreviation", f"{short} {number} 條", row))
    named = chance.sample(english, min(count or 200, len(english)))
    asked.extend(("English", f"{row['article']} of the {row['law']}", row) for row in named)
    right: dict[str, list[bool]] = {}
    wrong: list[str] = []
    with indexed("laws", laws / "zh", laws / "en") as program:
        for form, question, row in counted("clauses", asked):
            hits = program.searcher.search(question, OPERATOR, 5)
            found = article(hits[0].passage) if hits else None
            right.setdefault(form, []).append(found == (row["law"], clause_key(row["article"])))
            if not right[form][-1]:
                wrong.append(f"{question} -> {found}")
    figures = [Figure(form, sum(marks) / len(marks)) for form, marks in right.items()]
    counts = ", ".join(f"{len(marks)} {form}" for form, marks in right.items())
    method = f"The article named comes first, over 320 statutes (zh and en): {counts}"
    return Result("clauses", method, tuple(figures), {"wrong": wrong})


def cross_law(count: int | None) -> Result:
    """Find the Chinese article of an English one, by its first 400 characters."""
    chinese = {(row["code"], _number(row["article"])): row for row in articles("zh")}
    pairs = [row for row in articles("en") if (row["code"], _number(row["article"])) in chinese]
    chosen = sampled(pairs, count or 500, _SEED)
    asked = []
    for row in chosen:
        gold = chinese[row["code"], _number(row["article"])]
        asked.append((row["text"][:_QUERY_CHARACTERS], [(gold["law"], clause_key(gold["article"]))]))
    with indexed("laws-zh", files=chinese_files()) as program:
        places = searched(program, "cross-law", asked, article)
    return Result(
        "cross-law",
        f"{len(asked)} English articles, of {len(pairs)}, over the {len(chinese)} Chinese ones in force",
        tuple(places.figures()),
        {"places": places.found, "misses": places.misses},
    )


def _number(label: str) -> str:
    """Return "38-1" of "第 38-1 條" or "Article 38-1"."""
    return re.sub(r"[^0-9-]", "", label)
