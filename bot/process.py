"""The process: puts ingress, worker, sender and the watched addresses together, runs them, stops them cleanly.

Not here: what each of them does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiohttp import web
from telegram.error import TelegramError

from bot import renewal, retention
from bot.application import OfflineBot, SanatyarApplication, build
from bot.commands import introduce
from bot.logs import log
from bot.metrics import Metrics
from bot.polling import Poller
from bot.sender import Sender
from bot.setup import CannotStart, build_house, open_database, release_claims
from bot.transport import AiohttpRequest, BotApi
from bot.webhook import WebhookDoor, web_app, webhook_path
from bot.worker import Worker
from config import Settings
from db import chats, inbox, migrate, upkeep
from db.away import is_away
from db.engine import Database
from handlers.house import House
from knowledge.renewing import Renewer

_LOG = log(__name__)
REFRESH_SECONDS = 3.0
QUIET_SECONDS = 90.0  # so long without an answer of the messenger, and the process is not ready


@dataclass
class Process:
    """All parts of a running process."""

    settings: Settings
    database: Database
    house: House
    api: BotApi
    request: AiohttpRequest
    application: SanatyarApplication
    worker: Worker
    sender: Sender
    metrics: Metrics
    holder: str
    renewer: Renewer | None = None
    poller: Poller | None = None
    heard_at: float = 0.0
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    runner: web.AppRunner | None = None
    port: int = 0

    @property
    def knows_by(self) -> str:
        """By what topics are found, in a few words."""
        state = self.renewer.state if self.renewer is not None else "as given"
        since = self.house.knowledge.encoder_away_since
        if since is None or self.house.knowledge.index is None or self.house.knowledge.index.meaning is None:
            return state
        return f"words (encoder away since {since:%Y-%m-%d %H:%M} UTC)"

    def heard(self) -> None:
        """The messenger answered."""
        self.heard_at = time.monotonic()


async def assemble(settings: Settings, house: House | None = None) -> Process:
    """Build everything; nothing runs yet. A ready-made house saves tests its building. Raises CannotStart."""
    assert settings.bot_token is not None
    token = settings.bot_token.get_secret_value()
    database = await open_database(settings)
    renewer = None
    if house is None:
        built = await build_house(settings, database, index_later=True)
        house, renewer = built.house, built.renewer
    metrics = Metrics()
    house.count_question = lambda decision: metrics.questions.labels(decision).inc()
    holder = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"
    proxy = settings.proxy_url.get_secret_value() if settings.proxy_url else None
    request = AiohttpRequest(proxy=proxy)
    api = BotApi(request, settings.bot_api_url, token)
    application = build(token, request, api, settings.bot_api_url)
    sender = Sender(database, api, house, holder, metrics)
    worker = Worker(database, application, house, sender, holder, metrics)
    process = Process(settings, database, house, api, request, application, worker, sender, metrics, holder, renewer)
    if settings.public_url is None:
        process.poller = Poller(database, api, worker, holder, metrics, process.heard)
    return process


async def start(process: Process) -> None:
    """Begin to serve. The messenger may be away: everything else starts all the same."""
    if process.database.is_sqlite:
        await release_claims(process.database)
    await process.request.initialize()
    await process.application.initialize()
    await _open_doors(process)
    process.tasks = [
        asyncio.create_task(process.worker.run(), name="worker"),
        asyncio.create_task(process.sender.run(), name="sender"),
        asyncio.create_task(_chores(process), name="chores"),
        asyncio.create_task(_greet_messenger(process), name="greeting"),
        asyncio.create_task(
            retention.run(process.database, timedelta(days=process.settings.keep_queue_days), process.renewer),
            name="retention",
        ),
    ]
    if process.poller is not None:
        process.tasks.append(asyncio.create_task(process.poller.run(), name="poller"))
    if process.renewer is not None:
        process.tasks.append(asyncio.create_task(renewal.run(process.renewer, process.house), name="knowledge"))
    for task in process.tasks:
        task.add_done_callback(_report_death)


def _report_death(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _LOG.error("part_died", part=task.get_name(), exc_info=task.exception())


async def _open_doors(process: Process) -> None:
    door = None
    settings = process.settings
    if settings.public_url is not None:
        assert settings.bot_token is not None
        takes = WebhookDoor(process.database, process.api.bot_id, settings.secret_of_webhook(), process.metrics)
        door = (webhook_path(settings.bot_token.get_secret_value()), takes)
    app = web_app(lambda: report(process), process.metrics, door)
    # a request that never ends must not hold up a stop; what was not answered with 200 is sent again
    process.runner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
    await process.runner.setup()
    site = web.TCPSite(process.runner, settings.http_host, settings.http_port)
    try:
        await site.start()
    except OSError as error:
        raise CannotStart(
            f"The address {settings.http_host}:{settings.http_port} (HTTP_HOST, HTTP_PORT) cannot be used: "
            f"{os.strerror(error.errno or 0)}."
        ) from None
    process.port = process.runner.addresses[0][1]


async def _greet_messenger(process: Process) -> None:
    """Register the webhook, set commands; again until it works, without holding anything up."""
    wait = 1.0
    while True:
        try:
            me = await process.api.call("getMe")
            process.heard()
            if isinstance(me, dict) and isinstance(process.application.bot, OfflineBot):
                process.application.bot.learn(me)
            if process.settings.public_url is not None:
                await _set_webhook(process)
            await introduce(process.api, process.house.texts)
            return
        except TelegramError as error:
            _LOG.warning("messenger_away", reason=type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(60.0, wait * 2)


async def _set_webhook(process: Process) -> None:
    from bot.arrivals import KINDS

    settings = process.settings
    assert settings.bot_token is not None
    await process.api.call(
        "setWebhook",
        url=f"{settings.public_url}{webhook_path(settings.bot_token.get_secret_value())}",
        secret_token=settings.secret_of_webhook(),
        allowed_updates=list(KINDS),
        max_connections=40,
        drop_pending_updates=False,
    )


async def _chores(process: Process) -> None:
    """Notice what nobody tells: moved groups, the messenger's pulse."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        try:
            async with process.database.reading() as session:
                process.house.moved.update(await chats.moved(session))
            # the process that polls hears by itself; the others, and a webhook's, have to ask
            if time.monotonic() - process.heard_at > QUIET_SECONDS / 3:
                await process.api.call("getMe", read_timeout=5)
                process.heard()
        except TelegramError as error:
            _LOG.warning("messenger_away", reason=type(error).__name__)
        except Exception as error:
            if not (is_away(error) or isinstance(error, TimeoutError)):
                _LOG.exception("chore_broken")
            _LOG.warning("chore_failed", reason=type(error).__name__)


