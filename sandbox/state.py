"""The stand-in's memory: persons, chats, messages, files, presses, and what was set for the bot.

Data and the few operations every other module needs (finding, numbering, telling listeners). No HTTP, no rules of
methods: those live in methods/, and what persons do lives in driver.py.
"""

import asyncio
import hashlib
import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import Faults
from sandbox.pending import UpdateQueue

Json = dict[str, Any]

CALLBACK_AGE = 900.0
"""Seconds for which a press can be answered; Telegram's clients give up after some minutes."""
_ID_SPAN = 2**31 - 2**24
_IDS_PER_SECOND = 64

ENDINGS = {"photo": "jpg", "voice": "oga", "sticker": "webp", "video": "mp4", "audio": "mp3"}


def first_id(now: float) -> int:
    """A first update or message id made from the time, within 31 bits, so that a restart repeats none."""
    return int(now * _IDS_PER_SECOND) % _ID_SPAN + 1


@dataclass(slots=True)
class Person:
    """Somebody with a messenger account."""

    user_id: int
    first_name: str
    last_name: str | None = None
    language_code: str | None = None
    username: str | None = None
    phone_number: str = "+989121234567"
    wrote: bool = False
    blocked: bool = False
    deactivated: bool = False

    def user(self) -> Json:
        """The User object."""
        found: Json = {"id": self.user_id, "is_bot": False, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        return found


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is the id of the service message that made it."""

    thread_id: int
    name: str
    icon_color: int = 0x6FB9F0
    icon_custom_emoji_id: str | None = None
    closed: bool = False


@dataclass(slots=True)
class Stored:
    """A message as the bot knows it, with what only persons see."""

    message: Json
    mark: int
    keyboard: Json | None = None
    bot_reaction: list[Json] = field(default_factory=list)
    reactions: dict[int, list[Json]] = field(default_factory=dict)


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's) or a group."""

    chat_id: int
    kind: str
    title: str = ""
    person: Person | None = None
    members: dict[int, Person] = field(default_factory=dict)
    forum: bool = False
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Stored] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    kicked: bool = False
    migrated_to: int | None = None
    next_message_id: int | None = None
    typing_until: float = 0.0
    last_act: int = 0

    def brief(self) -> Json:
        """The Chat object inside messages."""
        if self.person is not None:
            found = self.person.user()
            found.pop("is_bot")
            found.pop("language_code", None)
            return {**found, "type": "private"}
        found = {"id": self.chat_id, "type": self.kind, "title": self.title}
        if self.forum:
            found["is_forum"] = True
        return found


@dataclass(slots=True)
class StoredFile:
    """A file on the stand-in. `path` is what getFile gives."""

    file_id: str
    unique_id: str
    data: bytes
    kind: str
    name: str | None
    mime: str | None
    path: str
    facts: Json = field(default_factory=dict)


@dataclass(slots=True)
class Press:
    """A callback query that waits for its answer."""

    query_id: str
    person: Person
    at: float
    answer: Json | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A successful API call: what was asked and what came back; `at` in seconds since the epoch."""

    method: str
    params: Json
    result: Any
    at: float


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed to."""

    url: str
    secret_token: str | None = None
    max_connections: int = 40
    last_error_at: float | None = None
    last_error: str | None = None


class State:
    """Everything the stand-in remembers. Used from one event loop only."""

    def __init__(
        self,
        token: str = "123456:stand-in",  # noqa: S107 - a made-up token of the stand-in, no secret
        faults: Faults | None = None,
        clock: Callable[[], float] = time.time,
        first: int | None = None,
    ) -> None:
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.bot_name = "Sanatyar"
        self.bot_username = "sanatyar_sandbox_bot"
        self.clock = clock
        self.faults = faults or Faults()
        self.callback_age = CALLBACK_AGE
        self.first = first if first is not None else first_id(clock())
        self.updates = UpdateQueue(clock, self.faults, next_id=self.first)
        self._message_ids = itertools.count(self.first)
        self._other_ids = itertools.count(self.first)
        self._file_ids = itertools.count(self.first)
        self.mark = 0
        self.listeners: list[Callable[[Json], None]] = []
        self._waiting: set[asyncio.Future[None]] = set()
        self.clear()

    def clear(self) -> None:
        """Forget persons, chats, files, calls and settings; numbering goes on from where it was."""
        self.updates.clear()
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.files_by_path: dict[str, StoredFile] = {}
        self.presses: dict[str, Press] = {}
        self.webhook: Webhook | None = None
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int, Json] = {}
        self.ledger: list[Call] = []
        self.calls: Counter[str] = Counter()

    def now(self) -> int:
        """Whole seconds since the epoch, as dates of messages are."""
        return int(self.clock())

    def bot_user(self) -> Json:
        """The bot's User object inside messages."""
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.profile.get(("name", "")) or self.bot_name,
            "username": self.bot_username,
        }

    def new_id(self) -> str:
        """A number, as text, for queries, albums and the like."""
        return str(next(self._other_ids) << 24 | self.bot_id & 0xFFFFFF)

    def new_message_id(self, chat: Chat) -> int:
        """The next id: supergroups count for themselves, all other chats share one count."""
        if chat.kind != "supergroup":
            return next(self._message_ids)
        if chat.next_message_id is None:
            chat.next_message_id = self.first
        chat.next_message_id += 1
        return chat.next_message_id - 1

    def put(self, chat: Chat, message: Json, keyboard: Json | None = None) -> Stored:
        """Show a new message in a chat."""
        stored = Stored(message, self.mark + 1, keyboard)
        chat.messages[message["message_id"]] = stored
        chat.typing_until = 0.0 if message.get("from", {}).get("is_bot") else chat.typing_until
        if keyboard is not None:
            chat.keyboard = None if keyboard.get("remove_keyboard") else keyboard
        self.changed("message", chat, message["message_id"])
        return stored

    def changed(self, what: str, chat: Chat | None = None, message_id: int | None = None, **more: Any) -> None:
        """Count a visible change, wake those who wait for one, tell listeners."""
        self.mark += 1
        if chat is not None and message_id is not None and message_id in chat.messages:
            chat.messages[message_id].mark = self.mark
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()
        if self.listeners:
            event = {"what": what, "chat_id": chat.chat_id if chat else None, "message_id": message_id, **more}
            for listener in list(self.listeners):
                listener(event)

    async def next_change(self, timeout: float) -> bool:
        """Wait for the next visible change; False when `timeout` seconds passed without one."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, timeout)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(future)
        return True

    def add_file(self, data: bytes, kind: str, name: str | None, mime: str | None, **facts: Any) -> StoredFile:
        """Keep a file; the same bytes have the same unique id."""
        number = next(self._file_ids)
        digest = hashlib.blake2b(data, digest_size=9).hexdigest()
        ending = (name or "").rpartition(".")[2] if "." in (name or "") else ENDINGS.get(kind, "bin")
        path = f"{kind}s/file_{number}.{ending}"
        stored = StoredFile(f"SB{kind[:2]}{number:x}-{digest}", f"U{digest}", data, kind, name, mime, path, facts)
        self.files[stored.file_id] = self.files_by_path[path] = stored
        return stored
