"""Write GGUF files of a few kilobytes with random weights: real architectures, real templates, no sense.

The vocabulary is SentencePiece-like: specials, 256 bytes, printable ASCII, and some Chinese characters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from llama_cpp import llama_chat_format as formats

HIDDEN, HEADS, HEAD, FFN, LAYERS, CONTEXT = 64, 4, 16, 96, 2, 2048
CHINESE = "出貨異常處理第條規定公司倉庫主管小時內回報員工請假天數是的不可以在一二三"

# Published with the weights of each family (MIT, Apache-2.0, Gemma terms), shortened to what matters here.
PHI3 = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}"
    "{{ raise_exception('System role not supported') }}{% endif %}"
    "{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else 'user') + '\\n'"
    " + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"
)
# The real one opens a block of thoughts too.
QWEN35 = formats.CHATML_CHAT_TEMPLATE.replace(
    "{{ '<|im_start|>assistant\n' }}",
    "{{ '<|im_start|>assistant\n' }}"
    "{% if enable_thinking is defined and not enable_thinking %}"
    "{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}",
)


@dataclass(frozen=True, slots=True)
class Family:
    """One family of the catalogue: its architecture, its template, and the specials in it."""

    architecture: str
    template: str | None
    control: tuple[str, ...]
    bos: str
    eos: str


FAMILIES = {
    "qwen2.5-coder-1.5b-instruct": Family(
        "qwen2",
        formats.CHATML_CHAT_TEMPLATE,
        ("<|im_start|>", "<|im_end|>", "<|endoftext|>"),
        "<|endoftext|>",
        "<|im_end|>",
    ),
    "phi-3-mini-4k-instruct": Family(
        "phi3", PHI3, ("<|system|>", "<|user|>", "<|assistant|>", "<|end|>"), "<s>", "<|end|>"
    ),
    "mistral-7b-instruct-v0.3": Family(
        "llama", formats.MISTRAL_INSTRUCT_CHAT_TEMPLATE, ("[INST]", "[/INST]"), "<s>", "</s>"
    ),
    "llama-3.1-8b-instruct": Family(
        "llama",
        formats.LLAMA3_INSTRUCT_CHAT_TEMPLATE,
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|begin_of_text|>"),
        "<|begin_of_text|>",
        "<|eot_id|>",
    ),
    "qwen3.5-4b": Family(
        "qwen35",
        QWEN35,
        ("<|im_start|>", "<|im_end|>", "<|endoftext|>"),
        "<|endoftext|>",
        "<|im_end|>",
    ),
    "gemma-3-4b-it": Family(
        "gemma3", GEMMA, ("<start_of_turn>", "<end_of_turn>", "<bos>"), "<bos>", "<end_of_turn>"
    ),
}


def write(path: Path, family: Family, seed: int = 0) -> Path:
    """Write one file and return its path."""
    writer = gguf.GGUFWriter(str(path), family.architecture)
    tokens, first_byte = _vocabulary(writer, family)
    _shape(writer, family.architecture)
    _tensors(writer, family.architecture, tokens, first_byte, np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary(writer: gguf.GGUFWriter, family: Family) -> tuple[int, int]:
    """Write the vocabulary; return its size and where the bytes begin."""
    kinds = gguf.TokenType
    specials = ["<unk>", "<s>", "</s>", *(text for text in family.control if text not in {"<s>", "</s>"})]
    tokens: list[tuple[str, float, int]] = [
        (text, 0.0, kinds.UNKNOWN if text == "<unk>" else kinds.CONTROL) for text in specials
    ]
    tokens += [(f"<0x{byte:02X}>", 0.0, kinds.BYTE) for byte in range(256)]
    letters = ["▁", *(chr(code) for code in range(33, 127)), *dict.fromkeys(CHINESE)]
    tokens += [(letter, -float(n), kinds.NORMAL) for n, letter in enumerate(letters)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _, _ in tokens])
    writer.add_token_scores([score for _, score, _ in tokens])
    writer.add_token_types([int(kind) for _, _, kind in tokens])
    names = [text for text, _, _ in tokens]
    writer.add_bos_token_id(names.index(family.bos))
    writer.add_eos_token_id(names.index(family.eos))
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(family.architecture != "qwen2")
    writer.add_add_space_prefix(False)
    if family.template is not None:
        writer.add_chat_template(family.template)
    return len(tokens), len(specials)


def _shape(writer: gguf.GGUFWriter, architecture: str) -> None:
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FFN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(HEAD)
    writer.add_key_length(HEAD)
    writer.add_value_length(HEAD)
    if architecture in {"phi3", "gemma3"}:
        writer.add_sliding_window(512)
    if architecture == "qwen35":
        writer.add_rope_dimension_sections([2, 3, 3, 0])
        writer.add_ssm_conv_kernel(4)
        writer.add_ssm_state_size(HEAD)
        writer.add_ssm_group_count(HEADS)
        writer.add_ssm_time_step_rank(HEADS)
        writer.add_ssm_inner_size(HEADS * HEAD)
        writer.add_full_attention_interval(2)


def _tensors(
    writer: gguf.GGUFWriter, architecture: str, tokens: int, first_byte: int, rng: np.random.Generator
) -> None:
    def matrix(name: str, *shape: int) -> None:
        writer.add_tensor(name, rng.normal(0, 0.08, shape).astype(np.float32))

    def ones(name: str, *shape: int) -> None:
        writer.add_tensor(name, np.ones(shape, np.float32))

    def words(name: str) -> None:
        """Loud rows, so that one word is clearly the likeliest, and silent ones for bytes: they are never
        written, since half a character is more than llama_cpp.server can stream.
        """  # noqa: D205 - one sentence
        rows = rng.normal(0, 0.8, (tokens, HIDDEN)).astype(np.float32)
        rows[first_byte : first_byte + 256] = 0
        writer.add_tensor(name, rows)

    words("token_embd.weight")
    ones("output_norm.weight", HIDDEN)
    if architecture != "gemma3":
        words("output.weight")
    for layer in range(LAYERS):
        at = f"blk.{layer}"
        ones(f"{at}.attn_norm.weight", HIDDEN)
        if architecture == "qwen35":
            _qwen35(at, layer, matrix, ones)
        else:
            _attention(at, architecture, matrix, ones)
        if architecture == "phi3":
            matrix(f"{at}.ffn_up.weight", 2 * FFN, HIDDEN)
        else:
            matrix(f"{at}.ffn_gate.weight", FFN, HIDDEN)
            matrix(f"{at}.ffn_up.weight", FFN, HIDDEN)
        matrix(f"{at}.ffn_down.weight", HIDDEN, FFN)
        if architecture != "qwen35":
            ones(f"{at}.ffn_norm.weight", HIDDEN)


Add = Callable[..., None]


def _attention(at: str, architecture: str, matrix: Add, ones: Add) -> None:
    width = HEADS * HEAD
    if architecture == "phi3":
        matrix(f"{at}.attn_qkv.weight", 3 * width, HIDDEN)
    else:
        for part in "qkv":
            matrix(f"{at}.attn_{part}.weight", width, HIDDEN)
            if architecture == "qwen2":
                matrix(f"{at}.attn_{part}.bias", width)
    matrix(f"{at}.attn_output.weight", HIDDEN, width)
    if architecture == "gemma3":
        for name in ("attn_q_norm", "attn_k_norm"):
            ones(f"{at}.{name}.weight", HEAD)
        ones(f"{at}.post_attention_norm.weight", HIDDEN)
        ones(f"{at}.post_ffw_norm.weight", HIDDEN)


def _qwen35(at: str, layer: int, matrix: Add, ones: Add) -> None:
    """Every second layer is full attention with a gate; the others are gated delta nets."""
    width = HEADS * HEAD
    ones(f"{at}.post_attention_norm.weight", HIDDEN)
    if layer % 2:
        matrix(f"{at}.attn_q.weight", 2 * width, HIDDEN)
        matrix(f"{at}.attn_k.weight", width, HIDDEN)
        matrix(f"{at}.attn_v.weight", width, HIDDEN)
        matrix(f"{at}.attn_output.weight", HIDDEN, width)
        for name in ("attn_q_norm", "attn_k_norm"):
            ones(f"{at}.{name}.weight", HEAD)
        return
    matrix(f"{at}.attn_qkv.weight", 3 * width, HIDDEN)
    matrix(f"{at}.attn_gate.weight", width, HIDDEN)
    matrix(f"{at}.ssm_conv1d.weight", 3 * width, 4)
    matrix(f"{at}.ssm_dt.bias", HEADS)
    matrix(f"{at}.ssm_a", HEADS)
    matrix(f"{at}.ssm_beta.weight", HEADS, HIDDEN)
    matrix(f"{at}.ssm_alpha.weight", HEADS, HIDDEN)
    ones(f"{at}.ssm_norm.weight", HEAD)
    matrix(f"{at}.ssm_out.weight", HIDDEN, width)
