"""Sentence encoders: from texts to unit vectors. What one is, what is done to a text before, and the one behind an
embeddings address; the one that is built in is in e5/.

encode() takes milliseconds to seconds and is called in worker threads only. docs/decisions/011-sentence-encoder.md
says why. Not here: the cache of vectors (vectors.py), what is done with them (engine.py), normalising.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import aiohttp
    from pydantic import SecretStr

CHARACTERS = 300
TOKENS = 64  # with the six that the model puts around each text; 0.7 ms each
BATCH = 64  # texts of one call to an embeddings address
ANSWER_BYTES = 32 * 1024 * 1024
NOTHING = "-"  # what an empty text is encoded as; the model would give the prefix's vector
TREATMENT = 1  # what is done to a text before encoding; raise it with every change there
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
    # NFKC is not for looks: some signs (U+FDFA, a whole blessing) become 18 letters, and a cap must count those
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
