"""Found by reading: rows that waited for each other, plans without an index, strangers in the messenger's place."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from aiohttp import web
from sqlalchemy import select, text
from sqlalchemy.orm.exc import StaleDataError
from telegram import Update
from telegram.error import BadRequest, TelegramError

from bot.failures import Verdict, judge
from bot.logs import hide_secrets
from bot.transport import AiohttpRequest, BotApi
from db import inbox, outbox
from db.engine import Database
from db.message import Message
from db.models import Ticket
from db.outbox import LEASE, OutboxRow, Priority
from desk import people, tickets
from handlers.turn import Context
from tests.db.queues import delivered, say, send, texts
from tests.desk import persons
from tests.stage import Clock, Stage

MINA, STAFF = 501, -100777
TOKEN = "42:" + "a" * 35


async def test_what_was_left_in_sending_does_not_wait_for_the_urgent_that_waits_for_it(database: Database) -> None:
    """A process dies while it sends a mirror; then a refusal is said in the same group."""
    database.clock = clock = Clock()
    await say(database, (STAFF, "card", Priority.MIRROR))
    assert texts(await send(database)) == ["card"]
    await say(database, (STAFF, "refusal", Priority.ANSWER))
    assert await send(database, holder="two") == [], "one at a time while the lease runs"
    clock.move(LEASE + timedelta(seconds=1))
    heard = []
    for _ in range(2):
        rows = await send(database, holder="two")
        heard += texts(rows)
        await delivered(database, *rows)
    assert heard == ["card", "refusal"]


async def test_two_left_in_sending_in_one_chat_go_one_after_the_other(database: Database) -> None:
    """Two processes may take two rows of one chat at the same moment, and both may die."""
    database.clock = clock = Clock()
    await say(database, (STAFF, "card", Priority.MIRROR), (STAFF, "refusal", Priority.ANSWER))
    async with database.unit() as work:
        await work.run(text("UPDATE outbox SET state = 'sending', claimed_by = 'dead'"))
    clock.move(LEASE + timedelta(seconds=1))
    rows = await send(database)
    assert texts(rows) == ["refusal"]
    await delivered(database, *rows)
    assert texts(await send(database)) == ["card"]


@pytest.mark.parametrize(("queue", "index"), [(inbox, "ix_inbox_open"), (outbox, "ix_outbox_waiting")])
async def test_claims_walk_through_what_is_open_only(seeded_sqlite: Path, queue: ModuleType, index: str) -> None:
    """All that was ever done must not be read at each claim."""
    database = Database(f"sqlite+aiosqlite:///{seeded_sqlite}")
    values = {"render_postcompile": True}
    statement = str(queue._CLAIM.compile(dialect=database.reader.dialect, compile_kwargs=values))
    async with database.reader.connect() as connection:
        unknown = (None,) * statement.count("?")
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", unknown)).all()
    await database.close()
    steps = [step for *_, step in plan if "inbox" in step or "outbox" in step or "earlier" in step]
    assert any(step.endswith(f"SCAN {queue.__name__.removeprefix('db.')} USING INDEX {index}") for step in steps)
    assert all(index in step or "rowid=?" in step for step in steps), steps


@contextlib.asynccontextmanager
async def _stranger(status: int, body: str) -> AsyncIterator[BotApi]:
    """Somebody who answers in the messenger's place."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers={"Location": "/elsewhere"} if status == 302 else {})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    request = AiohttpRequest()
    await request.initialize()
    try:
        yield BotApi(request, f"http://127.0.0.1:{runner.addresses[0][1]}", TOKEN)
    finally:
        await request.shutdown()
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (403, "<html>filtered</html>", Verdict.AGAIN),
        (400, "<html>bad request</html>", Verdict.AGAIN),
        (404, "[]", Verdict.AGAIN),
        (302, "", Verdict.AGAIN),
        (504, "<html>gateway time-out</html>", Verdict.UNKNOWN),
        (403, '{"ok": false, "description": "Forbidden: bot was blocked by the user"}', Verdict.UNREACHABLE),
        (400, '{"ok": false, "description": "Bad Request: message text is empty"}', Verdict.FAILED),
        (500, '{"ok": false, "description": "Internal Server Error"}', Verdict.AGAIN),
        (401, '{"ok": false, "description": "Unauthorized"}', Verdict.AGAIN),
        (413, '{"ok": false, "description": "Request Entity Too Large"}', Verdict.FAILED),
    ],
)
async def test_only_the_messengers_own_refusals_close_a_row(status: int, body: str, verdict: Verdict) -> None:
    async with _stranger(status, body) as api:
        with pytest.raises(TelegramError) as refused:
            await api.call("sendMessage", chat_id=1, text="x")
    assert judge(refused.value, attempts=1).verdict is verdict
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Bad Request: not enough rights to send photos to the chat", Verdict.FAILED),
        ("Bad Request: not enough rights to send voice notes to the chat", Verdict.FAILED),
        ("Bad Request: not enough rights to send text messages to the chat", Verdict.UNREACHABLE),
        ("Bad Request: have no rights to send a message", Verdict.UNREACHABLE),
    ],
)
def test_a_group_that_forbids_pictures_is_still_open_to_words(said: str, verdict: Verdict) -> None:
    assert judge(BadRequest(said), attempts=1).verdict is verdict


