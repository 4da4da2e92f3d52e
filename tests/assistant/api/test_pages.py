import html
import json
import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

MakeApp = Callable[..., FastAPI]


def strings_of(page: str) -> dict[str, str]:
    """Return the texts that the page hands to its scripts."""
    found = re.search(r'data-strings="([^"]*)"', page)
    assert found
    texts: dict[str, str] = json.loads(html.unescape(found.group(1)))
    return texts


class TestPage:
    def test_traditional_chinese_is_the_first_language(self, client: TestClient) -> None:
        """Also where the browser names neither."""
        page = client.get("/", headers={"Accept-Language": "ja"}).text

        assert '<html lang="zh-Hant-TW">' in page
        assert strings_of(page)["ui.sources"] == "參考來源"

    def test_english_is_an_equal_second(self, client: TestClient) -> None:
        """By the browser's wish."""
        page = client.get("/", headers={"Accept-Language": "en-US,en;q=0.9,zh-TW;q=0.5"}).text

        assert '<html lang="en">' in page
        assert strings_of(page)["ui.sources"] == "Sources"

    def test_a_chosen_language_is_remembered(self, client: TestClient) -> None:
        """Against the browser's own."""
        client.get("/", params={"lang": "en"})

        assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "zh-TW"}).text

    def test_an_unknown_language_changes_nothing(self, client: TestClient) -> None:
        """Nor is anything of it written into the page."""
        page = client.get("/", params={"lang": '"><script>'}).text

        assert '<html lang="zh-Hant-TW">' in page
        assert "<script>" not in page

    def test_there_is_no_inline_code_or_style(self, client: TestClient) -> None:
        """The policy would block it."""
        page = client.get("/").text

        assert re.findall(r"<script(?![^>]*src=)", page) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []
        assert re.findall(r"https?://", page) == []

    def test_examples_are_the_house_s_when_set(self, make_app: MakeApp) -> None:
        """Each language has its own; text is never markup."""
        app = make_app(examples_zh=("<b>退貨</b>期限？",))
        client = TestClient(app, base_url="http://localhost")

        chinese = client.get("/").text
        english = client.get("/", params={"lang": "en"}).text

        assert "&lt;b&gt;退貨&lt;/b&gt;期限？" in chinese
        assert "What do we do when a shipment goes wrong?" in english

    def test_the_page_says_what_is_searched(self, operator: TestClient) -> None:
        """All documents for the operator, public ones after signing out."""
        assert "全部文件" in operator.get("/").text

        operator.delete("/api/v1/session")

        page = operator.get("/").text
        assert "公開文件" in page
        assert "全部文件" not in page

    @pytest.mark.parametrize("name", ["main.js", "page.css", "mark.svg"])
    def test_static_files_are_asked_for_again(self, client: TestClient, name: str) -> None:
        """After an update no browser runs yesterday's script; unchanged ones cost a 304."""
        first = client.get(f"/static/{name}")
        again = client.get(f"/static/{name}", headers={"If-None-Match": first.headers["etag"]})

        assert (first.status_code, again.status_code) == (200, 304)
        assert first.headers["cache-control"] == "no-cache"

    @pytest.mark.parametrize("path", ["/static/../pages.py", "/static/%2e%2e/catalogue.py", "/static/"])
    def test_nothing_else_is_served(self, client: TestClient, path: str) -> None:
        """Only the folder's own files."""
        assert client.get(path).status_code == 404
