"""What every reranker must do. Subclass RerankerContract and give it a ``reranker`` fixture, loaded."""

from __future__ import annotations

import threading

import numpy as np

from models.protocols import Reranker

QUESTION = "出貨異常要在多久內通報？"
PASSAGES = [
    "門市知悉出貨異常後，應於24小時內通報物流部。",
    "餐廳每週一供應熱湯。",
    "Parcels that are late are reported within 24 hours.",
    "",
    "特別休假未滿一年者三日。" * 100,
]


class RerankerContract:
    """The behaviours of a reranker, real or fake."""

    def test_plays_the_role(self, reranker: Reranker) -> None:
        """It is our role, and has a name."""
        assert isinstance(reranker, Reranker)
        assert reranker.model_id

    def test_one_score_a_passage(self, reranker: Reranker) -> None:
        """Finite float32, as many as passages, for empty and for overlong ones too."""
        scores = reranker.score(QUESTION, PASSAGES)

        assert scores.shape == (len(PASSAGES),)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_nothing_gives_nothing(self, reranker: Reranker) -> None:
        """No passages, no scores, no error."""
        assert reranker.score(QUESTION, []).shape == (0,)

    def test_order_and_company_do_not_matter(self, reranker: Reranker) -> None:
        """A passage's score is its own, whatever lies beside it."""
        together = reranker.score(QUESTION, PASSAGES)
        alone = [float(reranker.score(QUESTION, [one])[0]) for one in PASSAGES]

        assert np.allclose(together, alone, atol=1e-4)

    def test_the_question_matters(self, reranker: Reranker) -> None:
        """Another question gives other scores."""
        other = reranker.score("餐廳週一供應什麼？", PASSAGES)

        assert not np.allclose(reranker.score(QUESTION, PASSAGES), other)

    def test_several_threads(self, reranker: Reranker) -> None:
        """Calls at the same time give what calls in turn give."""
        wanted = reranker.score(QUESTION, PASSAGES)
        found: list[bool] = []

        def run() -> None:
            found.append(bool(np.allclose(reranker.score(QUESTION, PASSAGES), wanted, atol=1e-4)))

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == [True] * 3
