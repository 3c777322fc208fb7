"""The watch over connections sees every way out of this process, and lets loopback and local sockets pass."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests import network

# A documentation address (RFC 5737) and a name that never exists (RFC 2606).
FAR, NAME = "192.0.2.1", "far.example"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """These tests try on purpose."""
    yield
    network.tried.clear()


def test_a_connection_is_refused() -> None:
    with socket.socket() as one, pytest.raises(PermissionError, match="beyond this machine"):
        one.connect((FAR, 443))
    with socket.socket() as one, pytest.raises(PermissionError):
        one.connect_ex((FAR, 443))
    assert network.tried == [f"socket.connect {(FAR, 443)}"] * 2


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(PermissionError):
        socket.getaddrinfo(NAME, 443)
    with pytest.raises(PermissionError):
        socket.gethostbyname(NAME)


def test_a_datagram_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(PermissionError):
        one.sendto(b"?", (FAR, 53))


async def test_libraries_are_seen_too() -> None:
    async with aiohttp.ClientSession() as session:
        for host in (FAR, NAME):
            with pytest.raises((PermissionError, aiohttp.ClientError)):
                await session.get(f"http://{host}/")
    with pytest.raises(PermissionError):
        await asyncio.open_connection(FAR, 80)
    assert len(network.tried) >= 3


async def test_this_machine_is_reached(tmp_path: Path) -> None:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        for host in ("127.0.0.1", "localhost"):
            _, writer = await asyncio.open_connection(host, server.sockets[0].getsockname()[1])
            writer.close()
            await writer.wait_closed()
    async with await asyncio.start_unix_server(answer, str(tmp_path / "s")):
        _, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.close()
        await writer.wait_closed()
    assert not network.tried
