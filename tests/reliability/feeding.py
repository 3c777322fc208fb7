"""Feeding generated updates through the webhook's door and the worker, and looking for what they broke.

The world knows everybody who writes, so that every answer is really sent and the stand-in judges it.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlalchemy import select

from bot.webhook import webhook_path
from db.inbox import InboxRow
from db.outbox import OutboxRow
from tests.reliability import fuzz
from tests.stage import TOKEN, Stage, raised

# What a messenger may say to an edit of a made-up message, or to a made-up file that is handed on.
_OF_MADE_UP_THINGS = (
    "wrong file identifier",
    "in the request",
    "message to edit not found",
    "message can't be edited",
    "message to react not found",
    "is not known",
)


@dataclass
class Fed:
    """What came of the updates; `broken` names each promise that was not kept."""

    updates: int
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    broken: list[str] = field(default_factory=list)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def feed(database_url: str, updates: list[Any]) -> Fed:
    """Everything in, worked off, delivered; then Mina asks a question."""
    fed = Fed(len(updates))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with raised(database_url, public_url=url, http_port=port) as stage:
        for number in fuzz.PEOPLE:
            stage.world.phone(number, f"کس {number}").person.wrote = True
        started = time.monotonic()
        await _post_all(fed, url + webhook_path(TOKEN), stage.settings.secret_of_webhook(), updates)
        try:
            await stage.settled(300)
        except TimeoutError:
            fed.broken.append("five minutes later something still waits")
        fed.seconds = time.monotonic() - started
        await _judge(fed, stage)
        await _mina_is_answered(fed, stage)
    return fed


async def _post_all(fed: Fed, url: str, secret: str, updates: list[Any]) -> None:
    """Several at a time, as the messenger does; each must be taken in."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret, "Content-Type": "application/json"}
    waiting = iter(updates)

    async def one_line(session: aiohttp.ClientSession) -> None:
        for update in waiting:
            async with session.post(url, data=json.dumps(update), headers=headers) as response:
                if response.status != 200:
                    fed.broken.append(f"answered {response.status}: {json.dumps(update)[:300]}")

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(one_line(session))


async def _judge(fed: Fed, stage: Stage) -> None:
    rows = await stage.rows(select(InboxRow.status, InboxRow.error, InboxRow.failures, InboxRow.raw))
    fed.statuses = Counter(row.status for row in rows)
    for row in rows:
        if row.status in ("parked", "open") or row.failures:
            fed.broken.append(f"{row.status} after {row.failures} failures, {row.error}: {row.raw[:1500]}")
    said = await stage.rows(select(OutboxRow.state, OutboxRow.error, OutboxRow.kind, OutboxRow.payload))
    fed.answers = sum(1 for row in said if row.state == "sent")
    for row in said:
        if row.state != "sent" and not any(part in (row.error or "").lower() for part in _OF_MADE_UP_THINGS):
            fed.broken.append(f"not sent: {row.kind} {row.error} {str(row.payload)[:300]}")


async def _mina_is_answered(fed: Fed, stage: Stage) -> None:
    """Whatever happened in her name, she starts anew and asks."""
    try:
        stage.mina.start()
        await stage.mina.sees("")
        stage.mina.say("/language")
        await stage.mina.sees("")
        stage.mina.press("فارسی")
        await stage.mina.sees("فارسی حرف می‌زنم")
        stage.mina.say("برای درخواست زمین چه مدارکی لازم است؟")
        await stage.mina.sees("منبع:")
    except AssertionError as error:
        fed.broken.append(f"Mina is not answered: {error}")
