"""The page of figures, docs/quality.md, written from kept results."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from clausewise.devsets.figures import Figure
from clausewise.devsets.registry import SETS
from clausewise.devsets.running import Kept

_HEAD = """# Quality

Written by `clausewise eval sets --kept --write docs/quality.md` from the latest whole run of each set, here or on the machine that
wrote it last; edit nothing here.
Intervals are 95 %, by bootstrap over questions. What is wanted stands in `clausewise/devsets/thresholds.toml`; `make eval`
runs every set and fails when one is missed.
"""


_SECTION = re.compile(r"^## (\S+)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def page(kept: Sequence[Kept], before: str = "") -> str:
    """Return the page: a section for each set, with its figures, command, date and machine.

    A set that was not run here keeps the section that it has in ``before``, the page as it is.
    """
    sections = {
        match[1]: match.group().rstrip() + "\n" for match in _SECTION.finditer(before) if match[1] in SETS
    }
    sections |= {one.result.name: _section(one) for one in kept}
    ordered = [sections[name] for name in SETS if name in sections]
    met, missed = (
        sum(section.count(sign) for section in ordered) for sign in ("| met |\n", "| **missed** |\n")
    )
    return "\n".join([_HEAD, f"{met} of {met + missed} wanted figures are met.\n", *ordered])


def _section(one: Kept) -> str:
    lines = [
        f"## {one.result.name}",
        "",
        f"{one.result.method}.",
        f"`{one.command}`, {one.at:%Y-%m-%d %H:%M} UTC, {max(one.seconds / 60, 0.1):.1f} minutes on {one.machine}.",
        "",
        "| figure | value | 95 % | wanted | |",
        "| --- | --- | --- | --- | --- |",
        *(_row(figure) for figure in one.result.figures),
        "",
    ]
    return "\n".join(lines)


def _row(figure: Figure) -> str:
    verdict = {True: "met", False: "**missed**", None: ""}[figure.met]
    value = "not measured" if math.isnan(figure.value) else f"{_number(figure.value)} {figure.unit}".strip()
    interval = f"{_number(figure.interval[0])} – {_number(figure.interval[1])}" if figure.interval else ""
    return f"| {figure.what} | {value} | {interval} | {figure.wanted} | {verdict} |"


def _number(value: float) -> str:
    """Return shares with three places, milliseconds with none."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.0f}"
