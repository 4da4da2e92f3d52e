"""Signals of a pair and their probability."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.relevance import FEATURES, Candidate, load_relevance, query_terms, signals
from knowledge.types import DocumentId, Passage, PassageId

RIGHT = "門市知悉出貨異常後，應於24小時內通報物流部。是否補寄由倉儲經理判定。"
WRONG = "員工請假應於三日前提出申請，由主管核准。"
ENGLISH = "Report a shipment anomaly to logistics within 24 hours."


def passage(text: str, language: str = "zh-Hant", title: str = "") -> Passage:
    """Return a passage of ``text``."""
    made = Passage(
        PassageId(text),
        DocumentId("d"),
        1,
        "d.md",
        title,
        "text",
        None,
        (),
        None,
        0,
        len(text),
        text,
        "zh-Hant",
        "internal",
    )
    return replace(made, language=language)


def frequency(terms: Sequence[str]) -> dict[str, int]:
    """Every term stands in one passage of ten."""
    return dict.fromkeys(terms, 1)


class TestSignals:
    """What is computed of a question and its candidates."""

    def test_the_right_passage_covers_more(self) -> None:
        """Coverage, BM25 and the sentence's share point the same way."""
        query = query_terms("出貨異常要在幾小時內通報物流？", frequency, 10)

        right, wrong = signals(query, [Candidate(passage(RIGHT), 0.9), Candidate(passage(WRONG), 0.8)], 30)

        for name in ("coverage", "sentence_coverage", "bm25"):
            assert right[name] > wrong[name]
        assert right["bm25_gap"] == 0
        assert wrong["bm25_gap"] < 0
        assert wrong["cosine_gap"] == pytest.approx(-0.1)

    def test_words_in_title_and_heading_count_as_context_only(self) -> None:
        """A term is counted once: in the text, else in what stands around it."""
        query = query_terms("出貨異常 請假", frequency, 10)

        found = signals(query, [Candidate(passage(WRONG, title="出貨異常辦法"), 0.8)], 30)[0]

        assert found["context_coverage"] > 0
        assert found["coverage"] + found["context_coverage"] <= 1

    def test_a_pair_across_languages_is_marked(self) -> None:
        """Words say nothing across scripts; other weights are used."""
        query = query_terms("出貨異常要多久內通報？", frequency, 10)

        assert not signals(query, [Candidate(passage(ENGLISH, "en"), 0.8)], 30)[0].same_script


class TestRelevance:
    """The fitted probabilities that are shipped."""

    def test_probability_orders_right_before_wrong(self) -> None:
        """And stays within 0 and 1."""
        query = query_terms("出貨異常要在幾小時內通報物流？", frequency, 10)
        right, wrong = signals(query, [Candidate(passage(RIGHT), 0.92), Candidate(passage(WRONG), 0.80)], 30)
        relevance = load_relevance()

        assert 0 <= relevance.probability(wrong) < 0.2
        assert 0.5 < relevance.probability(right) <= 1

    def test_coefficients_for_other_signals_are_refused(self, tmp_path: Path) -> None:
        """A fit of another version is an error that names the command."""
        file = tmp_path / "relevance.json"
        file.write_text(json.dumps({"features": ["coverage"], "same_script": [0, 1], "other_script": [0, 1]}))

        with pytest.raises(ValueError, match=r"bench\.fit"):
            load_relevance(file)

    def test_every_signal_has_a_weight(self) -> None:
        """An intercept and one weight each."""
        relevance = load_relevance()

        assert len(relevance.same) == len(relevance.other) == len(FEATURES) + 1
