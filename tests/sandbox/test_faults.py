"""Misbehaviour: each kind does what it says, with or without effect, and is counted.

Doubled and shuffled updates are in test_get_updates.py and test_webhook.py.
"""

import asyncio

import aiohttp
import pytest

from sandbox import Faults, StandIn, World
from sandbox.driver import Phone
from tests.sandbox.conftest import TOKEN, Client


def bot_texts(phone: Phone) -> list[str]:
    return [message.text for message in phone.screen if message.author == "bot"]


async def test_too_many_has_no_effect_and_says_how_long(client: Client, world: World, mina: Phone) -> None:
    world.faults.fail_next("sendMessage", "too_many")
    status, body = await client.ask("sendMessage", chat_id=501, text="x")
    assert (status, body["parameters"]) == (429, {"retry_after": 1})
    assert body["description"] == "Too Many Requests: retry after 1"
    world.faults.set(retry_after=0.05)
    world.faults.fail_next("sendMessage", "too_many")
    assert (await client.ask("sendMessage", chat_id=501, text="x"))[1]["parameters"] == {"retry_after": 0.05}
    assert bot_texts(mina) == []
    await client.ok("sendMessage", chat_id=501, text="x")
    assert world.faults.injected == {"too_many": 2}


async def test_server_errors_come_as_html_and_as_json(stand_in: StandIn, world: World, mina: Phone) -> None:
    world.faults.set(server_error=True)
    kinds = set()
    async with aiohttp.ClientSession() as session:
        for _ in range(20):
            address = f"{stand_in.url}/bot{TOKEN}/sendMessage"
            async with session.post(address, json={"chat_id": 501, "text": "x"}) as response:
                kinds.add((response.status, response.content_type))
                await response.read()
    assert kinds == {(500, "application/json"), (502, "text/html")}
    assert bot_texts(mina) == []


@pytest.mark.parametrize(("kind", "effect"), [("drop_before", []), ("drop_after", ["x"])])
async def test_a_cut_connection(client: Client, world: World, mina: Phone, kind: str, effect: list[str]) -> None:
    world.faults.fail_next("sendMessage", kind)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.ask("sendMessage", chat_id=501, text="x")
    assert bot_texts(mina) == effect
    await client.ok("getMe")


async def test_garbage_and_hanging_have_an_effect(client: Client, world: World, mina: Phone) -> None:
    world.faults.fail_next("sendMessage", "garbage")
    with pytest.raises(ValueError, match="Expecting value"):
        await client.ask("sendMessage", chat_id=501, text="a")
    world.faults.set(hang_seconds=30)
    world.faults.fail_next("sendMessage", "hang")
    asking = asyncio.create_task(client.ask("sendMessage", chat_id=501, text="b"))
    await mina.sees("b")
    assert not asking.done()
    asking.cancel()
    assert bot_texts(mina) == ["a", "b"]


async def test_an_outage_closes_waiting_connections_too(client: Client, world: World, mina: Phone) -> None:
    polling = asyncio.create_task(client.ask("getUpdates", timeout=50))
    await world.updates.polled.wait()
    world.faults.outage(True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await asyncio.wait_for(polling, 5)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.ask("sendMessage", chat_id=501, text="x")
    assert bot_texts(mina) == []
    world.faults.outage(False)
    await client.ok("sendMessage", chat_id=501, text="x")


async def test_only_chosen_methods_suffer(client: Client, world: World, mina: Phone) -> None:
    world.faults.set(too_many=True)
    await client.ok("getMe")
    assert (await client.ask("sendChatAction", chat_id=501, action="typing"))[0] == 429
    world.faults.target(["getMe"])
    await client.ok("sendMessage", chat_id=501, text="x")
    assert (await client.ask("getMe"))[0] == 429
    world.faults.clear()
    await client.ok("getMe")


def test_the_seed_decides() -> None:
    def drawn(seed: int) -> list[str | None]:
        faults = Faults(seed=seed, too_many=0.2, drop_after=0.2)
        return [faults.draw("sendmessage") for _ in range(200)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 20 < drawn(1).count("too_many") < 60
    assert 20 < drawn(1).count("drop_after") < 60


def test_wrong_settings_are_refused() -> None:
    faults = Faults()
    for wrong in ({"rain": 1.0}, {"hang": 2.0}, {"hang": -0.1}):
        with pytest.raises(ValueError, match=r"unknown fault|out of range"):
            faults.set(**wrong)
    with pytest.raises(ValueError, match="unknown fault"):
        faults.fail_next("sendMessage", "rain")
