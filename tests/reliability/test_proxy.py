"""PROXY_URL carries every call of the messenger: polls, sends and downloads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from sandbox import StandIn, World
from tests.stage import TOKEN, process_for


@asynccontextmanager
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy for plain HTTP: hands on what names a whole address. Gives its own address and what it saw."""
    seen: list[str] = []
    tasks: set[asyncio.Task[None]] = set()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
        target.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n")
        method, address, version = head.decode().split()
        seen.append(address)
        host, _, path = address.removeprefix("http://").partition("/")
        name, _, port = host.partition(":")
        there, out = await asyncio.open_connection(name, int(port))
        # one request a connection: the next one must name its address again
        out.write(f"{method} /{path} {version}\r\nConnection: close\r\n".encode())
        tasks.update({asyncio.create_task(pump(reader, out)), asyncio.create_task(pump(there, writer))})

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_all_calls_go_through_the_proxy(seeded_sqlite: Path, tmp_path: Path) -> None:
    database = tmp_path / "sanatyar.db"
    database.write_bytes(seeded_sqlite.read_bytes())
    world = World(token=TOKEN)
    mina = world.phone(501, "Mina", language_code="en")
    async with StandIn(world, port=0) as stand_in, proxy() as (address, seen):
        url = f"sqlite+aiosqlite:///{database}"
        async with process_for(url, stand_in.url, proxy_url=SecretStr(address)) as process:
            mina.say("What is a business clinic?")
            await mina.sees("Source:")
            photo = mina.photo(data=b"a picture")
            file = await process.api.call("getFile", file_id=photo["message"]["photo"][-1]["file_id"])
            assert await process.api.download(file["file_path"]) == b"a picture"
        for part in ("/getUpdates", "/sendMessage", "/getFile", "/file/bot"):
            assert any(part in one for one in seen), part
        assert all(one.startswith(stand_in.url) for one in seen)
