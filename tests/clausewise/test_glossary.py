"""``clausewise glossary``: staff's words in, and the very next search uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clausewise.conftest import Cli


def _scores(found: dict[str, Any]) -> dict[str, float]:
    """Return the score of each clause that was found."""
    return {hit["clause"] or "": hit["score"] for hit in found["hits"]}


class TestGlossary:
    def test_add_list_remove(self, fake_home: Path, cli: Cli) -> None:
        """A pair is listed with its kind and note until it is removed."""
        assert (
            cli("glossary", "add", "宅配異常", "出貨異常", "--kind", "old_name", "--note", "2024 改名").code
            == 0
        )

        (kept,) = cli("glossary", "list", "--json").json["terms"]
        assert (kept["term"], kept["same_as"], kept["kind"], kept["note"]) == (
            "宅配異常", "出貨異常", "old_name", "2024 改名",
        )  # fmt: skip
        assert "宅配異常 = 出貨異常" in cli("glossary", "list").out
        assert cli("glossary", "remove", "宅配異常", "--json").json == {"removed": 1}
        assert "table is empty" in cli("glossary", "list").out

    @pytest.mark.weights
    def test_search_uses_it(self, home: Path, folder: Path, cli: Cli, real_models: Path) -> None:
        """Words that are in no document find the clause once staff say what they mean."""
        (home / "settings.toml").write_text('[models]\nchat = "fake"\n', encoding="utf-8")
        cli("ingest", folder)
        before = _scores(cli("search", "快遞包裹出包怎麼辦", "--json").json)
        cli("glossary", "add", "快遞包裹出包", "出貨異常")

        after = _scores(cli("search", "快遞包裹出包怎麼辦", "--json").json)

        assert max(after, key=lambda clause: after[clause]) == "第4.3條"
        assert after["第4.3條"] > 2 * before.get("第4.3條", 0)

    def test_import_and_export(self, fake_home: Path, cli: Cli, tmp_path: Path) -> None:
        """What is exported can be imported; a bad line names itself and keeps all of the file out."""
        file, bad, out = tmp_path / "a.csv", tmp_path / "bad.csv", tmp_path / "out.csv"
        file.write_text("\ufeffterm,same_as,kind\nPTO,特休,translation\n補假,補休\n", encoding="utf-8")
        bad.write_text("term,same_as\n甲,乙\n丙,\n", encoding="utf-8")

        assert cli("glossary", "import", file, "--json").json == {"changed": 2}
        refused = cli("glossary", "import", bad)
        cli("glossary", "export", "-o", out)

        assert refused.code == 2
        assert "bad.csv, line 3" in refused.err
        assert cli("glossary", "import", out, "--json").json == {"changed": 0}
        assert "PTO,特休,translation," in cli("glossary", "export").out

    def test_wrong_usage(self, fake_home: Path, cli: Cli, tmp_path: Path) -> None:
        """Unknown kinds, unknown pairs and unreadable files are exit code 2, with what to do."""
        kind = cli("glossary", "add", "甲", "乙", "--kind", "nickname")
        pair = cli("glossary", "remove", "甲")
        file = cli("glossary", "import", tmp_path / "absent.csv")

        assert (kind.code, pair.code, file.code) == (2, 2, 2)
        assert "old_name" in kind.err
        assert "glossary list" in pair.err
        assert "absent.csv" in file.err
