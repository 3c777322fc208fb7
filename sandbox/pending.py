"""Updates that wait for the bot: numbering, confirmation by offset, long polling, doubling and shuffling.

Semantics of Telegram's getUpdates. Pushing to a webhook reads the same queue from webhook.py.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.errors import conflict
from sandbox.faults import Faults

POLL_LIMIT = 100
POLL_SECONDS = 50
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
# A press travels in another queue than messages: user_id + 3 * 2^33 (telegram-bot-api's Client.cpp).
PRESS_QUEUE = 3 << 33
REACTION_QUEUE = 8 << 33


class Update(dict[str, Any]):
    """An update as the bot gets it; `mark` is the world's count of changes when it was made."""

    mark: int = 0


@dataclass(slots=True)
class Entry:
    """A waiting update. `queue` orders: within one queue updates keep their order."""

    update_id: int
    payload: Any
    queue: int
    fixed: bool = False
    deliveries: int = 0


class UpdateQueue:
    """All updates not yet confirmed, oldest first."""

    def __init__(self, clock: Callable[[], float], faults: Faults, next_id: int) -> None:
        self._clock = clock
        self._faults = faults
        self._ids = itertools.count(next_id)
        self._serial = itertools.count()
        self.added = asyncio.Event()
        self.polled = asyncio.Event()
        """Set while a getUpdates waits."""
        self.clear()

    def clear(self) -> None:
        """Drop everything and forget the allowed kinds; numbering goes on."""
        self.entries: dict[int, Entry] = {}
        self._again: deque[Entry] = deque()
        self._odd_ids = False
        self.allowed: set[str] | None = None
        self._poller: asyncio.Future[None] | None = None

    def add(self, kind: str, body: Any, queue: int | None, mark: int) -> Update:
        """Queue an update; one of a kind that is not allowed, or without a queue, gets an id but is not kept."""
        update = Update(update_id=next(self._ids))
        update[kind] = body
        update.mark = mark
        allowed = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if queue is not None and allowed:
            self._keep(Entry(update["update_id"], update, queue))
        return update

    def inject(self, raw: Any, queue: int = 0) -> None:
        """Queue any JSON value. An int update_id inside is used for confirmation, else the next free number is."""
        own = raw.get("update_id") if isinstance(raw, dict) else None
        if isinstance(own, int) and not isinstance(own, bool):
            self._odd_ids = True
            self._keep(Entry(own, raw, queue, fixed=True))
        else:
            self._keep(Entry(next(self._ids), raw, queue, fixed=True))

    def _keep(self, entry: Entry) -> None:
        self.entries[next(self._serial)] = entry
        self.added.set()
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def pending(self) -> list[Any]:
        """Payloads not yet confirmed, oldest first."""
        return [entry.payload for entry in self.entries.values()]

    def allow(self, kinds: Iterable[str]) -> None:
        """Set the kinds that are kept from now on; none means the default."""
        self.allowed = set(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget updates with an id below `offset`; a negative one keeps only that many of the newest."""
        if offset < 0:
            for serial in list(self.entries)[:offset]:
                del self.entries[serial]
            return
        done = []
        for serial, entry in self.entries.items():
            if entry.update_id < offset:
                done.append(serial)
            elif not self._odd_ids:
                break
        for serial in done:
            self.finish(serial)
        if not self.entries:
            self._odd_ids = False

    def finish(self, serial: int) -> None:
        """One update has arrived: forget it, or keep it for a second delivery."""
        entry = self.entries.pop(serial, None)
        if entry is not None and entry.deliveries and self._faults.rates.duplicate_updates and self._faults.doubles():
            self._again.append(entry)
            self.added.set()

    def take_again(self) -> list[Entry]:
        """Updates that come a second time; each is handed out once."""
        found = list(self._again)
        self._again.clear()
        return found

    def interrupt(self, description: str) -> None:
        """End a waiting getUpdates with 409."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(conflict(description))

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Any]:
        """getUpdates after its parameters were read. Raises ApiError 409 when another call takes over."""
        self.interrupt("terminated by other getUpdates request; make sure that only one bot instance is running")
        self.confirm(offset)
        if not self.entries and not self._again and timeout > 0:
            poller = self._poller = asyncio.get_running_loop().create_future()
            self.polled.set()
            try:
                await asyncio.wait_for(poller, timeout)
            except TimeoutError:
                pass  # nothing came: an empty list is the answer
            finally:
                if self._poller is poller:
                    self._poller = None
                    self.polled.clear()
        return self._batch(limit)

    def _batch(self, limit: int) -> list[Any]:
        if self._faults.rates.shuffle_updates and self._faults.shuffles():
            self._shuffle()
        batch = [entry.payload for entry in self.take_again()] if self._again else []
        for entry in itertools.islice(self.entries.values(), max(0, limit - len(batch))):
            entry.deliveries += 1
            batch.append(entry.payload)
        return batch

    def _shuffle(self) -> None:
        """Mix the queues of updates never handed out; ids stay ascending, order within a queue stays."""
        fresh = {serial: entry for serial, entry in self.entries.items() if not entry.deliveries and not entry.fixed}
        lines: dict[int, deque[Entry]] = {}
        for entry in fresh.values():
            lines.setdefault(entry.queue, deque()).append(entry)
        ids = [entry.update_id for entry in fresh.values()]
        for serial, update_id in zip(fresh, ids, strict=True):
            names = list(lines)
            name = names[self._faults.choose(len(names))]
            entry = lines[name].popleft()
            if not lines[name]:
                del lines[name]
            entry.update_id = entry.payload["update_id"] = update_id
            self.entries[serial] = entry
