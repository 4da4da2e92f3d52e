from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.api.envelope import CONTENT_SECURITY_POLICY
from assistant.api.rates import client_of

MakeApp = Callable[..., FastAPI]
ASK = {"question": "七天內可以退貨嗎？"}


class TestHost:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.168.1.20", "docs.firm.test"],
    )
    def test_addresses_localhost_and_listed_names_pass(self, make_app: MakeApp, host: str) -> None:
        """An address in the Host header cannot come from a rebound name."""
        client = TestClient(make_app(allowed_hosts=("docs.firm.test",)))

        assert client.get("/healthz", headers={"Host": host}).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "", "[::1", "a b"]
    )
    def test_other_names_are_refused(self, client: TestClient, host: str) -> None:
        """DNS rebinding ends here, also for the page and its scripts."""
        for path in ("/", "/healthz", "/static/main.js"):
            response = client.get(path, headers={"Host": host})
            assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_host")


class TestOrigin:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "http://evil.test"},
            {"Origin": "null"},
            {"Origin": "http://localhost:9999"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_another_site_s_page_is_refused(self, operator: TestClient, headers: dict[str, str]) -> None:
        """Neither asking nor changing, with or without the cookie."""
        for method, path in (("POST", "/api/v1/ask"), ("DELETE", "/api/v1/documents/d-faq")):
            response = operator.request(method, path, headers=headers)
            assert (response.status_code, response.json()["error"]["code"]) == (403, "cross_origin")

    @pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}])
    def test_our_own_page_and_programs_pass(self, client: TestClient, headers: dict[str, str]) -> None:
        """Programs send no such headers."""
        assert client.post("/api/v1/ask", json=ASK, headers=headers).status_code == 200

    def test_no_other_origin_may_read(self, client: TestClient) -> None:
        """There is no CORS."""
        response = client.get("/api/v1/session", headers={"Origin": "http://evil.test"})

        assert "access-control-allow-origin" not in response.headers


class TestBody:
    def test_a_told_length_over_the_limit(self, make_app: MakeApp) -> None:
        """413 before a byte is read."""
        client = TestClient(make_app(body_bytes=16_384), base_url="http://localhost")

        response = client.post("/api/v1/ask", json={"question": "x" * 20_000})

        assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")

    def test_an_untold_length_over_the_limit(self, make_app: MakeApp) -> None:
        """Counted while reading."""

        def body() -> Iterator[bytes]:
            for _ in range(64):
                yield b" " * 1024

        client = TestClient(make_app(body_bytes=16_384), base_url="http://localhost")
        response = client.post("/api/v1/search", content=body(), headers={"content-type": "application/json"})

        assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")

    def test_uploads_have_their_own_limit(
        self, make_app: MakeApp, enter: Callable[[TestClient], TestClient]
    ) -> None:
        """Larger than a question's, and a limit all the same."""
        client = enter(
            TestClient(make_app(body_bytes=16_384, upload_bytes=1_048_576), base_url="http://localhost")
        )

        fits = client.post("/api/v1/documents", files={"file": ("a.txt", b"x" * 500_000)})
        too_large = client.post("/api/v1/documents", files={"file": ("a.txt", b"x" * 1_100_000)})

        assert (fits.status_code, too_large.status_code) == (202, 413)


