"""The elements of Word's XML, and the text that a person sees of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
FALLBACK = f"{_COMPATIBILITY}Fallback"
ALTERNATE = f"{_COMPATIBILITY}AlternateContent"
_TICKS = {"F0FE": "☑", "F0FD": "☒", "F0A8": "□", "F06F": "□", "F0A3": "□", "F052": "☑", "F0FC": "✓"}


def w(name: str) -> str:
    """Return the full name of one of Word's elements or attributes."""
    return _MAIN + name


# Deleted and moved text, field codes, readings above ruby characters, properties: not seen in the text.
_UNSEEN_NAMES = (
    "del moveFrom instrText delText delInstrText pPr rPr sdtPr rt commentReference annotationRef proofErr"
)
_UNSEEN = frozenset({w(name) for name in _UNSEEN_NAMES.split()} | {FALLBACK})
_CHARACTERS = {w("tab"): "\t", w("ptab"): "\t", w("br"): "\n", w("cr"): "\n", w("noBreakHyphen"): "-"}


@dataclass(slots=True)
class Runs:
    """What one paragraph holds: its text, and the text boxes and footnotes that hang on it.

    ``unseen`` tells of a run that has text whether nobody sees it.
    """

    unseen: Callable[[Any], bool]
    text: list[str] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def read(self, element: Any) -> None:
        """Add what a person sees of an element's children."""
        for item in element:
            tag = item.tag
            if not isinstance(tag, str) or tag in _UNSEEN:
                continue
            if tag == w("t") or tag == f"{_MATH}t":
                self.text.append(item.text or "")
            elif tag in _CHARACTERS:
                self.text.append(_CHARACTERS[tag])
            elif tag == w("sym"):
                self.text.append(_TICKS.get((item.get(w("char")) or "").upper(), ""))
            elif tag == w("txbxContent"):
                self.boxes.append(item)
            elif tag in {w("footnoteReference"), w("endnoteReference")}:
                self.notes.append(f"{tag}{item.get(w('id'))}")
            elif not self._left_out(item):
                self.read(item)

    def _left_out(self, element: Any) -> bool:
        """Tell whether an element is a run that is not seen, or a form field that nobody has filled in."""
        if element.tag == w("r"):
            return self.unseen(element)
        return element.tag == w("sdt") and flag(child(child(element, "sdtPr"), "showingPlcHdr"))


def child(element: Any | None, name: str) -> Any | None:
    """Return the first child of that name; None when there is none, or no element."""
    return None if element is None else element.find(w(name))


def value_of(element: Any | None, name: str) -> str | None:
    """Return the value of a child such as <w:ilvl w:val="1"/>."""
    found = child(element, name)
    value = None if found is None else found.get(w("val"))
    return None if value is None else str(value)


def number_of(element: Any, attribute: str, default: int) -> int:
    """Return an attribute's whole number."""
    try:
        return int(element.get(w(attribute), default))
    except ValueError:
        return default


def flag(element: Any | None) -> bool:
    """Tell whether an on-off element is there and on."""
    return element is not None and element.get(w("val"), "1") not in {"0", "false", "off"}
