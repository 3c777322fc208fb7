"""The watched addresses of a process that runs inside the test, and figures of its metrics."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from bot.process import Process


async def ask(process: Process, path: str) -> tuple[int, str]:
    """Status and body."""
    url = f"http://127.0.0.1:{process.port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def readiness(process: Process) -> dict[str, Any]:
    """The parts of /readyz."""
    url = f"http://127.0.0.1:{process.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        parts: dict[str, Any] = await response.json()
        return parts | {"status": response.status}


async def ready(process: Process, seconds: float = 60) -> None:
    """Wait until it says that it is ready."""
    async with asyncio.timeout(seconds):
        while True:
            if (await readiness(process))["status"] == 200:
                return
            await asyncio.sleep(0.02)


async def figure(process: Process, name: str) -> float:
    """One figure of /metrics by its full name with labels; 0 when it is not there."""
    _, body = await ask(process, "/metrics")
    found = [line.rsplit(" ", 1)[1] for line in body.splitlines() if line.startswith(name + " ")]
    return float(found[0]) if found else 0.0
