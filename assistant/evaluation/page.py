"""The report as one self-contained page: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.evaluation import changes, plots
from assistant.evaluation.types import WHATS
from assistant.evaluation.wording import Tongue, Wording, figure_text, interval_text, moment, wording
from knowledge.matching import whole_numbers

Json = Mapping[str, Any]

# What leads: the figures that people who decide look at first.
_HEADLINES = ("recall@5", "right", "citation_precision", "numbers_match", "decline_recall", "false_declines")
_SMALL = 100  # questions below which intervals are said to be wide


def page(result: Json, tongue: Tongue) -> str:
    """Return a result as an HTML page in one language."""
    say = wording(tongue)
    figures = {one["name"]: one for one in result["figures"]}
    failed = [item for item in result["items"] if item["error"] or item["right"] is False]
    order = {what: number for number, what in enumerate(WHATS)}
    failed.sort(key=lambda item: order.get(item["what"], len(order)))
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            say=say,
            tongue=tongue,
            style=_style(),
            headlines=[figures[name] for name in _HEADLINES if figures[name]["value"] is not None],
            groups=_groups(result),
            changed=changes.figure_changes(result["comparison"]),
            comparison=changes.comparison_lines(result["comparison"], say) if result["comparison"] else [],
            significant=changes.SIGNIFICANT,
            reliability=plots.reliability(result["calibration"]),
            risk=plots.risk_coverage(result["risk_coverage"]),
            risk_rows=plots.risk_rows(result["risk_coverage"]),
            outcomes=plots.outcome_bars(_named_outcomes(result, say), result["questions"]),
            times=plots.time_bars(_named_times(result, say)),
            frame=plots,
            failed=failed,
            failed_kinds=list(dict.fromkeys(item["what"] for item in failed)),
            passed=[item for item in result["items"] if item["right"] and not item["error"]],
            unjudged=[item for item in result["items"] if item["right"] is None and not item["error"]],
            small=result["questions"] < _SMALL,
            minutes=say(
                "minutes", minutes=int(result["seconds"] // 60), seconds=round(result["seconds"] % 60)
            ),
            figure_text=figure_text,
            interval_text=interval_text,
            marked=marked,
            moment=moment,
        )
    )


def marked(text: str, groups: Sequence[Sequence[str]]) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text, each with whether it is one of the expected words."""
    words = sorted({word for group in groups for word in group if word}, key=len, reverse=True)
    if not words:
        yield text, False
        return
    at = 0
    for match in re.finditer("|".join(map(whole_numbers, words)), text, re.IGNORECASE):
        if match.start() > at:
            yield text[at : match.start()], False
        yield match.group(), True
        at = match.end()
    if at < len(text):
        yield text[at:], False


def _groups(result: Json) -> list[tuple[str, list[Json]]]:
    """Return the figures that have a value, by group."""
    names = dict.fromkeys(one["group"] for one in result["figures"])
    grouped = [
        (name, [one for one in result["figures"] if one["group"] == name and one["value"] is not None])
        for name in names
    ]
    return [(name, rows) for name, rows in grouped if rows]


def _named_outcomes(result: Json, say: Wording) -> list[tuple[str, int]]:
    return [(say.known(f"outcome.{what}", what), count) for what, count in result["outcomes"].items()]


def _named_times(result: Json, say: Wording) -> list[tuple[str, float, float, str]]:
    return [
        (
            say(f"time.{name}"),
            one["median"],
            one["p95"],
            f"{say.time(one['median'])} ({say.time(one['low'])} – {say.time(one['high'])}), {say.time(one['p95'])}",
        )
        for name, one in result["times_ms"].items()
    ]


@cache
def _style() -> str:
    """Return the product's colours and the page's own rules: files of this program, so that they are safe."""
    tokens = resources.files("assistant.web").joinpath("static", "tokens.css").read_text("utf-8")
    own = Path(__file__).with_name("report.css").read_text("utf-8")
    return tokens + own


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
