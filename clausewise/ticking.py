"""The server's clock: what falls due is done every few seconds, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

EVERY_S = 2.0

log = structlog.get_logger(__name__)


@contextmanager
def ticking(tick: Callable[[], None], every_s: float = EVERY_S) -> Iterator[None]:
    """Call ``tick`` again and again until the block ends; what it raises is logged, and it is called again."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(every_s):
            try:
                tick()
            except Exception:
                log.exception("what is due could not be done; it is tried again")

    thread = threading.Thread(target=run, name="clausewise-tick", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)
