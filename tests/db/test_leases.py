"""Leases: one holder at a time, renewed while it lives, free after its end or when given up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from db import leases
from db.engine import Database
from tests.stage import Clock

LENGTH = timedelta(seconds=30)


async def _take(database: Database, holder: str, name: str = "poll:42") -> bool:
    async with database.unit() as work:
        return await leases.take(work, name, holder, LENGTH)


async def test_one_holds_it(database: Database) -> None:
    assert await _take(database, "one")
    assert not await _take(database, "two")
    assert await _take(database, "two", "poll:43"), "another name is another lease"


async def test_renewed_it_lasts(database: Database, clock: Clock) -> None:
    assert await _take(database, "one")
    for _ in range(3):
        clock.move(LENGTH - timedelta(seconds=1))
        assert await _take(database, "one")
        assert not await _take(database, "two")


async def test_it_ends_by_itself(database: Database, clock: Clock) -> None:
    assert await _take(database, "one")
    clock.move(LENGTH)
    assert await _take(database, "two")
    assert not await _take(database, "one"), "the former holder stands back"


async def test_given_up_it_is_free_at_once_and_only_its_holder_gives_it_up(database: Database) -> None:
    assert await _take(database, "one")
    async with database.unit() as work:
        await leases.drop(work, "poll:42", "two")
    assert not await _take(database, "two")
    async with database.unit() as work:
        await leases.drop(work, "poll:42", "one")
    assert await _take(database, "two")


async def test_of_many_at_once_one_gets_it(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    got = await asyncio.gather(*(_take(where, f"{n}") for n in range(5) for where in (database, other)))
    # two processes that call themselves by one name are one holder
    assert sum(got) == 2
    assert got.index(True) // 2 == (len(got) - 1 - got[::-1].index(True)) // 2
    await other.close()
