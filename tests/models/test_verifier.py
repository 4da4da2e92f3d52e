"""The verifier with its real weights: what it is told apart by, what it needs, and that its graph is made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models.errors import MissingWeights
from models.verifier import BASE, SentenceVerifier

SOURCE = "退換貨須知 第 3 條\n顧客得於收到商品後 7 日內申請退貨。已拆封之耳機不予退費，但瑕疵品不在此限。退款於收到退貨後 14 日內完成。"
QUESTION = "耳機拆了還能退嗎？"


class TestWithoutWeights:
    def test_it_is_not_available(self, tmp_path: Path) -> None:
        """Nothing was fetched."""
        assert not SentenceVerifier(tmp_path).available()

    def test_loading_says_what_to_fetch(self, tmp_path: Path) -> None:
        """The error names the command."""
        with pytest.raises(MissingWeights, match=f"clausewise models pull {BASE}"):
            SentenceVerifier(tmp_path).load()


@pytest.fixture(scope="module")
def verifier(real_models: Path) -> SentenceVerifier:
    """Return the shipped verifier."""
    return SentenceVerifier(real_models)


@pytest.mark.weights
class TestWithWeights:
    @pytest.mark.parametrize(
        ("true", "false"),
        [
            ("拆封過的耳機，錢拿不回來。", "拆封過的耳機，錢可以拿回來。"),
            ("收到商品七天內可以退貨。", "收到商品十四天內可以退貨。"),
            ("退款會在收到退貨後兩週內完成。", "退款會在收到退貨後七天內完成。"),
        ],
    )
    def test_everyday_words_weigh_more_than_a_changed_fact(
        self, verifier: SentenceVerifier, true: str, false: str
    ) -> None:
        """That is what it was trained for."""
        assert verifier.judge(QUESTION, true, SOURCE) > verifier.judge(QUESTION, false, SOURCE)

    def test_the_same_pair_is_judged_the_same(self, verifier: SentenceVerifier) -> None:
        """Nothing in it is drawn by chance."""
        one, two = (verifier.judge(QUESTION, "七天內可以退貨。", SOURCE) for _ in range(2))

        assert one == two

    def test_texts_of_any_length_are_judged(self, verifier: SentenceVerifier) -> None:
        """Long texts are cut, empty ones are read."""
        assert isinstance(verifier.judge("", "。", ""), float)
        assert isinstance(verifier.judge(QUESTION * 200, SOURCE * 50, SOURCE * 200), float)

    def test_a_damaged_graph_is_made_again(self, real_models: Path, tmp_path: Path) -> None:
        """A killed process may leave half a file."""
        (tmp_path / BASE).symlink_to(real_models / BASE)
        SentenceVerifier(tmp_path).load()
        (graph,) = (tmp_path / "sentence-verifier").glob("*.onnx")
        whole = graph.read_bytes()
        graph.write_bytes(whole[:1000])

        SentenceVerifier(tmp_path).load()

        assert graph.read_bytes() == whole
        shutil.rmtree(tmp_path / "sentence-verifier")
