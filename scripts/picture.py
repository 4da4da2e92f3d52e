"""Take the picture of the answer page for the README: the real program, real models, the demo's documents.

Run after ``make demo``, whose home forgets who its operator was; writes docs/images/answer-page.png.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "answer-page.png"
HOME = ROOT / ".cache" / "demo"
QUESTION = "出貨異常怎麼處理？要在多久內通報，是否補寄由誰決定？"
ANSWER_MS = 600_000


def main() -> None:
    """Serve the demo's home, ask, take the picture."""
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME
    (home / "operator.json").unlink(missing_ok=True)  # so that the server prints a link
    command = [str(Path(sys.executable).with_name("clausewise")), "--home", str(home), "serve", "--port", "0"]
    environment = {"CLAUSEWISE_MODELS": str(ROOT / ".cache" / "models"), **os.environ}
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        take(operator_link(server))
    finally:
        server.terminate()
        server.wait(30)


def operator_link(server: subprocess.Popen[str]) -> str:
    """Return the link that the server prints once it listens."""
    assert server.stderr is not None
    for line in server.stderr:
        found = re.search(r"http://\S+/operator\?token=\S+", line)
        if found:
            return found[0]
    raise SystemExit("The server printed no link: it has an operator already, or did not start.")


def take(link: str) -> None:
    """Ask in a browser and take the picture."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or playwright.chromium.executable_path,
            args=["--no-sandbox"],
        )
        page = browser.new_page(
            locale="zh-TW", viewport={"width": 1280, "height": 800}, device_scale_factor=1.5
        )
        page.goto(link)
        ask(page)
        page.screenshot(path=str(PICTURE))
        browser.close()


def ask(page: Page) -> None:
    """Ask the question and wait for the whole answer."""
    page.locator("#question").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".exchange[data-phase=done]").wait_for(timeout=ANSWER_MS)


if __name__ == "__main__":
    main()
