"""A world behind HTTP for each test, and a bare client that speaks the Bot API without any library.

What only one module needs is made there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import StandIn, World
from sandbox.driver import Phone
from sandbox.webhook import Settings

TOKEN = "123456:sandbox-test"


class Client:
    """POSTs JSON to the Bot API; returns (status, body)."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def ask(self, method: str, **params: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.url}/bot{TOKEN}/{method}", json=params) as response:
            return response.status, await response.json()

    async def ok(self, method: str, **params: Any) -> Any:
        status, body = await self.ask(method, **params)
        assert (status, body["ok"]) == (200, True), body
        return body["result"]

    async def refused(self, method: str, **params: Any) -> str:
        """The description, after checking the envelope of a refusal."""
        status, body = await self.ask(method, **params)
        assert body["ok"] is False
        assert status == body["error_code"]
        return str(body["description"])


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what no event tells, looking often."""
    for _ in range(int(seconds / 0.005)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"not so within {seconds} s")


@pytest.fixture
def world() -> World:
    return World(token=TOKEN)


@pytest.fixture
async def stand_in(world: World) -> AsyncIterator[StandIn]:
    async with StandIn(world, settings=Settings(wait_scale=0.01)) as running:
        yield running


@pytest.fixture
async def client(stand_in: StandIn) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session, stand_in.url)


@pytest.fixture
def mina(world: World) -> Phone:
    """A person who has started the bot; her update is confirmed."""
    phone = world.phone(501, "Mina", "Rezaei", "fa")
    phone.start()
    world.updates.confirm(2**40)
    return phone