class TestRates:
    def test_questions_are_counted_by_client(self, make_app: MakeApp) -> None:
        """429 with the time to wait; reading is another account."""
        client = TestClient(make_app(rate_ask="2/minute"), base_url="http://localhost")

        statuses = [client.post("/api/v1/ask", json=ASK).status_code for _ in range(3)]
        refused = client.post("/api/v1/ask", json=ASK)

        assert statuses == [200, 200, 429]
        assert refused.json()["error"]["code"] == "rate_limited"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert client.post("/api/v1/search", json={"query": "退貨"}).status_code == 200

    def test_each_client_has_its_own_share(self, make_app: MakeApp) -> None:
        """One cannot use up another's."""
        app = make_app(rate_ask="1/minute")

        statuses = [
            TestClient(app, base_url="http://localhost", client=(address, 1))
            .post("/api/v1/ask", json=ASK)
            .status_code
            for address in ("10.0.0.1", "10.0.0.2", "10.0.0.1")
        ]

        assert statuses == [200, 200, 429]

    @pytest.mark.parametrize(
        ("address", "counted_as"),
        [
            ("10.0.0.1", "10.0.0.1"),
            ("2001:db8::1", "2001:db8::/64"),
            ("2001:db8::ffff:2", "2001:db8::/64"),
            ("testclient", "testclient"),
        ],
    )
    def test_an_ipv6_site_is_one_client(self, address: str, counted_as: str) -> None:
        """Who has a whole network has addresses without end."""
        from starlette.requests import Request

        assert client_of(Request({"type": "http", "client": (address, 1)})) == counted_as


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/api/v1/session", "/nope", "/static/main.js", "/openapi.json"])
    def test_every_response_is_strict(self, client: TestClient, path: str) -> None:
        """The page's policy allows its own scripts and styles and nothing else."""
        headers = client.get(path).headers

        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert len(headers["x-request-id"]) == 16

    def test_the_policy_has_no_hole(self) -> None:
        """No inline code, no other host, no frame."""
        assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in CONTENT_SECURITY_POLICY
        assert "*" not in CONTENT_SECURITY_POLICY
        assert "http" not in CONTENT_SECURITY_POLICY

    def test_answers_are_kept_by_no_cache(self, operator: TestClient) -> None:
        """What an operator read stays out of shared caches."""
        assert operator.get("/api/v1/documents").headers["cache-control"] == "no-store"


class TestErrorShape:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nope", 404),
            ("GET", "/static/nope.js", 404),
            ("PUT", "/api/v1/ask", 405),
            ("GET", "/api/v1/ask", 405),
            ("POST", "/api/v1/ask", 422),
            ("GET", "/api/v1/documents?limit=x", 422),
            ("GET", "/api/v1/documents/none", 404),
            ("GET", "/operator", 422),
            ("GET", "/v1/models/other", 404),
        ],
    )
    def test_every_error_has_it(self, client: TestClient, method: str, path: str, status: int) -> None:
        """One object with code, message and details, from the framework's own refusals too."""
        response = client.request(method, path)

        error = response.json()
        assert response.status_code == status
        assert list(error) == ["error"]
        assert list(error["error"]) == ["code", "message", "details"]
        assert error["error"]["message"]

    def test_405_names_the_methods(self, client: TestClient) -> None:
        """As RFC 9110 asks."""
        assert client.put("/api/v1/ask").headers["allow"] == "POST"

    def test_broken_json_is_told_without_repeating_it(self, client: TestClient) -> None:
        """A body may hold a secret; the answer does not."""
        response = client.post(
            "/api/v1/ask", content='{"question": "my secret', headers={"content-type": "application/json"}
        )

        assert response.status_code == 422
        assert "secret" not in response.text

    def test_a_bug_is_500_in_the_same_shape(self, make_app: MakeApp) -> None:
        """With the request's id, without the exception."""

        class Broken:
            def search(self, query: object, reader: object, k: object) -> object:
                raise RuntimeError("password of the database")

        app = make_app(parts={"searcher": Broken()})
        client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)

        response = client.post("/api/v1/search", json={"query": "q"})

        assert (response.status_code, response.json()["error"]["code"]) == (500, "internal")
        assert "password" not in response.text
        assert response.headers["x-request-id"]
        assert response.headers["content-security-policy"]

    @pytest.mark.parametrize(
        ("accepted", "message"),
        [
            ("en-GB,en;q=0.9", "There is no such page."),
            ("zh-TW", "找不到這個頁面。"),
            ("fr", "找不到這個頁面。"),
            ("", "找不到這個頁面。"),
        ],
    )
    def test_the_message_is_in_the_reader_s_language(
        self, client: TestClient, accepted: str, message: str
    ) -> None:
        """Traditional Chinese first, English as an equal second."""
        response = client.get("/nope", headers={"Accept-Language": accepted})

        assert response.json()["error"]["message"] == message
