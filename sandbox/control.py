"""The control side, /control/...: acting as persons, looking at screens, faults, for the page and other processes.

JSON in and out; guard.py says who may ask. What the page looks like is in static/.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.acts import Hand
from sandbox.driver import Phone
from sandbox.files import UPLOAD_LIMIT
from sandbox.guard import HEADERS, body_of, guarded
from sandbox.show import groups_shown, people_shown, screen_shown
from sandbox.state import Json
from sandbox.world import World

STATIC = Path(__file__).with_name("static")
_EVENT_QUEUE = 1000
_HEARTBEAT = 15.0
_SHOWN_INLINE = {"image/png", "image/jpeg", "image/gif", "image/webp"}

Act = Callable[[Hand, Json], Any]


def _say(hand: Hand, body: Json) -> Any:
    if "texts" in body:
        return [hand.say(str(text)) for text in body["texts"]]
    return hand.say(str(body["text"]), body.get("reply_to"))


def _block(hand: Hand, body: Json) -> Any:
    phone = Phone(hand.state, hand.person, hand.state.chats[hand.person.user_id])
    return phone.blocks() if body.get("on", True) else phone.unblocks()


_ACTS: dict[str, Act] = {
    "send": _say,
    "press": lambda hand, body: hand.press(
        body.get("label"), data=body.get("data"), message_id=body.get("message_id")
    ),
    "tap": lambda hand, body: hand.tap(str(body["label"])),
    "contact": lambda hand, body: hand.contact(body.get("phone"), bool(body.get("own", True)), body.get("name")),
    "location": lambda hand, body: hand.location(
        float(body.get("latitude", 35.6892)), float(body.get("longitude", 51.3890))
    ),
    "voice": lambda hand, body: hand.voice(),
    "video": lambda hand, body: hand.video(),
    "audio": lambda hand, body: hand.audio(),
    "sticker": lambda hand, body: hand.sticker(),
    "forward": lambda hand, body: hand.forward(str(body["text"])),
    "edit": lambda hand, body: hand.edit(int(body["message_id"]), str(body["text"])),
    "react": lambda hand, body: hand.react(int(body["message_id"]), body.get("emoji")),
    "block": _block,
}


class Control:
    """Handlers over one world. `stage` fills the world again after a reset; `before` hears of each request."""

    def __init__(
        self, world: World, stage: Callable[[World], object] | None, before: Callable[[web.Request], None]
    ) -> None:
        self.world = world
        self.stage = stage
        self.before = before

    def add_routes(self, app: web.Application) -> None:
        """The page, its files, and /control/."""
        routes: list[tuple[str, str, Callable[[web.Request], Any]]] = [
            ("GET", "/", self.page),
            ("GET", "/static/{name:[a-z0-9.]+}", self.static),
            ("GET", "/control/people", self.people),
            ("POST", "/control/people", self.add_person),
            ("POST", "/control/groups", self.add_group),
            ("GET", "/control/screen", self.screen),
            ("GET", "/control/events", self.events),
            ("GET", "/control/file/{file_id}", self.file),
            ("POST", "/control/{kind:photo|document}", self.upload),
            ("GET", "/control/faults", self.faults),
            ("POST", "/control/faults", self.set_faults),
            ("POST", "/control/fail", self.fail_next),
            ("POST", "/control/inject", self.inject),
            ("GET", "/control/ledger", self.ledger),
            ("GET", "/control/counts", self.counts),
            ("POST", "/control/reset", self.reset),
            ("POST", "/control/{act}", self.act),
        ]
        for verb, path, handler in routes:
            app.router.add_route(verb, path, guarded(handler, self.before))

    async def page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        path = STATIC / request.match_info["name"]
        if not path.is_file():
            return web.json_response({"error": "not found"}, status=404)
        return web.FileResponse(path)

    def _hand(self, body: Any) -> Hand:
        """The person of a request, in a group if one is named, else in the private chat."""
        person = self.world.people[int(body["person"])]
        chat_id = int(body.get("chat") or person.user_id)
        topic = body.get("topic")
        if chat_id not in self.world.chats:
            raise ValueError("no such chat")
        return Hand(self.world, person, self.world.chats[chat_id], int(topic) if topic else None)

    async def act(self, request: web.Request) -> web.StreamResponse:
        act = _ACTS.get(request.match_info["act"])
        if act is None:
            return web.json_response({"error": "not found"}, status=404)
        body = await body_of(request)
        return web.json_response({"update": act(self._hand(body), body)})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        if not request.content_type.startswith("multipart/"):
            raise ValueError("send multipart/form-data")
        fields: Json = {}
        data, name, mime = b"", "file", None
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or not part.name:
                raise ValueError("no nested parts")
            if part.filename is None:
                fields[part.name] = (await part.read()).decode()[:4096]
            else:
                data, name, mime = bytes(await part.read()), part.filename, part.headers.get("Content-Type")
        if not data or len(data) > UPLOAD_LIMIT:
            raise ValueError("the file is empty or larger than 50 MB")
        hand, caption = self._hand(fields), fields.get("caption") or None
        reply_to = int(fields["reply_to"]) if fields.get("reply_to") else None
        if request.match_info["kind"] == "photo":
            update = hand.photo(caption, data, reply_to)
        else:
            update = hand.document(name, data, mime, caption, reply_to)
        return web.json_response({"update": update})

    async def people(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bot_user()
        return web.json_response({"bot": bot, "people": people_shown(self.world), "groups": groups_shown(self.world)})

    async def add_person(self, request: web.Request) -> web.StreamResponse:
        body = await body_of(request)
        user_id = int(body.get("user_id") or max([0, *self.world.people]) + 1)
        phone = self.world.phone(
            user_id, str(body["first_name"]), body.get("last_name"), body.get("language_code"), body.get("username")
        )
        return web.json_response({"id": phone.user_id})

    async def add_group(self, request: web.Request) -> web.StreamResponse:
        body = await body_of(request)
        members = [self.world.people[int(user_id)] for user_id in body.get("members", [])]
        group = self.world.group(int(body["chat_id"]), str(body["title"]), members, bool(body.get("forum")))
        return web.json_response({"id": group.chat_id})

    async def screen(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(screen_shown(self.world, self._hand(request.query)))

    async def file(self, request: web.Request) -> web.StreamResponse:
        """A file of a message; only pictures are shown inside the page, all else is a download."""
        stored = self.world.files.get(request.match_info["file_id"])
        if stored is None:
            return web.json_response({"error": "not found"}, status=404)
        mime = stored.mime if stored.mime in _SHOWN_INLINE or stored.kind == "photo" else None
        response = web.Response(body=stored.data, content_type=mime or "application/octet-stream")
        if mime is None:
            response.headers["Content-Disposition"] = "attachment"
        return response

    async def faults(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.world.faults.state())

    async def set_faults(self, request: web.Request) -> web.StreamResponse:
        body, faults = await body_of(request), self.world.faults
        if "methods" in body:
            faults.target([str(pattern) for pattern in body.pop("methods")])
        if "seed" in body:
            faults.seed(int(body.pop("seed")))
        outage = body.pop("outage", None)
        faults.set(**body)
        if outage is not None:
            faults.outage(bool(outage))
        return web.json_response(faults.state())

    async def fail_next(self, request: web.Request) -> web.StreamResponse:
        body = await body_of(request)
        self.world.faults.fail_next(str(body["method"]), str(body["kind"]), int(body.get("times", 1)))
        return web.json_response(self.world.faults.state())

    async def inject(self, request: web.Request) -> web.StreamResponse:
        """{"updates": [any JSON]}: queued as they are."""
        updates = (await body_of(request))["updates"]
        for raw in updates:
            self.world.inject(raw)
        return web.json_response({"queued": len(updates)})

    async def ledger(self, request: web.Request) -> web.StreamResponse:
        """Successful calls from `since` on, at most `limit`."""
        since, limit = int(request.query.get("since", 0)), int(request.query.get("limit", 10_000))
        calls = self.world.ledger[since : since + limit]
        shown = [{"method": one.method, "params": one.params, "result": one.result, "at": one.at} for one in calls]
        return web.json_response({"calls": shown, "next": since + len(calls)})

    async def counts(self, request: web.Request) -> web.StreamResponse:
        """Calls by method, and updates that still wait."""
        return web.json_response({"calls": dict(self.world.calls), "pending": len(self.world.updates.entries)})

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Forget everything, persons too; the cast comes back if there was one."""
        await body_of(request)
        self.world.clear()
        self.world.faults.clear()
        if self.stage is not None:
            self.stage(self.world)
        self.world.changed("reset")
        return web.json_response({"reset": True})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: what changed where. A reader that is too slow is told to look at everything again."""
        queue: asyncio.Queue[Json] = asyncio.Queue()

        def listen(event: Json) -> None:
            if queue.qsize() < _EVENT_QUEUE:
                queue.put_nowait(event)

        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        self.world.listeners.append(listen)
        try:
            await response.write(b"retry: 1000\n\n")
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), _HEARTBEAT)
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if event["what"] == "stop":
                    return response
                await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
        except ConnectionResetError:
            return response
        finally:
            self.world.listeners.remove(listen)
