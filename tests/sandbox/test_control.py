"""The control side: who may ask, acting and looking over HTTP, the stream of events, a process of its own.

The page that uses it is in test_page.py.
"""

import asyncio
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox import StandIn, World
from sandbox.acts import PIXEL
from sandbox.cast import STAFF_CHAT_ID, set_stage
from tests.sandbox.conftest import TOKEN, until

ROOT = Path(__file__).parents[2]


class Remote:
    """GET and POST under /control/."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def get(self, path: str) -> Any:
        async with self.session.get(f"{self.url}/control/{path}") as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        async with self.session.post(f"{self.url}/control/{path}", json=body) as response:
            assert response.status == status, await response.text()
            return await response.json()


@pytest.fixture
async def staged(world: World) -> AsyncIterator[StandIn]:
    async with StandIn(world, stage=set_stage) as running:
        yield running


@pytest.fixture
async def remote(staged: StandIn) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(session, staged.url)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8081"},
        {"Host": "127.0.0.1.evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_only_this_machine_may_ask(staged: StandIn, headers: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/", "/static/main.js", "/control/people", f"/bot{TOKEN}/getMe"):
            async with session.get(f"{staged.url}{path}", headers=headers) as response:
                assert response.status == 403, path
        address = f"{staged.url}/control/reset"
        async with session.post(address, json={}, headers=headers) as response:
            assert response.status == 403
        async with session.post(address, json={}, headers={"Origin": staged.url}) as response:
            assert response.status == 200


def test_no_other_address(world: World) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        StandIn(world, host="192.0.2.1")


async def test_a_taken_port_is_told(staged: StandIn, world: World) -> None:
    with pytest.raises(OSError, match="in use"):
        await StandIn(World(token=TOKEN), staged.port).start()


async def test_headers_of_the_page(staged: StandIn) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{staged.url}/") as response:
        assert response.status == 200
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    async with aiohttp.ClientSession() as session:
        for path in ("/static/nothing.js", "/static/%2e%2e%2fcast.py", "/elsewhere"):
            async with session.get(f"{staged.url}{path}") as response:
                assert response.status == 404


async def test_acts(remote: Remote, world: World) -> None:
    said = await remote.post("send", person=501, text="سلام")
    message_id = said["update"]["message"]["message_id"]
    await remote.post("send", person=501, text="پاسخ", reply_to=message_id)
    await remote.post("edit", person=501, message_id=message_id, text="درود")
    for kind in ("contact", "location", "voice", "video", "audio", "sticker"):
        await remote.post(kind, person=501)
    markup = {"inline_keyboard": [[{"text": "b", "callback_data": "1"}]]}
    card = world.call("sendMessage", chat_id=501, text="card", reply_markup=markup)
    await remote.post("press", person=501, message_id=card["message_id"], data="1")
    await remote.post("react", person=501, message_id=card["message_id"], emoji="👍")
    await remote.post("send", person=701, chat=STAFF_CHAT_ID, text="یادداشت")
    many = await remote.post("send", person=502, texts=["a", "b"])
    assert len(many["update"]) == 2
    form = aiohttp.FormData({"person": "501", "caption": "عکس"})
    form.add_field("file", PIXEL, filename="a.png", content_type="image/png")
    async with remote.session.post(f"{remote.url}/control/photo", data=form) as response:
        assert "photo" in (await response.json())["update"]["message"]
    await remote.post("block", person=501, on=True)
    kinds = [list(update)[1] for update in world.pending_updates()]
    assert kinds == ["message"] * 2 + ["edited_message"] + ["message"] * 6 + ["callback_query"] + ["message"] * 4 + [
        "my_chat_member"
    ]
    screen = await remote.get("screen?person=501")
    assert screen["blocked"]
    assert [message["text"] for message in screen["messages"]][:2] == ["درود", "پاسخ"]
    assert screen["messages"][1]["quote"] == {"name": "مینا", "text": "درود"}
    photo = screen["messages"][-1]["photo"]["file_id"]
    async with remote.session.get(f"{remote.url}/control/file/{photo}") as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", PIXEL)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("send", {"person": 999, "text": "x"}),
        ("send", {"person": 501, "text": ""}),
        ("send", {"person": 501}),
        ("send", {"person": 501, "chat": STAFF_CHAT_ID, "text": "no member"}),
        ("send", {"person": 501, "chat": 12345, "text": "x"}),
        ("press", {"person": 501, "label": "none"}),
        ("edit", {"person": 501, "message_id": 1, "text": "x"}),
        ("faults", {"rain": 1}),
        ("faults", {"hang": 7}),
        ("fail", {"method": "sendMessage", "kind": "rain"}),
    ],
)
async def test_what_cannot_be_done_is_explained(remote: Remote, path: str, body: dict[str, Any]) -> None:
    assert (await remote.post(path, 400, **body))["error"]


async def test_bodies_are_checked(remote: Remote, world: World) -> None:
    address = f"{remote.url}/control/send"
    for data, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"a=1", "text/plain")):
        async with remote.session.post(address, data=data, headers={"Content-Type": kind}) as response:
            assert response.status == 400
    large: dict[str, Any] = {"data": io.BytesIO(bytes(9 << 20)), "headers": {"Content-Type": "application/json"}}
    async with remote.session.post(address, **large) as response:
        assert response.status == 400
    assert (await remote.post("nothing", 404))["error"]
    assert world.pending_updates() == []


async def test_downloads_are_never_shown_inside_the_page(remote: Remote, world: World) -> None:
    page = world.phone(501, "x").document("page.html", b"<script>", "text/html")["message"]["document"]
    async with remote.session.get(f"{remote.url}/control/file/{page['file_id']}") as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment"


async def test_faults_injecting_counting_and_reset(remote: Remote, world: World) -> None:
    state = await remote.post("faults", too_many=0.5, methods=["send*"], seed=3, outage=True)
    assert (state["too_many"], state["outage"]) == (0.5, True)
    await remote.post("faults", outage=False, too_many=0)
    await remote.post("fail", method="getMe", kind="too_many")
    async with remote.session.get(f"{remote.url}/bot{TOKEN}/getMe") as response:
        assert response.status == 429
    assert (await remote.get("faults"))["injected"] == {"too_many": 1}
    await remote.post("inject", updates=[{"update_id": 5}, 7])
    assert (await remote.get("counts"))["pending"] == 2
    guest = (await remote.post("people", first_name="Guest", language_code="en"))["id"]
    await remote.post("groups", chat_id=-100777, title="Second", members=[guest])
    await remote.post("send", person=guest, text="hi")
    world.call("sendMessage", chat_id=guest, text="hello")
    ledger = await remote.get("ledger?since=0")
    assert ledger["next"] == 1
    assert ledger["calls"][0]["result"]["text"] == "hello"
    await remote.post("reset")
    people = await remote.get("people")
    assert guest not in [person["id"] for person in people["people"]]
    assert [group["id"] for group in people["groups"]] == [STAFF_CHAT_ID]
    assert world.pending_updates() == []


async def test_commands_in_the_language_of_the_person(remote: Remote, world: World) -> None:
    world.call("setMyCommands", commands=[{"command": "start", "description": "Begin"}])
    world.call("setMyCommands", commands=[{"command": "start", "description": "آغاز"}], language_code="fa")
    group_scope = {"type": "all_group_chats"}
    world.call("setMyCommands", commands=[{"command": "desk", "description": "Desk"}], scope=group_scope)

    async def menu(query: str) -> list[str]:
        return [one["description"] for one in (await remote.get(f"screen?{query}"))["commands"]]

    assert await menu("person=501") == ["آغاز"]
    assert await menu("person=502") == ["Begin"]
    assert await menu(f"person=701&chat={STAFF_CHAT_ID}") == ["Desk"]


async def test_events_tell_what_changed(remote: Remote, world: World) -> None:
    async with remote.session.get(f"{remote.url}/control/events") as stream:
        assert stream.content_type == "text/event-stream"
        await stream.content.readuntil(b"\n\n")
        world.phone(501, "x").say("سلام")
        async with asyncio.timeout(5):
            line = await stream.content.readuntil(b"\n\n")
        event = json.loads(line.decode().removeprefix("data: "))
        assert (event["what"], event["chat_id"]) == ("message", 501)

    def gone() -> bool:
        world.changed("anything")
        return not world.listeners

    await until(gone)


async def poll(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(f"{url}/bot1:abc/getUpdates", params={"timeout": 40}) as response:
        return (await response.json())["result"]


async def test_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--token", "1:abc", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        facts = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
        assert facts["token"] == "1:abc"
        assert facts["url"].startswith("http://127.0.0.1:")
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{facts['url']}/bot1:abc/getMe") as response:
                assert (await response.json())["result"]["id"] == 1
            remote = Remote(session, facts["url"])
            async with session.get(f"{facts['url']}/bot1:abc/getUpdates", params={"offset": 1}) as response:
                assert (await response.json())["result"] == []
            waiting = asyncio.create_task(poll(session, facts["url"]))
            await remote.get("counts")
            assert not waiting.done()
            await remote.post("faults", outage=True)
            with pytest.raises(aiohttp.ClientConnectionError):
                await asyncio.wait_for(waiting, 10)
            await remote.post("faults", outage=False)
            await remote.post("send", person=501, text="hello")
            assert (await poll(session, facts["url"]))[0]["message"]["text"] == "hello"
    finally:
        process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
