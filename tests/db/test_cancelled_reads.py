"""A read that is cancelled, as when a process stops: nothing is logged, no connection is lost."""

from __future__ import annotations

import asyncio
import logging

import pytest
from sqlalchemy import text

from db.engine import Database
from db.sqlite_driver import OneHopConnection

SLOW = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 40000) select sum(x) from n"


async def _read(database: Database, statements: int) -> None:
    async with database.reading() as session:
        for _ in range(statements):
            await session.execute(text(SLOW))


async def test_a_connection_is_given_back_whole_although_its_reader_is_cancelled(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if not database.is_sqlite:
        pytest.skip("the driver of SQLite is held up")
    begun, let = asyncio.Event(), asyncio.Event()
    plain = OneHopConnection.rollback

    async def held_up(connection: OneHopConnection) -> None:
        begun.set()
        await let.wait()
        await plain(connection)

    await _read(database, 1)
    monkeypatch.setattr(OneHopConnection, "rollback", held_up)
    reading = asyncio.create_task(_read(database, 1))
    await begun.wait()
    reading.cancel()
    await asyncio.sleep(0.01)
    assert not reading.done(), "it waits for the connection"
    let.set()
    await asyncio.wait([reading])
    assert reading.cancelled()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    await _read(database, 1)


@pytest.mark.parametrize("rounds", range(0, 30, 3))
async def test_a_read_may_be_cancelled_at_any_moment(
    database: Database, caplog: pytest.LogCaptureFixture, rounds: int
) -> None:
    reading = asyncio.create_task(_read(database, 2))
    await asyncio.sleep(rounds * 0.0008)
    reading.cancel()
    await asyncio.wait([reading])
    assert reading.cancelled() or reading.exception() is None
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    await _read(database, 1)
