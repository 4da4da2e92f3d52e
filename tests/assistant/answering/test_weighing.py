"""The verifier beside the rules: what it may let pass, and what it may refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from assistant.answering.grounding import Evidence
from assistant.answering.weighing import Findings, likelihood
from knowledge.meaning import AcrossLanguages
from models.fakes import HashEmbedder
from tests.assistant.answering.ladder import passage

SOURCE = "已拆封之耳機不予退費。當期帳單金額在一千元以下者，免收違約金。退貨應於七日內申請。"
SURE, EVEN, AGAINST = 6.0, 0.0, -6.0


@dataclass
class Fixed:
    """A judge of one opinion that remembers what it was asked."""

    logit: float
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def judge(self, question: str, sentence: str, source: str) -> float:
        """Remember the pair and return the one opinion."""
        self.asked.append((question, sentence, source))
        return self.logit


def verdict(sentence: str, judge: Fixed, question: str = "拆了還能退嗎？") -> str:
    """Return the verdict on a sentence with this judge."""
    embedder = HashEmbedder()
    embedder.load()
    return Evidence([passage(SOURCE)], question, AcrossLanguages(embedder), judge).check(sentence).verdict


def test_a_sure_verifier_lets_other_words_for_the_same_pass() -> None:
    """Word lists do not know 拿不回來 for 不予退費."""
    assert verdict("拆過的耳機，錢拿不回來。", Fixed(EVEN)) != "supported"
    assert verdict("拆過的耳機，錢拿不回來。", Fixed(SURE)) == "supported"


def test_it_refuses_what_the_rules_let_pass() -> None:
    """A verifier that is sure outweighs them."""
    sentence = "退貨要在七天內申請。"

    assert verdict(sentence, Fixed(EVEN)) == "supported"
    assert verdict(sentence, Fixed(AGAINST)) == "content"


def test_the_sources_own_words_are_not_judged() -> None:
    """What stands there word for word needs no model."""
    judge = Fixed(AGAINST)

    assert verdict("已拆封之耳機不予退費。", judge) == "supported"
    assert not judge.asked


def test_it_reads_title_clause_and_text() -> None:
    """As it did when it was trained."""
    judge = Fixed(EVEN)
    verdict("退貨要在七天內申請。", judge, "幾天內退？")

    ((question, sentence, source),) = judge.asked
    assert (question, sentence) == ("幾天內退？", "退貨要在七天內申請。")
    assert source.endswith(SOURCE)


def test_across_languages_it_only_refuses() -> None:
    """A sure verifier opens no other subject."""
    assert verdict("Grapes are purple.", Fixed(SURE), "What colour?") != "supported"


@pytest.mark.parametrize("name", ["borne", "contradicted", "counted", "across"])
def test_each_finding_of_the_rules_counts(name: str) -> None:
    """None of the weights is idle."""
    usual = {"borne": False, "contradicted": False, "counted": True, "across": False}

    assert likelihood(0.5, Findings(**usual)) != likelihood(
        0.5, Findings(**(usual | {name: not usual[name]}))
    )
