import json
import stat
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.api.operator import COOKIE, OperatorAccess


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Return seconds since 1970."""
        return self.now


def token_of(link: str) -> str:
    """Return the token of a link."""
    return parse_qs(urlsplit(link).query)["token"][0]


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return where the state is kept; nothing is there yet."""
    return tmp_path / "home" / "operator.json"


@pytest.fixture
def kept(file: Path, clock: Clock) -> OperatorAccess:
    """Return access over that file and clock."""
    return OperatorAccess(file, link_hours=24, session_days=30, now=clock)


class TestOperatorAccess:
    def test_a_link_works_once(self, kept: OperatorAccess) -> None:
        """The second who opens it gets nothing."""
        token = token_of(kept.new_link("http://127.0.0.1:8000/"))

        session = kept.redeem(token)

        assert kept.admits(session)
        assert kept.redeem(token) is None

    def test_a_link_is_an_address_under_the_base(self, kept: OperatorAccess) -> None:
        """What serve prints can be clicked."""
        assert kept.new_link("http://127.0.0.1:8000/").startswith("http://127.0.0.1:8000/operator?token=")

    def test_a_new_link_replaces_the_old_one(self, kept: OperatorAccess) -> None:
        """A link left in a log of yesterday is worth nothing."""
        old = token_of(kept.new_link("http://h"))
        kept.new_link("http://h")

        assert kept.redeem(old) is None

    def test_a_link_grows_old(self, kept: OperatorAccess, clock: Clock) -> None:
        """After the hours of the settings."""
        token = token_of(kept.new_link("http://h"))
        clock.now += 24 * 3600 + 1

        assert kept.redeem(token) is None

    def test_a_session_survives_a_restart(self, kept: OperatorAccess, file: Path, clock: Clock) -> None:
        """Another object over the same file knows the browser."""
        session = kept.redeem(token_of(kept.new_link("http://h")))

        assert OperatorAccess(file, now=clock).admits(session)
        assert OperatorAccess(file, now=clock).opened

    def test_a_session_ends(self, kept: OperatorAccess, clock: Clock) -> None:
        """After the days of the settings."""
        session = kept.redeem(token_of(kept.new_link("http://h")))
        clock.now += 30 * 24 * 3600 + 1

        assert not kept.admits(session)
        assert not kept.opened

    def test_signing_out_ends_one_browser_only(self, kept: OperatorAccess) -> None:
        """The other browser stays in."""
        one, two = (kept.redeem(token_of(kept.new_link("http://h"))) for _ in range(2))

        kept.sign_out(one or "")

        assert (kept.admits(one), kept.admits(two)) == (False, True)

    def test_no_token_is_on_the_disk(self, kept: OperatorAccess, file: Path) -> None:
        """Only digests, in a file that nobody else may read."""
        link = token_of(kept.new_link("http://h"))
        session = kept.redeem(token_of(kept.new_link("http://h")))

        assert link not in file.read_text()
        assert str(session) not in file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"links": 3, "sessions": {}}', '{"links": {}}'])
    def test_a_damaged_file_means_no_access(self, file: Path, content: str) -> None:
        """And no crash at start."""
        file.parent.mkdir()
        file.write_text(content)

        access = OperatorAccess(file)

        assert not access.admits("anything")
        assert not access.opened
        assert access.redeem(token_of(access.new_link("http://h")))

    def test_sessions_are_bounded(self, kept: OperatorAccess, file: Path) -> None:
        """The file cannot grow without end."""
        for _ in range(60):
            kept.redeem(token_of(kept.new_link("http://h")))

        assert len(json.loads(file.read_text())["sessions"]) == 50

    @pytest.mark.parametrize("session", [None, "", "guess", "é"])
    def test_nobody_is_admitted_by_a_guess(self, kept: OperatorAccess, session: str | None) -> None:
        """Empty, unknown, not even ASCII."""
        assert not kept.admits(session)


class TestLinkOverHttp:
    def test_the_cookie_is_for_the_server_only(self, client: TestClient, access: OperatorAccess) -> None:
        """HttpOnly, SameSite=Strict, and the token leaves the address."""
        link = urlsplit(access.new_link("http://localhost"))

        response = client.get(f"{link.path}?{link.query}", follow_redirects=False)

        cookie = response.headers["set-cookie"].lower()
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secure" not in cookie

    def test_over_tls_the_cookie_is_secure(
        self, make_app: Callable[..., FastAPI], access: OperatorAccess
    ) -> None:
        """It never travels in the clear then."""
        client = TestClient(make_app(), base_url="https://localhost")
        link = urlsplit(access.new_link("https://localhost"))

        response = client.get(f"{link.path}?{link.query}", follow_redirects=False)

        assert "secure" in response.headers["set-cookie"].lower()

    def test_a_spent_link_says_so(self, client: TestClient) -> None:
        """Programs get the one shape, people a page."""
        told = client.get("/operator", params={"token": "spent"})
        shown = client.get("/operator", params={"token": "spent"}, headers={"Accept": "text/html"})

        assert (told.status_code, told.json()["error"]["code"]) == (403, "link_spent")
        assert shown.status_code == 403
        assert "管理連結已經失效" in shown.text

    def test_a_browser_that_looks_ahead_does_not_spend_it(
        self, client: TestClient, access: OperatorAccess
    ) -> None:
        """Prefetching is not opening."""
        link = urlsplit(access.new_link("http://localhost"))
        address = f"{link.path}?{link.query}"

        ahead = client.get(address, headers={"Sec-Purpose": "prefetch"}, follow_redirects=False)
        opened = client.get(address, follow_redirects=False)

        assert (ahead.status_code, opened.status_code) == (403, 303)

    def test_the_session_tells_who_i_am(self, operator: TestClient) -> None:
        """Until signing out."""
        assert operator.get("/api/v1/session").json() == {"operator": True, "audiences": None}

        operator.delete("/api/v1/session")

        assert operator.get("/api/v1/session").json() == {"operator": False, "audiences": ["public"]}

    def test_an_invented_cookie_is_a_stranger(self, client: TestClient) -> None:
        """The cookie is looked up, not believed."""
        client.cookies.set(COOKIE, "operator")

        assert client.get("/api/v1/session").json()["operator"] is False
