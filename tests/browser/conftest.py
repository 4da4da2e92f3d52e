"""A real Chromium against a real server on loopback."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from assistant.api.app import create_app
from assistant.api.fake_answering import Script, ScriptedAnswerer
from assistant.api.fakes import fake_services
from assistant.api.operator import OperatorAccess
from assistant.api.services import Services
from assistant.settings import WebSettings

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PROGRAM = Path(sys.executable).with_name("clausewise")
_START_S = 120
# Long, because a machine may be busy; a test that passes never waits for it.
_PATIENCE_MS = 60_000

expect.set_options(timeout=_PATIENCE_MS)


@dataclass(frozen=True)
class Site:
    """A running server and the link that makes a browser its operator's."""

    address: str
    operator_link: str


def chromium_of(playwright: Playwright) -> str:
    """Return an installed Chromium, else Playwright's own; neither is a failure, never a skip."""
    for name in INSTALLED:
        found = shutil.which(name)
        if found:
            return found
    own = playwright.chromium.executable_path
    if not Path(own).exists():
        pytest.fail(
            "No Chromium: install one (Debian: apt-get install chromium), "
            "or fetch Playwright's own (.venv/bin/playwright install chromium).",
            pytrace=False,
        )
    return own


# One browser for each module and not for the session: while Playwright's synchronous interface runs, its
# event loop counts as running, and tests elsewhere that use asyncio.run would fail.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a real Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_of(playwright), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a fresh browser window; what the console complains of fails the test."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(address: str, *, expect_complaints: bool = False, **options: object) -> Page:
        context = browser.new_context(**{"locale": "zh-TW", **options})  # type: ignore[arg-type]
        context.set_default_timeout(_PATIENCE_MS)
        opened.append(context)
        page = context.new_page()
        if not expect_complaints:
            page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        return page

    yield visit

    for context in opened:
        context.close()
    assert complaints == []


@contextmanager
def running(app: object) -> Iterator[str]:
    """Serve an application on a free loopback port and give its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Return a function that serves the page over doubles or ``services``, or with a script for the answers."""
    with ExitStack() as stack:

        def serve(
            script: Script | None = None,
            pace_s: float = 0,
            services: Services | None = None,
            **settings: object,
        ) -> Site:
            services = services or fake_services(tmp_path / "uploads", pace_s)
            if script is not None:
                services = replace(services, answerer=ScriptedAnswerer(script))
            access = OperatorAccess(tmp_path / "operator.json")
            app = create_app(services, WebSettings.model_validate(settings), access)
            address = stack.enter_context(running(app))
            return Site(address, access.new_link(address))

        yield serve


@pytest.fixture
def check_accessibility() -> Callable[[Page], None]:
    """Return a function that runs axe-core over a page and fails on any violation."""
    if not AXE.exists():
        pytest.fail("axe-core is missing: run `npm ci` (make setup does).", pytrace=False)
    source = AXE.read_text("utf-8")

    def check(page: Page) -> None:
        # A colour that is still moving has no contrast to speak of.
        page.evaluate("Promise.allSettled(document.getAnimations().filter(a => "
                      "a.effect.getTiming().iterations !== Infinity).map(a => a.finished))")  # fmt: skip
        page.evaluate(source)
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
        told = [
            f"{violation['id']}: {violation['help']} {[node['html'][:160] for node in violation['nodes']]}"
            for violation in found["violations"]
        ]
        assert told == []

    return check


@pytest.fixture
def real_server() -> Iterator[Callable[[Path], Site]]:
    """Return a function that starts the whole program over a home that has been ingested.

    For end-to-end tests: the models are what the home's settings say.
    """
    started: list[subprocess.Popen[str]] = []

    def start(home: Path) -> Site:
        command = [str(PROGRAM), "--home", str(home), "serve", "--port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        started.append(process)
        told = ""
        watchdog = threading.Timer(_START_S, process.kill)
        watchdog.start()
        assert process.stdout
        for line in process.stdout:
            told += line
            link = re.search(r"http://\S+/operator\?token=\S+", line)
            if link:
                watchdog.cancel()
                return Site(link.group().split("/operator")[0], link.group())
        pytest.fail(f"the server printed no operator link:\n{told}", pytrace=False)

    yield start

    for process in started:
        process.terminate()
        process.communicate(timeout=30)
