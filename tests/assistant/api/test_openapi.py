"""The OpenAPI document lists every status that an endpoint returns, and none that it cannot return."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from assistant.api.fakes import FakeReadiness
from assistant.errors import NotReady
from models.errors import MissingWeights

ASK = {"question": "七天內可以退貨嗎？"}
CHAT = {"messages": [{"role": "user", "content": "七天內可以退貨嗎？"}]}
FILE = {"file": ("a.md", b"a")}

# What a sane client sends to each operation, and what a careless or unlucky one does.
FINE: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/ask"): {"json": ASK},
    ("POST", "/api/v1/search"): {"json": {"query": "退貨"}},
    ("GET", "/api/v1/documents"): {},
    ("POST", "/api/v1/documents"): {"files": FILE},
    ("GET", "/api/v1/documents/d-faq"): {},
    ("GET", "/api/v1/documents/d-faq/history"): {},
    ("GET", "/api/v1/documents/expiring"): {},
    ("GET", "/api/v1/documents/d-faq/diff"): {},
    ("GET", "/api/v1/documents/d-faq/citation?version=1&start=0&end=2"): {},
    ("POST", "/api/v1/documents/d-faq/pin"): {"json": {"version": 1}},
    ("DELETE", "/api/v1/documents/d-faq/pin"): {},
    ("PATCH", "/api/v1/documents/d-faq/days"): {"json": {"expires_at": "2027-01-01"}},
    ("POST", "/api/v1/documents/d-shipping/rollback"): {"json": {"version": 2}},
    ("DELETE", "/api/v1/documents/d-travel"): {},
    ("GET", "/api/v1/collections"): {},
    ("POST", "/api/v1/collections"): {"json": {"name": "sales"}},
    ("PATCH", "/api/v1/collections/public"): {"json": {"review": True}},
    ("GET", "/api/v1/reviews"): {},
    ("GET", "/api/v1/reviews/d-faq/2"): {},
    ("POST", "/api/v1/documents/d-faq/versions/2/submit"): {},
    ("POST", "/api/v1/documents/d-faq/versions/2/approve"): {"json": {"comment": "good"}},
    ("POST", "/api/v1/documents/d-faq/versions/2/reject"): {},
    ("POST", "/api/v1/documents/d-faq/versions/2/publish"): {"json": {"force": True}},
    ("GET", "/api/v1/faq"): {},
    ("POST", "/api/v1/faq"): {"json": {"question": "保固多久？", "answer": "一年。"}},
    ("GET", "/api/v1/faq/d-entry"): {},
    ("PUT", "/api/v1/faq/d-entry"): {"json": {"question": "保固多久？", "answer": "兩年。", "base": 2}},
    ("DELETE", "/api/v1/faq/d-entry"): {},
    ("GET", "/api/v1/golden"): {},
    ("POST", "/api/v1/golden"): {
        "json": {"collection": "internal", "questions": [{"question": "退貨？", "contains": "七日"}]}
    },
    ("POST", "/api/v1/golden/check"): {"json": {"collection": "internal"}},
    ("DELETE", "/api/v1/golden/g0"): {},
    ("GET", "/api/v1/glossary"): {},
    ("PUT", "/api/v1/glossary"): {"json": {"terms": [{"term": "PTO", "same_as": "特休"}]}},
    ("DELETE", "/api/v1/glossary?term=PTO"): {},
    ("GET", "/api/v1/index"): {},
    ("POST", "/api/v1/index/rebuild"): {},
    ("POST", "/api/v1/index/reembed"): {},
    ("POST", "/api/v1/index/check"): {},
    ("POST", "/api/v1/eval"): {"json": {"questions": [{"question": "退貨？", "source": "a.md"}]}},
    ("GET", "/api/v1/jobs"): {},
    ("GET", "/api/v1/jobs/ingest-1"): {},
    ("POST", "/api/v1/backup"): {},
    ("POST", "/api/v1/export"): {"json": {"audience": ["public"]}},
    ("GET", "/api/v1/export/export-1"): {},
    ("GET", "/api/v1/audit"): {},
    ("GET", "/api/v1/audit/verify"): {},
    ("GET", "/api/v1/jobs/ingest-1/events"): {},
    ("POST", "/api/v1/jobs/ingest-2/retry"): {},
    ("POST", "/api/v1/jobs/ingest-2/cancel"): {},
    ("DELETE", "/api/v1/jobs/ingest-2"): {},
    ("GET", "/api/v1/models"): {},
    ("POST", "/v1/chat/completions"): {"json": CHAT},
    ("GET", "/v1/models"): {},
    ("GET", "/v1/models/clausewise"): {},
    ("GET", "/operator?token=none"): {},
    ("GET", "/api/v1/session"): {},
    ("GET", "/healthz"): {},
    ("GET", "/readyz"): {},
    ("GET", "/metrics"): {},
    ("DELETE", "/api/v1/session"): {},
}
WRONG: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/v1/ask", {"json": {"question": ""}}),
    ("POST", "/api/v1/search", {"json": {"query": "q", "k": 0}}),
    ("GET", "/api/v1/documents?limit=0", {}),
    ("POST", "/api/v1/documents", {"json": {}}),
    ("GET", "/api/v1/documents/never", {}),
    ("GET", "/api/v1/documents/never?version=0", {}),
    ("GET", "/api/v1/documents/never/history", {}),
    ("GET", "/api/v1/documents/expiring?days=-1", {}),
    ("GET", "/api/v1/documents/never/diff", {}),
    ("GET", "/api/v1/documents/never/diff?from=0", {}),
    ("GET", "/api/v1/documents/never/citation?version=1&start=0&end=2", {}),
    ("GET", "/api/v1/documents/never/citation", {}),
    ("POST", "/api/v1/documents/never/pin", {}),
    ("POST", "/api/v1/documents/d-faq/pin", {"json": {"version": 0}}),
    ("DELETE", "/api/v1/documents/never/pin", {}),
    ("PATCH", "/api/v1/documents/never/days", {"json": {"expires_at": None}}),
    ("PATCH", "/api/v1/documents/d-faq/days", {"json": {}}),
    ("POST", "/api/v1/documents/never/rollback", {}),
    ("POST", "/api/v1/documents/d-faq/rollback", {}),
    ("POST", "/api/v1/documents/d-faq/rollback", {"json": {"version": 0}}),
    ("DELETE", "/api/v1/documents/never", {}),
    ("POST", "/api/v1/eval", {"json": {"questions": []}}),
    ("POST", "/api/v1/index/reembed", {"json": {"model": ""}}),
    ("POST", "/api/v1/collections", {"json": {"name": "public"}}),
    ("POST", "/api/v1/collections", {"json": {}}),
    ("PATCH", "/api/v1/collections/never", {"json": {"gate": True}}),
    ("PATCH", "/api/v1/collections/public", {"json": {"gate": "perhaps"}}),
    ("GET", "/api/v1/reviews?collection=", {}),
    ("GET", "/api/v1/reviews/never/2", {}),
    ("GET", "/api/v1/reviews/d-faq/1", {}),
    ("GET", "/api/v1/reviews/d-faq/none", {}),
    *(
        ("POST", f"/api/v1/documents/{address}/{verb}", {})
        for verb in ("submit", "approve", "reject", "publish")
        for address in ("never/versions/2", "d-faq/versions/1", "d-faq/versions/none")
    ),
    ("GET", "/api/v1/faq?limit=0", {}),
    ("GET", "/api/v1/faq/never", {}),
    ("POST", "/api/v1/faq", {"json": {"question": "保固？", "answer": "一年。", "collection": "never"}}),
    ("POST", "/api/v1/faq", {"json": {"question": "可以退貨嗎？", "answer": "可以。"}}),
    ("POST", "/api/v1/faq", {"json": {"question": "問" * 501, "answer": "可以。"}}),
    ("PUT", "/api/v1/faq/never", {"json": {"question": "保固？", "answer": "一年。", "base": 2}}),
    ("PUT", "/api/v1/faq/d-entry", {"json": {"question": "保固？", "answer": "一年。", "base": 1}}),
    ("PUT", "/api/v1/faq/d-entry", {"json": {"question": "保固？", "answer": "一年。"}}),
    ("DELETE", "/api/v1/faq/never", {}),
    ("GET", "/api/v1/golden?collection=never", {}),
    ("GET", "/api/v1/golden?collection=", {}),
    (
        "POST",
        "/api/v1/golden",
        {"json": {"collection": "never", "questions": [{"question": "退貨？", "contains": "七日"}]}},
    ),
    ("POST", "/api/v1/golden", {"json": {"collection": "internal", "questions": []}}),
    ("POST", "/api/v1/golden/check", {"json": {"collection": "never"}}),
    ("POST", "/api/v1/golden/check", {"json": {}}),
    ("DELETE", "/api/v1/golden/never", {}),
    ("PUT", "/api/v1/glossary", {"json": {"terms": []}}),
    ("PUT", "/api/v1/glossary", {"json": {"terms": [{"term": "PTO", "same_as": "PTO"}]}}),
    ("DELETE", "/api/v1/glossary?term=never", {}),
    ("DELETE", "/api/v1/glossary?term=", {}),
    ("POST", "/api/v1/export", {"json": {"audience": "public"}}),
    ("GET", "/api/v1/export/never", {}),
    ("GET", "/api/v1/audit?limit=0", {}),
    ("GET", f"/api/v1/audit/verify?head={'x' * 101}", {}),
    ("GET", "/api/v1/jobs?limit=0", {}),
    ("GET", "/api/v1/jobs/never", {}),
    ("GET", "/api/v1/jobs/never/events", {}),
    ("POST", "/api/v1/jobs/never/retry", {}),
    ("POST", "/api/v1/jobs/ingest-1/retry", {}),
    ("POST", "/api/v1/jobs/never/cancel", {}),
    ("DELETE", "/api/v1/jobs/never", {}),
    ("DELETE", "/api/v1/jobs/ingest-1", {}),
    ("POST", "/v1/chat/completions", {"json": {"messages": []}}),
    ("POST", "/v1/chat/completions", {"json": {**CHAT, "model": "other"}}),
    ("GET", "/v1/models/other", {}),
    ("GET", "/operator", {}),
]
HOSTILE: list[dict[str, str]] = [
    {"Host": "evil.test"},
    {"Origin": "http://evil.test"},
    {"Content-Length": "99999999999"},
]


class Broken:
    """A service of which every call fails with the given error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(*_: object) -> Any:
            raise self._error

        return call


