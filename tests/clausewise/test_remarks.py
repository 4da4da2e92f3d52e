"""Remarks and declines at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clausewise.conftest import FAKES, Cli

UNANSWERED = "出貨異常的獎金有多少？"


@pytest.fixture
def generous(indexed: Path) -> Path:
    """Return the home with the nearest clause offered however far away it is."""
    (indexed / "settings.toml").write_text(f"{FAKES}[answering]\nmay_help_share = 0.0\n", encoding="utf-8")
    return indexed


class TestAsk:
    @pytest.mark.parametrize(
        ("text", "status"), [("你好", "answered"), ("轉真人", "answered"), ("講個笑話", "declined")]
    )
    def test_a_remark_gets_its_text(self, indexed: Path, cli: Cli, text: str, status: str) -> None:
        """Without sources, exit code 0."""
        outcome = cli("ask", text, "--json")

        assert (outcome.json["status"], outcome.json["citations"], outcome.code) == (status, [], 0)
        assert outcome.json["answer"]

    def test_a_person_reads_what_may_help(self, generous: Path, cli: Cli) -> None:
        """Place and words, before the places that were looked at."""
        answer = cli("ask", UNANSWERED, "--json").json
        told = cli("ask", UNANSWERED).out

        near = answer["decline"]["may_help"]
        assert near["source"] in told
        assert told.index("May help") < told.index(near["quote"][:8]) < told.index("Looked at")

    def test_a_customer_is_offered_nothing_internal(self, generous: Path, cli: Cli) -> None:
        """Neither as what may help nor as what was looked at."""
        outcome = cli("ask", UNANSWERED, "--audience", "public", "--json")

        assert outcome.json["decline"]["may_help"] is None
        assert "shipping" not in outcome.out
        assert not any(name in outcome.out for name in ("出貨作業", "faq.csv"))
