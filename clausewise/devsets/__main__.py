"""``python -m clausewise.devsets``: the same as ``clausewise eval sets``."""

from __future__ import annotations

import argparse
import sys

from clausewise.context import say
from clausewise.devsets.running import chosen, run


def main() -> int:
    """Run the sets named; exit code 1 when a figure is missed."""
    parser = argparse.ArgumentParser(prog="python -m clausewise.devsets")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--count", type=int)
    arguments = parser.parse_args()
    missed = False
    for result in run(chosen(arguments.names), arguments.count):
        say(result.table() + "\n")
        missed |= bool(result.missed)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
