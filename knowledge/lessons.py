"""What was learned of how to weigh evidence, for content of about this size: shipped, or kept in the database.

How it is learned is in learning.py; what becomes of it, in matching.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import log
from typing import Final

from db.engine import Database
from knowledge import vectors
from knowledge.building import LEARNED_FORMAT, learn_weighings, shipped_learned, weighings_of
from knowledge.candidates import Meaning, Words
from knowledge.combining import Weighing
from knowledge.keeping import Shipped
from knowledge.layout import Layout

GROWTH: Final = 1.03
"""What was learned is learned anew when the content has grown or shrunk by this factor."""
TAUGHT_SHARE: Final = 0.2
"""Of texts that the encoder was taught (those that are shipped), above which nothing is learned from them: held-out
ones would look found by what it was taught, and meaning better than it is."""


class Lessons:
    """Of one encoder."""

    def __init__(self, database: Database, encoder: str) -> None:
        self._database = database
        self._encoder = encoder

    async def found(self, layout: Layout) -> Mapping[str, Weighing]:
        """What is known already; at least of words."""
        shipped = shipped_learned()
        if shipped.fits(self._encoder, size(len(layout.corpus.texts)), size):
            return shipped.weighings
        if shipped.encoder == self._encoder and await asyncio.to_thread(self._was_taught, layout.written):
            return shipped.weighings
        async with self._database.reading() as session:
            stored = await vectors.learned(session, self.key(layout))
        return weighings_of(stored) if stored else of_words()

    async def learned(self, layout: Layout, words: Words, meaning: Meaning) -> Mapping[str, Weighing]:
        """Learned now, and kept. Half a minute."""
        learned = await asyncio.to_thread(learn_weighings, layout, words, meaning, _pause)
        plain = {name: weighing.plain() for name, weighing in learned.items()}
        async with self._database.unit() as work:
            await vectors.store_learned(work, self.key(layout), plain)
        return learned

    def _was_taught(self, texts: Sequence[str]) -> bool:
        return Shipped(self._encoder).share(texts) > TAUGHT_SHARE

    def key(self, layout: Layout) -> str:
        """The database's, for content of this size."""
        texts = size(len(layout.corpus.texts))
        return sha256(f"{LEARNED_FORMAT} {self._encoder} {texts}".encode()).hexdigest()


def of_words() -> dict[str, Weighing]:
    """What was learned of evidence by words from the content that is shipped."""
    return {"words": shipped_learned().weighings["words"]}


def size(texts: int) -> int:
    """Equal for contents of about the same size."""
    return round(log(max(1, texts)) / log(GROWTH))


def _pause() -> None:
    """Learning is in no hurry: others get their turn."""
    time.sleep(0.001)
