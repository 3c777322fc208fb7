"""The engine that conversations ask: it holds the current index, swaps it in one step, and keeps the event loop free.

How a message is matched is in matching.py; when a new index is built is for the caller to decide.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic, perf_counter
from typing import Final

from knowledge.encoder import Encoder, EncoderAway
from knowledge.heads import Matrix
from knowledge.matching import Answer, Index

THREADS: Final = 2
REMEMBERED: Final = 2048
"""Answers kept, by text. Texts longer than REMEMBERED_LENGTH are not: stories do not come twice."""
REMEMBERED_LENGTH: Final = 200
ASK_AGAIN_SECONDS: Final = 5.0
"""So long an encoder that was away is not asked again: else each question would wait for it in vain."""


@dataclass(frozen=True, slots=True)
class _Current:
    index: Index
    revision: int


class _Watched:
    """An encoder of whom it is known whether it answered when it was asked last. For several threads."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._asked_at = 0.0
        self.away_since: datetime | None = None

    def __call__(self, texts: Sequence[str]) -> Matrix:
        """As the encoder. Raises EncoderAway."""
        if self.away_since is not None and monotonic() - self._asked_at < ASK_AGAIN_SECONDS:
            raise EncoderAway("The encoder was away a moment ago.")
        self._asked_at = monotonic()
        try:
            rows = self._encoder.encode(texts)
        except EncoderAway:
            self.away_since = self.away_since or datetime.now(UTC)
            raise
        self.away_since = None
        return rows


class Engine:
    """Answers messages by the current index. One per process; used from one event loop."""

    def __init__(self, index: Index | None, revision: int = 0, encoder: Encoder | None = None) -> None:
        """Without an encoder, messages are found by words alone; without an index, they wait for the first one."""
        self._current = _Current(index, revision) if index is not None else None
        self._begun = asyncio.Event()
        self._encode = _Watched(encoder) if encoder is not None else None
        self._pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="knowledge")
        self._remembered: OrderedDict[tuple[int, str], Answer] = OrderedDict()

    @property
    def revision(self) -> int:
        """The revision of the knowledge that is answering now."""
        return self._current.revision if self._current is not None else -1

    @property
    def encoder_away_since(self) -> datetime | None:
        """Since when questions have been answered by words alone, because the encoder did not answer; None while it
        does."""
        return self._encode.away_since if self._encode is not None else None

    @property
    def index(self) -> Index | None:
        """The index that is answering now."""
        return self._current.index if self._current is not None else None

    def replace(self, index: Index, revision: int) -> None:
        """Answers from now on come from this index; a question under way is still answered by the former one."""
        self._current = _Current(index, revision)
        self._remembered.clear()
        self._begun.set()

    async def ask(self, text: str) -> Answer:
        """What the current index makes of the text, which may be any string up to a message's length."""
        started = perf_counter()
        while (current := self._current) is None:
            await self._begun.wait()
        key = (current.revision, " ".join(text.split()).casefold()) if len(text) <= REMEMBERED_LENGTH else None
        known = self._remembered.get(key) if key else None
        if key and known:
            self._remembered.move_to_end(key)
            return replace(known, ms=(perf_counter() - started) * 1000)
        answer = await asyncio.get_running_loop().run_in_executor(self._pool, current.index.ask, text, self._encode)
        # what was found without the encoder is not kept until it is back
        if key and current is self._current and self.encoder_away_since is None:
            self._remembered[key] = answer
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return answer

    def close(self) -> None:
        """Waits for questions under way and ends the threads."""
        self._pool.shutdown()
