"""Questions of people who do not know the law's words, over the labour statutes."""

from __future__ import annotations

from clausewise.devsets.asking import Places, searched
from clausewise.devsets.data import sampled, written
from clausewise.devsets.figures import Figure, Result
from clausewise.devsets.indexing import indexed
from clausewise.devsets.laws import article, chinese_files
from knowledge.clauses import clause_key

_SEED = 20261121


def lay(count: int | None) -> Result:
    """Find one of the articles that answer, among the first ten.

    Half of the questions ("dev") may be looked at while search is worked on; the others ("held") are only
    counted. Articles of other statutes that say the same ("also") count in a figure of their own.
    """
    chosen = sampled(written("lay_labour.jsonl"), count, _SEED)
    strict = [[(row["law"], clause_key(label)) for label in row["articles"]] for row in chosen]
    wider = [
        [*wanted, *((other["law"], clause_key(other["article"])) for other in row.get("also", ()))]
        for row, wanted in zip(chosen, strict, strict=True)
    ]
    asked = [row["question"] for row in chosen]
    with indexed("laws-zh", files=chinese_files()) as program:
        places = searched(program, "lay", list(zip(asked, strict, strict=True)), article)
        others = searched(program, "lay, statutes beside", list(zip(asked, wider, strict=True)), article)
    parts = {part: Places() for part in ("dev", "held")}
    for row, place in zip(chosen, places.found, strict=True):
        parts[row["split"]].found.append(place)
    return Result(
        "lay",
        f"{len(asked)} questions in everyday words over the Chinese labour statutes in force",
        (
            *places.figures(),
            *(
                Figure(f"{len(one.found)} {part} questions: recall@10", one.recall(10))
                for part, one in parts.items()
            ),
            Figure("recall@10, statutes beside count", others.recall(10)),
        ),
        {"places": places.found, "misses": places.misses},
    )
