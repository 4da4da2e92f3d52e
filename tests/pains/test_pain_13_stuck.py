"""Pain 13: indexing that is stuck, silent, or eats all memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.report import Progress
from ingest.settings import IngestSettings
from tests.pains.conftest import FAKES, RULE, House

PAGES = 400
CAP_MB = 512


def scan(path: Path) -> None:
    """Write a PDF of 400 pages that are pictures, A4 at 100 dpi, as a scanner makes them."""
    pages = [
        ImageReader(Image.effect_noise((827, 1169), 40 + number).convert("L").point(lambda v: v // 16 * 16))
        for number in range(4)
    ]
    canvas = Canvas(str(path), pagesize=(595, 842))
    for number in range(PAGES):
        canvas.drawImage(pages[number % len(pages)], 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()


@pytest.mark.slow
def test_a_scan_of_400_pages_under_a_cap(open_house: Callable[..., House]) -> None:
    """The scan is named with its reason, the file beside it answers, and neither process outgrows the cap."""
    house = open_house(FAKES.model_copy(update={"ingest": IngestSettings(parse_memory_mb=CAP_MB, ocr="off")}))
    house.write("rule.md", "# 出貨", RULE)
    house.take_in()  # everything is loaded now
    scan(house.docs / "scan.pdf")
    before = psutil.Process().memory_info().rss
    told: list[Progress] = []

    report = house.take_in(progress=told.append)

    states = {file.source: (file.state, file.reason) for file in report.files}
    assert states["scan.pdf"][0] == "skipped"
    assert states["scan.pdf"][1]
    assert states["rule.md"][0] == "unchanged"
    assert {"scan.pdf", "rule.md"} <= {one.source for one in told}
    assert psutil.Process().memory_info().rss - before < CAP_MB * 1_000_000 // 4
    assert house.search(RULE)[0].passage.source == "rule.md"


def test_a_parser_that_outgrows_the_cap_fails_alone(open_house: Callable[..., House]) -> None:
    """One file takes more memory than it may: it fails with a reason, and the others are indexed."""
    house = open_house(FAKES.model_copy(update={"ingest": IngestSettings(parse_memory_mb=256)}))
    house.write("rule.md", "# 出貨", RULE)
    deep = "<div>" * 20 + "<p>" + "很長的一段文字。" * 4_000_000 + "</p>"
    (house.docs / "huge.html").write_text(f"<html><body>{deep}</body></html>", encoding="utf-8")

    report = house.take_in()

    states = {file.source: file for file in report.files}
    assert states["huge.html"].state == "failed"
    assert states["huge.html"].reason
    assert states["rule.md"].state == "indexed"


def test_cancel_and_resume(house: House) -> None:
    """A run that is cancelled keeps what it finished and says so; the next takes up the rest and repeats nothing."""
    for number in range(150):
        house.write(f"{number:03}.md", f"# 程序{number}", f"第{number}號作業由{number}號窗口辦理。")
    cancel = threading.Event()

    def watch(progress: Progress) -> None:
        if progress.outcome is not None and progress.outcome.state == "indexed":
            cancel.set()

    first = house.take_in(progress=watch, cancel=cancel)
    second = house.take_in()

    done = {file.source for file in first.files if file.state == "indexed"}
    states = {file.source: file.state for file in second.files}
    assert first.state == "cancelled"
    assert 0 < len(done) < 150
    assert len(states) == 150
    assert {source for source, state in states.items() if state == "unchanged"} == done
    assert {states[source] for source in states.keys() - done} == {"indexed"}
