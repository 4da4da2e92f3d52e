"""The check of sentences on its development set: what it passes is true, and what is true passes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from clausewise.devsets.data import written
from clausewise.devsets.verification import Judged, grouped, judged, score
from knowledge.meaning import AcrossLanguages
from knowledge.text import language_of, shares_script
from models.registry import build_embedder
from models.settings import ModelsSettings


def refuse(_: Sequence[str]) -> NDArray[np.float32]:
    """Fail: within one language nothing is embedded."""
    return pytest.fail("a check in one language asked for vectors")


@pytest.fixture(scope="module")
def same() -> dict[str, list[Judged]]:
    """Return the pairs in one language, judged, by group."""
    rows = [
        row
        for row in written("verification.jsonl")
        if shares_script(row["language"], language_of(row["passage"][0]["text"]))
    ]
    return grouped(judged(rows, refuse))


class TestOneLanguage:
    """Chinese over Chinese, English over English; the pairs that the check was worked on with."""

    @pytest.mark.parametrize(
        ("group", "precision", "recall"),
        [("numbers", 0.98, 0.96), ("dates", 0.97, 0.95), ("negations", 0.94, 0.93), ("rest", 0.93, 0.94)],
    )
    def test_supported(
        self, same: dict[str, list[Judged]], group: str, precision: float, recall: float
    ) -> None:
        """Precision and recall of "supported" do not fall."""
        found = score(same[group])

        assert found.precision >= precision
        assert found.recall >= recall

    def test_it_is_fast(self, same: dict[str, list[Judged]]) -> None:
        """A check takes no more than 3 ms of processor time, by its median."""
        times = sorted(pair.milliseconds for pairs in same.values() for pair in pairs)

        assert times[len(times) // 2] <= 3


@pytest.mark.weights
@pytest.mark.slow
class TestAcrossLanguages:
    """English sentences over Chinese sources and back, with the default embedder."""

    def test_numbers_and_denials_agree(self, real_models: Path) -> None:
        """What changes a number, a date or a denial is seen without a word in common."""
        embedder = build_embedder(ModelsSettings(), real_models)
        embedder.load()
        rows = [
            row
            for row in written("verification.jsonl")
            if not shares_script(row["language"], language_of(row["passage"][0]["text"]))
        ]

        groups = grouped(judged(rows, AcrossLanguages(embedder)))

        facts = score(groups["numbers"] + groups["dates"] + groups["negations"])
        assert facts.precision >= 0.95
        assert facts.recall >= 0.90
