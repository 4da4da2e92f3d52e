"""``clausewise worker``: does background jobs beside a server, in a home that both share through a Chroma server."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clausewise import logs
from clausewise.bootstrap import Program
from clausewise.errors import WrongUsage
from clausewise.home import Home
from clausewise.operations import LocalOperations
from clausewise.serve import Say
from clausewise.services import register
from clausewise.settings import Settings


class Working:
    """One worker from its start to its end."""

    def __init__(self, home: Home, settings: Settings, workers: int | None = None) -> None:
        """Remember where to work, and how many jobs to do at the same time."""
        self._home = home
        self._settings = settings
        self._workers = workers or max(settings.jobs.workers, 1)

    def run(self, say: Say) -> None:
        """Do jobs until SIGINT or SIGTERM; what is at hand then is queued again.

        Raises:
            WrongUsage: the home has no Chroma server, so that only one process may use it.
            HomeLocked: a process without a Chroma server is using the home.
            VectorsUnreachable: the Chroma server does not answer.
            MissingWeights: the embedder has not been fetched.
        """
        if not self._settings.knowledge.shared:
            raise WrongUsage(
                "A worker shares the home with a server, and Chroma's own files bear one process only: start a Chroma"
                " server (`chroma run --path DIR --port 8001`) and set [knowledge] chroma_url ="
                ' "http://127.0.0.1:8001" for both. Without one, `clausewise serve` does the jobs itself.'
            )
        logs.configure(logging.INFO)
        with _stopping() as stop:
            program = Program(self._home, self._settings)
            try:
                store = program.searchable_store
                register(store.jobs, LocalOperations(program))
                store.jobs.start(self._workers)
                say(f"Doing jobs of {self._home.path}, {self._workers} at a time. Stop with Ctrl-C.")
                stop.wait()
            finally:
                program.close()


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set."""
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
