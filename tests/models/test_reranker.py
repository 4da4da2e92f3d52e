"""The optional cross-encoder: a tiny one with random weights, made here, through the real library."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from models.errors import LoadFailed, MissingWeights
from models.fakes import OverlapReranker
from models.registry import build_reranker
from models.reranker import CrossReranker
from models.settings import ModelsSettings
from tests.contracts.reranker import PASSAGES, QUESTION, RerankerContract


def made(folder: Path, labels: int = 1) -> Path:
    """Write a cross-encoder of one layer whose weights are random: 0.1 MB."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

        characters = sorted(set("".join([QUESTION, *PASSAGES, "餐廳週一供應什麼？"])) - {" "})
        pieces = [*characters, *(f"##{one}" for one in characters if one.isascii())]
        folder.mkdir()
        vocabulary = folder / "vocab.txt"
        vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *pieces]), "utf-8")
        torch.manual_seed(7)
        config = BertConfig(
            vocab_size=5 + len(pieces), hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=64, max_position_embeddings=96, num_labels=labels,
        )  # fmt: skip
        BertForSequenceClassification(config).save_pretrained(folder)
        BertTokenizerFast(str(vocabulary), model_max_length=96).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a cross-encoder."""
    return made(tmp_path_factory.mktemp("models") / "tiny-cross")


@pytest.fixture(scope="module")
def loaded(tiny: Path) -> CrossReranker:
    """Return the tiny model, loaded."""
    reranker = CrossReranker(tiny, threads=1)
    reranker.load()
    return reranker


class TestFake(RerankerContract):
    @pytest.fixture
    def reranker(self) -> OverlapReranker:
        """Return the shipped double."""
        return OverlapReranker()

    def test_more_words_in_common(self) -> None:
        """It prefers the passage that says what was asked."""
        scores = OverlapReranker().score(QUESTION, PASSAGES)

        assert int(scores.argmax()) == 0


class TestCrossEncoder(RerankerContract):
    @pytest.fixture
    def reranker(self, loaded: CrossReranker) -> CrossReranker:
        """Return the tiny model."""
        return loaded


class TestSettings:
    def test_off_by_default(self) -> None:
        """Nothing is reranked unless a folder is named."""
        assert build_reranker(ModelsSettings()) is None

    def test_a_folder_is_named(self, tiny: Path) -> None:
        """A named folder is used; making it loads nothing."""
        reranker = build_reranker(ModelsSettings(reranker=str(tiny)))

        assert reranker is not None
        assert reranker.model_id == "tiny-cross"

    def test_no_such_folder(self, tmp_path: Path) -> None:
        """A folder that is not there, or holds no model, is told with the setting to change; exit code 3."""
        (tmp_path / "empty").mkdir()
        for folder in (tmp_path / "absent", tmp_path / "empty"):
            with pytest.raises(MissingWeights, match=r"\[models\] reranker") as caught:
                CrossReranker(folder).load()
            assert caught.value.exit_code == 3

    def test_damaged(self, tmp_path: Path) -> None:
        """Files that the library refuses are an error of ours, exit code 3."""
        (tmp_path / "config.json").write_text("{not json", "utf-8")

        with pytest.raises(LoadFailed, match="cannot load") as caught:
            CrossReranker(tmp_path).load()
        assert caught.value.exit_code == 3

    def test_classes_are_no_score(self, tmp_path: Path) -> None:
        """A classifier with several classes cannot order passages."""
        with pytest.raises(LoadFailed, match="3 classes"):
            CrossReranker(made(tmp_path / "three", labels=3)).load()
