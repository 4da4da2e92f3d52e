"""Text in a Word document that no reader sees: hidden, in the colour of the paper, or too small for any eye."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.parsers.unseen import NEAR
from ingest.parsers.wordnumbers import Styles
from ingest.parsers.wordxml import child, flag, number_of, value_of, w

_SMALLEST = 3  # half-points: 1.5 pt
_PAPER = (255, 255, 255)
_LIGHT_THEME = {"background1", "light1", "bg1", "lt1"}


class Unseen:
    """Tells which runs of one document are not seen. The nearest statement counts: run, style, defaults."""

    def __init__(self, styles: Styles, document: Any) -> None:
        self._styles = styles
        self._shaded: dict[str | None, bool] = {}
        ground = document.find(w("background"))
        self._white_paper = ground is None or _is_light(ground.get(w("color")))
        self.count = 0

    def hides(self, run: Any) -> bool:
        """Return whether nobody sees a run, and count it."""
        properties = list(self._properties(run))
        unseen = self._is_hidden(properties) or self._is_tiny(properties) or self._is_white(run, properties)
        self.count += unseen and run.find(w("t")) is not None
        return unseen

    def _properties(self, run: Any) -> Iterator[Any]:
        """Yield what says how a run looks, the nearest first."""
        own = child(run, "rPr")
        if own is not None:
            yield own
        paragraph = next(run.iterancestors(w("p")), None)
        names = [
            *self._styles.chain(value_of(own, "rStyle")),
            *self._styles.chain(value_of(child(paragraph, "pPr"), "pStyle") or self._styles.default),
        ]
        yield from (look for name in names if (look := self._styles.look(name)) is not None)

    def _is_hidden(self, properties: list[Any]) -> bool:
        return any(flag(_nearest(properties, name)) for name in ("vanish", "specVanish"))

    def _is_tiny(self, properties: list[Any]) -> bool:
        size = _nearest(properties, "sz")
        return size is not None and number_of(size, "val", 24) <= _SMALLEST

    def _is_white(self, run: Any, properties: list[Any]) -> bool:
        colour = _nearest(properties, "color")
        if colour is None or not self._white_paper or not _is_white_text(colour):
            return False
        if any(_is_dark(child(one, "shd")) or child(one, "highlight") is not None for one in properties):
            return False
        return not any(self._has_ground(element) for element in run.iterancestors())

    def _has_ground(self, element: Any) -> bool:
        """Return whether an element may put something other than white paper behind its text."""
        if element.tag == w("p"):
            own = child(element, "pPr")
            names = self._styles.chain(value_of(own, "pStyle") or self._styles.default)
            return _is_dark(child(own, "shd")) or any(map(self._style_shades, names))
        if element.tag == w("tc"):
            return _is_dark(child(child(element, "tcPr"), "shd"))
        if element.tag == w("tbl"):
            own = child(element, "tblPr")
            return _is_dark(child(own, "shd")) or any(
                map(self._style_shades, self._styles.chain(value_of(own, "tblStyle")))
            )
        return bool(element.tag == w("txbxContent"))  # a shape's own filling is not looked at

    def _style_shades(self, name: str) -> bool:
        """Return whether a style, or a part of a table style such as its first row, has a ground of its own."""
        if name not in self._shaded:
            element = self._styles.element(name)
            shades = [] if element is None else element.iter(w("shd"))
            self._shaded[name] = any(map(_is_dark, shades))
        return self._shaded[name]


def _nearest(properties: list[Any], name: str) -> Any | None:
    return next((found for one in properties if (found := child(one, name)) is not None), None)


def _is_white_text(colour: Any) -> bool:
    theme = colour.get(w("themeColor"))
    if theme is not None and not colour.get(w("themeShade")):
        return theme.lower() in _LIGHT_THEME
    value = colour.get(w("val"), "auto")
    return value != "auto" and _is_light(value)


def _is_dark(shade: Any | None) -> bool:
    """Return whether a shading is anything but white or none."""
    if shade is None or shade.get(w("val")) == "nil":
        return False
    theme = (shade.get(w("themeFill")) or "").lower()
    if theme and theme not in _LIGHT_THEME:
        return True
    pattern = shade.get(w("val"), "clear") not in {"clear", "nil"}
    fill = shade.get(w("fill"), "auto")
    return pattern or (fill != "auto" and not _is_light(fill)) or bool(shade.get(w("themeFillShade")))


def _is_light(colour: str | None) -> bool:
    """Return whether a colour, six hexadecimal digits, is white or next to it."""
    try:
        value = int(colour or "", 16)
    except ValueError:
        return False
    parts = ((value >> 16) & 255, (value >> 8) & 255, value & 255)
    return all(paper - part <= NEAR for paper, part in zip(_PAPER, parts, strict=True))
