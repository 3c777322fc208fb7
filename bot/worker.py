"""The worker: takes the oldest open update of each chat, opens a unit of work, lets the handlers act, commits once.

What each failure leads to is decided here. Not here: what handlers do, sending.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

import structlog
from telegram import Update

from bot.application import Refused, SanatyarApplication
from bot.arrivals import cleaned
from bot.logs import log
from bot.metrics import Metrics
from bot.sender import Sender
from bot.shape import check_shape
from db import inbox
from db.away import is_away
from db.engine import Database, Unit
from db.inbox import Claim, LostClaim
from handlers.house import House, LookupNeeded
from handlers.turn import Turn

_LOG = log(__name__)
MOST_FAILURES = 3
UNIT_SECONDS = 10.0


class Worker:
    """Works off the inbox until stopped; one update at a time per chat, chats in parallel."""

    def __init__(
        self,
        database: Database,
        application: SanatyarApplication,
        house: House,
        sender: Sender,
        holder: str,
        metrics: Metrics,
        parallel: int = 16,
    ) -> None:
        self._database = database
        self._application = application
        self._house = house
        self._sender = sender
        self._holder = holder
        self._metrics = metrics
        self._parallel = parallel
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        # may there be open updates that wait for one in work, or for room?
        self._more = True
        self.idle_poll = 0.5

    async def run(self) -> None:
        """Until stop(): claim, work, claim again. The database may go away and come back."""
        signal = self._database.signals.inbox
        while not self._stopping.is_set():
            signal.clear()
            claims: list[Claim] = []
            try:
                async with self._database.unit() as work:
                    claims = await self._claim(work)
                self._more = bool(claims or self._running)
            except Exception as error:
                if not (is_away(error) or isinstance(error, TimeoutError)):
                    _LOG.exception("claim_broken")
                _LOG.warning("claim_failed", reason=type(error).__name__)
                await asyncio.sleep(1)
            self.begin(claims)
            if not claims:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(signal.wait(), self.idle_poll)
            elif len(self._running) >= self._parallel:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        # also what was begun after stop() had looked
        if self._running:
            await asyncio.wait(self._running, timeout=UNIT_SECONDS)

    async def claim_in(self, work: Unit, new: int) -> list[Claim]:
        """Take what can be worked on now in the unit that stores `new` updates: it saves a commit.

        When all of them are taken there is nothing to wake up for.
        """
        claims = await self._claim(work)
        if len(claims) == new:
            work.wake.discard("inbox")
        return claims

    async def _claim(self, work: Unit) -> list[Claim]:
        free = self._parallel - len(self._running)
        if free <= 0 or self._stopping.is_set():
            return []
        return await inbox.claim(work, self._holder, free)

    def begin(self, claims: list[Claim]) -> None:
        """Work on these; their claim is committed."""
        for claim in claims:
            task = asyncio.create_task(self._work(claim))
            self._running.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._more:  # the chat's next update can be taken now
            self._database.signals.inbox.set()

    async def stop(self) -> None:
        """Finish what was begun; what was not begun stays in the inbox."""
        self._stopping.set()
        self._database.signals.inbox.set()
        if self._running:
            await asyncio.wait(self._running, timeout=UNIT_SECONDS)

    async def _work(self, claim: Claim) -> None:
        with structlog.contextvars.bound_contextvars(inbox=claim.id):
            try:
                await self._handle(claim)
            except LostClaim:
                _LOG.warning("claim_lost")
            except Exception as error:
                if not (is_away(error) or isinstance(error, TimeoutError)):
                    _LOG.exception("update_unsettled")
                # The lease ends by itself; then the update is taken up again.
                _LOG.warning("update_left", reason=type(error).__name__)

    async def _handle(self, claim: Claim) -> None:
        if claim.claims > inbox.MOST_CLAIMS:
            await self._park(claim, None, "taken up too often without an end")
            return
        try:
            raw = cleaned(claim.raw)
            check_shape(raw)
            update = Update.de_json(raw, self._application.bot)
            if update is None:
                raise ValueError("an empty update")
        except Exception as error:  # whatever a broken shape makes the parser raise
            await self._quarantine(claim, error)
            return
        turn = Turn(house=self._house, received_at=claim.received_at)
        try:
            await self._unit_with_lookups(claim, update, turn)
            self._metrics.handled.labels("done").inc()
        except Refused as refusal:
            async with self._database.unit() as work:
                await self._application.say_refusal(work, update, turn, refusal)
                await inbox.settle(work, claim, "done", f"refused: {refusal.key}")
            self._metrics.handled.labels("refused").inc()
        except LostClaim:
            raise
        except Exception as error:
            if is_away(error):
                raise
            await self._failed(claim, update, error)
        await self._application.close_press(update, turn)

    async def _unit_with_lookups(self, claim: Claim, update: Update, turn: Turn) -> None:
        """One unit of work. Slow look-ups end it, run outside, and it is opened again with their results."""
        for _ in range(4):
            try:
                with self._metrics.unit_seconds.time():
                    async with self._database.unit() as work, asyncio.timeout(UNIT_SECONDS):
                        await self._application.act(work, update, turn)
                        await inbox.settle(work, claim, "done")
                        rows = await self._sender.claim_in(work)
                self._sender.begin(rows)
                return
            except LookupNeeded as need:
                await self._application.show_typing(update)
                turn.found[need.text] = await self._house.knowledge.ask(need.text)
        raise RuntimeError("a handler asks for look-ups without an end")

    async def _failed(self, claim: Claim, update: Update, error: Exception) -> None:
        _LOG.error("handler_failed", failures=claim.failures + 1, exc_info=error)
        reason = type(error).__name__
        if claim.failures + 1 >= MOST_FAILURES:
            await self._park(claim, update, reason)
            return
        async with self._database.unit() as work:
            await inbox.postpone(work, claim, timedelta(seconds=0.5 * 4**claim.failures), reason)
        self._metrics.handled.labels("postponed").inc()

    async def _park(self, claim: Claim, update: Update | None, reason: str) -> None:
        """Given up after several tries: the person hears it once, staff see it, the row stays."""
        _LOG.error("update_parked", reason=reason)
        try:
            async with self._database.unit() as work:
                await inbox.settle(work, claim, "parked", reason)
                await self._application.say_parked(work, update, self._house, claim.id)
        except Exception as error:
            if is_away(error) or isinstance(error, LostClaim):
                raise
            # Telling people failed too; the parked row itself must be kept.
            _LOG.exception("park_notice_failed")
            async with self._database.unit() as work:
                await inbox.settle(work, claim, "parked", reason)
        self._metrics.handled.labels("parked").inc()

    async def _quarantine(self, claim: Claim, error: Exception) -> None:
        _LOG.error("update_quarantined", reason=type(error).__name__)
        async with self._database.unit() as work:
            await inbox.settle(work, claim, "quarantined", f"{type(error).__name__}: {error}"[:300])
        self._metrics.handled.labels("quarantined").inc()

    def state(self) -> dict[str, Any]:
        """For /readyz."""
        return {"working": len(self._running), "stopping": self._stopping.is_set()}
