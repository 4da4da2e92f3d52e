"""The verifier's ONNX graph: the embedder's encoder with what it learned added, and a head that judges.

The head is the sum of a reading of the whole (the first token) and of the worst word of the sentence: one wrong number makes
a sentence wrong, so the words' own scores are joined by a soft minimum. Every matrix is int8 but the second of each
feed-forward pair, which is float32: its 4-bit blocks would round away what was learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto

from models.e5 import E5File, Floats, Shape
from models.e5_graph import Graph

_FAR = 30.0  # the score of a word that is not the sentence's: it never is the worst


class Learned:
    """The embedder's weights with the differences of ``verifier.npz`` added.

    There a matrix is int8 steps with a scale for each row (a step is 1.1 standard deviations of the row's differences:
    6 MB for 21 million weights, and .3 % of 683 verdicts fall otherwise than with float16 differences).
    """

    def __init__(self, base: E5File, learned: Mapping[str, NDArray[Any]]) -> None:
        self._base, self._learned = base, learned

    @property
    def shape(self) -> Shape:
        """The architecture, which is the embedder's."""
        return self._base.shape

    def floats(self, name: str) -> Floats:
        """Return a vector as learned, or the embedder's where nothing was."""
        found = self._learned.get(name)
        return self._base.floats(name) if found is None else found.astype(np.float32).ravel()

    def matrix(self, name: str, rows: int) -> Floats:
        """Return a matrix, (rows, columns)."""
        steps, scales = self._learned[f"{name}.steps"], self._learned[f"{name}.scales"]
        return self._base.matrix(name, rows) + steps.astype(np.float32) * scales.astype(np.float32)[:, None]

    def blocks(self, name: str, rows: int) -> tuple[NDArray[np.int8], Floats]:
        """Return a 4-bit matrix of the embedder, which was not changed: the words."""
        return self._base.blocks(name, rows)


def write(weights: Learned, path: Path, levels: int) -> None:
    """Write the graph: input_ids, attention_mask, parts and sentence, all (n, tokens), to logits (n,).

    ``parts`` numbers what a token belongs to, question 0, sentence 1, source 2; ``sentence`` is 1 at the sentence's own tokens.
    """
    onnx.save(_Verifier(weights, levels).model(), str(path))


class _Verifier(Graph):
    inputs = ("input_ids", "attention_mask", "parts", "sentence")
    output = "logits"

    def _output_shape(self) -> list[str | int]:
        return ["n"]

    def _marked(self, embedded: str) -> str:
        table = self.weights.floats("parts").reshape(-1, self.weights.shape.hidden)
        self._node("Gather", [self._constant("parts.table", table), "parts"], "parts.rows")
        return self._node("Add", [embedded, "parts.rows"], "marked")

    def _linear_blocks(self, name: str, parts: list[str], rows: int, state: str, bias: str) -> None:
        matrix = np.concatenate([self.weights.matrix(f"{part}.w", rows) for part in parts])
        product = self._node("MatMul", [state, self._constant(f"{name}.w", matrix.T)], f"{name}.product")
        self._node("Add", [product, bias], name)

    def _head(self, state: str) -> None:
        for name, value in (("axis", 1), ("last", -1), ("first", 0)):
            self._constant(name, np.array([value], np.int64))
        self._constant("far", np.array(_FAR, np.float32))
        self._scored(self._node("Gather", [state, "first"], "whole.state", axis=1), "whole")
        self._node("Squeeze", ["whole", "axis"], "whole.alone")
        self._scored(state, "words_of")
        self._node("Cast", ["sentence"], "sentence.bool", to=TensorProto.BOOL)
        self._node("Where", ["sentence.bool", "words_of", "far"], "words_of.said")
        self._node("Neg", ["words_of.said"], "words_of.minus")
        self._node("ReduceLogSumExp", ["words_of.minus", "axis"], "worst.minus", keepdims=0)
        self._node("Sub", ["whole.alone", "worst.minus"], self.output)

    def _scored(self, state: str, name: str) -> str:
        """Project a state on one number a token."""
        weight = self._constant(f"{name}.w", self.weights.floats(f"{name}.w").reshape(-1, 1))
        bias = self._constant(f"{name}.b", self.weights.floats(f"{name}.b"))
        self._node("MatMul", [state, weight], f"{name}.product")
        self._node("Add", [f"{name}.product", bias], f"{name}.column")
        return self._node("Squeeze", [f"{name}.column", "last"], name)
