"""Pushing updates to the bot's webhook: one in flight per queue, queues in parallel, failures tried again.

Rules of Telegram's server (WebhookActor). Only loopback addresses are ever contacted; a public address can be mapped
to one with Settings.target.
"""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from sandbox.errors import ApiError
from sandbox.methods import TABLE, call
from sandbox.params import Params
from sandbox.pending import Entry
from sandbox.state import State, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_RETRY_AFTER_LIMIT = 3600.0
_CAP = (60, 120)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_NOT_IN_REPLY = {"setwebhook", "deletewebhook", "close", "logout"}


@dataclass(frozen=True, slots=True)
class Settings:
    """`wait_scale` multiplies the waits between attempts; `answer_seconds` is how long a reply is awaited."""

    wait_scale: float = 1.0
    concurrent: int = 10
    answer_seconds: float = 60.0
    target: str | None = None
    """Scheme, host and port on loopback that stand for the webhook's public ones."""


class Pusher:
    """Delivers the queue while a webhook is set."""

    def __init__(self, state: State, settings: Settings) -> None:
        self._state = state
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.concurrent)
        self._lines: dict[int, deque[tuple[int | None, Entry]]] = {}
        self._last = -1
        self._hook: Webhook | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._main: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Begin to watch the queue."""
        timeout = aiohttp.ClientTimeout(total=self._settings.answer_seconds)
        self._session = aiohttp.ClientSession(timeout=timeout, auto_decompress=False)
        self._main = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Stop at once; what was not delivered stays pending."""
        tasks = [task for task in (self._main, *self._tasks) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _watch(self) -> None:
        updates = self._state.updates
        while True:
            await updates.added.wait()
            updates.added.clear()
            if self._state.webhook is not self._hook:
                self._hook = self._state.webhook
                self._lines = {}
                self._last = -1
            if self._hook is not None:
                self._take_in()

    def _take_in(self) -> None:
        fresh: list[tuple[int | None, Entry]] = []
        for serial, entry in reversed(self._state.updates.entries.items()):
            if serial <= self._last:
                break
            fresh.append((serial, entry))
        fresh.reverse()
        if fresh:
            self._last = fresh[-1][0] or self._last
        for item in [*fresh, *((None, entry) for entry in self._state.updates.take_again())]:
            line = self._lines.get(item[1].queue)
            if line is not None:
                line.append(item)
                continue
            line = self._lines[item[1].queue] = deque([item])
            task = asyncio.create_task(self._deliver_line(item[1].queue, line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver_line(self, queue: int, line: deque[tuple[int | None, Entry]]) -> None:
        hook = self._hook
        while line and hook is not None and self._state.webhook is hook:
            serial, entry = line[0]
            if serial is None or serial in self._state.updates.entries:
                entry.deliveries += 1
                await self._deliver(hook, entry)
                if self._state.webhook is not hook:
                    return
                if serial is not None:
                    self._state.updates.finish(serial)
            line.popleft()
        if self._lines.get(queue) is line:
            del self._lines[queue]

    async def _deliver(self, hook: Webhook, entry: Entry) -> None:
        """Try until it is taken or the webhook changes: again at once, then after 2, 4, 8 ... seconds."""
        attempt = 0
        while self._state.webhook is hook:
            async with self._slots:
                problem, told = await self._post(hook, entry)
            if problem is None:
                return
            hook.last_error, hook.last_error_at = problem, self._state.clock()
            attempt += 1
            cap = _CAP[0] + self._state.faults.choose(_CAP[1] - _CAP[0])
            wait = 0.0 if attempt == 1 else min(2.0 ** (attempt - 1), cap)
            await asyncio.sleep(max(wait, told) * self._settings.wait_scale)

    async def _post(self, hook: Webhook, entry: Entry) -> tuple[str | None, float]:
        """(what went wrong, seconds the bot asked to wait); (None, 0) when the update was taken."""
        address = self._address(hook.url)
        if address is None:
            return "Failed to resolve host: Name or service not known", 0.0
        headers = {"Content-Type": "application/json"}
        if hook.secret_token:
            headers[SECRET_HEADER] = hook.secret_token
        body = json.dumps(entry.payload, ensure_ascii=False).encode()
        assert self._session is not None
        try:
            async with self._session.post(address, data=body, headers=headers, allow_redirects=False) as response:
                content = await response.content.read(1 << 20)
        except TimeoutError:
            return "Read timeout expired", 0.0
        except aiohttp.ClientError:
            return "Connection refused", 0.0
        if not 200 <= response.status < 300:
            return f"Wrong response from the webhook: {response.status} {response.reason}", _told(response)
        self._run_reply(content)
        return None, 0.0

    def _address(self, url: str) -> str | None:
        parts = urlsplit(url)
        if self._settings.target:
            query = f"?{parts.query}" if parts.query else ""
            return f"{self._settings.target}{parts.path}{query}"
        return url if parts.hostname in _LOOPBACK else None

    def _run_reply(self, content: bytes) -> None:
        """A method in the reply is run and its result thrown away, as by Telegram."""
        try:
            body = json.loads(content) if content else None
        except ValueError:
            return
        if not isinstance(body, dict) or not isinstance(body.get("method"), str):
            return
        name = body["method"].lower()
        if name in TABLE and not name.startswith("get") and name not in _NOT_IN_REPLY:
            try:
                call(self._state, name, Params(body, {}))
            except ApiError as error:
                self._state.changed("reply refused", None, None, description=error.description)


def _told(response: aiohttp.ClientResponse) -> float:
    try:
        return min(float(response.headers.get("Retry-After", 0)), _RETRY_AFTER_LIMIT)
    except ValueError:
        return 0.0
