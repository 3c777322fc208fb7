"""Pushing updates: the secret, order within a queue, parallel queues, trying again.

The receiver is a real server; waits between attempts are scaled down.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from sandbox import StandIn, World
from sandbox.driver import Phone
from sandbox.webhook import SECRET_HEADER, Settings
from tests.sandbox.conftest import TOKEN, Client, until


class Receiver:
    """The bot's side: keeps what came; `answer` decides the reply to each update."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.secrets: set[str | None] = set()
        self.news = asyncio.Event()
        self.url = ""

        async def taken(update: Any) -> web.Response:
            return web.Response()

        self.answer: Callable[[Any], Awaitable[web.StreamResponse]] = taken

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.secrets.add(request.headers.get(SECRET_HEADER))
        update = json.loads(await request.read())
        self.came.append(update)
        self.news.set()
        return await self.answer(update)

    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.came]

    async def has(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.came) < count:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_updates_come_in_order_with_the_secret(
    client: Client, world: World, mina: Phone, receiver: Receiver
) -> None:
    mina.say("before")
    await client.ok("setWebhook", url=receiver.url, secret_token="s-1")
    for number in range(30):
        mina.say(str(number))
    await receiver.has(31)
    assert receiver.texts() == ["before", *map(str, range(30))]
    assert receiver.secrets == {"s-1"}
    await until(lambda: not world.pending_updates())
    info = await client.ok("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == (receiver.url, 0)


async def test_one_in_flight_per_queue_while_queues_run_beside_each_other(
    client: Client, world: World, mina: Phone, receiver: Receiver
) -> None:
    world.call(
        "sendMessage",
        chat_id=501,
        text="x",
        reply_markup={"inline_keyboard": [[{"text": "b", "callback_data": "1"}]]},
    )
    open_gate = asyncio.Event()

    async def wait(update: Any) -> web.Response:
        await open_gate.wait()
        return web.Response()

    receiver.answer = wait
    await client.ok("setWebhook", url=receiver.url)
    mina.say("one")
    mina.say("two")
    mina.press("b")
    world.phone(502, "Ali").say("other chat")
    await receiver.has(3)
    kinds = [update.get("message", {}).get("text", "press") for update in receiver.came]
    assert sorted(kinds) == ["one", "other chat", "press"]
    open_gate.set()
    await receiver.has(4)
    assert receiver.came[-1]["message"]["text"] == "two"


async def test_failures_are_tried_again_and_hold_up_only_their_queue(
    client: Client, world: World, mina: Phone, receiver: Receiver
) -> None:
    failures = iter([500, 302, 503, 410])

    async def fail_mina(update: Any) -> web.Response:
        status = next(failures, 200) if update["message"]["from"]["id"] == 501 else 200
        return web.Response(status=status, headers={"Location": "/hook", "Retry-After": "1"})

    receiver.answer = fail_mina
    await client.ok("setWebhook", url=receiver.url)
    mina.say("stubborn")
    mina.say("next")
    world.phone(502, "Ali").say("free")
    await receiver.has(7)
    assert [text for text in receiver.texts() if text != "free"] == ["stubborn"] * 5 + ["next"]
    info = await client.ok("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 410")


async def test_a_method_in_the_reply_is_run(client: Client, world: World, mina: Phone, receiver: Receiver) -> None:
    async def answer(update: Any) -> web.Response:
        return web.json_response({"method": "sendMessage", "chat_id": 501, "text": "from the reply"})

    receiver.answer = answer
    await client.ok("setWebhook", url=receiver.url)
    mina.say("hello")
    assert await mina.sees("from the reply")


async def test_doubled_updates(client: Client, world: World, mina: Phone, receiver: Receiver) -> None:
    world.faults.set(duplicate_updates=True)
    await client.ok("setWebhook", url=receiver.url)
    mina.say("a")
    await receiver.has(2)
    assert receiver.texts() == ["a", "a"]
    assert receiver.came[0] == receiver.came[1]


async def test_a_public_address_is_reached_only_through_its_stand_in(receiver: Receiver) -> None:
    world = World(token=TOKEN)
    mina = world.phone(501, "Mina")
    target = receiver.url.removesuffix("/hook")
    async with StandIn(world, settings=Settings(wait_scale=0.01, target=target)):
        world.call("setWebhook", url="https://bot.example.ir/hook")
        mina.say("hello")
        await receiver.has(1)
    hidden = World(token=TOKEN)
    async with StandIn(hidden, settings=Settings(wait_scale=0.01)):
        hidden.call("setWebhook", url="https://bot.example.ir/hook")
        hidden.phone(501, "Mina").say("hello")
        await until(lambda: "last_error_message" in hidden.call("getWebhookInfo"))
    assert hidden.call("getWebhookInfo")["last_error_message"].startswith("Failed to resolve host")
    assert len(hidden.pending_updates()) == 1


PORTS = "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"url": "http://bot.example.ir/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://bot.example.ir:9999/"}, PORTS),
        ({"url": "https://bot.example.ir/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://bot.example.ir/", "max_connections": -1}, "invalid max_connections specified"),
    ],
)  # fmt: skip
async def test_set_webhook_refuses(client: Client, params: dict[str, Any], problem: str) -> None:
    assert await client.refused("setWebhook", **params) == f"Bad Request: {problem}"


async def test_webhooks_end(client: Client, world: World, mina: Phone) -> None:
    await client.ok("setWebhook", url="https://bot.example.ir/", allowed_updates=["message"])
    assert (await client.ok("getWebhookInfo"))["allowed_updates"] == ["message"]
    mina.say("x")
    await client.ok("setWebhook", url="", drop_pending_updates=True)
    assert world.pending_updates() == []
    assert (await client.ok("getWebhookInfo"))["url"] == ""
    mina.say("y")
    await client.ok("deleteWebhook", drop_pending_updates="true")
    assert await client.ok("getUpdates") == []
