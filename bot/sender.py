"""The sender: delivers the outbox in order per chat, after the commit and at once; settles many rows in one commit.

What an error means is judged in failures.py, how a row becomes a call in render.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram.error import TelegramError

from bot.failures import Judged, Verdict, judge
from bot.logs import log
from bot.metrics import Metrics
from bot.render import call_for
from bot.settling import settle_failed, settle_moved, settle_sent, settle_unreachable
from bot.transport import BotApi
from db import outbox
from db.away import is_away
from db.engine import Database, Unit
from db.outbox import Priority, Sending
from handlers.house import House

_LOG = log(__name__)
# A button taken away or a reaction is decoration: after so many tries what follows may pass.
MOST_DECORATION_TRIES = 4
_DECORATION = ("unbutton", "react")
# After a day an answer is no longer an answer, and what may have arrived is not said again without an end.
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Outcome:
    """What became of one row: the message id it got, or a judgement."""

    row: Sending
    message_id: int | None = None
    judged: Judged | None = None


# A row with the id of the message that it changes or answers.
Ready = tuple[Sending, int | None]


class Sender:
    """Delivers until stopped. At least once for answers and mirrors, at most once for bulk."""

    def __init__(
        self, database: Database, api: BotApi, house: House, holder: str, metrics: Metrics, parallel: int = 48
    ) -> None:
        self._database = database
        self._api = api
        self._house = house
        self._holder = holder
        self._metrics = metrics
        self._parallel = parallel
        self._outcomes: list[Outcome] = []
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.idle_poll = 0.5

    async def run(self) -> None:
        """Settle what is finished and claim what is next, in one commit; then send; again."""
        signal = self._database.signals.outbox
        while True:
            signal.clear()
            outcomes, self._outcomes = self._outcomes, []
            rows: list[Ready] = []
            try:
                async with asyncio.timeout(30), self._database.unit() as work:
                    await self._settle(work, outcomes)
                    rows = await self._claim(work)
            except Exception as error:
                _LOG.warning("settle_failed", reason=type(error).__name__)
                if is_away(error) or isinstance(error, TimeoutError):
                    # Nothing of it is lost: outcomes are settled again, rows not begun come back with their lease.
                    self._outcomes = outcomes + self._outcomes
                else:
                    self._outcomes = await self._settle_apart(outcomes) + self._outcomes
                await asyncio.sleep(1)
                continue
            self.begin(rows)
            if self._stopping and not self._running and not self._outcomes:
                return
            if not rows and not self._outcomes:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(signal.wait(), self.idle_poll)

    async def _settle_apart(self, outcomes: list[Outcome]) -> list[Outcome]:
        """One by one, so that one that cannot be settled stops its own chat at most; returns those to try again."""
        again: list[Outcome] = []
        for outcome in outcomes:
            try:
                async with self._database.unit() as work:
                    await self._settle(work, [outcome])
            except Exception as error:
                if is_away(error) or isinstance(error, TimeoutError):
                    again.append(outcome)
                else:
                    # its row comes back with its lease
                    _LOG.exception("settle_broken", outbox=outcome.row.id)
        return again

    async def claim_in(self, work: Unit) -> list[Ready]:
        """Take up what this unit says in the unit itself, while nothing else is on its way: saves a commit.

        Under load nothing is taken: many rows at once are cheaper.
        """
        if self._running or not work.outgoing:
            return []
        await outbox.flush_outgoing(work)
        rows = await self._claim(work)
        if rows:
            work.wake.discard("outbox")
        return rows

    async def _claim(self, work: Unit) -> list[Ready]:
        free = self._parallel - len(self._running)
        if free <= 0 or self._stopping:
            return []
        rows = await outbox.claim(work, self._holder, free)
        messages = await self._resolve(work, rows)
        return [(row, messages[row.id]) for row in rows]

    def begin(self, rows: list[Ready]) -> None:
        """Deliver these; their claim is committed."""
        for row, message_id in rows:
            task = asyncio.create_task(self._deliver(row, message_id))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Let what is on its way arrive and be settled; take nothing new."""
        self._stopping = True
        self._database.signals.outbox.set()

    async def _resolve(self, work: Unit, rows: list[Sending]) -> dict[int, int | None]:
        """The ids of messages that rows want to change or answer, but know by slot only."""
        found: dict[int, int | None] = {}
        for row in rows:
            slot = row.payload.get("edit_slot") or row.payload.get("reply_slot")
            if slot:
                found[row.id] = await outbox.message_of_slot(work, row.chat_id, slot)
            else:
                found[row.id] = row.payload.get("message_id") or row.payload.get("reply_to")
        return found

    async def _deliver(self, row: Sending, message_id: int | None) -> None:
        if row.kind in ("edit", "unbutton") and message_id is None:
            self._outcomes.append(Outcome(row, judged=Judged(Verdict.FAILED, "the message to change is not known")))
        elif row.attempts > 1 and row.priority == Priority.BULK:
            # Found in sending after its lease: it may have gone out, and bulk is never said twice.
            self._outcomes.append(Outcome(row, judged=Judged(Verdict.UNKNOWN, "the process ended while sending")))
        else:
            # first the call, then the list: while the call is away, another list may have taken its place
            outcome = await self._call(row, message_id, plain=False)
            self._outcomes.append(outcome)
        self._database.signals.outbox.set()

    async def _call(self, row: Sending, message_id: int | None, plain: bool) -> Outcome:
        try:
            method, parameters = call_for(row.kind, row.chat_id, row.payload, message_id, plain)
            result: Any = await self._api.call(method, **parameters)
        except TelegramError as error:
            judged = judge(error, row.attempts)
            if judged.verdict is Verdict.PLAIN and not plain:
                _LOG.error("markup_refused", outbox=row.id)
                return await self._call(row, message_id, plain=True)
            return Outcome(row, judged=judged)
        except Exception as error:  # a bug here must not stop the chat in silence
            _LOG.exception("send_broken", outbox=row.id)
            return Outcome(row, judged=Judged(Verdict.FAILED, type(error).__name__))
        sent_id = result.get("message_id") if isinstance(result, dict) else None
        # what no database takes would keep the row from being settled, and it would be said again and again
        usable = isinstance(sent_id, int) and abs(sent_id) < 2**63
        return Outcome(row, message_id=sent_id if usable else None)

    async def _settle(self, work: Unit, outcomes: list[Outcome]) -> None:
        delivered = [o for o in outcomes if o.judged is None or o.judged.verdict is Verdict.DONE]
        await settle_sent(work, [(o.row, o.message_id) for o in delivered])
        self._metrics.sent.labels("sent").inc(len(delivered))
        for outcome in delivered:
            self._metrics.wait_seconds.observe((work.now - outcome.row.created_at).total_seconds())
        for outcome in outcomes:
            if outcome.judged is not None and outcome.judged.verdict is not Verdict.DONE:
                await self._settle_failure(work, outcome.row, outcome.judged)

    async def _settle_failure(self, work: Unit, row: Sending, judged: Judged) -> None:
        verdict = judged.verdict
        if verdict is Verdict.UNKNOWN:
            # sends have no idempotency key: an answer is said again, bulk never
            if row.priority == Priority.BULK:
                await outbox.failed(work, row, judged.reason, state="unknown")
                self._metrics.sent.labels(Verdict.UNKNOWN.value).inc()
                return
            verdict = Verdict.AGAIN
        if verdict is Verdict.AGAIN and row.kind in _DECORATION and row.attempts >= MOST_DECORATION_TRIES:
            verdict = Verdict.FAILED
        if verdict is Verdict.AGAIN and work.now - row.created_at > GIVE_UP_AFTER:
            verdict = Verdict.FAILED
        self._metrics.sent.labels(judged.verdict.value).inc()
        if verdict is Verdict.AGAIN:
            # Not begun, told to wait, or unknown: the chat waits behind it, others go on.
            await outbox.retry(work, row, judged.wait, judged.reason)
            self._wake_later(judged.wait)
            return
        _LOG.warning("not_delivered", outbox=row.id, verdict=verdict.value, reason=judged.reason)
        if verdict is Verdict.MOVED:
            await settle_moved(work, row, judged.new_chat_id, self._house)
            self._database.signals.outbox.set()
        elif verdict is Verdict.UNREACHABLE:
            await settle_unreachable(work, row, judged.reason, self._house)
        else:
            await settle_failed(work, row, judged.reason, self._house)

    def _wake_later(self, wait: timedelta) -> None:
        asyncio.get_running_loop().call_later(wait.total_seconds() + 0.01, self._database.signals.outbox.set)
