"""Two processes on one PostgreSQL: one polls, both work.

When one goes, by its will or by a kill, the other goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.inbox import InboxRow
from db.models import Lease
from db.outbox import OutboxRow
from sandbox import StandIn, World
from tests.reliability import crash
from tests.reliability.bot_process import STAFF_CHAT, TOKEN, BotProcess, environment
from tests.reliability.owners import Owner, all_file, owners
from tests.stage import Stage, raised


@dataclass
class Pair:
    """Two processes before one stand-in."""

    world: World
    database: Database
    one: BotProcess
    other: BotProcess

    async def poller(self) -> str | None:
        """Who holds the lease for polling: the process id inside the holder's name."""
        async with self.database.reading() as session:
            holder = await session.scalar(select(Lease.holder).where(Lease.until_at > func.now()))
        return holder.split(":")[1] if holder else None

    async def polls(self, bot: BotProcess, seconds: float = 60) -> None:
        """Wait until this process polls."""
        async with asyncio.timeout(seconds):
            while await self.poller() != str(bot.pid):
                await asyncio.sleep(0.05)

    async def kept_its_promises(self, crowd: list[Owner], kills: int = 0) -> None:
        """Everybody has their ticket, once, and every message in order."""
        await crash.settled(self.world, self.database)
        result = crash.Result(owners=len(crowd), kills=kills)
        await crash.verdict(result, self.world, self.database, crowd)
        assert result.broken == []


@pytest.fixture
async def pair(postgres_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    """The first of the two holds the lease."""
    world = World(token=TOKEN)
    world.group(STAFF_CHAT, "کارشناسان", members=[world.phone(601, "سارا")])
    database = Database(postgres_url)
    async with StandIn(world, port=0) as stand_in:
        env = environment(stand_in.url, database_url=postgres_url)
        made = Pair(world, database, BotProcess(env, tmp_path / "one.log"), BotProcess(env, tmp_path / "other.log"))
        try:
            await made.one.start()
            await made.polls(made.one)
            await made.other.start()
            await made.other.ready()
            yield made
        finally:
            await made.one.close()
            await made.other.close()
            await database.close()


async def test_two_under_load_file_each_request_once_and_in_order(pair: Pair) -> None:
    crowd = owners(pair.world, 12)
    await all_file(crowd, spread=1)
    await pair.kept_its_promises(crowd)
    assert await pair.poller() == str(pair.one.pid)


async def test_a_heap_is_worked_off_by_both(pair: Pair) -> None:
    """More than one process takes at a time: the other helps, and each chat keeps its order."""
    phones = [pair.world.phone(80_000 + number, f"کس {number}") for number in range(60)]
    words = ("/help", "/privacy", "/services", "/requests")
    said, helpers = 0, 0
    # how soon the other one looks is its own matter: go on until both have taken some
    while helpers < 2 or said < 2:
        assert said < 20
        for word in words:
            for phone in phones:
                phone.say(word)
        said += 1
        await crash.settled(pair.world, pair.database)
        async with pair.database.reading() as session:
            rows = (await session.execute(select(InboxRow.status, InboxRow.claimed_by))).all()
        assert [row.status for row in rows] == ["done"] * (said * len(words) * len(phones))
        helpers = len({row.claimed_by for row in rows})
    for phone in phones:
        told = [seen.text for seen in phone.screen if seen.author == "bot"]
        assert len(told) == said * len(words)
        assert told == told[: len(words)] * said


async def test_the_other_polls_when_the_first_stops(pair: Pair) -> None:
    crowd = owners(pair.world, 4, patience=18)  # less than the shortest lease
    filing = asyncio.create_task(all_file(crowd, spread=0.5))
    await crash.messages_sent(pair.world, 8)
    assert await pair.one.stop() == 0
    await pair.polls(pair.other)
    await filing
    await pair.kept_its_promises(crowd)


async def test_the_other_polls_when_the_first_is_killed(pair: Pair) -> None:
    crowd = owners(pair.world, 4)
    filing = asyncio.create_task(all_file(crowd, spread=0.5))
    await crash.messages_sent(pair.world, 8)
    await pair.one.kill()
    assert await pair.poller() == str(pair.one.pid), "its lease is still there"
    await crash.let_leases_end(pair.database)
    await pair.polls(pair.other)
    await filing
    await pair.kept_its_promises(crowd, kills=1)


async def test_a_poller_that_lost_its_lease_still_loses_nothing(postgres_url: str) -> None:
    """Two processes in this test's own loop; the lease changes hands at every turn."""
    async with raised(postgres_url) as stage:
        await stage.join()
        crowd = owners(stage.world, 6)
        filing = asyncio.create_task(all_file(crowd, spread=0.5))
        while not filing.done():
            await _lease_ends(stage)
            await asyncio.sleep(0.1)
        await filing
        await stage.settled()
        result = crash.Result(owners=len(crowd))
        await crash.verdict(result, stage.world, stage.database, crowd)
        assert result.broken == []


async def _lease_ends(stage: Stage) -> None:
    async with stage.database.unit() as work:
        for lease in await work.session.scalars(select(Lease)):
            lease.until_at = work.now


@pytest.mark.parametrize("milliseconds", [0, 6, 12, 30])
async def test_who_stops_holds_nothing(postgres_url: str, milliseconds: int) -> None:
    """At whatever moment it is told to stop: others need not wait for its leases."""
    async with raised(postgres_url) as stage:
        phones = [stage.world.phone(80_000 + number, f"کس {number}") for number in range(30)]
        for phone in phones:
            phone.say("/help")
            phone.say("/privacy")
        await asyncio.sleep(milliseconds / 1000)
        former = stage.process.holder
        await stage.restart()
        assert await stage.scalars(select(Lease.holder).where(Lease.holder == former)) == []
        still_open = InboxRow.status == "open"
        assert await stage.scalars(select(InboxRow.id).where(InboxRow.claimed_by == former, still_open)) == []
        on_its_way = OutboxRow.state == "sending"
        assert await stage.scalars(select(OutboxRow.id).where(OutboxRow.claimed_by == former, on_its_way)) == []
        await stage.settled()
        for phone in phones:
            assert len([seen for seen in phone.screen if seen.author == "bot"]) == 2


async def test_moved_group_reaches_the_other_process(postgres_url: str) -> None:
    """What one process learns of a group's new id, the other knows soon."""
    async with raised(postgres_url) as stage:
        other = await stage.join()
        stage.staff.upgrade(-1009876543)
        async with asyncio.timeout(60):
            while other.house.staff_chat() != -1009876543 or stage.process.house.staff_chat() != -1009876543:
                await asyncio.sleep(0.05)
