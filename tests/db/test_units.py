"""Units of work: all or nothing, savepoints, no lost updates, UTC; one sentence when the database is away."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from db.away import DatabaseAway, is_away
from db.engine import Database, Unit
from db.models import Firm, Lease, Person, Revision
from knowledge.seeding import raise_revision

SOON = datetime(2026, 12, 6, 10, 30, 15, 123456, tzinfo=UTC)


async def _leases(database: Database) -> list[str]:
    async with database.reading() as session:
        return sorted(await session.scalars(select(Lease.name)))


def _lease(name: str, until: datetime = SOON) -> Lease:
    return Lease(name=name, holder="one", until_at=until)


async def test_a_unit_is_kept_whole_or_not_at_all(database: Database) -> None:
    async def broken() -> None:
        async with database.unit() as work:
            work.session.add(_lease("lost"))
            await work.session.flush()
            raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        await broken()
    async with database.unit() as work:
        work.session.add(_lease("kept"))
    assert await _leases(database) == ["kept"]


async def test_a_cancelled_unit_leaves_nothing_and_holds_nothing(database: Database) -> None:
    begun = asyncio.Event()

    async def slow() -> None:
        async with database.unit() as work:
            work.session.add(_lease("lost"))
            await work.session.flush()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(slow())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), database.unit() as work:
        work.session.add(_lease("kept"))
    assert await _leases(database) == ["kept"]


async def _loaded(work: Unit, name: str) -> Lease:
    found = (await work.run(_LEASE_BY_NAME, {"wanted": name})).first()
    return work.loaded(Lease, found._asdict())


_LEASE_BY_NAME = select(*Lease.__table__.c).where(Lease.__table__.c.name == bindparam("wanted"))


async def test_a_statement_without_a_value_for_its_parameter_is_refused(database: Database) -> None:
    with pytest.raises((KeyError, StatementError), match="wanted"):
        async with database.unit() as work:
            await work.run(_LEASE_BY_NAME, {"other": 1})


async def test_a_row_that_was_loaded_past_the_orm_is_written_only_when_it_changed(database: Database) -> None:
    async with database.unit() as work:
        work.session.add(_lease("known"))
    async with database.unit() as work:
        lease = await _loaded(work, "known")
        assert (lease.holder, lease.until_at) == ("one", SOON)
    assert work._session is None, "nothing changed, so nothing was asked of the ORM"
    async with database.unit() as work:
        (await _loaded(work, "known")).holder = "two"
    async with database.unit() as work:
        lease = await _loaded(work, "known")
        assert lease.holder == "two"
        assert await work.session.get(Lease, "known") is lease
        lease.holder = "three"
        assert list(await work.session.scalars(select(Lease.holder))) == ["three"]

    async def broken() -> None:
        async with database.unit() as work:
            (await _loaded(work, "known")).holder = "four"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await broken()
    async with database.reading() as session:
        assert list(await session.scalars(select(Lease.holder))) == ["three"]


async def test_a_savepoint_takes_back_its_own_part_only(database: Database) -> None:
    async with database.unit() as work:
        work.session.add(_lease("before"))
        await work.session.flush()

        async def part() -> None:
            async with work.session.begin_nested():
                work.session.add(_lease("inside"))
                await work.session.flush()
                await work.session.execute(text("insert into leases select * from leases"))

        with pytest.raises(IntegrityError):
            await part()
        work.session.add(_lease("after"))
    assert await _leases(database) == ["after", "before"]


async def test_readers_see_nothing_half_done_and_wait_for_nobody(database: Database) -> None:
    async with database.unit() as work:
        work.session.add(_lease("new"))
        await work.session.flush()
        async with asyncio.timeout(5):
            assert await _leases(database) == []
    assert await _leases(database) == ["new"]


async def test_no_update_gets_lost_between_units_and_processes(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    async with database.unit() as work:
        first = await raise_revision(work)

    async def raise_it(where: Database) -> None:
        async with where.unit() as work:
            await raise_revision(work)

    async with asyncio.timeout(20):
        await asyncio.gather(*(raise_it(where) for where in (database, other) for _ in range(10)))
    async with other.reading() as session:
        assert await session.scalar(select(Revision.number)) == first + 20
    await other.close()


async def test_the_schema_holds_references(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.unit() as work:
            work.session.add(Firm(person_id=999, profile={}, updated_at=work.now))


async def test_times_are_aware_utc_and_exact(database: Database) -> None:
    tehran = SOON.astimezone(ZoneInfo("Asia/Tehran"))
    async with database.unit() as work:
        work.session.add(_lease("utc"))
        work.session.add(_lease("local", tehran))
    async with database.reading() as session:
        times = list(await session.scalars(select(Lease.until_at)))
        later = list(await session.scalars(select(Lease.name).where(Lease.until_at > tehran - timedelta(seconds=1))))
    assert times == [SOON, SOON]
    assert all(time.utcoffset() == timedelta() for time in times)
    assert sorted(later) == ["local", "utc"]
    with pytest.raises(StatementError, match="without a zone"):
        async with database.unit() as work:
            work.session.add(_lease("naive", SOON.replace(tzinfo=None)))


async def test_the_time_is_read_once_per_unit(database: Database) -> None:
    times = iter([SOON, SOON + timedelta(days=1)])
    database.clock = lambda: next(times)
    async with database.unit() as work:
        assert (work.now, work.now) == (SOON, SOON)


async def test_sqlite_is_set_up_for_safety(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'deep' / 'er' / 'a.db'}")
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
    async with database.unit() as work, database.reading() as session:
        for pragma, value in wanted.items():
            assert await work.session.scalar(text(f"PRAGMA {pragma}")) == value
            assert await session.scalar(text(f"PRAGMA {pragma}")) == value
    await database.close()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(
        DatabaseAway, match=r"^DATABASE_URL must name a file for SQLite: sqlite:///path/to/file\.db\.$"
    ):
        Database(url)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseAway, match=r"^The folder of the database .*file/a\.db cannot be made: .+\.$"):
        Database(f"sqlite+aiosqlite:///{tmp_path}/file/a.db")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("this is a shopping list, not a database. " * 50)
    database = Database(f"sqlite+aiosqlite:///{path}")
    with pytest.raises(DatabaseAway, match=r"a\.db cannot be reached: file is not a database\.$"):
        await database.check()
    await database.close()


async def test_nobody_listens() -> None:
    with socket.socket() as held:  # bound and not listening: nobody else gets the port
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        database = Database(f"postgresql+asyncpg://sanatyar:hidden-word@127.0.0.1:{port}/sanatyar")
        with pytest.raises(DatabaseAway) as said:
            await database.check()
        await database.close()
    place = f"postgresql+asyncpg://sanatyar:***@127.0.0.1:{port}/sanatyar"
    assert str(said.value).startswith(f"The database {place} cannot be reached: ")
    assert "Connect call failed" in str(said.value)
    assert "hidden-word" not in str(said.value)
    assert "\n" not in str(said.value)


async def test_the_server_does_not_know_the_database_or_the_role(postgres_url: str) -> None:
    url = Database(postgres_url).url
    for wrong in (url.set(database="nowhere"), url.set(username="nobody", password="hidden-word")):
        database = Database(wrong.render_as_string(hide_password=False))
        with pytest.raises(DatabaseAway, match=r"does not exist\.$") as said:
            await database.check()
        assert "hidden-word" not in str(said.value)
        await database.close()


async def test_what_counts_as_away(database: Database) -> None:
    assert is_away(ConnectionRefusedError())
    assert not is_away(ValueError())
    assert not is_away(IntegrityError("insert", {}, Exception("unique")))
    # what a bug in a handler may raise: a file that is not there, a time-out of its own, a wrong statement
    assert not is_away(FileNotFoundError())
    assert not is_away(TimeoutError())
    for statement in ("select nosuch", "select * from nosuch", "selct"):
        with pytest.raises(DBAPIError) as wrong:
            async with database.reading() as session:
                await session.execute(text(statement))
        assert not is_away(wrong.value)
        with pytest.raises((DBAPIError, sqlite3.Error)) as wrong_too:
            async with database.unit() as work:
                await work.run(text(statement))
        assert not is_away(wrong_too.value)
    with pytest.raises((DBAPIError, OverflowError)) as too_much:
        async with database.unit() as work:
            await work.session.execute(select(Person).where(Person.chat_id == 2**70))
    assert not is_away(too_much.value)


async def test_a_lost_connection_is_away_and_the_next_unit_works(postgres_url: str) -> None:
    database, killer = Database(postgres_url), Database(postgres_url)

    async def cut_off() -> None:
        async with database.unit() as work:
            own = await work.session.scalar(text("select pg_backend_pid()"))
            async with killer.unit() as other:
                await other.session.execute(text("select pg_terminate_backend(:pid)"), {"pid": own})
            await work.session.execute(text("select 1"))

    with pytest.raises((DBAPIError, OSError)) as lost:
        await cut_off()
    assert is_away(lost.value)
    async with database.unit() as work:
        work.session.add(_lease("kept"))
    assert await _leases(database) == ["kept"]
    await database.close()
    await killer.close()
