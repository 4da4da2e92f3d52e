"""Questions of people who do not know the law's words, over the labour statutes."""

from __future__ import annotations

from clausewise.devsets.asking import searched
from clausewise.devsets.data import sampled, written
from clausewise.devsets.figures import Result
from clausewise.devsets.indexing import indexed
from clausewise.devsets.laws import article, chinese_files
from knowledge.clauses import clause_key

_SEED = 20261121


def lay(count: int | None) -> Result:
    """Find one of the articles that answer, among the first ten."""
    chosen = sampled(written("lay_labour.jsonl"), count, _SEED)
    asked = [
        (row["question"], [(row["law"], clause_key(label)) for label in row["articles"]]) for row in chosen
    ]
    with indexed("laws-zh", files=chinese_files()) as program:
        places = searched(program, "lay", asked, article)
    return Result(
        "lay",
        f"{len(asked)} questions in everyday words over the Chinese labour statutes in force",
        tuple(places.figures()),
        {"places": places.found, "misses": places.misses},
    )
