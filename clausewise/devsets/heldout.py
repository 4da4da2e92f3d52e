"""Which half of the development questions the calibrated relevance may be fitted on; the other half measures it."""

from __future__ import annotations

import zlib


def fitted(passage_id: str) -> bool:
    """Tell whether questions on this passage are for fitting (``bench/fit.py``).

    Whole articles go to one side ("1147" of "1147-5"), the same for every language of a parallel set, so that
    no passage is seen from both.
    """
    return zlib.crc32(passage_id.partition("-")[0].encode()) % 2 == 0
