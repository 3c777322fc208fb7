"""The messenger or the database is away for a minute: afterwards all is answered, nothing twice, nothing parked.

The minute is a jump of the clock, with a short real pause in which every part of the process fails at least once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.inbox import InboxRow
from db.outbox import OutboxRow
from tests.reliability import crash
from tests.reliability.doors import figure, readiness, ready
from tests.reliability.feeding import free_port
from tests.reliability.outage import Gate, gated
from tests.reliability.owners import Owner, all_file, owners
from tests.stage import Stage, raised

MINUTE = timedelta(seconds=60)


async def _until(met: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not met():
            await asyncio.sleep(0.02)


async def _kept_its_promises(stage: Stage, crowd: list[Owner], doubles: int) -> None:
    await stage.settled()
    result = crash.Result(owners=len(crowd), kills=1)
    await crash.verdict(result, stage.world, stage.database, crowd)
    assert result.broken == []
    assert result.doubles <= doubles


async def _more_polls_fail(stage: Stage) -> None:
    """Wait until the poller has found once more that the messenger is away."""
    name = "sanatyar_poll_failures_total"
    before = await figure(stage.process, name)
    async with asyncio.timeout(60):
        while await figure(stage.process, name) == before:
            await asyncio.sleep(0.02)


async def test_messenger_away_between_messages(stage: Stage) -> None:
    """A quiet moment: people write while it is away; one answer each."""
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    await stage.settled()
    stage.world.faults.outage(True)
    stage.mina.say("/help")
    stage.mina.say("/privacy")
    stage.reza.start()
    await _more_polls_fail(stage)
    stage.clock.move(MINUTE)
    await _more_polls_fail(stage)
    stage.world.faults.outage(False)
    await stage.reza.sees("من صنعت‌یارم")
    await stage.mina.sees("نگه می‌داریم")
    await stage.settled()
    assert len([seen for seen in stage.mina.screen if seen.author == "bot"]) == 3
    assert len([seen for seen in stage.reza.screen if seen.author == "bot"]) == 1
    assert set(await stage.scalars(select(InboxRow.status))) == {"done"}
    assert set(await stage.scalars(select(OutboxRow.state))) == {"sent"}


async def test_messenger_away_while_all_file(stage: Stage) -> None:
    """In the middle of everything: what was on its way may come twice, once per chat at most."""
    crowd = owners(stage.world, 6)
    filing = asyncio.create_task(all_file(crowd))
    await crash.messages_sent(stage.world, 15)
    stage.world.faults.outage(True)
    await asyncio.sleep(0.7)
    stage.clock.move(MINUTE)
    await asyncio.sleep(0.3)
    stage.world.faults.outage(False)
    await filing
    await _kept_its_promises(stage, crowd, doubles=len(crowd) + 1)


async def test_start_while_the_messenger_is_away(database_url: str) -> None:
    """It starts, says that it is not ready, and serves as soon as the messenger is there."""
    async with raised(database_url) as stage:
        stage.world.faults.outage(True)
        await stage.restart()
        assert (await readiness(stage.process))["status"] == 503
        stage.mina.start()
        stage.world.faults.outage(False)
        await stage.mina.sees("من صنعت‌یارم")
        await ready(stage.process)


@pytest.mark.parametrize("cut_only", [True, False], ids=["connections cut", "away for a minute"])
async def test_database_away_while_all_file(postgres_url: str, cut_only: bool) -> None:
    async with gated(postgres_url) as (gate, url), raised(url) as stage:
        crowd = owners(stage.world, 6)
        filing = asyncio.create_task(all_file(crowd))
        await crash.messages_sent(stage.world, 15)
        await _away(stage, gate, cut_only)
        if not cut_only:
            assert (await readiness(stage.process))["database"] == "away"
            assert (await readiness(stage.process))["status"] == 503
            await gate.open()
        await _leases_end_when_all_is_quiet(stage, filing)
        await _kept_its_promises(stage, crowd, doubles=len(crowd) + 1)
        await ready(stage.process)
        assert (await readiness(stage.process))["parts"] == "running"


async def _leases_end_when_all_is_quiet(stage: Stage, filing: asyncio.Task[None]) -> None:
    """What was claimed and cut off comes back with its lease: let a minute pass whenever nothing moves."""
    while not filing.done():
        if not await stage.world.next_change(1.5):
            stage.clock.move(MINUTE)
    await filing


async def _away(stage: Stage, gate: Gate, cut_only: bool) -> None:
    if cut_only:
        gate.cut()
        return
    await gate.close()
    await asyncio.sleep(1)


async def test_database_away_when_an_update_comes(postgres_url: str) -> None:
    """What cannot be stored is not acknowledged: the messenger keeps it."""
    async with gated(postgres_url) as (gate, url), raised(url) as stage:
        stage.mina.start()
        await stage.mina.sees("من صنعت‌یارم")
        await stage.settled()
        await gate.close()
        stage.mina.say("/help")
        await asyncio.sleep(0.5)
        assert len(stage.world.pending_updates()) == 1
        await gate.open()
        await stage.mina.sees("پرسش")
        await stage.settled()
        assert len([seen for seen in stage.mina.screen if seen.author == "bot"]) == 2


async def test_database_away_in_webhook_mode_asks_for_another_delivery(postgres_url: str) -> None:
    port = free_port()
    async with (
        gated(postgres_url) as (gate, url),
        raised(url, public_url=f"http://127.0.0.1:{port}", http_port=port) as stage,
    ):
        stage.mina.start()
        await stage.mina.sees("من صنعت‌یارم")
        await gate.close()
        stage.mina.say("/help")
        hook = stage.world.webhook
        assert hook is not None
        await _until(lambda: "503" in (hook.last_error or ""))
        await gate.open()
        await stage.mina.sees("پرسش")
