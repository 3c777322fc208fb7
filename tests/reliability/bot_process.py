"""`python -m bot` as a process of its own, for tests that kill it, stop it, or let it refuse to start.

Its standard output goes to a file, so that logs of several lives of a process can be read in the end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "123456789:process-token-that-opens-only-the-stand-in"
STAFF_CHAT = -1001234567
# What of the machine's own environment may reach the process: none of our settings.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_RUNTIME_DIR")


def environment(api_url: str, **settings: str) -> dict[str, str]:
    """The environment of one process; settings by their names in lower case."""
    ours = {
        "bot_token": TOKEN,
        "bot_api_url": api_url,
        "http_port": "0",
        "staff_chat_id": str(STAFF_CHAT),
        "log_level": "WARNING",
        "encoder": "none",  # what these tests ask is found by words
    } | settings
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {name.upper(): value for name, value in ours.items()}


@dataclass
class BotProcess:
    """One `python -m bot`, started again as often as a test wants. `output` has all its lives."""

    env: dict[str, str]
    output: Path
    folder: Path = ROOT
    lives: int = 0
    _process: asyncio.subprocess.Process | None = None
    _from: int = field(default=0)

    async def start(self) -> None:
        """Begin; ready() waits until it serves."""
        self._from = self.output.stat().st_size if self.output.exists() else 0
        with self.output.open("ab") as sink:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", cwd=self.folder, env=self.env, stdout=sink, stderr=sink
            )
        self.lives += 1

    @property
    def running(self) -> bool:
        """False before the start and after the end."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of the present process."""
        assert self._process is not None
        return self._process.pid

    @property
    def text(self) -> str:
        """What the present life wrote."""
        with self.output.open("rb") as source:
            source.seek(self._from)
            return source.read().decode()

    def lines(self) -> list[dict[str, Any]]:
        """The log of all lives, line by line; the one line for people ("Ready. ...") is left out."""
        said = self.output.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in said if line and not line.startswith("Ready. ")]

    async def ready(self, seconds: float = 60) -> str:
        """Wait until it serves; returns its address, http://host:port."""
        async with asyncio.timeout(seconds):
            while True:
                for line in self.text.splitlines():
                    if line.startswith("Ready. "):
                        return line.split()[2].removesuffix("/readyz")
                assert self.running, f"it ended at the start:\n{self.text}"
                await asyncio.sleep(0.02)

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body of one of its watched addresses."""
        async with aiohttp.ClientSession() as session, session.get(await self.ready() + path) as response:
            return response.status, await response.text()

    async def kill(self) -> None:
        """SIGKILL: nothing can be finished."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def stop(self, seconds: float = 60) -> int:
        """SIGTERM; returns the exit code."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        return await self.ended(seconds)

    async def ended(self, seconds: float = 60) -> int:
        """Wait for its end; returns the exit code."""
        assert self._process is not None
        async with asyncio.timeout(seconds):
            return await self._process.wait()

    async def close(self) -> None:
        """Whatever state it is in: gone."""
        if self.running:
            await self.kill()
