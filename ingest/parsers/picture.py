"""Pictures of text, a TIFF's pages one by one: read by text recognition."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.cleaning import pages_to_blocks
from ingest.errors import BrokenFile, NoText, RecognitionMissing, TooManyPages, Unsure
from ingest.limits import Limits
from ingest.parsers.lines import name_title
from ingest.parsers.recognition import Recognised, recognise
from ingest.types import ParsedDocument

_MOST_PIXELS = 120_000_000  # an A3 page at 600 dpi; a small file can claim to be far more
LONGEST = 3_600  # pixels: an A4 page at 300 dpi is 3,508 long; of larger letters more are misread
_SHORTEST = 1_000


def parse_picture(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return the text in a picture.

    Raises:
        RecognitionMissing: there is no Tesseract to read it with.
        NoText, Unsure: nothing, or nothing sure enough, was recognised.
    """
    if not limits.tesseract:
        raise RecognitionMissing
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(path) as picture:
            count = getattr(picture, "n_frames", 1)
            if count > limits.ocr_pages:
                raise TooManyPages(pages=count, limit=limits.ocr_pages)
            found = []
            for number in range(count):
                picture.seek(number)
                found.append(recognise(_fitted(ImageOps.exif_transpose(picture)), limits))
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError, EOFError) as error:
        raise BrokenFile(kind="a picture", why=str(error)[:100]) from error
    return ParsedDocument(
        name_title(name), pages_to_blocks(texts_of(found), []), confidences(dict(enumerate(found, 1))), count
    )


def texts_of(found: list[Recognised]) -> list[str]:
    """Return the pages' texts, an illegible page empty.

    Raises:
        NoText, Unsure: no page is legible.
    """
    if not any(page.legible for page in found):
        surest = max((page.confidence for page in found if page.text.strip()), default=0.0)
        raise Unsure(confidence=round(surest)) if surest else NoText
    return [page.text if page.legible else "" for page in found]


def confidences(found: dict[int, Recognised]) -> dict[str, str]:
    """Return as metadata how sure the recognised pages are: the mean, and each page by its number."""
    legible = {number: page for number, page in found.items() if page.legible}
    letters = sum(len(page.text) for page in legible.values())
    mean = sum(page.confidence * len(page.text) for page in legible.values()) / max(letters, 1)
    each = ", ".join(f"{number}: {page.confidence:.0f}" for number, page in found.items())
    return {"ocr_confidence": f"{mean:.0f}", "ocr_pages": each[:2_000]}


def _fitted(picture: Any) -> Any:
    """Return a picture whose longer side is between 1,000 and 3,600 pixels: letters too small or too large are read badly."""
    width, height = picture.size
    scale = min(1.0, LONGEST / max(width, height)) if max(width, height) > _SHORTEST else 2.0
    return picture if scale == 1.0 else picture.resize((round(width * scale), round(height * scale)))
