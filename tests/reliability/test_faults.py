"""The Bot API misbehaves: waits, errors, dropped connections, refusals; deliveries double and out of order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select, text

from db import outbox
from db.message import Message
from db.models import Person
from db.outbox import OutboxRow, Priority
from sandbox import Faults
from tests.reliability import crash
from tests.reliability.owners import all_file, owners
from tests.stage import Stage, raised


async def test_requests_are_filed_through_all_faults(database_url: str) -> None:
    """Waits, errors and lost connections before and after the effect; every update twice, queues mixed."""
    faults = Faults(seed=11, methods=["send*", "edit*", "answer*", "getUpdates"])
    faults.set(too_many=0.10, server_error=0.05, drop_before=0.02, drop_after=0.01, retry_after=0.2)
    faults.set(duplicate_updates=1, shuffle_updates=1)
    # each kind happens at least once, whatever the dice say about the rest
    kinds = ("too_many", "server_error", "drop_before", "drop_after")
    for kind in kinds:
        faults.fail_next("sendMessage", kind)
    async with raised(database_url, faults) as stage:
        crowd = owners(stage.world, 8)
        await all_file(crowd, seed=5)
        await stage.settled()
        result = crash.Result(owners=len(crowd))
        await crash.verdict(result, stage.world, stage.database, crowd)
    lost_after_effect = faults.injected["drop_after"]
    assert [promise for promise in result.broken if "came twice" not in promise] == []
    assert 0 <= result.doubles <= lost_after_effect
    assert min(faults.injected[kind] for kind in (*kinds, "duplicate_updates")) > 0


async def _say(stage: Stage, chat_id: int, text: str, priority: Priority = Priority.ANSWER) -> None:
    async with stage.database.unit() as work:
        outbox.say(work, chat_id, Message(text), priority)


async def _met(stage: Stage) -> None:
    """Mina and Reza have written once."""
    stage.mina.start()
    stage.reza.start()
    await stage.mina.sees("من صنعت‌یارم")
    await stage.reza.sees("من صنعت‌یارم")
    await stage.settled()


async def test_told_to_wait_one_chat_waits_and_the_others_do_not(stage: Stage) -> None:
    await _met(stage)
    stage.world.faults.set(retry_after=30)
    stage.world.faults.fail_next("sendMessage", "too_many")
    await _say(stage, 501, "نخست")
    await _say(stage, 501, "سپس")
    async with asyncio.timeout(60):
        while not await stage.scalars(select(OutboxRow.id).where(OutboxRow.error.contains("RetryAfter"))):
            await asyncio.sleep(0.01)
    stage.reza.say("/help")
    await stage.reza.sees("پرسش")
    assert not [seen for seen in stage.mina.screen if seen.text in ("نخست", "سپس")]
    stage.clock.move(timedelta(seconds=31))
    await stage.mina.sees("سپس")
    texts = [seen.text for seen in stage.mina.screen]
    assert texts.index("نخست") < texts.index("سپس")


async def test_who_blocked_the_bot_closes_only_their_own_chat(stage: Stage) -> None:
    await _met(stage)
    stage.mina.person.blocked = True
    await _say(stage, 501, "نمی‌رسد")
    await _say(stage, 502, "می‌رسد")
    await stage.reza.sees("می‌رسد")
    await stage.settled()
    assert await stage.scalars(select(Person.reachable).where(Person.chat_id == 501)) == [False]
    assert await stage.scalars(select(Person.reachable).where(Person.chat_id == 502)) == [True]
    stage.mina.unblocks()
    stage.mina.say("/help")
    await stage.mina.sees("پرسش")
    assert await stage.scalars(select(Person.reachable).where(Person.chat_id == 501)) == [True]


async def test_refused_markup_goes_as_plain_text(stage: Stage) -> None:
    await _met(stage)
    await _say(stage, 501, "<b>پررنگ &amp; <i>کج</b> متن")
    await stage.mina.sees("پررنگ & کج متن")
    await stage.settled()
    assert await stage.scalars(select(OutboxRow.state).where(OutboxRow.state != "sent")) == []


async def test_answer_whose_fate_is_unknown_is_said_again(stage: Stage) -> None:
    await _met(stage)
    stage.world.faults.fail_next("sendMessage", "drop_after")
    await _say(stage, 501, "پاسخ")
    await stage.settled()
    assert [seen.text for seen in stage.mina.screen].count("پاسخ") == 2


async def test_bulk_whose_fate_is_unknown_is_not_said_again(stage: Stage) -> None:
    await _met(stage)
    stage.world.faults.fail_next("sendMessage", "drop_after")
    await _say(stage, 501, "خبر", Priority.BULK)
    await stage.settled()
    await _say(stage, 501, "بعدی", Priority.BULK)
    await stage.mina.sees("بعدی")
    await stage.settled()
    assert [seen.text for seen in stage.mina.screen].count("خبر") == 1
    states = await stage.scalars(select(OutboxRow.state).where(OutboxRow.priority == 2).order_by(OutboxRow.id))
    assert states == ["unknown", "sent"]


async def test_bulk_that_surely_did_not_go_out_is_said_again(stage: Stage) -> None:
    await _met(stage)
    stage.world.faults.set(retry_after=0.1)
    stage.world.faults.fail_next("sendMessage", "too_many")
    await _say(stage, 501, "خبر", Priority.BULK)
    await stage.mina.sees("خبر")


async def test_garbled_reply_stops_nothing(stage: Stage) -> None:
    """A reply that breaks off: it may have been sent, so an answer comes again, and the chat goes on."""
    await _met(stage)
    stage.world.faults.fail_next("sendMessage", "garbage")
    await _say(stage, 501, "پاسخ")
    await _say(stage, 501, "دنباله")
    await stage.mina.sees("دنباله")
    await stage.settled()
    assert [seen.text for seen in stage.mina.screen].count("پاسخ") == 2


async def test_answers_go_before_mirrors_before_bulk(stage: Stage) -> None:
    await _met(stage)
    stage.world.faults.outage(True)
    async with stage.database.unit() as work:
        for number, priority in enumerate((Priority.BULK, Priority.MIRROR, Priority.ANSWER, Priority.ANSWER)):
            outbox.say(work, 501, Message(f"{priority.name} {number}"), priority)
    stage.world.faults.outage(False)
    await stage.mina.sees("BULK", after=0)
    told = [seen.text for seen in stage.mina.screen if seen.author == "bot"][-4:]
    assert told.index("ANSWER 2") < told.index("ANSWER 3") < told.index("MIRROR 1") < told.index("BULK 0")


async def test_edit_that_never_works_lets_the_chat_go_on(stage: Stage) -> None:
    """A changed button is decoration: after some tries what follows may pass."""
    await _met(stage)
    stage.world.faults.fail_next("editMessageReplyMarkup", "server_error", times=50)
    message_id = stage.mina.screen[-1].message_id
    async with stage.database.unit() as work:
        outbox.unbutton(work, 501, message_id=message_id)
        outbox.say(work, 501, Message("بعد از آن"))
    async with asyncio.timeout(60):
        while not [seen for seen in stage.mina.screen if seen.text == "بعد از آن"]:
            stage.clock.move(timedelta(seconds=2))
            await asyncio.sleep(0.1)


_NOT_ONE = {
    "sqlite": (
        "CREATE TRIGGER not_one BEFORE UPDATE ON outbox WHEN NEW.state = 'sent' AND NEW.chat_id = 501 "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION not_one() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'not this one' USING ERRCODE = 'check_violation'; END$$",
        "CREATE TRIGGER not_one BEFORE UPDATE ON outbox FOR EACH ROW "
        "WHEN (NEW.state = 'sent' AND NEW.chat_id = 501) EXECUTE FUNCTION not_one()",
    ),
}


async def test_delivery_that_cannot_be_settled_stops_its_own_chat_only(stage: Stage) -> None:
    """A row that the database refuses to close, settled together with others."""
    await _met(stage)
    async with stage.database.unit() as work:
        for statement in _NOT_ONE[work.dialect]:
            await work.session.execute(text(statement))
    async with stage.database.unit() as work:
        outbox.say(work, 501, Message("گیر می‌کند"))
        outbox.say(work, 502, Message("می‌گذرد"))
    await stage.mina.sees("گیر می‌کند")
    stage.reza.say("/help")
    await stage.reza.sees("پرسش")
    states = "sent", "sent"
    async with asyncio.timeout(60):
        while tuple(await stage.scalars(select(OutboxRow.state).where(OutboxRow.chat_id == 502)))[-2:] != states:
            await asyncio.sleep(0.02)
