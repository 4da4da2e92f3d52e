"""What a comparison says, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.evaluation.wording import Wording, figure_text, moment, p_text

Json = Mapping[str, Any]
SIGNIFICANT = 0.05


def comparison_lines(comparison: Json, say: Wording) -> list[str]:
    """Return the comparison as sentences: what was paired, each figure with its test, times."""
    old = comparison["old"]
    lines = [
        say(
            "compare.lead",
            paired=comparison["paired"],
            questions=comparison["paired"] + comparison["only_new"],
            made_at=moment(old["made_at"]),
            only_new=comparison["only_new"],
            only_old=comparison["only_old"],
        )
    ]
    if comparison["changed_expectations"]:
        lines.append(say("compare.changed", count=comparison["changed_expectations"]))
    changed = [
        one for one in comparison["figures"] if one["better"] or one["worse"] or one["old"] != one["new"]
    ]
    lines += [figure_sentence(one, say) for one in changed]
    if not changed:
        lines.append(say("compare.same"))
    for name, one in comparison["times_ms"].items():
        key = "times_significant" if one["p"] < SIGNIFICANT else "times"
        lines.append(
            say(
                f"compare.{key}",
                name=say(f"time.{name}"),
                old=say.time(one["old"]),
                new=say.time(one["new"]),
                ratio=f"{one['ratio']:.2f}",
                paired=one["paired"],
                p=p_text(one["p"]),
            )
        )
    return [*lines, say("compare.tests")]


def figure_sentence(one: Json, say: Wording) -> str:
    """Say what happened to one figure, and whether chance could have done it."""
    key = "significant" if one["p"] < SIGNIFICANT else "not_significant"
    if not (one["better"] or one["worse"]):
        key = f"whole_{key}"  # a figure of the whole run
    return say(
        f"compare.{key}",
        name=say(f"figure.{one['name']}"),
        old=figure_text(one["old"]),
        new=figure_text(one["new"]),
        better=len(one["better"]),
        worse=len(one["worse"]),
        paired=one["paired"],
        p=p_text(one["p"]),
    )


def figure_changes(comparison: Json | None) -> Mapping[str, Json]:
    """Return the compared figures by name; none without a comparison."""
    return {one["name"]: one for one in comparison["figures"]} if comparison else {}
