"""Text of a web page that no reader sees, taken out before the page is read.

Text can be hidden from the person who checks a document and still be read by a program: in the colour of the
page, in letters of no size, outside the window. Such text never reaches the index. Where it is not certain
that a text is unseen it stays: a page whose style sheets lie elsewhere may well have a dark bar with white
letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Colour = tuple[int, int, int]
Declarations = dict[str, str]

NEAR = 24  # of 255 in each part: letters as near as this to what lies behind them cannot be read
SMALLEST_PX = 1.5  # 1 pt is 1.33 px
_WHITE: Colour = (255, 255, 255)
_NAMES: dict[str, Colour] = {
    "white": _WHITE, "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "mintcream": (245, 255, 250),
    "azure": (240, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255),
    "navy": (0, 0, 128), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "yellow": (255, 255, 0), "orange": (255, 165, 0), "purple": (128, 0, 128), "teal": (0, 128, 128),
    "maroon": (128, 0, 0), "olive": (128, 128, 0), "lime": (0, 255, 0), "aqua": (0, 255, 255),
    "fuchsia": (255, 0, 255), "darkblue": (0, 0, 139), "darkgreen": (0, 100, 0), "darkred": (139, 0, 0),
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b")
_RGB = re.compile(r"rgba?\(([^)]{1,60})\)")
_NUMBER = re.compile(r"[-+]?(?:\d{1,6}\.?\d{0,6}|\.\d{1,6})")
_SIZE = re.compile(r"([-+]?(?:\d{1,6}\.?\d{0,6}|\.\d{1,6}))\s*(px|pt|em|rem|%|vw|vh)?(?![\w.])")
_PX = {"px": 1.0, "pt": 4 / 3, "rem": 16.0, "vw": 10.0, "vh": 10.0}
_OUTSIDE_PX = -900.0
_AT_BLOCK = re.compile(r"@[^{};]{0,500}\{(?:[^{}]{0,5000}\{[^{}]{0,5000}\}){0,2000}[^{}]{0,5000}\}")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,10000})\}")
_SIMPLE = re.compile(r"[\w-]*(?:[.#][\w-]+)?$")


@dataclass(frozen=True, slots=True)
class _Look:
    """How the text directly inside an element is set."""

    colour: Colour | None = None  # None: not stated, so dark
    behind: Colour | None = _WHITE  # None: not known
    size_px: float = 16.0
    unseen: bool = False

    @property
    def readable(self) -> bool:
        same = self.colour is not None and self.behind is not None and near(self.colour, self.behind)
        return not self.unseen and not same and self.size_px > SMALLEST_PX


@dataclass(slots=True)
class _Sheet:
    """The page's own style rules with the simplest selectors: a tag, a class, an id."""

    rules: dict[str, Declarations] = field(default_factory=dict)
    partial: bool = False  # some rules that set backgrounds are not known here
    toggled: bool = False  # a program in the page may show what a rule hides

    def of(self, element: Any) -> Declarations:
        """Return what the rules and the element itself declare, the nearest last."""
        found: Declarations = {}
        if self.rules:
            tag = element.tag.lower()
            classes = [f".{name}" for name in (element.get("class") or "").split()]
            ids = [f"#{element.get('id')}"] if element.get("id") else []
            for name in (tag, *classes, *(tag + one for one in (*classes, *ids)), *ids):
                found |= self.rules.get(name, {})
        if self.toggled:
            found = {key: value for key, value in found.items() if key not in {"display", "visibility"}}
        return found | declarations(element.get("style") or "")


def near(one: Colour, other: Colour) -> bool:
    """Return whether letters of one colour cannot be read on the other."""
    return all(abs(a - b) <= NEAR for a, b in zip(one, other, strict=True))


def drop_unseen(root: Any) -> int:
    """Take out of a tree what its page does not show; return how many texts that were."""
    sheet = _sheet(root)
    looks: dict[Any, _Look] = {}
    dropped = 0
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in {"script", "style", "head", "title", "meta"}:
            continue
        parent = element.getparent()
        if parent is not None and parent not in looks and element is not root and _below_gone(parent, looks):
            continue
        above = looks.get(parent, _Look())
        declared = sheet.of(element)
        if _removed(element, declared):
            dropped += bool((element.text_content() or "").strip())
            if element is not root and parent is not None:
                element.drop_tree()
            continue
        look = looks[element] = _look(element, declared, above, sheet)
        if not look.readable:
            dropped += _emptied(element)
    return dropped


def _below_gone(parent: Any, looks: Mapping[Any, _Look]) -> bool:
    """Return whether an element's parent was taken out with all that it holds."""
    return isinstance(parent.tag, str) and parent not in looks and parent.tag not in {"html", "head"}


def _emptied(element: Any) -> int:
    """Delete the text that stands directly in an element; return how many pieces there were."""
    count = 0
    if (element.text or "").strip():
        element.text, count = "", 1
    for child in element:
        if (child.tail or "").strip():
            child.tail, count = " ", count + 1
    return count


def hides(element: Any) -> bool:
    """Return whether an element alone, on a white page, hides what stands in it."""
    declared = declarations(element.get("style") or "")
    return _removed(element, declared) or not _look(element, declared, _Look(), _Sheet()).readable


def declarations(style: str) -> Declarations:
    """Return a style's properties in lower case."""
    found: Declarations = {}
    for part in style.lower().split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def _removed(element: Any, declared: Declarations) -> bool:
    """Return whether neither the element nor anything in it is shown."""
    if element.get("hidden") is not None or declared.get("display") == "none":
        return True
    if declared.get("content-visibility") == "hidden" or _number(declared.get("opacity", "1")) == 0:
        return True
    if declared.get("position") in {"absolute", "fixed"}:
        edges = (declared.get("left", ""), declared.get("top", ""))
        if any((_pixels(edge, 16.0) or 0.0) <= _OUTSIDE_PX for edge in edges):
            return True
    sides = (_pixels(declared.get(side, ""), 16.0) for side in ("width", "height", "max-height"))
    no_room = any(side is not None and side < 2.0 for side in sides)
    return no_room and declared.get("overflow") == "hidden"


