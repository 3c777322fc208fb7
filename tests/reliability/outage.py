"""A small TCP proxy before PostgreSQL, so that a test can take the database away and give it back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit


class Gate:
    """Forwards connections to the server's socket; closed, it cuts all of them and takes no new ones."""

    def __init__(self, socket_path: str) -> None:
        self._socket_path = socket_path
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """The database is away: whoever asks is refused, whoever is connected is cut off."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Cut all connections; new ones are taken at once."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._socket_path)
        self._writers |= {writer, back}
        await asyncio.gather(_pump(reader, back), _pump(there, writer))
        self._writers -= {writer, back}


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(1 << 16):
            sink.write(chunk)
            await sink.drain()
    sink.transport.abort()


@contextlib.asynccontextmanager
async def gated(postgres_url: str) -> AsyncIterator[tuple[Gate, str]]:
    """The gate, open, and the database's address behind it."""
    parts = urlsplit(postgres_url)
    folder = parse_qs(parts.query)["host"][0]
    gate = Gate(f"{folder}/.s.PGSQL.5432")
    await gate.open()
    try:
        yield gate, f"postgresql+asyncpg://{parts.username}:@127.0.0.1:{gate.port}{parts.path}?ssl=disable"
    finally:
        await gate.close()
