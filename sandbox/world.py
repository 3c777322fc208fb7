"""The world of the stand-in in pure Python: persons' phones, groups, and the bot's calls without HTTP.

Tests build one, give it to a StandIn, and act on it. Everything remembered is in state.py.
"""

from collections.abc import Iterable
from typing import Any

from sandbox.acts import Hand
from sandbox.driver import Group, Phone, members_of
from sandbox.methods import call
from sandbox.params import Params, Upload
from sandbox.state import Chat, Person, State


class World(State):
    """World(token, faults): what exists besides the bot."""

    def phone(
        self,
        user_id: int,
        first_name: str,
        last_name: str | None = None,
        language_code: str | None = None,
        username: str | None = None,
    ) -> Phone:
        """A person with a private chat; the same id again gives the same person."""
        person = self.people.get(user_id)
        if person is None:
            person = Person(user_id, first_name, last_name, language_code, username)
            self.people[user_id] = person
            self.chats[user_id] = Chat(user_id, "private", person=person)
            self.changed("people")
        return Phone(self, person, self.chats[user_id])

    def group(self, chat_id: int, title: str, members: Iterable[Hand | Person] = (), forum: bool = False) -> Group:
        """A group with the bot as administrator: a supergroup when its id starts with -100, else a basic group."""
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        if forum and kind != "supergroup":
            raise ValueError("only a supergroup can be a forum")
        chat = Chat(chat_id, kind, title, members=members_of(members), forum=forum)
        self.chats[chat_id] = chat
        self.changed("people")
        return Group(self, chat)

    def count(self, method: str) -> int:
        """Successful calls of a method so far; getUpdates is counted but not in the ledger."""
        return self.calls[method]

    def pending_updates(self) -> list[Any]:
        """Updates not yet confirmed, oldest first."""
        return self.updates.pending()

    def inject(self, raw_update: Any, queue: int = 0) -> None:
        """Queue any JSON value as an update, also a broken one."""
        self.updates.inject(raw_update, queue)

    def call(self, method: str, files: dict[str, Upload] | None = None, **params: Any) -> Any:
        """Call a method as the bot, without HTTP. Raises ApiError."""
        return call(self, method, Params(params, files or {}))
