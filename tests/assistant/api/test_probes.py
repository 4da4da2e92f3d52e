from collections.abc import Callable

import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.testclient import TestClient

from assistant.api.fakes import FakeReadiness
from assistant.settings import WebSettings

MakeApp = Callable[..., FastAPI]
TOKEN = "a-long-enough-token"


class TestHealth:
    def test_alive(self, client: TestClient) -> None:
        """The process answers."""
        assert client.get("/healthz").json() == {"status": "ok"}

    def test_ready(self, client: TestClient) -> None:
        """Every dependency by name."""
        assert client.get("/readyz").json() == {"status": "ready", "checks": {"store": True, "chat": True}}

    def test_not_ready_says_what_helps(self, make_app: MakeApp) -> None:
        """503 with what is missing and the command."""
        app = make_app(parts={"readiness": FakeReadiness("sample-chat")})

        response = TestClient(app, base_url="http://localhost").get("/readyz")

        assert response.status_code == 503
        assert response.json()["error"]["details"] == {
            "checks": {"store": True, "chat": False},
            "advice": ["clausewise models pull sample-chat"],
        }


class TestMetrics:
    def test_open_on_loopback(self, client: TestClient) -> None:
        """Programs of this machine may read them."""
        response = client.get("/metrics")

        assert response.headers["content-type"].startswith("text/plain")
        assert "clausewise_answers_in_work 0.0" in response.text

    @pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "docs.firm.test"])
    def test_closed_elsewhere_without_a_token(self, make_app: MakeApp, host: str) -> None:
        """Figures tell what a house asks."""
        response = TestClient(make_app(host=host), base_url="http://localhost").get("/metrics")

        assert (response.status_code, response.json()["error"]["code"]) == (403, "metrics_token_required")

    @pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
    def test_a_token_opens_and_its_absence_closes(self, make_app: MakeApp, host: str) -> None:
        """Once there is a token it is asked for everywhere."""
        client = TestClient(make_app(host=host, metrics_token=TOKEN), base_url="http://localhost")

        statuses = [
            client.get("/metrics", headers={"Authorization": value}).status_code
            for value in (f"Bearer {TOKEN}", "Bearer wrong", "", b"Bearer \xe9")
        ]

        assert statuses == [200, 403, 403, 403]

    def test_ids_make_no_series(self, operator: TestClient) -> None:
        """Routes are counted by their template."""
        operator.get("/api/v1/documents/d-faq")
        operator.get("/nope/" + "x" * 50)

        figures = operator.get("/metrics").text
        assert 'route="/api/v1/documents/{document_id}"' in figures
        assert "d-faq" not in figures
        assert "xxxx" not in figures


class TestSettings:
    @pytest.mark.parametrize("rate", ["", "often", "10", "ten/minute"])
    def test_a_rate_must_be_one(self, rate: str) -> None:
        """The error shows how one is written."""
        with pytest.raises(ValidationError, match="120/minute"):
            WebSettings(rate_ask=rate)

    def test_a_short_token_is_refused(self) -> None:
        """It could be guessed."""
        with pytest.raises(ValidationError, match="16 characters"):
            WebSettings(metrics_token="short")

    def test_unknown_keys_are_refused(self) -> None:
        """A misspelt limit must not be silently without effect."""
        with pytest.raises(ValidationError):
            WebSettings(rate_asks="1/minute")

    @pytest.mark.parametrize(
        ("host", "local"),
        [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("intranet", False)],
    )
    def test_loopback_is_recognised(self, host: str, local: bool) -> None:
        """What decides whether figures are open."""
        assert WebSettings(host=host).on_loopback is local
