"""The page over the whole program with its real models: real documents, a written answer, its clause."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import knowledge.samples

pytestmark = [pytest.mark.browser, pytest.mark.weights, pytest.mark.slow]

DOCUMENTS = Path(knowledge.samples.__file__).parent / "documents"
PATIENCE_MS = 120_000  # loading the model on a busy machine; answers take seconds


@pytest.fixture
def indexed(home: Path, real_models: Path) -> Path:
    """Return a home with the demo's documents, each with its audience."""
    program = Path(sys.executable).with_name("clausewise")
    for audience in ("public", "internal"):
        command = [
            str(program),
            "--home",
            str(home),
            "ingest",
            str(DOCUMENTS / audience),
            "--audience",
            audience,
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    return home


def test_a_written_answer_streams_in_and_its_citation_opens_the_clause(
    indexed: Path, real_server: Callable[[Path], Any], visit: Callable[..., Page]
) -> None:
    """In Chinese as operator; then in English from the same Chinese clause; a stranger sees neither."""
    site = real_server(indexed)
    page = visit(site.operator_link)
    page.locator("#question").fill("出貨異常要在幾小時內通報物流部？")
    page.keyboard.press("Enter")

    expect(page.get_by_role("log").last).to_contain_text("24", timeout=PATIENCE_MS)
    page.locator(".cite").last.click()
    expect(page.locator("#drawer-title")).to_contain_text("出貨作業標準程序")
    expect(page.locator("#drawer mark").first).to_contain_text("24")

    stranger = visit(site.address)
    stranger.locator("#question").fill("出貨異常要在幾小時內通報物流部？")
    stranger.keyboard.press("Enter")
    expect(stranger.get_by_role("log").last).to_be_visible(timeout=PATIENCE_MS)
    expect(stranger.locator("body")).not_to_contain_text("SOP-012")
