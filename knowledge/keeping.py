"""Sentence vectors of the content's texts: those that are shipped, those that the database keeps, those computed now.

What a vector is comes from encoder.py; the database's side is in vectors.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.engine import Database
from knowledge import vectors
from knowledge.candidates import unit
from knowledge.encoder import Encoder
from knowledge.heads import Matrix

SHIPPED_FILE: Final = Path(__file__).with_name("vectors.npz")
"""Vectors of the content as it is shipped, a byte a figure; `python -m knowledge vectors` writes it anew."""
CHUNK: Final = 32
STORED_AT_ONCE: Final = 512


class Shipped:
    """The vectors of SHIPPED_FILE, by text; empty for another encoder than they were made with."""

    def __init__(self, encoder: str, file: Path = SHIPPED_FILE) -> None:
        self._rows: dict[bytes, int] = {}
        self._figures: NDArray[np.int8] = np.zeros((0, 0), np.int8)
        if file.exists():
            with np.load(file) as kept:
                if str(kept["encoder"]) == encoder:
                    self._rows = {bytes(key): row for row, key in enumerate(kept["keys"])}
                    self._figures = kept["figures"]

    def among(self, texts: Sequence[str]) -> dict[str, Matrix]:
        """The vectors of those texts that are there."""
        rows = {text: self._rows[key] for text in texts if (key := _key(text)) in self._rows}
        if not rows:
            return {}
        figures = unit(self._figures[list(rows.values())].astype(np.float32))
        return dict(zip(rows, figures, strict=True))


def ship(encoder: str, made: Mapping[str, Matrix], file: Path = SHIPPED_FILE) -> None:
    """Write SHIPPED_FILE."""
    texts = sorted(made)
    rows = np.stack([made[text] for text in texts])
    figures = np.round(rows / np.abs(rows).max(1, keepdims=True) * 127).astype(np.int8)
    keys = np.array([np.frombuffer(_key(text), np.uint8) for text in texts])
    np.savez(file, encoder=np.array(encoder), keys=keys, figures=figures)


def encode_all(encoder: Encoder, texts: Sequence[str], tell: Callable[[int], None] = lambda done: None) -> Matrix:
    """(n, dimensions), in chunks; `tell` hears how many are done. Blocks. Raises EncoderAway."""
    rows = []
    for start in range(0, len(texts), CHUNK):
        rows.append(encoder.encode(texts[start : start + CHUNK]))
        tell(min(len(texts), start + CHUNK))
    return np.concatenate(rows) if rows else np.zeros((0, encoder.dimensions), np.float32)


class Keeper:
    """Finds or makes vectors, and remembers those in use (as float16)."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self.encoder = encoder
        self._shipped: Shipped | None = None
        self._kept: dict[str, bytes] = {}
        self.missing = 0
        """How many vectors are still to be made."""

    async def find(self, texts: Sequence[str]) -> list[str]:
        """Take what is shipped or in the database; the texts that have no vector yet."""
        wanted = [text for text in texts if text not in self._kept]
        if wanted:
            if self._shipped is None:
                self._shipped = await asyncio.to_thread(Shipped, self.encoder.name)
            known = await asyncio.to_thread(self._shipped.among, wanted)
            self._kept.update(await asyncio.to_thread(_packed, known))
            wanted = [text for text in wanted if text not in self._kept]
        if wanted:
            keys = await asyncio.to_thread(_keys, self.encoder.name, wanted)
            async with self._database.reading() as session:
                stored = await vectors.read(session, keys)
            self._kept.update({keys[key]: row for key, row in stored.items()})
            wanted = [text for text in wanted if text not in self._kept]
        in_use = set(texts)
        self._kept = {text: row for text, row in self._kept.items() if text in in_use}
        self.missing = len(wanted)
        return wanted

    def keys(self, texts: Sequence[str]) -> set[str]:
        """The database's keys of the vectors of texts. For a worker thread."""
        return set(_keys(self.encoder.name, texts))

    async def make(self, texts: Sequence[str]) -> None:
        """Compute vectors and keep them. Raises EncoderAway; what was done until then is kept."""
        for start in range(0, len(texts), STORED_AT_ONCE):
            some = texts[start : start + STORED_AT_ONCE]
            rows: list[Matrix] = []
            for begin in range(0, len(some), CHUNK):
                rows += list(await asyncio.to_thread(self.encoder.encode, some[begin : begin + CHUNK]))
                self.missing = max(0, self.missing - CHUNK)
            made = dict(zip(some, rows, strict=True))
            async with self._database.unit() as work:
                await vectors.store(
                    work, {vectors.key_of(self.encoder.name, text): row for text, row in made.items()}
                )
            self._kept.update(_packed(made))
        self.missing = 0

    def matrix(self, texts: Sequence[str]) -> Matrix:
        """(n, dimensions) of texts that all have one. For a worker thread."""
        return vectors.unpacked([self._kept[text] for text in texts], len(self._kept[texts[0]]) // 2)


def _keys(encoder: str, texts: Sequence[str]) -> dict[str, str]:
    return {vectors.key_of(encoder, text): text for text in texts}


def _packed(made: Mapping[str, Matrix]) -> dict[str, bytes]:
    return {text: vectors.packed(row) for text, row in made.items()}


def _key(text: str) -> bytes:
    return sha256(text.encode(errors="surrogatepass")).digest()[:12]