async def report(process: Process) -> tuple[bool, dict[str, object]]:
    """For /readyz: database, migrations, messenger, index, parts, and the queues' figures."""
    parts: dict[str, object] = {"index": f"{len(process.house.entries)} topics, {process.knows_by}"}
    if process.renewer is not None and process.renewer.refused:
        parts["entries_refused"] = dict(process.renewer.refused)
    if process.renewer is not None and process.renewer.refused_synonyms:
        parts["synonyms_refused"] = dict(process.renewer.refused_synonyms)
    quiet = time.monotonic() - process.heard_at
    parts["messenger"] = "heard" if process.heard_at > 0 and quiet < QUIET_SECONDS else "away"
    dead = [task.get_name() for task in process.tasks if task.done() and task.get_name() != "greeting"]
    parts["parts"] = "running" if not dead else f"stopped: {', '.join(dead)}"
    try:
        async with asyncio.timeout(3), process.database.reading() as session:
            queue, waiting = await upkeep.inbox_counts(session), await upkeep.outbox_counts(session)
        parts |= {"database": "here", "inbox": queue, "outbox": waiting}
        for status, number in queue.items():
            process.metrics.inbox.labels(status).set(number)
        for state, number in waiting.items():
            process.metrics.outbox.labels(state).set(number)
        at = await migrate.present(process.database)
        parts["migrations"] = "up to date" if at == migrate.newest() else f"at {at}, {migrate.newest()} is needed"
        database_ok = at == migrate.newest()
    except Exception as error:
        _LOG.warning("report_failed", reason=type(error).__name__)
        parts["database"], database_ok = "away", False
    answers = process.house.knowledge.index is not None
    return database_ok and answers and not dead and parts["messenger"] != "away", parts


async def stop(process: Process) -> None:
    """Take nothing new in, finish what was begun, let what is on its way arrive, close."""
    _LOG.info("stopping")
    by_name = {task.get_name(): task for task in process.tasks}
    for name in ("poller", "chores", "greeting", "knowledge", "retention"):
        if name in by_name:
            await _cancelled(by_name[name])
    if process.runner is not None:
        await process.runner.cleanup()
    for name, part in (("worker", process.worker), ("sender", process.sender)):
        await part.stop()
        if name in by_name:
            # not wait_for: it would raise what a dead part died of, and the rest would stay open
            await asyncio.wait([by_name[name]], timeout=25)
            await _cancelled(by_name[name])
    try:
        if process.poller is not None:
            await process.poller.stop()
        async with process.database.unit() as work:
            # the poller may have been stopped between storing updates and beginning them
            await inbox.release(work, process.holder)
    except Exception as error:
        _LOG.warning("leases_not_dropped", reason=type(error).__name__)
    for task in list(process.application.background):
        await _cancelled(task)
    process.house.knowledge.close()
    await process.request.shutdown()
    await process.database.close()
    _LOG.info("stopped")


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Process]:
    """A process that serves inside the block; for the command and for tests."""
    process = await assemble(settings)
    try:
        await start(process)
        yield process
    finally:
        await stop(process)


def run_loop(main: Coroutine[Any, Any, int]) -> int:
    """Run on uvloop where there is one."""
    # threads that build an index let the event loop in after a millisecond, not after five
    sys.setswitchinterval(0.001)
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main)
    return int(uvloop.run(main))
