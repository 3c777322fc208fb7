"""The inbox: an update counts once, a chat's updates keep their order, a claim is fenced by its holder and turn."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from db import inbox, upkeep
from db.engine import Database
from db.inbox import LEASE, InboxRow, LostClaim
from tests.db import queues
from tests.stage import Clock

MINA, REZA, EMMA = 501, 502, 503


async def test_an_update_is_stored_once(database: Database) -> None:
    assert await queues.store(database, (7, MINA), (5, MINA), (7, MINA)) == 2
    assert await queues.store(database, (5, MINA), (6, REZA)) == 1, "also when a lower id comes later"
    assert await queues.store(database, (5, MINA), bot=43) == 1, "ids are each bot's own"
    assert await queues.store(database) == 0
    assert [number for (number,) in await queues.rows(database, InboxRow.update_id)] == [7, 5, 6, 5]


async def test_ids_of_64_bits_and_any_text_are_kept(database: Database) -> None:
    raw = '{"text":"سلام 👋 \\u0000 \\ud800"}'
    async with database.unit() as work:
        assert await inbox.store(work, 2**52, [inbox.Arrival(2**62, -(2**60), "message", raw)])
    (taken,) = await queues.claim(database)
    assert (taken.lane, taken.raw, taken.kind) == (-(2**60), raw, "message")


async def test_the_oldest_of_each_chat_first(database: Database) -> None:
    await queues.store(database, (1, MINA), (2, REZA), (3, MINA), (4, EMMA), (5, REZA))
    assert [taken.lane for taken in await queues.claim(database, most=2)] == [MINA, REZA]
    assert [taken.lane for taken in await queues.claim(database)] == [EMMA]
    assert await queues.claim(database) == [], "a chat waits for its update that is being worked on"


async def test_a_settled_update_lets_the_next_of_its_chat_pass(database: Database) -> None:
    await queues.store(database, (1, MINA), (2, MINA))
    (first,) = await queues.claim(database)
    async with database.unit() as work:
        await inbox.settle(work, first, "done")
    (second,) = await queues.claim(database)
    assert (first.id < second.id, second.claims) == (True, 1)
    assert [(s, bool(at)) for s, at in await queues.rows(database, InboxRow.status, InboxRow.done_at)] == [
        ("done", True), ("open", False),
    ]  # fmt: skip


@pytest.mark.parametrize("status", ["parked", "quarantined"])
async def test_an_update_that_is_given_up_does_not_hold_its_chat_up(database: Database, status: str) -> None:
    await queues.store(database, (1, MINA), (2, MINA))
    (first,) = await queues.claim(database)
    async with database.unit() as work:
        await inbox.settle(work, first, status, "why")
    assert len(await queues.claim(database)) == 1
    async with database.reading() as session:
        assert await upkeep.inbox_counts(session) == {"open": 1, "parked": 0, "quarantined": 0} | {status: 1}


async def test_a_lease_that_ends_gives_the_update_to_another(database: Database, clock: Clock) -> None:
    await queues.store(database, (1, MINA))
    (mine,) = await queues.claim(database, holder="one")
    clock.move(LEASE - timedelta(seconds=1))
    assert await queues.claim(database, holder="two") == []
    clock.move(timedelta(seconds=2))
    (theirs,) = await queues.claim(database, holder="two")
    assert (theirs.id, theirs.claims) == (mine.id, 2)
    with pytest.raises(LostClaim):
        async with database.unit() as work:
            await inbox.settle(work, mine, "done")
    async with database.unit() as work:
        await inbox.settle(work, theirs, "done")


async def test_the_fence_knows_turns_not_only_names(database: Database, clock: Clock) -> None:
    """The same process takes an update up again after its lease: its former turn may not settle it."""
    await queues.store(database, (1, MINA))
    (first,) = await queues.claim(database)
    clock.move(LEASE * 2)
    (second,) = await queues.claim(database)
    with pytest.raises(LostClaim):
        async with database.unit() as work:
            await inbox.settle(work, first, "done")
    async with database.unit() as work:
        await inbox.settle(work, second, "done")
    with pytest.raises(LostClaim):
        async with database.unit() as work:
            await inbox.settle(work, second, "done")


async def test_a_lost_claim_takes_the_units_other_work_back(database: Database, clock: Clock) -> None:
    await queues.store(database, (1, MINA))
    (mine,) = await queues.claim(database)
    clock.move(LEASE * 2)
    await queues.claim(database, holder="two")

    async def too_late() -> None:
        async with database.unit() as work:
            await inbox.store(work, queues.BOT, [inbox.Arrival(99, REZA, "message", "{}")])
            await inbox.settle(work, mine, "done")

    with pytest.raises(LostClaim):
        await too_late()
    assert len(await queues.rows(database, InboxRow.id)) == 1


async def test_a_postponed_update_waits_and_its_chat_behind_it(database: Database, clock: Clock) -> None:
    await queues.store(database, (1, MINA), (2, MINA), (3, REZA))
    (first, _) = await queues.claim(database)
    async with database.unit() as work:
        await inbox.postpone(work, first, timedelta(seconds=5), "KeyError")
    assert await queues.claim(database) == []
    clock.move(timedelta(seconds=6))
    again = (await queues.claim(database, holder="two"))[0]
    assert (again.id, again.failures, again.claims) == (first.id, 1, 2)
    assert (await queues.rows(database, InboxRow.error))[0] == ("KeyError",)


async def test_what_a_stopping_process_held_can_be_taken_at_once(database: Database) -> None:
    await queues.store(database, (1, MINA))
    (mine,) = await queues.claim(database, holder="one")
    async with database.unit() as work:
        await inbox.release(work, "one")
    (again,) = await queues.claim(database, holder="two")
    assert (again.id, again.failures) == (mine.id, 0)


async def test_after_a_crash_the_only_process_takes_up_what_was_held(database: Database, clock: Clock) -> None:
    await queues.store(database, (1, MINA), (2, REZA))
    (held, postponed) = await queues.claim(database, holder="dead")
    async with database.unit() as work:
        await inbox.postpone(work, postponed, timedelta(hours=1), "why")
    async with database.unit() as work:
        await inbox.release_all(work)
    assert [taken.id for taken in await queues.claim(database, holder="new")] == [held.id], "a pause stays a pause"


async def test_storing_wakes_the_worker_after_the_commit_only(database: Database) -> None:
    async def broken() -> None:
        async with database.unit() as work:
            await inbox.store(work, queues.BOT, [inbox.Arrival(1, MINA, "message", "{}")])
            raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        await broken()
    assert not database.signals.inbox.is_set()
    await queues.store(database, (1, MINA))
    assert database.signals.inbox.is_set()


async def test_two_claimers_never_get_one_row_or_one_chat_at_once(postgres_url: str) -> None:
    """Two processes on PostgreSQL race through 40 chats with 5 updates each; every chat keeps its order."""
    one, two = Database(postgres_url), Database(postgres_url)
    await queues.store(one, *((chat * 10 + n, chat) for n in range(5) for chat in range(1, 41)))
    held: set[int] = set()
    done: list[int] = []
    order: dict[int, list[int]] = {}

    async def work_off(database: Database, holder: str) -> None:
        while len(done) < 200:
            for taken in await queues.claim(database, most=7, holder=holder):
                assert taken.lane not in held, "two updates of one chat are worked on at once"
                assert taken.id not in done
                held.add(taken.lane)
                await asyncio.sleep(0)
                held.remove(taken.lane)
                async with database.unit() as work:
                    await inbox.settle(work, taken, "done")
                done.append(taken.id)
                order.setdefault(taken.lane, []).append(taken.id)

    async with asyncio.timeout(30):
        await asyncio.gather(*(work_off(db, f"{n}") for n in range(2) for db in (one, two)))
    assert len(set(done)) == 200
    assert all(ids == sorted(ids) and len(ids) == 5 for ids in order.values())
    await one.close()
    await two.close()


async def test_a_claim_in_an_open_transaction_is_passed_over(postgres_url: str) -> None:
    """Nobody waits for somebody else's claim: the row is skipped, its chat's next update is not taken instead."""
    database = Database(postgres_url)
    await queues.store(database, (1, MINA), (2, MINA), (3, REZA))
    async with database.unit() as work:
        (mine,) = await inbox.claim(work, "one", 1)
        assert mine.lane == MINA
        async with asyncio.timeout(5):
            assert [taken.lane for taken in await queues.claim(database, holder="two")] == [REZA]
    assert await queues.claim(database, holder="two") == []
    await database.close()
