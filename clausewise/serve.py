"""``clausewise serve``: takes the home, loads the models, then listens."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from assistant.api.app import create_app
from assistant.api.operator import OperatorAccess
from assistant.api.services import Services
from clausewise import logs
from clausewise.bootstrap import Program
from clausewise.embedding import another_is_wanted
from clausewise.home import Home
from clausewise.operations import LocalOperations
from clausewise.remote import connect
from clausewise.rpc import create_rpc
from clausewise.server import bind_tcp, bind_unix, record, run_both, url_of
from clausewise.services import register, services_of, start_reembedding
from clausewise.settings import Settings
from clausewise.ticking import ticking
from knowledge.errors import HomeLocked

OPERATOR_FILE = "operator.json"
SERVING_FILE = "serving.lock"

Say = Callable[[str], None]


class Serving:
    """One server from its start to its end."""

    def __init__(
        self, home: Home, settings: Settings, *, host: str | None = None, port: int | None = None
    ) -> None:
        """Remember where to listen; options go before the settings."""
        changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
        web = type(settings.web).model_validate({**settings.web.model_dump(), **changes})
        self._home = home
        self._settings = settings.model_copy(update={"web": web})

    def run(self, say: Say) -> None:
        """Serve until SIGINT or SIGTERM.

        Raises:
            PortTaken: something else listens there.
            HomeLocked: the home has a server already, or another process is using it.
            MissingWeights: a model has not been fetched.
        """
        logs.configure(logging.INFO)
        with self._only_server():
            self._serve(say)

    def _serve(self, say: Say) -> None:
        """Open the home and listen."""
        tcp = bind_tcp(self._settings.web.host, self._settings.web.port)
        program = Program(self._home, self._settings)
        try:
            say("Loading the models …")
            services = services_of(program)
            program.chat.load()
            self._listen(program, services, tcp, say)
        finally:
            tcp.close()
            program.close()

    def _listen(self, program: Program, app_services: Services, tcp: socket.socket, say: Say) -> None:
        """Start the jobs, listen, and tidy the home afterwards."""
        web = self._settings.web
        access = OperatorAccess(
            self._home.path / OPERATOR_FILE,
            link_hours=web.operator_link_hours,
            session_days=web.operator_session_days,
        )
        path = self._home.socket_path()
        unix = bind_unix(path)
        operations = LocalOperations(program)
        register(program.store.jobs, operations)
        self._change_embedder(program, say)
        program.store.jobs.start()
        try:

            def ready() -> None:
                record(self._home, tcp, path)
                say(f"Clausewise listens on {url_of(tcp)}")
                if not access.opened:
                    say("Open this link in your browser to be its operator; it works once:")
                    say(f"  {access.new_link(url_of(tcp))}")
                say("Stop with Ctrl-C.")

            app = create_app(app_services, web, access)
            with ticking(program.store.tick):
                asyncio.run(run_both(app, create_rpc(operations), tcp, unix, ready))
        finally:
            unix.close()
            self._home.forget_server()

    def _change_embedder(self, program: Program, say: Say) -> None:
        """Begin to embed everything anew where the settings want another embedder than that of the index."""
        if another_is_wanted(program):
            start_reembedding(program.store, None)
            say(
                f"Embedding everything anew with {self._settings.models.embedder};"
                f" {program.store.vectors.model.name} answers until that is done."
            )

    @contextmanager
    def _only_server(self) -> Iterator[None]:
        """Be the only server of the home; where it is shared, its lock keeps nobody away."""
        running = connect(self._home)
        if running is not None:
            running.close()
            raise self._second()
        self._home.create()
        lock = FileLock(self._home.path / SERVING_FILE, mode=0o600, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise self._second() from None
        try:
            yield
        finally:
            lock.release()

    def _second(self) -> HomeLocked:
        found = self._home.server()
        return HomeLocked(
            f"A server for {self._home.path} is running already"
            + (f" at {found.url} (process {found.pid})" if found else "")
            + ": use that one, stop it, or choose another --home."
        )
