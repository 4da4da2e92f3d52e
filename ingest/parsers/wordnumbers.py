"""Word's automatic numbers, which are not in the text: counted as Word counts, written as Word writes them.

Rules: ECMA-376 part 1, 17.9 (numbering) and 17.7.4 (styles).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.parsers.lines import readable
from ingest.parsers.numerals import numeral
from ingest.parsers.wordxml import child, flag, number_of, value_of, w

_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_DEPTH = 20  # of styles based on styles, and of lists linked to styles
_TIGHT = "、，：；）】〕」』。．"  # after these a number needs no space


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in front of a paragraph: its number as shown, or a bullet."""

    text: str
    bullet: bool = False
    tight: bool = False  # nothing between number and text

    def before(self, text: str) -> str:
        """Return the paragraph's text with its number in front."""
        if not self.text or self.bullet or not text:
            return text or ("" if self.bullet else self.text)
        return self.text + ("" if self.tight or self.text[-1] in _TIGHT else " ") + text


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None  # None: after any higher level; 0: never; n: after levels up to the n-th
    legal: bool = False  # every number in it decimal
    style: str | None = None
    tight: bool = False

    def written(self, number: int) -> str:
        """Return one of its numbers."""
        if self.form.startswith("0"):  # a custom form, "001"
            return str(number).zfill(len(self.form))
        return numeral(number, self.form)


@dataclass(slots=True)
class _List:
    """One abstract numbering definition and how far it has counted."""

    levels: dict[int, _Level]
    link: str | None = None  # a numbering style that holds the levels instead
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


@dataclass(slots=True)
class _Use:
    """A numbering instance: a list, with some of its levels changed or started anew."""

    of: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)


