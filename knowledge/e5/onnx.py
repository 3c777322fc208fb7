"""Writes ONNX graphs: as much of the format (onnx.proto3, version 10, opset 20) as the sentence encoder needs.

The package onnx would do it too, and bring 18 MB and protobuf's own writer. Not here: which graph (graph.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

FLOAT, UINT8 = 1, 2
"""Kinds of figures, as Cast knows them (TensorProto.DataType)."""
_KINDS = {"float32": FLOAT, "uint8": UINT8, "int8": 3, "int64": 7}
_MICROSOFT = "com.microsoft"


class Graph:
    """Nodes and constants in the order in which they are added."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: dict[str, tuple[bytes, NDArray[Any]]] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Its name. A constant of a name that is there already stays as it is."""
        if name not in self._constants:
            sizes = b"".join(_number(1, size) for size in values.shape)
            head = sizes + _number(2, _KINDS[values.dtype.name]) + _text(8, name) + _head(9, values.nbytes)
            self._constants[name] = (head, np.ascontiguousarray(values))
        return name

    def node(self, kind: str, inputs: Sequence[str], result: str, own: bool = False, **settings: int | float) -> str:
        """The result's name. `own`: one of ONNX Runtime's own operators."""
        return self.nodes(kind, inputs, [result], own, **settings)[0]

    def nodes(
        self, kind: str, inputs: Sequence[str], results: list[str], own: bool = False, **settings: int | float
    ) -> list[str]:
        """As node(), for operators with several results."""
        body = b"".join(_text(1, one) for one in inputs) + b"".join(_text(2, one) for one in results) + _text(4, kind)
        body += b"".join(_bytes(5, _setting(name, value)) for name, value in settings.items())
        self._nodes.append(body + (_text(7, _MICROSOFT) if own else b""))
        return results

    def write(
        self, file: BinaryIO, enters: tuple[str, Sequence[int | str]], leaves: tuple[str, Sequence[int | str]]
    ) -> None:
        """The whole file. Names and sizes of the one input and the one output, both float32; a word is any size."""
        nodes = b"".join(_bytes(1, node) for node in self._nodes) + _text(2, "graph")
        ends = _bytes(11, _value(*enters)) + _bytes(12, _value(*leaves))
        heads = [_head(5, len(head) + values.nbytes) + head for head, values in self._constants.values()]
        size = len(nodes) + len(ends) + sum(map(len, heads))
        size += sum(values.nbytes for _, values in self._constants.values())
        file.write(_number(1, 10) + _head(7, size) + nodes)
        for head, (_, values) in zip(heads, self._constants.values(), strict=True):
            file.write(head)
            file.write(values.tobytes())
        file.write(ends)
        file.write(_bytes(8, _text(1, "") + _number(2, 20)) + _bytes(8, _text(1, _MICROSOFT) + _number(2, 1)))


def _value(name: str, sizes: Sequence[int | str]) -> bytes:
    dims = b"".join(_bytes(1, _number(1, one) if isinstance(one, int) else _text(2, one)) for one in sizes)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, FLOAT) + _bytes(2, dims)))


def _setting(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    return _text(1, name) + _varint(2 << 3 | 5) + np.float32(value).tobytes() + _number(20, 1)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _head(field: int, size: int) -> bytes:
    return _varint(field << 3 | 2) + _varint(size)


def _bytes(field: int, value: bytes) -> bytes:
    return _head(field, len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
