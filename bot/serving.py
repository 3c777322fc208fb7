"""Serve until SIGTERM. Without a token, with the stand-in for the messenger in the browser."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TextIO

from pydantic import SecretStr

from bot import logs
from bot.process import run_loop, running
from bot.setup import CannotStart
from config import ROOT, Settings, WrongSetting
from knowledge.memory import settle


def main(load: Callable[[], Settings]) -> int:
    """0 after a clean stop, 2 with one sentence on standard error when it cannot start."""
    parser = argparse.ArgumentParser(prog="./run.sh serve", description=__doc__)
    parser.add_argument("--open", action="store_true", help="open the sandbox's page in the browser")
    arguments = parser.parse_args()
    try:
        settings = _with_its_own_database(load())
        logs.set_up(settings.log_level)
        return run_loop(_serve(settings, arguments.open))
    except (WrongSetting, CannotStart) as error:
        print(error, file=sys.stderr)
        return 2


def _with_its_own_database(settings: Settings) -> Settings:
    """The sandbox plays in a file of its own, so that its people never mix with real ones."""
    if settings.bot_token is not None or "database_url" in settings.model_fields_set:
        return settings
    return settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{ROOT / 'data' / 'sandbox.db'}")})


async def _serve(settings: Settings, open_page: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with _only_process(settings):
        async with _sandbox(settings, open_page) as effective, running(effective) as process:
            print(f"Ready. Health: http://{effective.http_host}:{process.port}/readyz   Stop: Ctrl-C", flush=True)
            settle()
            await stop.wait()
    return 0


@contextlib.contextmanager
def _only_process(settings: Settings) -> Iterator[None]:
    """On SQLite one process serves a file; a second one is refused instead of sharing claims."""
    scheme, _, file = settings.async_database_url().partition(":///")
    if not scheme.startswith("sqlite") or not file or sys.platform == "win32":
        yield
        return
    with _locked(Path(file.partition("?")[0] + ".lock")):
        yield


def _locked(path: Path) -> TextIO:
    """The lock file, locked while it is open. Raises CannotStart."""
    import fcntl

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
    except OSError as error:
        raise CannotStart(f"The file {path} cannot be written: {error.strerror}.") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise CannotStart(
            f"Another process serves {path.name.removesuffix('.lock')} already; "
            "several processes need PostgreSQL (DATABASE_URL)."
        ) from None
    return lock


@contextlib.asynccontextmanager
async def _sandbox(settings: Settings, open_page: bool) -> AsyncIterator[Settings]:
    """Without a token: start the stand-in and point the settings at it."""
    if settings.bot_token is not None:
        yield settings
        return
    from sandbox import StandIn, World
    from sandbox.__main__ import TOKEN
    from sandbox.cast import STAFF_CHAT_ID, set_stage

    stand_in = StandIn(World(token=TOKEN), settings.sandbox_port, stage=set_stage)
    try:
        await stand_in.start()
    except OSError:
        raise CannotStart(f"The port {settings.sandbox_port} (SANDBOX_PORT) is taken.") from None
    try:
        print(f"No BOT_TOKEN is set, so the sandbox runs. Open it in a browser: {stand_in.url}/", flush=True)
        if open_page:
            webbrowser.open(stand_in.url)
        yield settings.model_copy(
            update={
                "bot_token": SecretStr(TOKEN),
                "bot_api_url": stand_in.url,
                "proxy_url": None,
                "public_url": None,
                "staff_chat_id": STAFF_CHAT_ID,
            }
        )
    finally:
        await stand_in.stop()