class Numbering:
    """Counts the numbered paragraphs of one document in reading order."""

    def __init__(self, numbering: Any | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._uses: dict[str, _Use] = {}
        for item in [] if numbering is None else numbering.iterchildren(w("abstractNum")):
            levels = {number_of(level, "ilvl", 0): _level(level) for level in item.iterchildren(w("lvl"))}
            self._lists[item.get(w("abstractNumId"), "")] = _List(levels, value_of(item, "numStyleLink"))
        for item in [] if numbering is None else numbering.iterchildren(w("num")):
            self._uses[item.get(w("numId"), "")] = _use(item)

    def label(self, paragraph: Any) -> Label | None:
        """Count ``paragraph`` and return what stands in front of it; None when it is not numbered.

        Every paragraph must be passed, once and in order, empty ones too: Word numbers them.
        """
        place = self._place(paragraph)
        if place is None:
            return None
        use, at = place
        numbers = self._list_of(use)
        level = use.levels.get(at) or numbers.levels.get(at)
        if level is None:
            return None
        self._count(numbers, use, at, level)
        if level.form == "bullet":
            return Label("", bullet=True)
        return Label(self._written(numbers, use, level), tight=level.tight)

    def _place(self, paragraph: Any) -> tuple[_Use, int] | None:
        """Return the numbering instance and level (from 0) of a paragraph, its own or its style's."""
        properties = child(paragraph, "pPr")
        own = child(properties, "numPr")
        style = value_of(properties, "pStyle") or self._styles.default
        number, at = value_of(own, "numId"), value_of(own, "ilvl")
        if number is None:
            number, styled = self._styles.numbering(style)
            at = at if at is not None else styled
        use = self._uses.get(number or "")
        if use is None or use.of not in self._lists:
            return None
        if own is None or at is None:
            at = self._linked_level(use, style) or at
        level = int(at) if at is not None and at.isdecimal() else 0
        return use, min(level, _LEVELS - 1)

    def _linked_level(self, use: _Use, style: str | None) -> str | None:
        """Return the level that a list gives to a paragraph style."""
        for name in self._styles.chain(style):
            for at, level in self._list_of(use).levels.items():
                if level.style == name:
                    return str(at)
        return None

    def _list_of(self, use: _Use) -> _List:
        """Return the list that an instance counts in; a link to a numbering style is followed."""
        numbers = self._lists[use.of]
        for _ in range(_DEPTH):
            if numbers.levels or numbers.link is None:
                break
            linked = self._uses.get(self._styles.numbering(numbers.link)[0] or "")
            if linked is None or linked.of not in self._lists:
                break
            numbers = self._lists[linked.of]
        return numbers

    @staticmethod
    def _count(numbers: _List, use: _Use, at: int, level: _Level) -> None:
        """Count one paragraph at level ``at``, and let the levels below begin anew."""
        counts = numbers.counts
        if at in use.starts and at not in use.begun:
            counts[at] = use.starts[at]
        else:
            current = counts[at]
            counts[at] = level.start if current is None else current + 1
        use.begun.add(at)
        for below in range(at + 1, _LEVELS):
            restart = (use.levels.get(below) or numbers.levels.get(below) or _Level()).restart
            if restart is None or at < restart:
                counts[below] = None

    @staticmethod
    def _written(numbers: _List, use: _Use, level: _Level) -> str:
        """Return the level's text with the counts put in."""

        def number(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            shown = use.levels.get(at) or numbers.levels.get(at) or _Level()
            count = numbers.counts[at]
            value = shown.start if count is None else count
            return str(value) if level.legal else shown.written(value)

        return readable(_PLACE.sub(number, level.text)).strip()


class Styles:
    """A document's paragraph styles: what each is called and takes over from the one it is based on."""

    def __init__(self, styles: Any | None) -> None:
        found = [] if styles is None else list(styles.iterchildren(w("style")))
        self._styles = {style.get(w("styleId"), ""): style for style in found}
        defaults = [
            s for s in found if s.get(w("type")) == "paragraph" and s.get(w("default")) in {"1", "true"}
        ]
        self.default: str | None = defaults[0].get(w("styleId")) if defaults else None

    def chain(self, style: str | None) -> list[str]:
        """Return a style and those it is based on, nearest first."""
        names: list[str] = []
        while style is not None and style in self._styles and style not in names and len(names) < _DEPTH:
            names.append(style)
            style = value_of(self._styles[style], "basedOn")
        return names

    def name(self, style: str | None) -> str:
        """Return what a style is called; its id when it has no name."""
        element = self._styles.get(style or "")
        return (value_of(element, "name") or style or "").strip()

    def element(self, style: str) -> Any | None:
        """Return a style's own element."""
        return self._styles.get(style)

    def look(self, style: str) -> Any | None:
        """Return what a style says of its letters, without what it is based on."""
        return child(self._styles.get(style), "rPr")

    def numbering(self, style: str | None) -> tuple[str | None, str | None]:
        """Return the numbering instance and level that a style gives its paragraphs."""
        level: str | None = None
        for name in self.chain(style):
            own = child(child(self._styles[name], "pPr"), "numPr")
            level = level if level is not None else value_of(own, "ilvl")
            if (number := value_of(own, "numId")) is not None:
                return number, level
        return None, None

    def outline_level(self, style: str | None) -> int | None:
        """Return the outline level, from 0, that a style gives; None for body text."""
        for name in self.chain(style):
            level = value_of(child(self._styles[name], "pPr"), "outlineLvl")
            if level is not None:
                return int(level) if level.isdecimal() and int(level) < _LEVELS else None
        return None


def _level(element: Any) -> _Level:
    """Return one level of a list."""
    form = element.find(f".//{w('numFmt')}")  # inside mc:AlternateContent when Word 2010 has a custom form
    shown = "decimal" if form is None else form.get(w("val"), "decimal")
    if shown == "custom":
        shown = (form.get(w("format")) or "1").split(",")[0].strip()
        shown = shown if shown.startswith("0") and shown.isdecimal() else "decimal"
    restart = value_of(element, "lvlRestart")
    return _Level(
        start=number_of(child(element, "start"), "val", 1) if child(element, "start") is not None else 0,
        form=shown,
        text=value_of(element, "lvlText") or "",
        restart=int(restart) if restart is not None and restart.isdecimal() else None,
        legal=flag(child(element, "isLgl")),
        style=value_of(element, "pStyle"),
        tight=value_of(element, "suff") == "nothing",
    )


def _use(element: Any) -> _Use:
    """Return one numbering instance."""
    use = _Use(value_of(element, "abstractNumId") or "")
    for change in element.iterchildren(w("lvlOverride")):
        at = number_of(change, "ilvl", 0)
        start = child(change, "startOverride")
        if start is not None:
            use.starts[at] = number_of(start, "val", 1)
        level = child(change, "lvl")
        if level is not None:
            use.levels[at] = _level(level)
    return use
