"""getUpdates: confirmation, limits, waiting, conflicts; and odd updates on purpose.

Pushing to a webhook is in test_webhook.py.
"""

import asyncio

import pytest

from sandbox import Faults, World
from sandbox.driver import Phone
from tests.sandbox.conftest import TOKEN, Client


def texts(updates: list[dict[str, dict[str, object]]]) -> list[object]:
    return [update["message"]["text"] for update in updates]


async def test_confirmed_by_a_later_offset_only(client: Client, mina: Phone, world: World) -> None:
    for word in "abc":
        mina.say(word)
    first = await client.ok("getUpdates")
    assert texts(first) == ["a", "b", "c"]
    assert [one["update_id"] - first[0]["update_id"] for one in first] == [0, 1, 2]
    assert await client.ok("getUpdates", offset=first[0]["update_id"]) == first
    assert texts(await client.ok("getUpdates", offset=first[2]["update_id"], limit=1)) == ["c"]
    assert len(world.pending_updates()) == 1
    assert await client.ok("getUpdates", offset=first[2]["update_id"] + 1) == []
    assert world.pending_updates() == []
    assert world.count("getUpdates") == 4


async def test_limit_and_negative_offset(client: Client, mina: Phone, world: World) -> None:
    for number in range(120):
        mina.say(str(number))
    assert len(await client.ok("getUpdates", limit=1000)) == 100
    assert texts(await client.ok("getUpdates", limit=2)) == ["0", "1"]
    assert texts(await client.ok("getUpdates", offset=-2)) == ["118", "119"]
    assert len(world.pending_updates()) == 2


async def test_waits_for_the_next_update(client: Client, mina: Phone) -> None:
    waiting = asyncio.create_task(client.ok("getUpdates", timeout=30))
    await mina.state.updates.polled.wait()
    mina.say("now")
    assert texts(await asyncio.wait_for(waiting, 5)) == ["now"]


async def test_the_older_of_two_is_told_of_the_conflict(client: Client, mina: Phone) -> None:
    older = asyncio.create_task(client.refused("getUpdates", timeout=30))
    await mina.state.updates.polled.wait()
    newer = asyncio.create_task(client.ok("getUpdates", timeout=30))
    assert await asyncio.wait_for(older, 5) == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    mina.say("x")
    assert texts(await asyncio.wait_for(newer, 5)) == ["x"]


async def test_conflict_with_a_webhook(client: Client, mina: Phone) -> None:
    waiting = asyncio.create_task(client.refused("getUpdates", timeout=30))
    await mina.state.updates.polled.wait()
    await client.ok("setWebhook", url="https://bot.example.ir/hook")
    assert await asyncio.wait_for(waiting, 5) == "Conflict: terminated by setWebhook request"
    assert (await client.refused("getUpdates")).startswith(
        "Conflict: can't use getUpdates method while webhook is active"
    )
    await client.ok("deleteWebhook")
    assert await client.ok("getUpdates") == []


async def test_allowed_updates_stay(client: Client, mina: Phone) -> None:
    said = mina.say("a")["message"]["message_id"]
    mina.react(said, "👍")
    assert [list(one)[1] for one in await client.ok("getUpdates")] == ["message"]
    await client.ok("getUpdates", offset=2**40, allowed_updates=["message_reaction"])
    mina.react(said, None)
    mina.say("not asked for")
    assert [list(one)[1] for one in await client.ok("getUpdates")] == ["message_reaction"]
    await client.ok("getUpdates", offset=2**40, allowed_updates=[])
    mina.say("again")
    assert texts(await client.ok("getUpdates")) == ["again"]


async def test_injected_values_come_as_they_are(client: Client, world: World, mina: Phone) -> None:
    odd = [7, "text", None, {"update_id": "x"}, {"update_id": 5, "message": []}, {"future_kind": {}}]
    for raw in odd:
        world.inject(raw)
    said = mina.say("good")
    assert await client.ok("getUpdates") == [*odd, said]
    assert await client.ok("getUpdates", offset=said["update_id"] + 1) == []


async def test_every_update_twice_when_asked(world: World, client: Client, mina: Phone) -> None:
    world.faults.set(duplicate_updates=True)
    mina.say("a")
    mina.say("b")
    first = await client.ok("getUpdates")
    later = await client.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert later == first
    assert await client.ok("getUpdates", offset=first[-1]["update_id"] + 1) == []
    assert world.faults.injected["duplicate_updates"] == 2


@pytest.mark.parametrize("seed", range(5))
async def test_shuffling_keeps_the_order_within_a_chat(seed: int) -> None:
    world = World(token=TOKEN, faults=Faults(seed=seed, shuffle_updates=True))
    phones = [world.phone(number, f"P{number}") for number in range(1, 5)]
    for count in range(10):
        for phone in phones:
            phone.say(f"{phone.user_id} {count}")
    batch = await world.updates.poll(0, 100, 0)
    ids = [update["update_id"] for update in batch]
    assert ids == sorted(ids)
    said = [update["message"]["text"].split() for update in batch]
    for phone in phones:
        assert [count for who, count in said if who == str(phone.user_id)] == [str(count) for count in range(10)]
    assert [who for who, _ in said] != [who for _ in range(10) for who in "1234"]
    assert await world.updates.poll(ids[0], 100, 0) == batch, "what was handed out once keeps its id"


def test_a_restart_repeats_no_id() -> None:
    early = World(token=TOKEN, clock=lambda: 1_800_000_000.0).phone(1, "A").say("x")
    late = World(token=TOKEN, clock=lambda: 1_800_000_060.0).phone(1, "A").say("x")
    assert early["update_id"] + 1000 < late["update_id"] < 2**31
    assert early["message"]["message_id"] + 1000 < late["message"]["message_id"] < 2**31
