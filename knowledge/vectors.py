"""What was computed once and is kept: vectors of texts and learned sets, in the database, by content hash.

A cache: every row can be made again, so rows are never changed, only added and forgotten. Vectors are kept as
float16. For content only: what a person typed is not kept here, because erasing could not find it.
Not here: computing vectors (encoder.py), what is learned.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import CursorResult, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.models import KnowledgeLearned, KnowledgeVector

# Rows a statement. SQLite may take 999 values only, and what a statement brings is unpacked on the event loop.
CHUNK = 500
# Fewer when writing: SQLite's thread holds the interpreter while it binds them (500 at once: 33 ms for the loop).
_WRITTEN = 100
# From this share of all rows on, reading all is faster than asking for those that are wanted (measured).
_ALL_FROM = 0.5
_MOST = float(np.finfo(np.float16).max)
_VECTORS = cast(Table, KnowledgeVector.__table__)
_LEARNED = cast(Table, KnowledgeLearned.__table__)


def key_of(encoder: str, text: str) -> str:
    """The key of a text's vector: 64 hex digits. `encoder` is Encoder.name."""
    return sha256(f"{encoder}\n{text}".encode(errors="surrogatepass")).hexdigest()


def packed(row: NDArray[np.float32]) -> bytes:
    """A vector (d,) as it is kept: float16, little endian, 2 d bytes. Raises ValueError for what is no vector."""
    if row.ndim != 1 or not len(row):
        raise ValueError(f"a vector has one dimension and is not empty, this has the shape {row.shape}")
    if not (np.abs(row) <= _MOST).all():
        raise ValueError("a vector that is kept has finite figures up to 65,504")
    return row.astype("<f2").tobytes()


def unpacked(kept: Sequence[bytes], dimensions: int) -> NDArray[np.float32]:
    """(n, dimensions), rows of length 1 again. Raises ValueError when one has another length. For worker threads."""
    if any(len(one) != 2 * dimensions for one in kept):
        raise ValueError(f"a kept vector does not have {dimensions} figures")
    rows = np.frombuffer(b"".join(kept), dtype="<f2").reshape(len(kept), dimensions).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows /= np.where(lengths > 0, lengths, 1)
    return rows


async def read(session: AsyncSession, keys: Collection[str]) -> dict[str, bytes]:
    """The kept vectors among `keys`, as packed() made them."""
    wanted = set(keys)
    kept = await session.scalar(select(func.count()).select_from(_VECTORS)) or 0
    found: dict[str, bytes] = {}
    if len(wanted) > kept * _ALL_FROM:
        async for rows in _pages(session, _VECTORS, _VECTORS.c.vector):
            found.update((key, vector) for key, vector in rows if key in wanted)
        return found
    columns = select(_VECTORS.c.key, _VECTORS.c.vector)
    for some in _chunks(list(wanted), CHUNK):
        asked = await session.execute(columns.where(_VECTORS.c.key.in_(some)))
        found.update((key, vector) for key, vector in asked)
    return found


async def store(work: Unit, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep vectors by key; those that are kept already stay. Once a unit. Raises ValueError, as packed() does."""
    statement = work.insert(_VECTORS).on_conflict_do_nothing()
    # In the order of keys: two processes that keep the same ones wait for each other, and never in a circle.
    for some in _chunks(sorted(vectors), _WRITTEN):
        rows = [{"key": key, "vector": packed(vectors[key]), "created_at": work.now} for key in some]
        await work.run(statement, rows)


async def learned(session: AsyncSession, key: str) -> dict[str, Any] | None:
    """A learned set; None when it is not kept."""
    found: dict[str, Any] | None = await session.scalar(select(_LEARNED.c.content).where(_LEARNED.c.key == key))
    return found


async def store_learned(work: Unit, key: str, content: Mapping[str, Any]) -> None:
    """Keep a learned set, up to some hundred kilobytes; one that is kept already stays. Raises ValueError for NaN."""
    json.dumps(content, allow_nan=False)  # PostgreSQL would refuse it later, in the driver's words
    row = {"key": key, "content": dict(content), "created_at": work.now}
    await work.run(work.insert(_LEARNED).on_conflict_do_nothing(), row)


@dataclass(frozen=True)
class Forgotten:
    """What one call of forget_unused did. `then` is where the next one goes on; None when all was looked at."""

    count: int
    then: tuple[str, str] | None


async def forget_unused(
    work: Unit, keys_in_use: Collection[str], older_than: timedelta, begin: tuple[str, str] = ("vectors", "")
) -> Forgotten:
    """Delete vectors and learned sets that are not in use, kept longer ago than `older_than`. One bounded batch.

    Call it again with `then`, each time in a unit of its own, so that SQLite's only writer is free in between.
    """
    used = keys_in_use if isinstance(keys_in_use, set | frozenset) else set(keys_in_use)
    name, after = begin
    table = _VECTORS if name == "vectors" else _LEARNED
    old = await _keys_before(work, table, after, work.now - older_than)
    unused = [key for key in old if key not in used]
    # Two processes that clean up at once do not wait for each other; who comes second finds nothing to do.
    free = select(table.c.key).where(table.c.key.in_(unused)).with_for_update(skip_locked=True)
    # a list of values is for the session: a unit's own statements have a fixed number of them
    deleted = await work.session.execute(delete(table).where(table.c.key.in_(free))) if unused else None
    count = cast(CursorResult[Any], deleted).rowcount if deleted is not None else 0
    if len(old) == CHUNK:
        return Forgotten(count, (name, old[-1]))
    return Forgotten(count, ("learned", "") if name == "vectors" else None)


async def _keys_before(work: Unit, table: Table, after: str, before: datetime) -> list[str]:
    wanted = select(table.c.key).where(table.c.key > after, table.c.created_at < before)
    return [row.key for row in (await work.run(wanted.order_by(table.c.key).limit(CHUNK))).rows]


async def _pages(session: AsyncSession, table: Table, column: Any) -> AsyncIterator[Sequence[Any]]:
    """All rows of (key, column), in the order of keys."""
    after = ""
    page = select(table.c.key, column).order_by(table.c.key).limit(CHUNK)
    while rows := (await session.execute(page.where(table.c.key > after))).all():
        yield rows
        after = rows[-1][0]


def _chunks(keys: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (keys[begin : begin + size] for begin in range(0, len(keys), size))
