"""``[models] reranker``: off unless named, used when it is, refused with advice when it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clausewise.conftest import Cli


class TestReranker:
    def test_used_when_configured(self, indexed: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the shipped double the passage with the question's words comes first; places keep their scores."""
        plain = cli("search", "出貨異常多久內通報物流部", "--json").json["hits"]
        monkeypatch.setenv("CLAUSEWISE__MODELS__RERANKER", "fake")

        reranked = cli("search", "出貨異常多久內通報物流部", "--json").json["hits"]

        assert [hit["score"] for hit in reranked] == [hit["score"] for hit in plain]
        assert {hit["passage_id"] for hit in reranked} == {hit["passage_id"] for hit in plain}
        assert reranked[0]["clause"] == "第4.3條"

    @pytest.mark.parametrize("command", [("search", "出貨"), ("ask", "出貨異常多久內通報？")])
    def test_a_bad_folder(
        self,
        indexed: Path,
        cli: Cli,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        command: tuple[str, str],
    ) -> None:
        """A folder without a model is exit code 3, and the message names the setting."""
        monkeypatch.setenv("CLAUSEWISE__MODELS__RERANKER", str(tmp_path / "absent"))

        found = cli(*command)

        assert found.code == 3
        assert "[models] reranker" in found.err
        assert "absent" in found.err