class Recorder:
    """Notes which status each operation returned."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], set[int]] = defaultdict(set)

    def round(self, app: FastAPI) -> Callable[[Scope, Receive, Send], Any]:
        """Return the application with its statuses noted."""

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            async def note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.seen[scope["method"], template_of(app, scope)].add(message["status"])
                await send(message)

            await app(scope, receive, note)

        return recorded


def template_of(app: FastAPI, scope: Scope) -> str:
    """Return the documented path that a request's path fits, fixed parts before variable ones."""
    parts = scope["path"].split("/")
    fitting = [
        path
        for path in app.openapi()["paths"]
        if len(path.split("/")) == len(parts)
        and all(a == b or a.startswith("{") for a, b in zip(path.split("/"), parts, strict=True))
    ]
    return min(fitting, key=lambda path: path.count("{"))


def test_documented_and_returned_statuses_are_the_same(  # noqa: C901 - one list of attempts
    make_app: Callable[..., FastAPI], enter: Callable[[TestClient], TestClient]
) -> None:
    """Every operation is tried in every way we know; 500 is documented everywhere and need not be reached."""
    recorder = Recorder()

    def client_of(app: FastAPI) -> TestClient:
        return TestClient(
            recorder.round(app),
            base_url="http://localhost",
            raise_server_exceptions=False,
            follow_redirects=False,
        )

    app = make_app()
    stranger, operator = client_of(app), enter(client_of(app))
    for (method, path), request in FINE.items():
        stranger.request(method, path, **request)
        for headers in HOSTILE:
            operator.request(method, path, headers=headers)
    for method, path, request in WRONG:
        operator.request(method, path, **request)
    for (method, path), request in FINE.items():
        operator.request(method, path, **request)
    few = {"rate_ask": "1/hour", "rate_read": "1/hour", "rate_write": "2/hour"}
    hasty = enter(client_of(make_app(**few)))
    for _ in range(3):
        for (method, path), request in FINE.items():
            hasty.request(method, path, **request)
    for error in (MissingWeights("pull"), RuntimeError("bug")):
        broken = Broken(error)
        answering = {"answerer": broken, "searcher": broken, "readiness": FakeReadiness("chat")}
        others = (
            {}
            if isinstance(error, MissingWeights)
            else dict.fromkeys(("library", "glossary", "index", "jobs", "models"), broken)
        )
        failing = enter(client_of(make_app(parts=answering | others)))
        for (method, path), request in FINE.items():
            failing.request(method, path, **request)
    client_of(make_app(host="0.0.0.0")).get("/metrics")

    documented = {
        (method.upper(), path): {int(status) for status in operation["responses"]}
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
    }
    assert set(recorder.seen) == set(documented)
    for operation, statuses in documented.items():
        assert recorder.seen[operation] <= statuses, operation
        assert statuses - {500} <= recorder.seen[operation], operation


def test_errors_are_documented_with_the_one_shape(client: TestClient) -> None:
    """And the framework's own shape is nowhere."""
    schema = client.get("/openapi.json").json()

    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    reference = response["content"]["application/json"]["schema"]["$ref"]
                    assert reference == "#/components/schemas/ErrorBody"
    assert "HTTPValidationError" not in str(schema)


def test_no_page_that_would_load_scripts_from_elsewhere(client: TestClient) -> None:
    """The framework's documentation pages are off."""
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_not_ready_names_what_is_missing() -> None:
    """An error's own text is for logs: code and values."""
    assert str(NotReady()) == "not_ready"
