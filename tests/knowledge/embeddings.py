"""An embeddings address on this machine that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Reply = Callable[[web.Request, dict[str, Any]], Any]


class Service:
    """Put `reply` in place of the usual answer; `asked` and `headers` hold what came."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.reply: Reply = lambda _request, body: answer(body["input"])
        self.base = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.asked.append(body)
        self.headers.append(dict(request.headers))
        said = self.reply(request, body)
        if asyncio.iscoroutine(said):
            said = await said
        return said if isinstance(said, web.StreamResponse) else web.json_response(said)


def vector_of(text: str, dimensions: int = 5) -> list[float]:
    """What the usual answer says of a text."""
    return [float(len(text)), 2.0, *[float(ord(text[0]) % 7)] * (dimensions - 2)]


def answer(texts: Sequence[str], dimensions: int = 5) -> dict[str, Any]:
    """The usual answer, last text first: the index counts, not the place."""
    rows = [{"index": place, "embedding": vector_of(text, dimensions)} for place, text in enumerate(texts)]
    return {"object": "list", "data": rows[::-1]}


@asynccontextmanager
async def serving() -> AsyncIterator[Service]:
    """The address, up and running; `base` is what ENCODER would be."""
    served = Service()
    app = web.Application()
    app.router.add_post("/v1/embeddings", served.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    served.base = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield served
    await runner.cleanup()
