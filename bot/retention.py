"""Retention: rows of the queues that are done and older than the setting says are deleted, a few at a time; so are
vectors that no entry uses.

Not here: which rows may go (db/upkeep.py), all other data, which is kept until its person erases it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.logs import log
from db.away import is_away
from db.engine import Database
from db.upkeep import SAYINGS, UPDATES
from knowledge.renewing import Renewer

_LOG = log(__name__)
EVERY = timedelta(hours=1)
LOOK_FOR = 5_000
# A few milliseconds of the one writer, then a pause for those who wait for it.
BATCH, PAUSE_SECONDS = 100, 0.05


async def run(database: Database, keep: timedelta, renewer: Renewer | None = None) -> None:
    """Until cancelled: at the start and then every hour. Vectors that no entry uses go too."""
    while True:
        try:
            await clean(database, keep)
            if renewer is not None and (gone := await renewer.forget_unused()):
                _LOG.info("old_vectors_deleted", rows=gone)
        except Exception as error:
            if not (is_away(error) or isinstance(error, TimeoutError)):
                _LOG.exception("retention_broken")
            _LOG.warning("retention_failed", reason=type(error).__name__)
        await asyncio.sleep(EVERY.total_seconds())


async def clean(database: Database, keep: timedelta) -> int:
    """Delete all that is old enough now, in small units of work. Returns how many rows went."""
    gone = 0
    for done in (UPDATES, SAYINGS):
        while True:
            async with database.reading() as session:
                ids = await done.old(session, database.clock() - keep, LOOK_FOR)
            for start in range(0, len(ids), BATCH):
                async with database.unit() as work:
                    gone += await done.forget(work, ids[start : start + BATCH])
                await asyncio.sleep(PAUSE_SECONDS)
            if len(ids) < LOOK_FOR:
                break
    if gone:
        _LOG.info("old_rows_deleted", rows=gone)
    return gone