def _look(element: Any, declared: Declarations, above: _Look, sheet: _Sheet) -> _Look:
    colour, behind, unseen = above.colour, above.behind, above.unseen
    if stated := declared.get("color") or (element.get("color") if element.tag == "font" else None):
        if stated == "transparent" or _see_through(stated):
            return replace(above, unseen=True)
        colour = _colour(stated) if stated != "inherit" else colour
    if element.tag == "body" and element.get("text") and "color" not in declared:
        colour = _colour(element.get("text"))
    ground = declared.get("background-color") or declared.get("background") or element.get("bgcolor")
    if ground and ground not in {"none", "transparent", "inherit", "initial"} and not _see_through(ground):
        behind = None if "url(" in ground or "gradient" in ground else _colour(ground)
    elif (
        declared.get("background-image", "none") != "none"
        or element.get("background")
        or (sheet.partial and (element.get("class") or element.get("id")))
    ):
        behind = None
    if "visibility" in declared:
        unseen = declared["visibility"] in {"hidden", "collapse"}
    if (_pixels(declared.get("text-indent", ""), 16.0) or 0.0) <= _OUTSIDE_PX:
        unseen = True
    size = _pixels(declared.get("font-size", ""), above.size_px)
    return _Look(colour, behind, above.size_px if size is None else size, unseen)


def _sheet(root: Any) -> _Sheet:
    """Return the style rules that a page carries itself."""
    sheet = _Sheet(toggled=next(iter(root.iter("script")), None) is not None)
    sheet.partial = any("stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link"))
    for style in root.iter("style"):
        text = _COMMENT.sub(" ", style.text or "")[:500_000]
        plain = _AT_BLOCK.sub(" ", text)
        sheet.partial = sheet.partial or "@import" in text
        for selectors, body in _RULE.findall(plain):
            declared = declarations(body)
            for selector in map(str.strip, selectors.lower().split(",")):
                if _SIMPLE.match(selector):
                    sheet.rules.setdefault(selector, {}).update(declared)
                elif any(name.startswith("background") for name in declared):
                    sheet.partial = True
    return sheet


def _colour(text: str) -> Colour | None:
    """Return the first colour that is named in a value; None where none is."""
    text = text.lower()
    if (found := _HEX.search(text)) is not None:
        digits = found.group(1)
        if len(digits) < 5:
            digits = "".join(2 * digit for digit in digits)
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if (found := _RGB.search(text)) is not None:
        parts = _NUMBER.findall(found.group(1))
        if len(parts) >= 3:
            scale = 2.55 if "%" in found.group(1).split(",")[0] else 1.0
            red, green, blue = (min(255, max(0, round(float(part) * scale))) for part in parts[:3])
            return red, green, blue
    return next((_NAMES[word] for word in re.findall(r"[a-z]+", text) if word in _NAMES), None)


def _see_through(text: str) -> bool:
    """Return whether a colour lets everything through."""
    text = text.lower()
    if (found := _HEX.search(text)) is not None and len(found.group(1)) in {4, 8}:
        return set(found.group(1)[3:4] if len(found.group(1)) == 4 else found.group(1)[6:]) == {"0"}
    if (found := _RGB.search(text)) is not None:
        parts = _NUMBER.findall(found.group(1))
        return len(parts) == 4 and float(parts[3]) == 0
    return False


def _number(text: str) -> float | None:
    found = _NUMBER.match(text)
    return float(found.group()) if found else None


def _pixels(text: str, above_px: float) -> float | None:
    """Return a length in pixels, ``above_px`` being the size of the letters around; None where it says nothing."""
    found = _SIZE.match(text)
    if found is None:
        return None
    value, unit = float(found.group(1)), found.group(2)
    if unit is None:
        return value if value == 0 else None
    if unit in {"em", "%"}:
        return value * above_px / (1 if unit == "em" else 100)
    return value * _PX[unit]


class Curtain:
    """Follows tags that come piecemeal, as Markdown has them: tells whether an open one hides what comes."""

    _TAG = re.compile(r"<(/?)([a-z][\w-]*)((?:\s[^<>]*)?)>", re.IGNORECASE)
    _VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []

    @property
    def closed(self) -> bool:
        """Whether what comes now is hidden."""
        return any(hidden for _, hidden in self._open)

    def feed(self, markup: str) -> None:
        """Take note of the tags in a piece of HTML."""
        for slash, name, attributes in self._tags(markup):
            tag = name.lower()
            if slash:
                at = next((i for i in reversed(range(len(self._open))) if self._open[i][0] == tag), None)
                if at is not None:
                    del self._open[at:]
            elif tag not in self._VOID and not attributes.rstrip().endswith("/"):
                self._open.append((tag, self._hides(tag, attributes)))

    def _tags(self, markup: str) -> Iterator[tuple[str, str, str]]:
        for found in self._TAG.finditer(re.sub(r"<!--.*?(?:-->|\Z)", "", markup, flags=re.DOTALL)):
            yield found.group(1), found.group(2), found.group(3)

    @staticmethod
    def _hides(tag: str, attributes: str) -> bool:
        from lxml import etree, html

        if not attributes.strip():
            return False
        try:
            return hides(html.fragment_fromstring(f"<{tag}{attributes}></{tag}>"))
        except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
            return False
