"""The result of an evaluation as a table in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from assistant.evaluation.changes import comparison_lines, figure_changes
from assistant.evaluation.wording import Tongue, Wording, figure_text, interval_text, wording
from clausewise.terminal import print_text

WIDTH = 110
Json = Mapping[str, Any]


def print_evaluation(result: Json, tongue: Tongue) -> None:
    """Print the figures, the times, what became of the questions and what changed."""
    say = wording(tongue)
    parts = [_figures(result, say), _times(result, say), _outcomes(result, say)]
    lines = comparison_lines(result["comparison"], say) if result["comparison"] else []
    failed = [item for item in result["items"] if item["right"] is False or item["error"]]
    console = Console(width=WIDTH, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(Group(*parts, *(Text(line) for line in lines)))
        if failed:
            console.print(_failed(failed, say))
    print_text("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    return table


def _figures(result: Json, say: Wording) -> Table:
    changes = figure_changes(result["comparison"])
    headings = ["column.figure", "column.value", "column.interval", "column.count"]
    table = _table(*(say(key) for key in headings), *([say("column.old")] if changes else []))
    for group in dict.fromkeys(one["group"] for one in result["figures"]):
        for one in result["figures"]:
            if one["group"] != group or one["value"] is None:
                continue
            before = changes.get(one["name"])
            table.add_row(
                say(f"figure.{one['name']}"),
                figure_text(one["value"]),
                interval_text(one["low"], one["high"]),
                str(one["count"]),
                *([figure_text(before["old"]) if before else ""] if changes else []),
            )
        table.add_section()
    return table


def _times(result: Json, say: Wording) -> Table:
    table = _table(
        say("head.times"),
        say("column.median"),
        say("column.interval"),
        say("column.p95"),
        say("column.count"),
    )
    for name, one in result["times_ms"].items():
        span = f"{say.time(one['low'])} – {say.time(one['high'])}"
        table.add_row(
            say(f"time.{name}"), say.time(one["median"]), span, say.time(one["p95"]), str(one["count"])
        )
    return table


def _outcomes(result: Json, say: Wording) -> Table:
    table = _table(say("head.outcomes"), say("column.count"), say("column.share"))
    for what, count in result["outcomes"].items():
        table.add_row(say(f"outcome.{what}"), str(count), f"{count / result['questions']:.0%}")
    return table


def _failed(items: list[Json], say: Wording) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=say("head.failures"), title_justify="left")
    table.add_column(say("column.outcome"), no_wrap=True)
    table.add_column(say("column.question"), overflow="fold")
    for item in items:
        table.add_row(say(f"outcome.{item['what']}"), Text(item["question"]))
    return table
