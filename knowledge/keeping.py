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
from knowledge.heads import Matrix, Vectors

SHIPPED_FILE: Final = Path(__file__).with_name("vectors.npz")
"""Vectors of the content as it is shipped, a byte a figure; `python -m knowledge learn` writes it anew."""
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

    def share(self, texts: Sequence[str]) -> float:
        """Of the texts, 0 to 1, how many are there."""
        return sum(_key(text) in self._rows for text in texts) / max(1, len(texts))

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
    """Finds or makes the vectors of one set of texts after the other, and remembers those of the last set."""

    def __init__(self, database: Database, encoder: Encoder) -> None:
        self._database = database
        self.encoder = encoder
        self._known = _Known([], None, np.zeros(0, bool))
        self.missing = 0
        """How many vectors are still to be made."""

    def adopt(self, texts: Sequence[str], matrix: Vectors) -> None:
        """Vectors that came from elsewhere."""
        self._known = _Known(texts, matrix, np.ones(len(texts), bool))
        self.missing = 0

    async def find(self, texts: Sequence[str]) -> list[str]:
        """Take what is there already, shipped, or in the database; the texts that have no vector yet."""
        found = await asyncio.to_thread(self._known.among, texts)
        wanted = await asyncio.to_thread(found.missing)
        if wanted:
            await asyncio.to_thread(self._take_shipped, found, wanted)
            wanted = await asyncio.to_thread(found.missing)
        if wanted:
            keys = await asyncio.to_thread(_keys, self.encoder.name, wanted)
            async with self._database.reading() as session:
                stored = await vectors.read(session, keys)
            await asyncio.to_thread(_take_stored, found, {keys[key]: row for key, row in stored.items()})
            wanted = await asyncio.to_thread(found.missing)
        self._known = found
        self.missing = len(wanted)
        return wanted

    def _take_shipped(self, found: _Known, wanted: Sequence[str]) -> None:
        found.take(Shipped(self.encoder.name).among(wanted))

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
            await asyncio.to_thread(self._known.take, made)
        self.missing = 0

    def matrix(self) -> Vectors:
        """(n, dimensions), of the texts last looked for, which all have one by now."""
        if self._known.rows is None or not self._known.there.all():
            raise ValueError("not all vectors are there")
        return self._known.rows


class _Known:
    """Vectors of texts in one array, two bytes a figure, as they come in."""

    def __init__(self, texts: Sequence[str], rows: Vectors | None, there: NDArray[np.bool_]) -> None:
        self.texts, self.rows, self.there = texts, rows, there

    def missing(self) -> list[str]:
        """The texts that have none yet."""
        return list(dict.fromkeys(self.texts[at] for at in np.flatnonzero(~self.there).tolist()))

    def among(self, texts: Sequence[str]) -> _Known:
        """The vectors of other texts, as far as they are here."""
        found = _Known(texts, None, np.zeros(len(texts), bool))
        if self.rows is None:
            return found
        place = {text: at for at, text in enumerate(self.texts) if self.there[at]}
        pairs = [(at, place[text]) for at, text in enumerate(texts) if text in place]
        found.put([at for at, _ in pairs], self.rows, [of for _, of in pairs])
        return found

    def take(self, made: Mapping[str, Matrix]) -> None:
        """Vectors by text."""
        rows = {text: number for number, text in enumerate(made)}
        places = [at for at in np.flatnonzero(~self.there).tolist() if self.texts[at] in rows]
        if places:
            self.put(places, np.stack(list(made.values())), [rows[self.texts[at]] for at in places])

    def put(self, places: list[int], rows: Vectors, of: list[int]) -> None:
        """Rows into places, some at a time: others want the interpreter too."""
        if self.rows is None:
            self.rows = np.empty((len(self.texts), rows.shape[1]), np.float16)
        for begin in range(0, len(places), STORED_AT_ONCE):
            some = slice(begin, begin + STORED_AT_ONCE)
            self.rows[places[some]] = rows[of[some]]
            self.there[places[some]] = True


def _take_stored(found: _Known, stored: Mapping[str, bytes]) -> None:
    """Rows of the database, some at a time."""
    texts = list(stored)
    for begin in range(0, len(texts), STORED_AT_ONCE):
        some = texts[begin : begin + STORED_AT_ONCE]
        rows = vectors.unpacked([stored[text] for text in some], len(stored[texts[0]]) // 2)
        found.take(dict(zip(some, rows, strict=True)))


def _keys(encoder: str, texts: Sequence[str]) -> dict[str, str]:
    return {vectors.key_of(encoder, text): text for text in texts}


def _key(text: str) -> bytes:
    return sha256(text.encode(errors="surrogatepass")).digest()[:12]
