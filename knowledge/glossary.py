"""Words that mean the same: abbreviations of laws, in-house terms. Shipped, and extended by staff.

A glossary is a CSV file with the columns ``term,same_as``: the term people use, and the one in the documents.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from knowledge.text import fold

Pair = tuple[str, str]
_VARIANTS = 8


class BadGlossary(ValueError):
    """The file is not a glossary; the message says which line and what it should be."""


class Glossary:
    """Groups of terms that mean the same, each with at least two."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        """Join pairs that share a term into groups."""
        group_of: dict[str, list[str]] = {}
        for pair in pairs:
            one, other = (group_of.get(fold(text), [text]) for text in pair)
            joined = one if one is other else [*one, *(text for text in other if text not in one)]
            for text in joined:
                group_of[fold(text)] = joined
        distinct = {id(group): tuple(group) for group in group_of.values()}
        self.groups: tuple[tuple[str, ...], ...] = tuple(
            group for group in distinct.values() if len(group) > 1
        )
        self._group_of = {fold(term): group for group in self.groups for term in group}

    def same_as(self, term: str) -> tuple[str, ...]:
        """Return the other terms of the group of ``term``, if any. Width and script do not matter."""
        wanted = fold(term)
        return tuple(one for one in self._group_of.get(wanted, ()) if fold(one) != wanted)

    def variants(self, question: str) -> list[str]:
        """Return the question with each of its terms written as the others of its group, at most eight ways.

        A term inside a longer one that the question also uses stands for nothing of its own: 特休 in 特休假.
        """
        asked = question.casefold()
        used = [term for group in self.groups for term in group if term.casefold() in asked]
        whole = [t for t in used if not any(t != o and t.casefold() in o.casefold() for o in used)]
        found = [_replaced(question, term, other) for term in whole for other in self.same_as(term)]
        return [variant for variant in dict.fromkeys(found) if variant != question][:_VARIANTS]


def _replaced(question: str, term: str, other: str) -> str:
    return re.sub(re.escape(term), lambda _: other, question, flags=re.IGNORECASE)


def read_pairs(text: str, name: str = "glossary.csv") -> list[Pair]:
    """Return the pairs of a glossary's CSV text. Empty lines are left out.

    Raises:
        BadGlossary: a column or a value is missing.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if not {"term", "same_as"} <= set(rows.fieldnames or ()):
        raise BadGlossary(
            f"{name}: the first line is {rows.fieldnames}; it must name the columns term,same_as"
        )
    pairs: list[Pair] = []
    for row in rows:
        term, same_as = (row["term"] or "").strip(), (row["same_as"] or "").strip()
        if not term and not same_as:
            continue
        if not term or not same_as:
            raise BadGlossary(
                f"{name}, line {rows.line_num}: {row}; give both term and same_as, or delete the line"
            )
        pairs.append((term, same_as))
    return pairs


def shipped() -> list[Pair]:
    """Return the pairs that come with the program: common short names of Taiwanese laws."""
    return read_pairs(files("knowledge").joinpath("glossary.csv").read_text(encoding="utf-8"))


def load_glossary(home_file: Path | None = None) -> Glossary:
    """Return the shipped glossary joined with the staff's own file, where there is one.

    Raises:
        BadGlossary: the staff's file is not a glossary.
    """
    own: list[Pair] = []
    if home_file is not None and home_file.is_file():
        own = read_pairs(home_file.read_text(encoding="utf-8-sig"), str(home_file))
    return Glossary([*own, *shipped()])
