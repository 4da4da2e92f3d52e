"""An application over doubles, and clients of it: a stranger's and the operator's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.api.app import create_app
from assistant.api.fake_answering import Script, ScriptedAnswerer
from assistant.api.fakes import fake_services
from assistant.api.operator import OperatorAccess
from assistant.api.services import Services
from assistant.settings import WebSettings

ORIGIN = "http://localhost"
MakeApp = Callable[..., FastAPI]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Return doubles over the invented documents."""
    return fake_services(tmp_path / "uploads")


@pytest.fixture
def access(tmp_path: Path) -> OperatorAccess:
    """Return the operator's access, kept in a file of this test."""
    return OperatorAccess(tmp_path / "operator.json")


@pytest.fixture
def make_app(services: Services, access: OperatorAccess) -> MakeApp:
    """Return a maker of applications: parts by name, a script for the answerer, settings by name."""

    def make(
        script: Script | None = None, parts: dict[str, object] | None = None, **settings: object
    ) -> FastAPI:
        chosen = replace(services, **(parts or {}))
        if script is not None:
            chosen = replace(chosen, answerer=ScriptedAnswerer(script))
        return create_app(chosen, WebSettings(**settings), access)

    return make


@pytest.fixture
def client(make_app: MakeApp) -> Iterator[TestClient]:
    """Return a stranger's client."""
    with TestClient(make_app(), base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def enter(access: OperatorAccess) -> Callable[[TestClient], TestClient]:
    """Return a function that opens a fresh operator link in a client."""

    def open_link(client: TestClient) -> TestClient:
        link = urlsplit(access.new_link(ORIGIN))
        response = client.get(f"{link.path}?{link.query}", follow_redirects=False)
        assert response.status_code == 303
        return client

    return open_link


@pytest.fixture
def operator(client: TestClient, enter: Callable[[TestClient], TestClient]) -> TestClient:
    """Return the operator's client."""
    return enter(client)
