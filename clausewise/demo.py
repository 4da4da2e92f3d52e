"""``make demo``: read the sample shop's documents, ask four questions, check that each is answered in kind.

Exit code 0 when all four are right, 1 when one is not, else that of the error (3: weights are missing).
Running it again reads nothing anew. The home is ``.cache/demo`` of the current directory, or the one given.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import knowledge.samples
from clausewise.terminal import AnswerPrinter, print_report, print_text
from knowledge.clauses import clause_key

if TYPE_CHECKING:
    from clausewise.protocol import Operations

DOCUMENTS = Path(knowledge.samples.__file__).parent / "documents"
AUDIENCES = ("public", "internal")
HOME = Path(".cache/demo")
MODELS = Path(".cache/models")  # where `make setup` puts the weights
RULE = "─" * 100

Answer = dict[str, Any]
Check = Callable[[Answer], "str | None"]  # what is wrong, or None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the demo, what it shows, and the check of its answer."""

    shows: str
    question: str
    check: Check


def written(language: str, source: str, clause: str, word: str) -> Check:
    """Return a check: a written answer in this language that says ``word`` and rests on this clause."""

    def check(answer: Answer) -> str | None:
        if answer["status"] != "answered" or answer["kind"] != "written":
            return f"expected a written answer, got {answer['status']} ({answer['kind']})"
        if answer["language"] != language:
            return f"expected an answer in {language}, got {answer['language']}"
        if word not in answer["answer"]:
            return f"the answer does not say {word!r}"
        if not any(_rests_on(citation, source, clause) for citation in answer["citations"]):
            return f"no citation names {clause} of {source}"
        return None

    return check


def faq(source: str) -> Check:
    """Return a check: the approved answer of this row, word for word."""

    def check(answer: Answer) -> str | None:
        sources = [citation["source"] for citation in answer["citations"]]
        if answer["status"] != "answered" or answer["kind"] != "faq" or sources != [source]:
            return f"expected the FAQ answer {source}, got {answer['kind']} from {sources}"
        return None

    return check


def declined(answer: Answer) -> str | None:
    """Check that nothing was answered."""
    return None if answer["status"] == "declined" else f"expected a decline, got {answer['answer']!r}"


def _rests_on(citation: dict[str, Any], source: str, clause: str) -> bool:
    label = citation["clause"]
    return source in citation["source"] and label is not None and clause_key(label) == clause_key(clause)


QUESTIONS = (
    Asked(
        "A written answer in Traditional Chinese, each sentence checked against its clause",
        "出貨異常怎麼處理？要在多久內通報，是否補寄由誰決定？",
        written("zh-Hant", "SOP-012", "第4.3條", "24"),
    ),
    Asked(
        "An English answer from a clause that exists in Chinese only",
        "How soon must a lost or stolen device be reported to the IT department?",
        written("en", "IT-002", "(二)", "2 hours"),
    ),
    Asked(
        "An approved FAQ answer, word for word, without the model",
        "可以用超商取貨嗎？",
        faq("faq.csv#F001"),
    ),
    Asked(
        "A question that the documents do not answer",
        "員工子女教育補助一年可以領多少錢？",
        declined,
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code."""
    from clausewise.bootstrap import open_operations
    from clausewise.failures import failure_of
    from clausewise.home import Home
    from clausewise.settings import load

    given = sys.argv[1:] if arguments is None else list(arguments)
    home = Home.resolve(Path(given[0]) if given else HOME)
    os.environ.setdefault("CLAUSEWISE_MODELS", str(MODELS.absolute()))
    try:
        with open_operations(home, load(home)) as operations:
            ready = _ingest(operations)
            problems = [_ask(operations, number, asked) for number, asked in enumerate(QUESTIONS, 1)]
    except Exception as error:
        failure = failure_of(error)
        if failure is None:
            raise
        print_text(failure.message)
        return int(failure.exit_code)
    _close(home.path, problems)
    return 0 if ready and not any(problems) else 1


def _ingest(operations: Operations) -> bool:
    """Read both folders of documents; return whether every file was read."""
    from clausewise.progress import progress
    from clausewise.tasks import Ingest

    whole = True
    for audience in AUDIENCES:
        folder = DOCUMENTS / audience
        print_text(f"{RULE}\nReading {folder.name} documents for the audience {audience!r}")
        with progress("Reading") as notify:
            task = Ingest(paths=[str(folder)], audience=audience, prune=True)
            report = operations.run(task, notify)
        print_report(report)
        whole = whole and all(
            file["state"] in ("indexed", "unchanged", "removed") for file in report["files"]
        )
    return whole


def _ask(operations: Operations, number: int, asked: Asked) -> str | None:
    """Ask one question, print its answer with sources and timings, and return what is wrong with it."""
    from clausewise.tasks import Ask

    print_text(f"{RULE}\n{number}. {asked.shows}\n\n? {asked.question}\n")
    printer = AnswerPrinter()
    began = monotonic()
    answer = operations.run(Ask(question=asked.question), printer.notice)
    seconds = monotonic() - began
    printer.finish(answer)
    print_text(f"\n{_timings(answer['timings_ms'], seconds)}")
    problem = asked.check(answer)
    if problem is not None:
        print_text(f"NOT AS EXPECTED: {problem}")
    return problem


def _timings(timings_ms: dict[str, float | None], seconds: float) -> str:
    """Return the times of an answer in one line, those that were not taken left out."""
    names = {"search": "search", "clause": "clause shown", "first_sentence": "first checked sentence"}
    parts = [f"{names[name]} {timings_ms[name]:.0f} ms" for name in names if timings_ms.get(name) is not None]
    return " · ".join([*parts, f"whole answer {seconds:.2f} s"])


def _close(home: Path, problems: Sequence[str | None]) -> None:
    """Say how it went and what to do next."""
    right = sum(problem is None for problem in problems)
    print_text(
        f"{RULE}\n{right} of {len(problems)} as expected.\n\n"
        f"Open the page on these documents:   make serve CLAUSEWISE_HOME={home}\n"
        "Read a folder of your own:          .venv/bin/clausewise ingest FOLDER --audience internal\n"
        "and ask it:                         make serve\n"
        "Both pages print the link to open; nothing leaves this machine."
    )


if __name__ == "__main__":
    sys.exit(main())
