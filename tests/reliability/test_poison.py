"""Updates that nobody can parse, and handlers with a bug: they are put aside, everybody else goes on."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from telegram import Update
from telegram.ext import CommandHandler

from db.inbox import InboxRow
from db.models import Person, Submission
from db.outbox import OutboxRow
from eservices import submissions
from handlers.turn import Context
from tests.reliability.doors import figure, readiness
from tests.stage import Stage

_CHAT = {"id": 501, "type": "private", "first_name": "مینا"}
_USER = {"id": 501, "is_bot": False, "first_name": "مینا"}
_BODY: dict[str, Any] = {"message_id": 7, "date": 1_790_000_000, "chat": _CHAT, "from": _USER, "text": "سلام"}


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value


# What is wrong with it, and the message of the update.
BROKEN_MESSAGES: dict[str, Any] = {
    "user without is_bot": _BODY | {"from": {"id": 501, "first_name": "مینا"}},
    "message is a text": "سلام",
    "date is a word": _BODY | {"date": "tomorrow"},
    "chat is a number": _BODY | {"chat": 501},
    "chat without a type": _BODY | {"chat": {"id": 501}},
    "user is a list": _BODY | {"from": [501]},
    "entities are a number": _BODY | {"entities": 5},
}
# Whole updates of which not even the id can be trusted.
BROKEN_UPDATES: dict[str, Any] = {
    "no update_id": {"message": _BODY},
    "list": [1, 2],
    "text": "سلام",
    "number": 17,
    "nothing": None,
}


async def _good_ones_are_answered(stage: Stage, bad: Callable[[], object]) -> None:
    """A good update of Mina, the bad one, then good ones of Mina and Reza, all fetched at once."""
    stage.mina.say("/help")
    bad()
    stage.mina.say("/privacy")
    stage.reza.start()
    await stage.reza.sees("من صنعت‌یارم")
    await stage.mina.sees("نگه می‌داریم", after=0)
    await stage.settled()


async def _quarantined(stage: Stage) -> int:
    rows = await stage.scalars(select(InboxRow.status).where(InboxRow.status != "done"))
    assert set(rows) <= {"quarantined"}
    return len(rows)


@pytest.mark.parametrize("what", BROKEN_MESSAGES)
async def test_broken_message_between_good_ones(stage: Stage, what: str) -> None:
    body = BROKEN_MESSAGES[what]
    await _good_ones_are_answered(stage, lambda: stage.world.updates.add("message", body, 501, stage.world.mark))
    assert await _quarantined(stage) == 1


@pytest.mark.parametrize("what", BROKEN_UPDATES)
async def test_broken_update_between_good_ones(stage: Stage, what: str) -> None:
    await _good_ones_are_answered(stage, lambda: stage.world.inject(BROKEN_UPDATES[what], queue=1))
    assert await _quarantined(stage) == 1


async def test_what_is_quarantined_is_counted(stage: Stage) -> None:
    for body in BROKEN_MESSAGES.values():
        stage.world.updates.add("message", body, 501, stage.world.mark)
    await stage.settled()
    report = await readiness(stage.process)
    assert report["status"] == 200
    assert report["inbox"] == {"open": 0, "parked": 0, "quarantined": len(BROKEN_MESSAGES)}
    assert await figure(stage.process, 'sanatyar_inbox{status="quarantined"}') == len(BROKEN_MESSAGES)
    assert await figure(stage.process, 'sanatyar_updates_handled_total{outcome="quarantined"}') == len(
        BROKEN_MESSAGES
    )


@pytest.mark.parametrize("depth", [100, 500, 900])
async def test_deep_nesting_stops_nobody(stage: Stage, depth: int) -> None:
    body = _BODY | {"text": _nested(depth)}
    await _good_ones_are_answered(stage, lambda: stage.world.updates.add("message", body, 501, stage.world.mark))


async def test_raw_update_is_kept_as_it_came(stage: Stage) -> None:
    stage.world.updates.add("message", _BODY | {"date": "tomorrow", "text": "a\x00b"}, 501, stage.world.mark)
    await stage.settled()
    (row,) = await stage.rows(select(InboxRow.raw, InboxRow.status, InboxRow.error))
    assert row.status == "quarantined"
    assert row.error
    assert r"a\u0000b" in row.raw


# A handler with a bug


def _bug(stage: Stage, times: int = 99, error: Exception | None = None) -> list[int]:
    """/boom does half of its work and raises, so many times; returns the list of its calls."""
    calls: list[int] = []

    async def boom(update: Update, context: Context) -> None:
        context.person.name = "نیمه‌کاره"
        service = context.house.catalogue.service("general")
        await submissions.begin(context.work, context.person, service, {}, None)
        context.say_text("start.greeting")
        await context.work.session.flush()
        calls.append(len(calls))
        if len(calls) <= times:
            raise error or ZeroDivisionError

    stage.process.application.add_handler(CommandHandler("boom", boom), group=-1)
    return calls


async def _failed_times(stage: Stage, times: int) -> None:
    """Wait until the newest failure is counted, and let its pause pass."""
    async with asyncio.timeout(60):
        while True:
            found = await stage.scalars(select(InboxRow.failures).where(InboxRow.failures >= times))
            if found:
                break
            await asyncio.sleep(0.02)
    stage.clock.move(timedelta(seconds=3))


async def test_bug_is_parked_after_three_failures_and_the_chat_goes_on(stage: Stage) -> None:
    calls = _bug(stage)
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    stage.mina.say("/boom")
    stage.mina.say("/privacy")
    stage.reza.say("/help")
    await stage.reza.sees("پرسش")
    await _failed_times(stage, 1)
    await _failed_times(stage, 2)
    await stage.mina.sees("نگه می‌داریم")
    await stage.settled()
    assert len(calls) == 3
    (parked,) = await stage.rows(select(InboxRow.id, InboxRow.error).where(InboxRow.status == "parked"))
    assert parked.error == "ZeroDivisionError"
    number = str(parked.id).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    told = [seen.text for seen in stage.mina.screen if "خطایی پیش آمد" in seen.text]
    assert len(told) == 1
    assert number in told[0]
    assert [seen.text for seen in stage.staff.screen if number in seen.text and "انجام نشد" in seen.text]
    report = await readiness(stage.process)
    assert report["inbox"]["parked"] == 1


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError("a file of its own"),
        TimeoutError("a wait of its own"),
        OperationalError("select nosuch", {}, sqlite3.OperationalError("no such column: nosuch")),
        InterfaceError("select $1", {}, Exception("expected an integer")),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_bug_that_looks_like_a_database_that_is_away_is_a_bug_all_the_same(
    stage: Stage, error: Exception
) -> None:
    _bug(stage, error=error)
    stage.mina.say("/boom")
    await _failed_times(stage, 1)
    await _failed_times(stage, 2)
    await stage.mina.sees("خطایی پیش آمد")
    assert await stage.scalars(select(InboxRow.error).where(InboxRow.status == "parked")) == [type(error).__name__]


async def test_handler_without_an_end_is_stopped_and_parked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds up everybody who writes; so it is a bug, not a database that is away."""
    monkeypatch.setattr("bot.worker.UNIT_SECONDS", 0.2)

    async def endless(_update: Update, _context: Context) -> None:
        await asyncio.Event().wait()

    stage.process.application.add_handler(CommandHandler("endless", endless), group=-1)
    stage.mina.say("/endless")
    await _failed_times(stage, 1)
    await _failed_times(stage, 2)
    await stage.mina.sees("خطایی پیش آمد")


async def test_nothing_half_done_stays_after_a_bug(stage: Stage) -> None:
    _bug(stage)
    stage.mina.say("/boom")
    await _failed_times(stage, 1)
    await _failed_times(stage, 2)
    await stage.mina.sees("خطایی پیش آمد")
    await stage.settled()
    assert await stage.scalars(select(Person.name)) == ["مینا کریمی"]
    assert await stage.scalars(select(Submission.id)) == []
    assert len(await stage.scalars(select(OutboxRow.id).where(OutboxRow.chat_id == 501))) == 1


async def test_bug_that_passes_is_not_heard_of(stage: Stage) -> None:
    calls = _bug(stage, times=2)
    stage.mina.say("/boom")
    await _failed_times(stage, 1)
    await _failed_times(stage, 2)
    await stage.mina.sees("من صنعت‌یارم")
    await stage.settled()
    assert len(calls) == 3
    assert len(await stage.scalars(select(Submission.id))) == 1
    assert [seen.text for seen in stage.mina.screen if "خطایی" in seen.text] == []
    assert [seen for seen in stage.staff.screen if seen.author == "bot"] == []
