"""Collections, reviews, entries and golden questions from the command line, one after the other in one home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clausewise.conftest import Cli


def test_collections(fake_home: Path, cli: Cli) -> None:
    """Made, changed, listed; what breaks a rule is named."""
    made = cli("collections", "add", "sales", "--zh", "業務", "--en", "Sales", "--review", "--json").json
    changed = cli("collections", "set", "sales", "--no-review", "--gate", "--json").json

    assert (made["title_zh"], made["review"], made["gate"]) == ("業務", True, False)
    assert (changed["title_zh"], changed["review"], changed["gate"]) == ("業務", False, True)
    assert (
        "sales            業務 / Sales  0 documents, 0 golden questions  gate"
        in cli("collections", "list").out
    )
    assert cli("collections", "add", "sales").code == 2
    refused = cli("collections", "set", "never", "--gate")
    assert (refused.code, "no collection 'never'" in refused.err) == (2, True)
    assert cli("collections", "set", "sales").code == 2


def test_a_review_from_ingest_to_approval(indexed: Path, folder: Path, cli: Cli) -> None:
    """The old text answers until a second person, here the operator by force, approves the new one."""
    cli("collections", "set", "internal", "--review")
    (folder / "faq.csv").write_text("id,question,answer\nF1,可以退貨嗎？,十天內可以退貨。\n", "utf-8")

    report = cli("ingest", folder, "--json").json

    (waiting,) = [one for one in report["files"] if one["state"] == "waiting"]
    assert waiting["code"] == "review"
    assert cli("search", "可以退貨嗎", "--json").json["hits"][0]["text"].strip().endswith("七天內可以退貨。")
    listed = cli("documents", "pending").out
    assert "review     internal  by operator" in listed
    shown = cli("documents", "pending", waiting["document_id"]).out
    assert "{+十+}" in shown
    refused = cli("documents", "approve", waiting["document_id"])
    assert (refused.code, "--force" in refused.err) == (2, True)
    assert cli("documents", "approve", waiting["document_id"], "--force", "--json").json["state"] == "live"
    assert cli("search", "可以退貨嗎", "--json").json["hits"][0]["text"].strip().endswith("十天內可以退貨。")
    assert cli("documents", "pending").out == "Nothing waits.\n"
    assert cli("documents", "approve", waiting["document_id"], "--force").code == 2
    assert cli("index", "check").code == 0


def test_drafts_and_rejections(indexed: Path, folder: Path, cli: Cli) -> None:
    """A draft is submitted or turned down; neither changes what answers before."""
    (folder / "faq.csv").write_text("id,question,answer\nF1,可以退貨嗎？,十天內可以退貨。\n", "utf-8")
    (draft,) = [
        one for one in cli("ingest", folder, "--draft", "--json").json["files"] if one["state"] == "waiting"
    ]

    rejected = cli("documents", "reject", draft["document_id"], "2", "--comment", "數字不對", "--json").json

    assert rejected["reason"] == "rejected by operator: 數字不對"
    (folder / "faq.csv").write_text("id,question,answer\nF1,可以退貨嗎？,九天內可以退貨。\n", "utf-8")
    cli("ingest", folder, "--draft")
    assert cli("documents", "submit", draft["document_id"], "--json").json["state"] == "live"


def test_entries(indexed: Path, cli: Cli) -> None:
    """Written, answered word for word, edited from the version that was looked at, rolled back, removed."""
    made = cli("faq", "add", "保固多久？", "保固期為一年。", "--tags", "保固, 售後", "--json").json
    entry = made["document_id"]

    assert made["state"] == "live"
    assert cli("search", "保固多久", "--json").json["hits"][0]["text"] == "保固多久？\n保固期為一年。"
    assert f"{entry}  v1  live       internal  保固多久？" in cli("faq", "list").out
    assert (
        cli("faq", "edit", entry, "--answer", "保固期為兩年。", "--base", "1", "--json").json["version"] == 2
    )
    stale = cli("faq", "edit", entry, "--answer", "保固期為三年。", "--base", "1")
    assert (stale.code, "version 2" in stale.err) == (2, True)
    shown = cli("faq", "show", entry, "--json").json
    assert (shown["base"], shown["live"]["answer"], shown["live"]["tags"]) == (
        2,
        "保固期為兩年。",
        ["保固", "售後"],
    )
    assert "[-一-]{+兩+}" in cli("documents", "diff", entry).out
    cli("documents", "rollback", entry)
    assert "保固期為一年。" in cli("faq", "show", entry).out
    assert [one["version"] for one in cli("documents", "history", entry, "--json").json["versions"]] == [2, 1]
    assert cli("faq", "remove", entry, "--json").json == {"removed": [entry]}
    assert "No entries" in cli("faq", "list").out
    assert cli("faq", "add", "", "x").code == 2
    assert cli("index", "check").code == 0


def test_entries_that_wait(fake_home: Path, cli: Cli) -> None:
    """A draft is submitted and approved, or removed before it ever answered."""
    cli("collections", "set", "internal", "--review")
    one = cli("faq", "add", "保固多久？", "一年。", "--draft", "--json").json["document_id"]
    other = cli("faq", "add", "可以退貨嗎？", "可以。", "--json").json

    assert other["state"] == "review"
    assert cli("faq", "submit", one, "--json").json["state"] == "review"
    assert cli("faq", "approve", one, "--force", "--json").json["state"] == "live"
    assert cli("faq", "remove", other["document_id"]).code == 0
    assert cli("documents", "pending", "--json").json == {"versions": []}


def _lost(cli: Cli) -> list[dict[str, Any]]:
    (waiting,) = cli("documents", "pending", "--json").json["versions"]
    found: list[dict[str, Any]] = waiting["report"]["lost"]
    return found


def test_the_gate(indexed: Path, folder: Path, cli: Cli, tmp_path: Path) -> None:
    """A reading that loses a golden question waits and says which; force or a better reading gets one live."""
    table = tmp_path / "golden.csv"
    table.write_text("問題,條號,答案包含\n出貨異常應於多久通報物流部,第4.3條,24小時|24 hours\n", "utf-8")
    assert len(cli("golden", "import", table, "--json").json["added"]) == 1
    cli("golden", "add", "可以退貨嗎？", "--source", "faq.csv")
    assert "2 of 2 hold" in cli("golden", "check").out
    cli("collections", "set", "internal", "--gate")
    shipping = folder / "shipping.md"
    before = shipping.read_text("utf-8")
    shipping.write_text(before.replace("應於24小時內", "應盡快"), "utf-8")

    report = cli("ingest", folder)

    assert "waiting" in report.out
    assert "1 of 2 golden questions would lose their answer: 出貨異常應於多久通報物流部" in report.out
    (lost,) = _lost(cli)
    assert (lost["before"], lost["after"]) == (1, None)
    (waiting,) = cli("documents", "pending", "--json").json["versions"]
    assert cli("documents", "publish", waiting["document_id"], "--json").json["state"] == "waiting"
    shipping.write_text(before.replace("通報物流部", "立即通報物流部"), "utf-8")
    assert "1 indexed" in cli("ingest", folder).out
    shipping.write_text(before.replace("應於24小時內", "應盡快"), "utf-8")
    cli("ingest", folder)
    assert cli("documents", "publish", waiting["document_id"], "--force", "--json").json["state"] == "live"
    failing = cli("golden", "check")
    assert (failing.code, "FAILS" in failing.out) == (1, True)
    for one in cli("golden", "list", "--json").json["questions"]:
        cli("golden", "remove", one["id"])
    assert "No golden questions" in cli("golden", "list").out


@pytest.mark.parametrize("collection", ["never", "*"])
def test_golden_questions_need_a_collection(fake_home: Path, cli: Cli, collection: str) -> None:
    """One that is not there is named."""
    refused = cli("golden", "add", "退貨", "--contains", "七日", "--collection", collection)

    assert (refused.code, f"no collection {collection!r}" in refused.err) == (2, True)
