"""The page over the whole program: ingest, serve, ask. The models are the shipped doubles."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import knowledge.samples

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOCUMENTS = Path(knowledge.samples.__file__).parent / "documents"


@pytest.fixture
def indexed(home: Path) -> Path:
    """Return a home with the demo's internal documents in it."""
    (home / "settings.toml").write_text('[models]\nchat = "fake"\nembedder = "fake"\n', encoding="utf-8")
    program = Path(sys.executable).with_name("clausewise")
    command = [str(program), "--home", str(home), "ingest", str(DOCUMENTS / "internal")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return home


def test_from_ingested_files_to_the_clause_in_its_document(
    indexed: Path, real_server: Callable[[Path], Any], visit: Callable[..., Page]
) -> None:
    """The operator link that serve prints, a clause by its number, its place in the document."""
    page = visit(real_server(indexed).operator_link)
    page.locator("#question").fill("SOP-012 第4.3條")
    page.keyboard.press("Enter")

    expect(page.locator(".answer.clause")).to_contain_text("24 小時內")
    page.locator(".cite").first.click()

    expect(page.locator("#drawer-title")).to_contain_text("出貨作業標準程序")
    expect(page.locator("#drawer mark")).to_contain_text("24 小時內")
    expect(page.locator("#drawer mark")).to_be_in_viewport()
