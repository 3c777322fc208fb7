"""What an operator sees: health, readiness, figures, logs without anything personal, and a clean stop."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path

from sqlalchemy import select, update

from db.inbox import InboxRow
from db.models import Lease
from db.outbox import OutboxRow
from sandbox import Faults, StandIn, World
from tests.reliability import crash
from tests.reliability.bot_process import STAFF_CHAT, TOKEN, BotProcess, environment
from tests.reliability.doors import ask, figure, readiness, ready
from tests.reliability.owners import all_file, owners
from tests.stage import Stage

QUESTION = "برای درخواست زمین چه مدارکی لازم است؟"


async def test_health_says_that_the_process_lives(stage: Stage) -> None:
    status, body = await ask(stage.process, "/healthz")
    assert (status, json.loads(body)) == (200, {"alive": True})


async def test_readiness_names_its_parts(stage: Stage) -> None:
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    await stage.settled()
    report = await readiness(stage.process)
    assert report["status"] == 200
    assert report["ready"] is True
    assert report["database"] == "here"
    assert report["migrations"] == "up to date"
    assert report["parts"] == "running"
    assert report["inbox"] == {"open": 0, "parked": 0, "quarantined": 0}
    assert report["outbox"] == {"ready": 0, "sending": 0, "failed": 0, "unknown": 0}
    assert "topics" in report["index"]


async def test_not_ready_while_the_messenger_is_away(stage: Stage) -> None:
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    stage.world.faults.outage(True)
    stage.process.heard_at = time.monotonic() - 1_000
    report = await readiness(stage.process)
    assert (report["status"], report["ready"]) == (503, False)
    assert report["database"] == "here"


async def test_not_ready_when_a_part_died(stage: Stage) -> None:
    task = next(task for task in stage.process.tasks if task.get_name() == "sender")
    task.cancel()
    await asyncio.wait([task])
    report = await readiness(stage.process)
    assert report["status"] == 503
    assert "sender" in report["parts"]


async def test_figures_count_what_happened(stage: Stage) -> None:
    stage.mina.say(QUESTION)
    await stage.mina.sees("منبع:")
    stage.mina.press("👍 به درد خورد")
    await stage.settled()
    process = stage.process
    assert await figure(process, 'sanatyar_updates_received_total{kind="message"}') == 1
    assert await figure(process, 'sanatyar_updates_received_total{kind="callback_query"}') == 1
    assert await figure(process, 'sanatyar_updates_handled_total{outcome="done"}') == 2
    assert await figure(process, 'sanatyar_questions_total{decision="answer"}') == 1
    assert await figure(process, 'sanatyar_inbox{status="open"}') == 0
    assert await figure(process, 'sanatyar_sends_total{outcome="sent"}') == len(
        await stage.scalars(select(OutboxRow.id).where(OutboxRow.state == "sent"))
    )
    assert await figure(process, "sanatyar_unit_seconds_count") >= 2
    _, body = await ask(process, "/metrics")
    assert QUESTION not in body
    assert "501" not in re.sub(r"le=\"[^\"]*\"|\d\.\d+(e-\d+)?", "", body)


async def test_duplicates_are_counted_and_handled_once(stage: Stage) -> None:
    stage.world.faults.set(duplicate_updates=True)
    stage.mina.say("/help")
    stage.reza.say("/help")
    await stage.reza.sees("پرسش")
    await stage.settled()
    async with asyncio.timeout(60):
        while await figure(stage.process, "sanatyar_updates_duplicate_total") < 2:
            stage.world.faults.set(duplicate_updates=False)
            await asyncio.sleep(0.02)
    assert len(await stage.scalars(select(InboxRow.id))) == 2
    assert len([seen for seen in stage.mina.screen if seen.author == "bot"]) == 1


async def test_stop_leaves_nothing_half_done(database_url: str, tmp_path: Path) -> None:
    """SIGTERM again and again instead of kills: not even a message comes twice."""
    plan = crash.Plan(database_url, tmp_path, owners=5, kills=3, seed=3, cleanly=True)
    result = await crash.play(plan)
    assert result.broken == []
    assert (result.tickets, result.doubles) == (5, 0)


async def test_logs_hold_ids_only(database_url: str, tmp_path: Path) -> None:
    """A full run with everything logged, faults and bad input: no token, no text, no number, no name."""
    faults = Faults(
        seed=4, methods=["*"], too_many=0.05, server_error=0.05, drop_before=0.02, drop_after=0.02, garbage=0.04
    )
    faults.set(retry_after=0.1)
    world = World(token=TOKEN, faults=faults)
    world.group(STAFF_CHAT, "کارشناسان", members=[world.phone(601, "سارا")])
    crowd = owners(world, 4)
    async with StandIn(world, port=0) as stand_in:
        env = environment(stand_in.url, database_url=database_url, log_level="DEBUG")
        bot = BotProcess(env, tmp_path / "bot.log")
        try:
            await bot.start()
            await all_file(crowd)
            crowd[0].phone.say(QUESTION)
            world.updates.add("message", {"text": "راز من", "chat": {"id": 70_000}}, 70_000, world.mark)
            await crowd[0].phone.sees("منبع:", timeout=30)
            await bot.get("/readyz")
            assert await bot.stop() == 0
        finally:
            await bot.close()
    lines = bot.lines()
    assert len(lines) > 10
    assert all({"event", "level", "timestamp"} <= line.keys() for line in lines)
    text = bot.output.read_text(encoding="utf-8")
    personal = {TOKEN, TOKEN.partition(":")[2], QUESTION, "راز من", "989123456789", "9123456789", "۹۱۲"}
    personal |= {words.strip() for owner in crowd for words in owner.words}
    personal |= {owner.reference for owner in crowd} | {owner.phone.person.first_name for owner in crowd}
    for word in personal:
        for form in (word, json.dumps(word)[1:-1]):
            assert form not in text, [line for line in lines if form in json.dumps(line, ensure_ascii=False)][:2]


async def test_restart_finds_the_poller_free(stage: Stage) -> None:
    """After a clean stop nobody waits for a lease."""
    await stage.restart()
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")


async def test_lease_of_a_dead_poller_ends(stage: Stage) -> None:
    """Somebody else's lease keeps us from polling until its end; then we poll."""
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    async with stage.database.unit() as work:
        far = work.now.replace(year=work.now.year + 1)
        await work.session.execute(update(Lease).values(holder="another", until_at=far))
    await stage.restart()
    if stage.database.is_sqlite:
        # its only process knows that the holder is dead
        stage.reza.start()
        await stage.reza.sees("من صنعت‌یارم")
        return
    stage.reza.start()
    await ready(stage.process)
    assert len(stage.world.pending_updates()) == 1
    async with stage.database.unit() as work:
        await work.session.execute(update(Lease).values(until_at=work.now))
    await stage.reza.sees("من صنعت‌یارم")
