"""``python -m bench [NAME…]``: run the speed benchmarks and print figures; exit code 1 when one is missed.

Each benchmark runs in a process of its own, so that none inherits another's models. Results are also
written to ``.cache/bench/NAME.json``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
from pathlib import Path

from bench.report import FOLDER
from clausewise.errors import NoEvalData

NAMES = ("embedding", "search", "beside", "memory", "added_cost", "gate")
LONG = ("growth", "resync")  # half an hour and more: run when they are named


def main() -> int:
    """Run the benchmarks asked for and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"which: {', '.join(NAMES)} (default: all of these), {', '.join(LONG)}",
    )
    names = parser.parse_args().names or list(NAMES)
    unknown = sorted(set(names) - {*NAMES, *LONG})
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join((*NAMES, *LONG))}")
    os.environ.setdefault("CLAUSEWISE_MODELS", str(Path(".cache/models").absolute()))
    if len(names) == 1:
        return _run(names[0])
    command = [sys.executable, "-m", "bench"]
    codes = [subprocess.run([*command, name], check=False).returncode for name in names]
    return max(codes)


def _run(name: str) -> int:
    """Run one benchmark in this process."""
    try:
        result = importlib.import_module(f"bench.{name}").run()
    except NoEvalData as error:
        sys.exit(str(error))
    print(result.table())
    print(f"  JSON: {result.save(FOLDER)}\n", flush=True)
    return 1 if any(figure.met is False for figure in result.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
