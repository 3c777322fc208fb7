"""Ingress by long polling: updates are stored and committed before the next call acknowledges them.

Several processes may run this: the one that holds the lease polls. Not here: what happens to an update then.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.arrivals import KINDS, arrival
from bot.logs import log
from bot.metrics import Metrics
from bot.transport import BotApi
from bot.worker import Worker
from db import inbox, leases
from db.away import is_away
from db.engine import Database

LEASE = timedelta(seconds=45)
RENEW_AFTER = timedelta(seconds=5)
POLL_SECONDS = 20  # with the time-out of the call well below what is left of the lease
_LOG = log(__name__)


class Poller:
    """Fetches updates while it holds the lease "poll:<bot>". `alive` is told at each good answer."""

    def __init__(
        self,
        database: Database,
        api: BotApi,
        worker: Worker,
        holder: str,
        metrics: Metrics,
        alive: Callable[[], None],
    ) -> None:
        self._database = database
        self._api = api
        self._worker = worker
        self._holder = holder
        self._metrics = metrics
        self._alive = alive
        self._offset: int | None = None
        self._webhook_gone = False
        self._leased_until = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Poll until cancelled. No failure of the messenger or the database ends it."""
        failures = 0
        while True:
            try:
                if not await self._may_poll():
                    self._offset = None
                    await asyncio.sleep(1)
                    continue
                await self._poll_once()
                failures = 0
            except RetryAfter as error:
                await asyncio.sleep(_seconds(error.retry_after))
            except InvalidToken:
                _LOG.error("token_refused")
                await asyncio.sleep(30)
            except Exception as error:
                if not (isinstance(error, TelegramError) or is_away(error) or isinstance(error, TimeoutError)):
                    _LOG.exception("poll_broken")
                failures += 1
                self._metrics.poll_failures.inc()
                if isinstance(error, Conflict):
                    self._webhook_gone = False
                wait = min(30.0, 0.2 * 2 ** min(failures, 8)) * random.uniform(0.7, 1.3)
                _LOG.warning("poll_failed", reason=type(error).__name__, failures=failures, wait=round(wait, 1))
                await asyncio.sleep(wait)

    async def stop(self) -> None:
        """Give the lease up so that another process can go on at once."""
        async with self._database.unit() as work:
            await leases.drop(work, self._lease_name, self._holder)

    @property
    def _lease_name(self) -> str:
        return f"poll:{self._api.bot_id}"

    async def _may_poll(self) -> bool:
        """Take the lease, or renew it when a good part of it has passed."""
        if self._leased_until - self._database.clock() > LEASE - RENEW_AFTER:
            return True
        async with self._database.unit() as work:
            held = await leases.take(work, self._lease_name, self._holder, LEASE)
            self._leased_until = work.now + LEASE if held else work.now
        return held

    async def _poll_once(self) -> None:
        if not self._webhook_gone:
            await self._api.call("deleteWebhook", drop_pending_updates=False)
            self._webhook_gone = True
        result = await self._api.call(
            "getUpdates",
            read_timeout=POLL_SECONDS + 5,
            timeout=POLL_SECONDS,
            limit=100,
            allowed_updates=list(KINDS),
            offset=self._offset,
        )
        self._alive()
        if not isinstance(result, list):
            raise TelegramError("getUpdates gave no list")  # with a pause; asked again at once it would say the same
        if not result:
            return
        arrivals = [arrival(raw) for raw in result]
        async with self._database.unit() as work:
            # A poller whose lease ran out while it waited may still store: ids are unique.
            new = await inbox.store(work, self._api.bot_id, arrivals)
            claims = await self._worker.claim_in(work, new)
        self._worker.begin(claims)
        await asyncio.sleep(0)  # what came goes first; the next call can wait for it
        for item in arrivals:
            self._metrics.received.labels(item.kind if item.kind in KINDS else "other").inc()
        self._metrics.duplicates.inc(len(arrivals) - new)
        # Only now, after the commit, may the next call acknowledge. Ids below zero are our own.
        known = [item.update_id for item in arrivals if item.update_id >= 0]
        if known:
            self._offset = max(known) + 1
        else:
            await asyncio.sleep(1)  # nothing that could be acknowledged: the same will come again


def _seconds(wait: float | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
