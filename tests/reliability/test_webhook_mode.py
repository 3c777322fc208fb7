"""Ingress by webhook: what the door answers, and that updates come through it once and in order."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.webhook import MOST_BYTES, webhook_path
from db.inbox import InboxRow
from tests.reliability.doors import figure, readiness
from tests.reliability.feeding import free_port
from tests.stage import TOKEN, Stage, raised

HEADER = "X-Telegram-Bot-Api-Secret-Token"
SECRET = "secret-of-the-door"
_GOOD = {
    "update_id": 5,
    "message": {
        "message_id": 7,
        "date": 1_790_000_000,
        "chat": {"id": 501, "type": "private"},
        "from": {"id": 501, "is_bot": False, "first_name": "مینا"},
        "text": "/help",
    },
}


@pytest.fixture
async def hooked(database_url: str) -> AsyncIterator[Stage]:
    """A stage to which the stand-in pushes."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with raised(database_url, public_url=url, http_port=port, webhook_secret=SECRET) as stage:
        yield stage


async def _post(
    stage: Stage, body: bytes, secret: str | None = SECRET, path: str = webhook_path(TOKEN)
) -> tuple[int, str]:
    headers = {} if secret is None else {HEADER: secret}
    url = f"http://127.0.0.1:{stage.process.port}{path}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=io.BytesIO(body), headers=headers) as response,
    ):
        return response.status, await response.text()


async def test_pushed_updates_are_answered(hooked: Stage) -> None:
    hooked.mina.start()
    await hooked.mina.sees("من صنعت‌یارم")
    hooked.mina.press("فارسی")
    await hooked.mina.sees("فارسی حرف می‌زنم")
    await hooked.settled()
    report = await readiness(hooked.process)
    assert (report["status"], report["messenger"]) == (200, "heard")
    assert hooked.world.webhook is not None
    assert hooked.world.webhook.secret_token == SECRET
    assert TOKEN.partition(":")[2] not in hooked.world.webhook.url


async def test_duplicate_and_shuffled_deliveries_count_once(hooked: Stage) -> None:
    hooked.world.faults.set(duplicate_updates=1, shuffle_updates=1)
    for word in ("/help", "/privacy", "/services", "/requests"):
        hooked.mina.say(word)
    await hooked.mina.sees("هنوز درخواستی ثبت نکرده‌اید")
    await hooked.settled()
    rows = await hooked.scalars(select(InboxRow.status))
    assert rows == ["done"] * 4
    assert len([seen for seen in hooked.mina.screen if seen.author == "bot"]) == 4


@pytest.mark.parametrize("secret", [None, "", "another", "secret-of-the-doo", "راز"])
async def test_wrong_secret_is_refused_without_a_word(hooked: Stage, secret: str | None) -> None:
    status, body = await _post(hooked, json.dumps(_GOOD).encode(), secret)
    assert (status, body) == (401, "")
    assert await hooked.scalars(select(InboxRow.id)) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"nonsense"])
async def test_broken_json_is_400(hooked: Stage, body: bytes) -> None:
    assert (await _post(hooked, body))[0] == 400
    assert await hooked.scalars(select(InboxRow.id)) == []


async def test_too_large_is_413(hooked: Stage) -> None:
    body = json.dumps(_GOOD | {"more": "x" * MOST_BYTES}).encode()
    assert (await _post(hooked, body))[0] == 413
    assert await hooked.scalars(select(InboxRow.id)) == []


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "brand_new_kind": {"chat": {"id": 5}}},
        {"update_id": 2, "channel_post": {"message_id": 1, "date": 0, "chat": {"id": -5, "type": "channel"}}},
        {"update_id": 3},
        {"update_id": 4, "message_reaction": {"chat": {"id": 5}}},
        {},
        [],
        "text",
        17,
        None,
    ],
)
async def test_unknown_kinds_are_taken_and_closed(hooked: Stage, update: Any) -> None:
    assert await _post(hooked, json.dumps(update).encode()) == (200, "")
    await hooked.settled()
    (row,) = await hooked.rows(select(InboxRow.status, InboxRow.raw))
    assert row.status in ("done", "quarantined")
    assert json.loads(row.raw) == update


async def test_the_same_update_twice_counts_once(hooked: Stage) -> None:
    for _ in range(3):
        assert (await _post(hooked, json.dumps(_GOOD).encode()))[0] == 200
    await hooked.settled()
    assert await hooked.scalars(select(InboxRow.update_id)) == [5]
    assert await figure(hooked.process, "sanatyar_updates_duplicate_total") == 2


@pytest.mark.parametrize("path", ["/webhook", "/webhook/", "/webhook/" + "0" * 32, "/", f"/{TOKEN}"])
async def test_other_paths_are_not_there(hooked: Stage, path: str) -> None:
    assert (await _post(hooked, json.dumps(_GOOD).encode(), path=path))[0] in (404, 405)


async def test_other_methods_are_refused(hooked: Stage) -> None:
    url = f"http://127.0.0.1:{hooked.process.port}{webhook_path(TOKEN)}"
    async with aiohttp.ClientSession() as session:
        for method in ("GET", "PUT", "DELETE"):
            async with session.request(method, url) as response:
                assert response.status == 405


async def test_back_to_polling_takes_the_webhook_down(database_url: str) -> None:
    async with raised(database_url) as stage:
        stage.world.call("setWebhook", url="https://example.org/x")
        stage.mina.start()
        await stage.mina.sees("من صنعت‌یارم")
        assert stage.world.webhook is None
