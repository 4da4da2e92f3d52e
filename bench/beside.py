"""Clausewise beside a plain LangChain chain: same questions, same models, same machine, question by question.

Right means that a gold string stands in the first 200 characters of the answer. Our times come from the
events that a client gets: the clause, then checked sentences; the chain's from its stream of tokens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bench import evaldata, plain_chain
from bench.report import percentile
from bench.wiring import chat_weights, default_embedder
from clausewise.devsets.figures import Figure, Result

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from clausewise.operations import Operations

QUESTIONS = 30
SHOWN = 200  # characters in which a right answer shows


@dataclass(frozen=True, slots=True)
class Taken:
    """One answer; times in seconds from the question, None for what did not happen."""

    text: str
    right: bool
    first_s: float | None
    whole_s: float
    clause_s: float | None = None
    status: str = "answered"


def run() -> Result:
    """Ask both the same questions in turns and compare."""
    questions = evaldata.questions(QUESTIONS + 1)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, _ours(Path(scratch)) as operations:
        chain = _chain(Path(scratch))
        _ask_ours(operations, questions[-1])
        _ask_chain(chain, questions[-1])
        ours, theirs = [], []
        for question in questions[:QUESTIONS]:
            ours.append(_ask_ours(operations, question))
            theirs.append(_ask_chain(chain, question))
    return _compare(questions, ours, theirs)


def _compare(questions: Sequence[evaldata.Question], ours: list[Taken], theirs: list[Taken]) -> Result:
    clause = [taken.clause_s for taken in ours if taken.clause_s is not None]
    first = median([taken.first_s for taken in ours if taken.first_s is not None])
    their_first = median([taken.first_s for taken in theirs if taken.first_s is not None])
    whole, their_whole = (median([taken.whole_s for taken in side]) for side in (ours, theirs))
    right, their_right = (sum(taken.right for taken in side) for side in (ours, theirs))
    rows = [
        {"id": q.id, "question": q.text, "gold": q.answers, "ours": asdict(a), "chain": asdict(b)}
        for q, a, b in zip(questions, ours, theirs, strict=False)
    ]
    return Result(
        "beside",
        f"{len(ours)} DRCD questions over 1,000 paragraphs, in turns; chain: top {plain_chain.TOP} of "
        f"1000/200 chunks, batch {plain_chain.BATCH}",
        (
            Figure("clauses shown", len(clause)),
            Figure("our clause shown, p95", percentile(clause, 0.95) * 1000, "ms", "≤", 300),
            Figure("our first checked sentence, median", first, "s"),
            Figure("the chain's first token, median", their_first, "s"),
            Figure("first, ours ÷ its", first / their_first, "×", "≤", 0.4),
            Figure("our whole answer, median", whole, "s"),
            Figure("the chain's whole answer, median", their_whole, "s"),
            Figure("whole, ours ÷ its", whole / their_whole, "×", "≤", 0.45),
            Figure("right answers, the chain", their_right),
            Figure("right answers, ours", right, "", ">", their_right),
            Figure("declined, ours", sum(taken.status != "answered" for taken in ours)),
        ),
        {"answers": rows},
    )


@contextmanager
def _ours(scratch: Path) -> Iterator[Operations]:
    """Give a home of its own that has read the paragraphs."""
    from clausewise.bootstrap import open_operations
    from clausewise.home import Home
    from clausewise.settings import load
    from clausewise.tasks import Ingest, Prepare

    evaldata.write_folder(scratch / "drcd")
    home = Home.resolve(scratch / "home")
    with open_operations(home, load(home)) as operations:
        operations.run(Ingest(paths=[str(scratch / "drcd")]))
        operations.run(Prepare(needs="ask"))
        yield operations


def _chain(scratch: Path) -> Runnable[str, str]:
    """Return the plain chain over the same files."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((scratch / "drcd").glob("*.md"))}
    retriever = plain_chain.build_retriever(texts, default_embedder(), scratch / "chroma")
    return plain_chain.build_chain(retriever, plain_chain.load_chat(chat_weights()))


def _ask_ours(operations: Operations, question: evaldata.Question) -> Taken:
    from clausewise.tasks import Ask

    seen: dict[str, float] = {}
    began = perf_counter()

    def note(event: str, data: Any) -> None:  # noqa: ARG001 only the time counts
        seen.setdefault(event, perf_counter() - began)

    answer = operations.run(Ask(question=question.text), note)
    whole = perf_counter() - began
    text = answer["answer"]
    right = answer["status"] == "answered" and _is_right(text, question)
    return Taken(text, right, seen.get("delta"), whole, seen.get("clause"), answer["status"])


def _ask_chain(chain: Runnable[str, str], question: evaldata.Question) -> Taken:
    first: float | None = None
    parts: list[str] = []
    began = perf_counter()
    for part in chain.stream(question.text):
        first = perf_counter() - began if first is None else first
        parts.append(part)
    text = "".join(parts)
    return Taken(text, _is_right(text, question), first, perf_counter() - began)


def _is_right(text: str, question: evaldata.Question) -> bool:
    return any(answer in text[:SHOWN] for answer in question.answers)
