"""Text in a PDF that no reader sees: in the colour of what lies behind, without ink, off the page, too small.

Such objects are taken off the page before its text is read. Colours only raise a suspicion, which a look at
the drawn page confirms: white letters may stand on a picture. Invisible letters over a scan are its OCR
layer: they are the only text that the page has, and stay.
"""

from __future__ import annotations

import ctypes
from typing import Any

from ingest.parsers.unseen import NEAR

_INVISIBLE = {3, 7}  # text render modes of ISO 32000-1, 9.3.6: nothing is drawn
_STROKED = {1, 2, 5, 6}  # an outline is drawn: the filling does not decide
_SMALLEST_PT = 1.5
_SCAN = 0.25  # share of the page from which a picture counts as a scan
_OBJECTS = 20_000  # of one page; beyond, the page is read as it is
_SPREAD = 40  # of 255: letters and ground that differ less cannot be read
_WIDEST_PX = 2_000

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
Colour = tuple[int, int, int, int]  # red, green, blue, opacity


def drop_unseen(page: Any) -> int:
    """Take the text that nobody sees off a page of pypdfium2; return how many pieces that were."""
    import pypdfium2.raw as pdfium

    frame: Box = page.get_bbox()
    shapes: list[tuple[Box, Colour]] = []
    scans: list[Box] = []
    texts: list[Any] = []
    for number, found in enumerate(page.get_objects(max_depth=1)):
        if number >= _OBJECTS:
            return 0
        if found.type == pdfium.FPDF_PAGEOBJ_TEXT:
            texts.append(found)
        elif found.type == pdfium.FPDF_PAGEOBJ_PATH:
            if _is_filled(found):
                shapes.append((_box(found), _fill(found)))
        elif found.type == pdfium.FPDF_PAGEOBJ_IMAGE and _area(box := _box(found)) >= _SCAN * _area(frame):
            scans.append(box)
    unseen = [text for text in texts if _is_outside_or_tiny(text, frame) or _is_undrawn(text, scans)]
    known = {id(text) for text in unseen}
    doubtful = [text for text in texts if id(text) not in known and _is_faint(text, shapes)]
    unseen += _confirmed(page, doubtful)
    for text in unseen:
        page.remove_obj(text)
    return len(unseen)


def _is_outside_or_tiny(text: Any, frame: Box) -> bool:
    left, bottom, right, top = _box(text)
    if left >= right and bottom >= top:
        return False  # blanks have no box
    return (
        right < frame[0]
        or left > frame[2]
        or top < frame[1]
        or bottom > frame[3]
        or _size(text) < _SMALLEST_PT
    )


def _is_undrawn(text: Any, scans: list[Box]) -> bool:
    """Return whether a text is not drawn, and no scan lies behind it that it could be the reading of."""
    return (_mode(text) in _INVISIBLE or _fill(text)[3] == 0) and not _within_any(_box(text), scans)


def _is_faint(text: Any, shapes: list[tuple[Box, Colour]]) -> bool:
    """Return whether a text has the colour of paper, or of a shape that it stands on."""
    if _mode(text) in _STROKED | _INVISIBLE:
        return False
    colour, box = _fill(text), _box(text)
    return min(colour[:3]) >= 255 - NEAR or any(
        _alike(colour, ground) and _within_any(box, [place]) for place, ground in shapes
    )


def _confirmed(page: Any, doubtful: list[Any]) -> list[Any]:
    """Return those texts whose place on the drawn page is all of their own shade.

    A font that is not at hand is not drawn: a ground of another shade is enough for a text to be seen.
    """
    if not doubtful:
        return []
    width, height = page.get_size()
    scale = min(1.5, _WIDEST_PX / max(width, height, 1.0))
    bitmap = page.render(scale=scale, grayscale=True, draw_annots=False)
    pixels = bitmap.to_numpy()
    rotated, frame = page.get_rotation() != 0, page.get_bbox()
    found = []
    for text in doubtful:
        left, bottom, right, top = _box(text)
        columns = slice(max(0, int((left - frame[0]) * scale)), int((right - frame[0]) * scale) + 1)
        rows = slice(max(0, int((frame[3] - top) * scale)), int((frame[3] - bottom) * scale) + 1)
        part = pixels if rotated else pixels[rows, columns]
        shade = _grey(_fill(text))
        if part.size and abs(int(part.max()) - shade) < _SPREAD and abs(int(part.min()) - shade) < _SPREAD:
            found.append(text)
    bitmap.close()
    return found


def _mode(text: Any) -> int:
    import pypdfium2.raw as pdfium

    return int(pdfium.FPDFTextObj_GetTextRenderMode(text))


def _size(text: Any) -> float:
    """Return the height of a text's letters on the page, in points; large where it is not known."""
    import pypdfium2.raw as pdfium

    size = ctypes.c_float()
    if not pdfium.FPDFTextObj_GetFontSize(text, size):
        return 12.0
    matrix = text.get_matrix()
    return float(abs(size.value) * max(abs(matrix.a), abs(matrix.b), abs(matrix.c), abs(matrix.d)))


def _fill(found: Any) -> Colour:
    """Return the colour of an object's filling; black where PDFium does not know."""
    import pypdfium2.raw as pdfium

    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(found, *parts):
        return 0, 0, 0, 255
    red, green, blue, ink = (part.value for part in parts)
    return red, green, blue, ink


def _is_filled(path: Any) -> bool:
    import pypdfium2.raw as pdfium

    mode, stroke = ctypes.c_int(), ctypes.c_int()
    known = pdfium.FPDFPath_GetDrawMode(path, mode, stroke)
    return bool(known) and mode.value != pdfium.FPDF_FILLMODE_NONE


def _grey(colour: Colour) -> int:
    """Return a colour's lightness, 0 to 255, as Rec. 601 weighs it."""
    return round(0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2])


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) <= NEAR for a, b in zip(one[:3], other[:3], strict=True))


def _box(found: Any) -> Box:
    from pypdfium2 import PdfiumError

    try:
        left, bottom, right, top = found.get_bounds()
    except PdfiumError:
        return 0.0, 0.0, 0.0, 0.0
    return left, bottom, right, top


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _within_any(box: Box, others: list[Box]) -> bool:
    """Return whether the middle of a box lies in one of the others."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in others)
