"""Ingress by webhook: stored and committed first, 200 afterwards; also the addresses that operators watch.

Not here: what happens to an update then (worker.py), registering the webhook (process.py).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.arrivals import KINDS, arrival
from bot.logs import log
from bot.metrics import Metrics
from db import inbox
from db.away import is_away
from db.engine import Database

MOST_BYTES = 1024 * 1024
Report = dict[str, object]
_LOG = log(__name__)


def webhook_path(token: str) -> str:
    """A long path that cannot be guessed and does not give the token away."""
    return "/webhook/" + hmac.new(token.encode(), b"webhook path", hashlib.sha256).hexdigest()[:32]


class WebhookDoor:
    """Takes updates in by HTTP POST."""

    def __init__(self, database: Database, bot_id: int, secret: str, metrics: Metrics) -> None:
        self._database = database
        self._bot_id = bot_id
        self._secret = secret.encode()
        self._metrics = metrics

    async def receive(self, request: web.Request) -> web.Response:
        """401 wrong secret, 400 not JSON, 413 too large, 503 database away (it will be sent again), else 200."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret):
            return web.Response(status=401)
        try:
            raw = json.loads(await request.read())
        except (ValueError, RecursionError):
            return web.Response(status=400)
        item = arrival(raw)
        try:
            async with self._database.unit() as work:
                new = await inbox.store(work, self._bot_id, [item])
        except Exception as error:
            if not (is_away(error) or isinstance(error, TimeoutError)):
                raise
            _LOG.warning("webhook_not_stored", reason=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": "5"})
        self._metrics.received.labels(item.kind if item.kind in KINDS else "other").inc()
        self._metrics.duplicates.inc(1 - new)
        return web.Response()


def web_app(
    report: Callable[[], Awaitable[tuple[bool, Report]]], metrics: Metrics, door: tuple[str, WebhookDoor] | None
) -> web.Application:
    """/healthz, /readyz, /metrics, and the webhook's door when there is one."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        ready, parts = await report()
        return web.json_response({"ready": ready, **parts}, status=200 if ready else 503)

    async def show_metrics(_request: web.Request) -> web.Response:
        await report()  # brings the gauges of the queues up to date
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    if door is not None:
        path, takes = door
        app.router.add_post(path, takes.receive)
    return app
