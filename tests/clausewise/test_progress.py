from __future__ import annotations

import sys

import pytest

from clausewise import progress as module
from clausewise.progress import progress

COUNTS = {"files_done": 1, "files_found": 2, "passages": 30, "embedded": 30}
EVENT = {"share": 0.5, "text": "a.md", **COUNTS}


class TestProgress:
    def test_plain_lines_have_counts_rate_and_remaining_time(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Elsewhere than on a terminal a line is written now and then, on standard error."""
        times = iter([0.0, 1.0, 10.0, 11.0])
        monkeypatch.setattr(module.time, "monotonic", lambda: next(times))

        with progress("Reading") as notify:
            for _ in range(3):
                notify("progress", EVENT)

        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err == "Reading  1/2 files, 30 passages, 3.0/s  10 s left  a.md\n"

    def test_other_events_are_dropped(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Only progress is shown."""
        with progress("Reading") as notify:
            notify("delta", {"text": "x"})

        assert capsys.readouterr().err == ""

    def test_a_terminal_gets_a_bar(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On a terminal the same events move a bar; standard output stays empty."""
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

        with progress("Reading") as notify:
            notify("progress", EVENT)
            notify("progress", {"text": "fulltext: 30 passages"})

        assert capsys.readouterr().out == ""
