"""SQLite's one writer: units take turns and share commits; each is kept whole or not at all, all by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import migrate
from db.away import DatabaseAway, is_away
from db.engine import Database, Unit
from db.models import Lease
from db.sqlite_writer import MOST_TOGETHER, Writer


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
    await migrate.upgrade(opened)
    yield opened
    await opened.close()


@pytest.fixture
def writer(database: Database, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """The writer; it counts its commits in `commits`."""
    made = database._writer
    assert made is not None
    hop = made._hop

    def counted(work: Any) -> Any:
        commits.append(1)
        return hop(work)

    commits.clear()
    monkeypatch.setattr(made, "_hop", counted)
    return made


commits: list[int] = []


def _add(work: Unit, name: str) -> None:
    work.session.add(Lease(name=name, holder="one", until_at=work.now))


async def _keep(database: Database, name: str) -> None:
    async with database.unit() as work:
        _add(work, name)


async def _break(database: Database, name: str) -> None:
    async with database.unit() as work:
        _add(work, name)
        await work.session.flush()
        raise RuntimeError(name)


async def _names(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.scalars(select(Lease.name)))


async def test_units_that_wait_for_each_other_share_a_commit(database: Database, writer: Writer) -> None:
    await asyncio.gather(*(_keep(database, f"{number:02}") for number in range(10)))
    assert await _names(database) == [f"{number:02}" for number in range(10)]
    assert len(commits) == 1


async def test_not_too_many_share_one(database: Database, writer: Writer) -> None:
    await asyncio.gather(*(_keep(database, f"{number:03}") for number in range(3 * MOST_TOGETHER)))
    assert len(await _names(database)) == 3 * MOST_TOGETHER
    assert len(commits) == 3


async def test_closing_waits_for_the_commit_of_what_is_done(database: Database) -> None:
    keeping = [asyncio.create_task(_keep(database, str(number))) for number in range(3)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*keeping)
    assert await _names(database) == ["0", "1", "2"]


async def test_what_leave_has_kept_is_seen_by_readers_at_once(database: Database) -> None:
    async def kept_and_seen(name: str) -> None:
        await _keep(database, name)
        assert name in await _names(database)

    await asyncio.gather(*(kept_and_seen(str(number)) for number in range(40)))


async def test_a_unit_that_breaks_takes_back_its_own_part_only(database: Database) -> None:
    results = await asyncio.gather(
        _break(database, "first"),
        _keep(database, "a"),
        _break(database, "middle"),
        _keep(database, "b"),
        _break(database, "last"),
        return_exceptions=True,
    )
    assert [str(result) for result in results] == ["first", "None", "middle", "None", "last"]
    assert await _names(database) == ["a", "b"]


async def test_a_unit_that_is_cancelled_in_its_turn_or_before_harms_nobody(database: Database) -> None:
    begun = asyncio.Event()

    async def slow() -> None:
        async with database.unit() as work:
            _add(work, "slow")
            await work.session.flush()
            begun.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(slow())
    await begun.wait()
    waiting = [asyncio.create_task(_keep(database, name)) for name in ("a", "never", "b")]
    await asyncio.sleep(0)
    waiting[1].cancel()
    first.cancel()
    results = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert [type(result) for result in results] == [asyncio.CancelledError, type(None)] * 2
    assert await _names(database) == ["a", "b"]


async def test_a_transaction_that_sqlite_took_back_is_told_to_all_who_shared_it(
    database: Database, writer: Writer
) -> None:
    async def full_disk() -> None:
        async with database.unit() as work:
            _add(work, "lost")
            await work.session.flush()
            writer.plain.execute("ROLLBACK")  # as SQLite itself does when the disk is full
            await work.session.scalar(select(Lease.name))

    holding = await _held(database)
    tasks = [asyncio.create_task(one) for one in (_keep(database, "before"), full_disk(), _keep(database, "after"))]
    await asyncio.sleep(0)
    holding.set()
    before, broken, after = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(before, Exception)
    assert is_away(before)
    assert isinstance(broken, Exception)
    assert is_away(broken)
    assert after is None
    assert await _names(database) == ["after"]


async def test_a_commit_that_fails_is_told_to_all_and_the_next_works(
    database: Database, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_work: Any) -> asyncio.Future[Any]:
        monkeypatch.undo()
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(sqlite3.OperationalError("disk I/O error"))
        return failed

    holding = await _held(database)
    monkeypatch.setattr(writer, "_hop", failing)
    tasks = [asyncio.create_task(_keep(database, name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    holding.set()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(result, Exception)
        assert is_away(result)
        assert "disk I/O error" in str(result)
    await _keep(database, "c")
    assert await _names(database) == ["c"]


async def test_a_connection_that_can_do_nothing_any_more_is_replaced(database: Database, writer: Writer) -> None:
    async def broken() -> None:
        async with database.unit() as work:
            _add(work, "lost")
            await work.session.flush()
            writer.plain.close()

    with pytest.raises(DatabaseAway):
        await broken()
    with pytest.raises(sqlite3.Error):
        await _keep(database, "lost too")
    await _keep(database, "kept")
    assert await _names(database) == ["kept"]


async def _held(database: Database) -> asyncio.Event:
    """A unit that has its turn until the event is set, so that others line up behind it."""
    begun, end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with database.unit():
            begun.set()
            await end.wait()
            raise RuntimeError

    task = asyncio.create_task(hold())
    task.add_done_callback(lambda done: done.exception())
    await begun.wait()
    return end


async def test_another_programs_lock_is_waited_for_beside_the_event_loop(database: Database) -> None:
    await _keep(database, "first")
    other = sqlite3.connect(database.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    given_up, patient = (asyncio.create_task(_keep(database, name)) for name in ("given up", "patient"))
    for _ in range(20):  # the loop goes on meanwhile
        await asyncio.sleep(0.01)
    given_up.cancel()
    await asyncio.sleep(0.01)
    assert not patient.done()
    other.execute("COMMIT")
    other.close()
    await asyncio.wait_for(patient, 15)
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert await _names(database) == ["first", "patient"]