async def test_answer_by_edit_outlasts_an_outage(stage: Stage) -> None:
    """Menus answer a press by changing the message: that is no decoration."""
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    await stage.settled()
    stage.world.faults.fail_next("editMessageText", "server_error", times=6)
    async with stage.database.unit() as work:
        outbox.edit(work, MINA, Message("پاسخ به فشردن"), message_id=stage.mina.screen[-1].message_id)
    async with asyncio.timeout(60):
        while "sent" not in await stage.scalars(select(OutboxRow.state).where(OutboxRow.kind == "edit")):
            stage.clock.move(timedelta(seconds=40))
            await asyncio.sleep(0.1)


def test_press_under_a_message_that_is_gone() -> None:
    """It comes as an id alone; there is nothing to change, so the answer is said anew."""
    pressed = {
        "id": "1",
        "from": {"id": MINA, "is_bot": False, "first_name": "Mina"},
        "chat_instance": "1",
        "data": "m:help",
        "message": {"message_id": 7, "date": 0, "chat": {"id": MINA, "type": "private"}},
    }
    context = Context.__new__(Context)
    context.incoming = Update.de_json({"update_id": 1, "callback_query": pressed}, None)
    assert context.pressed_message_id is None
    pressed["message"] |= {"date": 1}  # type: ignore[operator]
    context.incoming = Update.de_json({"update_id": 1, "callback_query": pressed}, None)
    assert context.pressed_message_id == 7


async def test_payload_that_makes_no_call_lets_the_chat_go_on(stage: Stage) -> None:
    stage.mina.start()
    await stage.mina.sees("من صنعت‌یارم")
    await stage.settled()
    async with stage.database.unit() as work:
        outbox.react(work, MINA, 5, "👌")
        work.outgoing[-1]["payload"] = {"text": ""}
        outbox.say(work, MINA, Message("بعد از آن"), Priority.MIRROR)
    await stage.mina.sees("بعد از آن")


def test_reasons_hold_nothing_that_a_database_refuses() -> None:
    judged = judge(BadRequest("odd \x00 \ud800 words"), attempts=1)
    assert not {"\x00", "\ud800"} & set(judged.reason)
    assert "words" in judged.reason


async def test_two_changes_of_a_ticket_at_once_are_not_mixed(database: Database) -> None:
    """The owner adds while staff close, each in a process of its own: the later one has to look again."""
    _, ticket_id = await persons.mina_with_ticket(database, "waiting")
    async with database.reading() as session:
        seen = (await session.scalars(select(Ticket).where(Ticket.id == ticket_id))).one()
        session.expunge(seen)
    async with database.unit() as work:
        owner, _ = await people.arrive(work, people.Visitor(MINA, "Mina", None, "fa"))
        await tickets.cancel(work, owner, await tickets.owned(work, owner, ticket_id))

    async def late() -> None:
        async with database.unit() as work:
            work.session.add(seen)
            seen.status = "open"
            tickets.touch(work, seen)

    with pytest.raises(StaleDataError):
        await late()
    async with database.reading() as session:
        assert await session.scalar(select(Ticket.status).where(Ticket.id == ticket_id)) == "closed"


def test_rows_that_the_database_quotes_stay_out_of_the_logs() -> None:
    said = (
        "asyncpg.exceptions.NotNullViolationError: null value in column\n"
        "DETAIL:  Failing row contains (7, کارخانه‌ی من\n09120000000).\n\n"
        "The above exception was the direct cause of the following exception:\n"
        "sqlalchemy.exc.DataError: invalid input for query argument $1: '0016402191' (an integer is required)\n"
        "[SQL: INSERT INTO people]\n[parameters: ('Mina',)]"
    )
    shown = hide_secrets(said)
    assert not [secret for secret in ("کارخانه", "0912", "0016402191", "Mina") if secret in shown]
    assert "The above exception" in shown
    assert "INSERT INTO people" in shown
