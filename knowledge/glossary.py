"""Words that mean the same: abbreviations of laws, in-house terms. Shipped, and extended by staff.

A glossary is a CSV file with the columns ``term,same_as``: the term people use, and the one in the documents.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from knowledge.text import fold
from knowledge.writings import other_writings

Pair = tuple[str, str]
_VARIANTS = 8


class BadGlossary(ValueError):
    """The file is not a glossary; the message says which line and what it should be."""


class Glossary:
    """Groups of terms that mean the same, each with at least two."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        """Join pairs that share a term into groups; what a term is the same as first is the documents' word for it."""
        group_of: dict[str, list[str]] = {}
        self._written: dict[str, str] = {}
        for pair in pairs:
            self._written.setdefault(fold(pair[0]), pair[1])
            one, other = (group_of.get(fold(text), [text]) for text in pair)
            joined = one if one is other else [*one, *(text for text in other if text not in one)]
            for text in joined:
                group_of[fold(text)] = joined
        distinct = {id(group): tuple(group) for group in group_of.values()}
        self.groups: tuple[tuple[str, ...], ...] = tuple(
            group for group in distinct.values() if len(group) > 1
        )
        self._looked_for = [(term, _pattern(term)) for group in self.groups for term in group]
        self._group_of = {fold(term): group for group in self.groups for term in group}

    def same_as(self, term: str) -> tuple[str, ...]:
        """Return the other terms of the group of ``term``, if any. Width and script do not matter."""
        wanted = fold(term)
        return tuple(one for one in self._group_of.get(wanted, ()) if fold(one) != wanted)

    def variants(self, question: str) -> list[str]:
        """Return other ways to write the question, at most eight.

        First with all its terms as documents write them, then with each term as the others of its group.
        A term inside a longer one that the question also uses stands for nothing of its own: 特休 in 特休假;
        nor does a Latin one inside a word: OT in "hotel".
        """
        asked = unicodedata.normalize("NFKC", question)
        compared = fold(asked)
        if len(compared) != len(asked):  # a letter that casefolds to two: places would not be the same
            asked = compared
        used = [term for term, found in self._looked_for if found.search(compared)]
        whole = [t for t in used if not any(t != o and fold(t) in fold(o) for o in used)]
        formal = asked
        for term in whole:
            if (written := self._written.get(fold(term))) is not None:
                formal = _replaced(formal, fold(formal), term, written)
        found = [_replaced(asked, compared, term, other) for term in whole for other in self.same_as(term)]
        found.insert(0, formal)
        found += other_writings(asked)
        return [variant for variant in dict.fromkeys(found) if variant != asked][:_VARIANTS]


def _pattern(term: str) -> re.Pattern[str]:
    """Return what finds a term in folded text where it stands for itself: between words, as far as it is Latin."""
    folded = fold(term)
    before = r"(?<![a-z0-9])" if folded[:1].isascii() and folded[:1].isalnum() else ""
    after = r"(?![a-z0-9])" if folded[-1:].isascii() and folded[-1:].isalnum() else ""
    return re.compile(before + re.escape(folded).replace(r"\ ", r"\s+") + after)


def _replaced(asked: str, compared: str, term: str, other: str) -> str:
    """Return ``asked`` with each ``term`` written as ``other``; ``compared`` is ``asked`` folded."""
    parts: list[str] = []
    at = 0
    for found in _pattern(term).finditer(compared):
        parts += [asked[at : found.start()], other]
        at = found.end()
    return "".join([*parts, asked[at:]])


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


def load_glossary(home_file: Path | None = None, kept: Iterable[Pair] = ()) -> Glossary:
    """Return the shipped glossary joined with what staff ``kept`` in the table and with their file, where there is one.

    Raises:
        BadGlossary: the staff's file is not a glossary.
    """
    own = list(kept)
    if home_file is not None and home_file.is_file():
        own += read_pairs(home_file.read_text(encoding="utf-8-sig"), str(home_file))
    return Glossary([*own, *shipped()])
