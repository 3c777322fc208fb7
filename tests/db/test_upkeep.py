"""Looking after the queues: figures without reading all rows; what was done long ago goes, what is not done stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import retention
from db import outbox, upkeep
from db.engine import Database
from db.inbox import InboxRow
from db.message import Message
from db.outbox import About, OutboxRow, Priority
from db.upkeep import Done
from tests.db.queues import rows, store
from tests.stage import Clock

MINA, DAY = 501, timedelta(days=1)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0)


async def _one_of_each(database: Database) -> None:
    """An update of each status, a saying of each state, and sent ones under slots."""
    statuses = ("open", "done", "parked", "quarantined")
    await store(database, *((number, MINA) for number in range(len(statuses))))
    async with database.unit() as work:
        for number, status in enumerate(statuses):
            await work.session.execute(update(InboxRow).where(InboxRow.update_id == number).values(status=status))
        for slot in (None,) * 5 + ("form:1:1", "card:1"):
            outbox.say(work, MINA, Message("text"), Priority.ANSWER, About(slot=slot))
    async with database.unit() as work:
        ids = list(await work.session.scalars(select(OutboxRow.id).order_by(OutboxRow.id)))
        for row, state in zip(ids, ("ready", "sending", "sent", "failed", "unknown", "sent", "sent"), strict=True):
            await work.session.execute(update(OutboxRow).where(OutboxRow.id == row).values(state=state))


async def _left(database: Database) -> tuple[list[str], list[str]]:
    updates = [status for (status,) in await rows(database, InboxRow.status)]
    said = await rows(database, OutboxRow.state, OutboxRow.slot)
    return updates, [f"{state} {slot or ''}".strip() for state, slot in said]


async def test_what_is_done_goes_after_its_time_and_all_else_stays(database: Database, clock: Clock) -> None:
    await _one_of_each(database)
    before = await _left(database)
    clock.move(29 * DAY)
    assert await retention.clean(database, 30 * DAY) == 0
    assert await _left(database) == before
    clock.move(2 * DAY)
    assert await retention.clean(database, 30 * DAY) == 3
    assert await _left(database) == (
        ["open", "parked", "quarantined"],
        ["ready", "sending", "failed", "unknown", "sent card:1"],
    )


async def test_many_go_in_small_units(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "LOOK_FOR", 8)
    await store(database, *((number, MINA) for number in range(20)))
    async with database.unit() as work:
        await work.session.execute(update(InboxRow).where(InboxRow.update_id != 7).values(status="done"))
    clock.move(31 * DAY)
    assert await retention.clean(database, 30 * DAY) == 19
    assert await rows(database, InboxRow.update_id) == [(7,)]


async def test_what_is_taken_up_again_meanwhile_stays(database: Database) -> None:
    """An operator may open a row again between looking and deleting."""
    await _one_of_each(database)
    for done, table in ((upkeep.UPDATES, InboxRow), (upkeep.SAYINGS, OutboxRow)):
        every = [number for (number,) in await rows(database, table.id)]
        async with database.unit() as work:
            await done.forget(work, every)
    assert await _left(database) == (
        ["open", "parked", "quarantined"],
        ["ready", "sending", "failed", "unknown"],
    )


async def test_figures(database: Database) -> None:
    await _one_of_each(database)
    async with database.reading() as session:
        assert await upkeep.inbox_counts(session) == {"open": 1, "parked": 1, "quarantined": 1}
        assert await upkeep.outbox_counts(session) == {"ready": 1, "sending": 1, "failed": 1, "unknown": 1}


async def _many(database: Database) -> None:
    """So many rows that a plan has to choose."""
    await store(database, *((number, MINA) for number in range(3000)))
    async with database.unit() as work:
        for _ in range(3000):
            outbox.say(work, MINA, Message("text"))
    async with database.unit() as work:
        await work.session.execute(update(InboxRow).values(status="done"))
        await work.session.execute(update(OutboxRow).values(state="sent"))
        await work.session.execute(text("ANALYZE"))


@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        (upkeep._INBOX, {"ix_inbox_aside", "ix_inbox_open"}),
        (upkeep._OUTBOX, {"ix_outbox_waiting", "ix_outbox_given_up"}),
        (upkeep.UPDATES, {"ix_inbox_received"}),
        (upkeep.SAYINGS, {"ix_outbox_created"}),
    ],
)
async def test_nothing_walks_through_all_that_was_ever_done(
    database: Database, statement: Any, indexes: set[str]
) -> None:
    await _many(database)
    found = statement.found if isinstance(statement, Done) else statement
    values = {"before": database.clock() - 30 * DAY, "most": 10} if isinstance(statement, Done) else {}
    made = found.params(values).compile(dialect=database.reader.dialect, compile_kwargs={"literal_binds": True})
    async with database.reading() as session:
        how = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plan = "\n".join(str(step) for step in await session.execute(text(f"{how} {made}".replace(":", r"\:"))))
    assert all(index in plan for index in indexes), plan
    assert "Seq Scan" not in plan
    assert not [line for line in plan.splitlines() if "SCAN" in line and "INDEX" not in line and "inbox" in line]
