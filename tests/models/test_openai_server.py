"""The same interface over HTTP, against llama_cpp.server with the tiny model, started here."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from models.chat import Chat
from models.errors import Busy, GenerationFailed
from models.openai_server import ServerChat
from models.registry import build_chat
from models.settings import ModelsSettings
from tests.contracts.chat import ChatContract, closing

UP_WITHIN_S = 90


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def server(tiny_gguf: Path) -> Iterator[str]:
    """Start llama_cpp.server and return its base URL."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "llama_cpp.server", "--model", str(tiny_gguf)]
    command += ["--model_alias", "tiny", "--host", "127.0.0.1", "--port", str(port), "--n_ctx", "2048"]
    command += ["--n_threads", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}/v1"
    deadline = time.monotonic() + UP_WITHIN_S
    pause = threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/models", timeout=2).raise_for_status()
            break
        except httpx.HTTPError:
            pause.wait(0.1)
    else:
        process.kill()
        _, log = process.communicate()
        pytest.fail(f"llama_cpp.server did not come up: {log.decode()[-2000:]}")
    yield url
    process.kill()
    process.communicate()


class TestServerContract(ChatContract):
    queues = False
    reproducible = False  # the server picks its own cache state

    @pytest.fixture
    def chat(self, server: str) -> Iterator[Chat]:
        """Return the client of that server."""
        yield from closing(ServerChat(url=server, model="tiny"))


class _Refusing(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer that there are too many requests."""
        self.send_response(429)
        self.send_header("Retry-After", "7")
        self.send_header("x-should-retry", "false")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class TestServerFailures:
    def test_busy_server(self) -> None:
        """429 becomes Busy, with the wait that the server names."""
        refusing = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Refusing)
        threading.Thread(target=refusing.serve_forever, daemon=True).start()
        chat = ServerChat(url=f"http://127.0.0.1:{refusing.server_port}/v1", model="m")

        with pytest.raises(Busy) as caught:
            list(chat.stream("?"))
        chat.close()
        refusing.shutdown()
        refusing.server_close()

        assert caught.value.wait_s == 7

    def test_no_server(self) -> None:
        """A server that is not there is named."""
        chat = ServerChat(url=f"http://127.0.0.1:{free_port()}/v1", model="m")

        with pytest.raises(GenerationFailed, match="cannot be reached"):
            list(chat.stream("?"))
        chat.close()

    def test_comes_from_the_settings(self) -> None:
        """A URL in the settings puts the server in the model's place."""
        settings = ModelsSettings(chat_url="http://127.0.0.1:1/v1", chat_model="remote")

        chat = build_chat(settings, Path("nowhere"))

        assert isinstance(chat, ServerChat)
        assert chat.model_id == "remote"
