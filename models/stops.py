"""From bytes of tokens to text, up to a stop string, never giving out a part of one."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class StopReader:
    """Feed it bytes; it returns text that is safe to show, and tells when a stop string was met."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = [text for text in stop if text]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self._begun = False
        self.stopped = False

    def feed(self, data: bytes) -> str:
        """Return the text that cannot be part of a stop string; the rest is held back.

        White space at the very start is dropped: some tokenizers open each answer with a space.
        """
        return self._take(self._decoder.decode(data))

    def end(self) -> str:
        """Return what was held back."""
        text = self._take(self._decoder.decode(b"", final=True))
        held, self._held = self._held, ""
        return text if self.stopped else text + held

    def _take(self, text: str) -> str:
        if self.stopped:
            return ""
        held = self._held + text
        if not self._begun:
            held = held.lstrip()
            self._begun = bool(held)
        first = min((at for stop in self._stop if (at := held.find(stop)) >= 0), default=-1)
        if first >= 0:
            self.stopped, self._held = True, ""
            return held[:first]
        keep = max((self._overlap(held, stop) for stop in self._stop), default=0)
        self._held = held[len(held) - keep :]
        return held[: len(held) - keep]

    @staticmethod
    def _overlap(text: str, stop: str) -> int:
        """Return how many characters at the end of ``text`` could begin ``stop``."""
        for count in range(min(len(text), len(stop) - 1), 0, -1):
            if stop.startswith(text[-count:]):
                return count
        return 0
