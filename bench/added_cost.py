"""What a whole answer costs now, beside an earlier commit: the same questions, the same machine, in turns.

The earlier program runs from a worktree of its commit under .cache, both in processes of their own that keep
their models loaded. Only one works at a time: each question goes to one and then to the other, and who is
first changes from question to question. ``python -m bench.added_cost [--questions N] [--before COMMIT]``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clausewise.devsets.figures import Result

BEFORE = "a79c34f"  # the last commit of the main job
QUESTIONS = 30
LIMIT = 1.15
CACHE = Path(".cache/added-cost")


def run(questions: int = QUESTIONS, before: str = BEFORE) -> Result:
    """Ask both programs in turns and compare the medians of their whole answers."""
    from bench import evaldata
    from clausewise.devsets.figures import Figure, Result

    asked = evaldata.questions(questions + 1)
    documents = CACHE / "drcd"
    evaldata.write_folder(documents)
    rows: list[dict[str, Any]] = []
    with (
        _program("before", _worktree(before), documents) as old,
        _program("now", Path.cwd(), documents) as new,
    ):
        for program in (old, new):  # the first answer of a process is slower
            program.ask(asked[-1].text)
        for number, question in enumerate(asked[:questions]):
            order = (old, new) if number % 2 else (new, old)
            found = {program.name: program.ask(question.text) for program in order}
            rows.append({"question": question.text, **found})
            print(f"{number + 1}/{questions} {_told(found)}", file=sys.stderr)
    whole = {side: median(row[side]["ms"] for row in rows) for side in ("before", "now")}
    declined = {side: sum(row[side]["status"] != "answered" for row in rows) for side in whole}
    both = [row for row in rows if all(row[side]["kind"] == "written" for side in whole)]
    return Result(
        "added_cost",
        f"{len(rows)} DRCD questions over 1,000 paragraphs, in turns with commit {before}",
        (
            Figure("whole answer before, median", whole["before"], "ms"),
            Figure("whole answer now, median", whole["now"], "ms"),
            Figure("now ÷ before", whole["now"] / whole["before"], "×", "≤", LIMIT),
            Figure("now ÷ before, of those both wrote", _ratio(both), "×"),
            Figure("declined before", declined["before"]),
            Figure("declined now", declined["now"]),
        ),
        {"answers": rows},
    )


def _ratio(rows: list[dict[str, Any]]) -> float:
    if not rows:
        return float("nan")
    return median(row["now"]["ms"] for row in rows) / median(row["before"]["ms"] for row in rows)


def _told(found: dict[str, Any]) -> str:
    return ", ".join(f"{side} {one['ms']:.0f} ms {one['kind']}" for side, one in sorted(found.items()))


def _worktree(commit: str) -> Path:
    """Return a checkout of ``commit``, made where there is none; this one is not touched."""
    folder = (CACHE / f"commit-{commit}").absolute()
    if not (folder / "clausewise").is_dir():
        command = ["git", "worktree", "add", "--force", "--detach", str(folder), commit]
        subprocess.run(command, check=True, capture_output=True)
    return folder


@dataclass(frozen=True, slots=True)
class _Asked:
    """One program in a process of its own."""

    name: str
    process: subprocess.Popen[str]

    def ask(self, question: str) -> dict[str, Any]:
        """Return what became of a question: milliseconds, status, kind, text."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"question": question}) + "\n")
        self.process.stdin.flush()
        return self.read()

    def read(self) -> dict[str, Any]:
        """Return the next line that the process prints."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program {self.name!r} ended with {self.process.wait()}; see above")
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def _program(name: str, code: Path, documents: Path) -> Iterator[_Asked]:
    """Start the program whose code lies in ``code``, with a home of its own that has read ``documents``."""
    models = os.environ.get("CLAUSEWISE_MODELS") or str(Path(".cache/models").absolute())
    path = os.pathsep.join(filter(None, [str(code), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "CLAUSEWISE_MODELS": models}
    command = [sys.executable, str(Path(__file__).absolute()), "--serve"]
    command += [str((CACHE / name / "home").absolute()), str(documents.absolute())]
    process = subprocess.Popen(
        command, cwd=code, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        program = _Asked(name, process)
        ready = program.read()
        if Path(ready["code"]) != code:
            raise RuntimeError(f"{name} runs the code of {ready['code']}, not of {code}")
        yield program
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


def serve(home_path: str, documents: str) -> None:
    """Answer questions, one JSON line each, with whatever version of the program this process finds."""
    from time import perf_counter

    import clausewise
    from clausewise.bootstrap import open_operations
    from clausewise.home import Home
    from clausewise.settings import load
    from clausewise.tasks import Ask, Ingest, Prepare

    home = Home.resolve(Path(home_path))
    with open_operations(home, load(home)) as operations:
        operations.run(Ingest(paths=[documents]))
        operations.run(Prepare(needs="ask"))
        print(json.dumps({"code": str(Path(clausewise.__file__).parents[1])}), flush=True)
        for line in sys.stdin:
            began = perf_counter()
            answer = operations.run(Ask(question=json.loads(line)["question"]))
            ms = (perf_counter() - began) * 1000
            told = {"ms": ms, "status": answer["status"], "kind": answer["kind"], "answer": answer["answer"]}
            print(json.dumps(told), flush=True)


def main() -> int:
    """Run the comparison, or one side of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.added_cost", description=__doc__)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--before", default=BEFORE, help="commit to compare with")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        sys.path[:] = [one for one in sys.path if Path(one or ".").resolve() != Path(__file__).parent]
        serve(*arguments.serve)
        return 0
    from bench.report import FOLDER

    result = run(arguments.questions, arguments.before)
    print(result.table())
    print(f"  JSON: {result.save(FOLDER)}")
    return 1 if any(figure.met is False for figure in result.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
