from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.api.fakes import FakeLibrary
from assistant.api.services import Services
from assistant.api.uploads import safe_name
from assistant.api.wire import DocumentList, HistoryBody, ModelList, VersionBody, WholeDocument
from assistant.errors import InvalidRequest


class TestReading:
    def test_a_stranger_lists_what_has_a_public_part(self, client: TestClient) -> None:
        """Internal documents are not even counted."""
        body = client.get("/api/v1/documents").json()

        DocumentList.model_validate(body)
        assert {document["document_id"] for document in body["documents"]} == {
            "d-returns",
            "d-handbook",
            "d-faq",
        }
        assert body["total"] == 3

    def test_a_page_of_the_list(self, operator: TestClient) -> None:
        """The total stays the same on each page."""
        body = operator.get("/api/v1/documents", params={"limit": 2, "offset": 4}).json()

        assert (len(body["documents"]), body["total"]) == (1, 5)

    def test_a_hidden_part_is_left_out_and_so_is_the_whole_text(self, client: TestClient) -> None:
        """The public policy has one clause for staff."""
        body = client.get("/api/v1/documents/d-returns").json()

        WholeDocument.model_validate(body)
        assert body["text"] is None
        assert "附註" not in {passage["clause"] for passage in body["passages"]}

    def test_passages_fit_the_whole_text(self, operator: TestClient) -> None:
        """Offsets are code points, beyond the basic plane as well."""
        body = operator.get("/api/v1/documents/d-shipping").json()

        assert "🔺" in body["text"]
        for passage in body["passages"]:
            assert body["text"][passage["start"] : passage["end"]] == passage["text"]

    def test_an_older_version_as_cited(self, operator: TestClient) -> None:
        """What was cited then can be read now, and the page can tell that it is old."""
        body = operator.get("/api/v1/documents/d-shipping", params={"version": 2}).json()

        assert (body["version"], body["current_version"]) == (2, 3)
        assert "第5.1條" not in body["text"]

    @pytest.mark.parametrize(
        "address", ["d-shipping", "d-shipping?version=2", "no-such", "d-returns?version=9"]
    )
    def test_hidden_and_absent_look_the_same(self, client: TestClient, address: str) -> None:
        """404 with the same words: existence must not leak."""
        hidden = client.get(f"/api/v1/documents/{address}")

        assert hidden.status_code == 404
        assert hidden.json() == client.get("/api/v1/documents/never-was").json()


class TestChanging:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/api/v1/documents"),
            ("DELETE", "/api/v1/documents/d-faq"),
            ("GET", "/api/v1/documents/d-faq/history"),
            ("POST", "/api/v1/documents/d-faq/rollback"),
            ("GET", "/api/v1/index"),
            ("POST", "/api/v1/index/rebuild"),
            ("POST", "/api/v1/index/reembed"),
            ("POST", "/api/v1/index/check"),
            ("GET", "/api/v1/jobs"),
            ("GET", "/api/v1/jobs/ingest-1"),
            ("GET", "/api/v1/jobs/never"),
            ("GET", "/api/v1/jobs/ingest-1/events"),
            ("POST", "/api/v1/jobs/ingest-1/retry"),
            ("POST", "/api/v1/jobs/ingest-1/cancel"),
            ("DELETE", "/api/v1/jobs/ingest-1"),
            ("GET", "/api/v1/models"),
            ("DELETE", "/api/v1/session"),
        ],
    )
    def test_only_the_operator_may(self, client: TestClient, method: str, path: str) -> None:
        """Everyone else gets 403, whether the thing exists or not."""
        response = client.request(method, path)

        assert (response.status_code, response.json()["error"]["code"]) == (403, "operator_required")

    def test_a_removed_document_is_gone(self, operator: TestClient) -> None:
        """From the list and by its address."""
        assert operator.delete("/api/v1/documents/d-faq").json() == {
            "document_id": "d-faq",
            "state": "removed",
        }
        assert operator.get("/api/v1/documents/d-faq").status_code == 404
        assert operator.delete("/api/v1/documents/d-faq").status_code == 404

    def test_history_and_rollback(self, operator: TestClient) -> None:
        """Back one version, then to a chosen one, then no further."""
        history = operator.get("/api/v1/documents/d-shipping/history").json()
        back = operator.post("/api/v1/documents/d-shipping/rollback").json()
        first = operator.post("/api/v1/documents/d-shipping/rollback", json={"version": 1}).json()
        none = operator.post("/api/v1/documents/d-shipping/rollback")

        HistoryBody.model_validate(history)
        VersionBody.model_validate(back)
        assert [line["version"] for line in history["versions"]] == [3, 2, 1]
        assert (back["version"], first["version"]) == (2, 1)
        assert (none.status_code, none.json()["error"]["code"]) == (409, "nothing_to_roll_back")

    def test_rollback_and_history_of_nothing(self, operator: TestClient) -> None:
        """404."""
        assert operator.post("/api/v1/documents/never/rollback").status_code == 404
        assert operator.get("/api/v1/documents/never/history").status_code == 404


