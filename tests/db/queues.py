"""Short words for tests of the two queues: store an update, claim, say something, read rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from db import inbox, outbox
from db.engine import Database
from db.inbox import Arrival, Claim
from db.message import Message
from db.outbox import OutboxRow, Priority, Sending

BOT = 42


async def store(database: Database, *updates: tuple[int, int], bot: int = BOT) -> int:
    """Updates as (id, lane)."""
    async with database.unit() as work:
        return await inbox.store(work, bot, [Arrival(number, lane, "message", "{}") for number, lane in updates])


async def claim(database: Database, most: int = 10, holder: str = "one") -> list[Claim]:
    """What a worker gets."""
    async with database.unit() as work:
        return await inbox.claim(work, holder, most)


async def say(database: Database, *said: tuple[int, str, Priority]) -> None:
    """Texts as (chat, text, priority)."""
    async with database.unit() as work:
        for chat_id, text, priority in said:
            outbox.say(work, chat_id, Message(text), priority)


async def send(database: Database, most: int = 10, holder: str = "one") -> list[Sending]:
    """What a sender gets."""
    async with database.unit() as work:
        return await outbox.claim(work, holder, most)


async def delivered(database: Database, *sendings: Sending) -> None:
    """Settle rows as sent; the messenger's ids are theirs plus a thousand."""
    async with database.unit() as work:
        await outbox.sent(work, [(sending, sending.id + 1000) for sending in sendings])


def texts(sendings: list[Sending]) -> list[str]:
    """What is on its way."""
    return [sending.payload["text"] for sending in sendings]


async def rows(database: Database, *columns: Any) -> list[Any]:
    """Columns of all rows, by id of the first column's table."""
    table = columns[0].class_
    async with database.reading() as session:
        return list((await session.execute(select(*columns).order_by(table.id))).all())


async def states(database: Database) -> list[str]:
    """States of the outbox's rows in the order they were said."""
    return [state for (state,) in await rows(database, OutboxRow.state)]