class TestUpload:
    def test_files_are_kept_and_a_job_starts(self, operator: TestClient, services: Services) -> None:
        """202 with the job; the files lie under their audience, so that the same name is a new version."""
        files = [("file", ("退貨.md", "# 退貨".encode())), ("file", ("b.txt", b"b"))]

        response = operator.post("/api/v1/documents", files=files, data={"audience": "public"})

        library = services.library
        assert isinstance(library, FakeLibrary)
        assert response.status_code == 202
        assert response.json() == {"job_id": "ingest-1", "files": ["退貨.md", "b.txt"]}
        assert response.headers["Location"] == "/api/v1/jobs/ingest-1"
        paths, audience = library.started[0]
        assert audience == "public"
        assert paths[0] == library.uploads / "public" / "退貨.md"
        assert paths[0].read_text("utf-8") == "# 退貨"
        assert list((library.uploads / ".incoming").iterdir()) == []

    def test_without_an_audience_it_is_internal(self, operator: TestClient, services: Services) -> None:
        """Nothing becomes public by forgetting."""
        operator.post("/api/v1/documents", files={"file": ("a.md", b"a")})

        assert services.library.started[0][1] == "internal"  # type: ignore[attr-defined]

    def test_the_same_name_replaces_the_file(self, operator: TestClient, services: Services) -> None:
        """A new version of the same document, at the same place."""
        for content in (b"old", b"new"):
            operator.post("/api/v1/documents", files={"file": ("a.md", content)})

        assert (services.library.uploads / "internal" / "a.md").read_bytes() == b"new"

    @pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\passwd"])
    def test_a_path_is_cut_to_its_last_part(
        self, operator: TestClient, services: Services, name: str
    ) -> None:
        """Nothing is written outside the folder."""
        operator.post("/api/v1/documents", files={"file": (name, b"x")})

        kept = [path for path in services.library.uploads.rglob("*") if path.is_file()]
        assert kept == [services.library.uploads / "internal" / "passwd"]

    @pytest.mark.parametrize("audience", ["../up", "a/b", "x" * 101, ".", "a b"])
    def test_an_audience_is_a_plain_name(
        self, operator: TestClient, services: Services, audience: str
    ) -> None:
        """It becomes a folder."""
        response = operator.post(
            "/api/v1/documents", files={"file": ("a.md", b"a")}, data={"audience": audience}
        )

        assert response.status_code == 422
        assert not services.library.uploads.exists()

    def test_the_same_name_twice_in_one_upload_is_refused(self, operator: TestClient) -> None:
        """One would silently win."""
        files = [("file", ("a.md", b"1")), ("file", ("A/a.md", b"2"))]

        assert operator.post("/api/v1/documents", files=files).status_code == 422

    def test_no_file_or_no_form_is_refused(self, operator: TestClient) -> None:
        """The sentence says what to send."""
        for request in ({"json": {}}, {"data": {"audience": "public"}}, {"files": {"other": ("a.md", b"a")}}):
            response = operator.post("/api/v1/documents", **request)  # type: ignore[arg-type]
            assert response.status_code == 422
            assert "file" in response.json()["error"]["message"]

    def test_too_many_files_are_refused(self, operator: TestClient) -> None:
        """The setting's number."""
        files = [("file", (f"{n}.md", b"x")) for n in range(21)]

        assert operator.post("/api/v1/documents", files=files).status_code == 422

    def test_a_stranger_s_upload_is_not_even_read(self, client: TestClient, tmp_path: Path) -> None:
        """Who may not upload cannot fill the disk: the body stays unread."""
        read = 0

        def body() -> object:
            nonlocal read
            for _ in range(1000):
                read += 1
                yield b"x" * 65536

        headers = {"content-type": "multipart/form-data; boundary=b"}
        response = client.post("/api/v1/documents", content=body(), headers=headers)  # type: ignore[arg-type]

        assert response.status_code == 403
        assert not (tmp_path / "uploads").exists()

    @pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a\x00b", "a\nb", 'q"q', "長" * 80])
    def test_names_that_cannot_be_one(self, name: str) -> None:
        """Refused with the rule."""
        with pytest.raises(InvalidRequest, match="file name"):
            safe_name(name)


class TestAdministration:
    def test_index(self, operator: TestClient) -> None:
        """Its counts; rebuilding and checking are jobs."""
        assert operator.get("/api/v1/index").json()["generation"] == 7
        assert operator.post("/api/v1/index/rebuild").json() == {"job_id": "rebuild-1"}
        assert operator.post("/api/v1/index/reembed").json() == {"job_id": "reembed-1"}
        named = operator.post("/api/v1/index/reembed", json={"model": "e5"})
        assert (named.status_code, named.json()) == (202, {"job_id": "reembed-e5"})
        assert operator.post("/api/v1/index/check").status_code == 202

    def test_models(self, operator: TestClient) -> None:
        """The catalogue, with what is in use."""
        body = operator.get("/api/v1/models").json()

        ModelList.model_validate(body)
        assert body["models"][0]["in_use"] is True
