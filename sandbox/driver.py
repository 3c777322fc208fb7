"""The driver of tests: a phone in a person's hand and a group, with waiting for what appears on their screens.

Waiting is on changes of the world, never on the clock alone. What persons do is in acts.py.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.acts import Hand
from sandbox.methods.chats import bot_member, remove_topic
from sandbox.pending import Update
from sandbox.seen import Seen, printed, screen
from sandbox.state import Chat, Json, Person, State

WAIT_SECONDS = 30.0
Mark = int | Seen | Update | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a press was answered with: a toast, or an alert."""

    text: str
    alert: bool
    url: str | None


def _after(chat: Chat, after: Mark) -> int:
    """The count of changes after which a message counts; None: since the last act in this chat."""
    if after is None:
        return chat.last_act
    return after if isinstance(after, int) else after.mark


async def _sees(state: State, chat: Chat, wanted: Callable[[Seen], bool], text: str, timeout: float) -> Seen:
    title = chat.person.first_name if chat.person else chat.title
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while True:
        shown = screen(state, chat)
        found = next((message for message in reversed(shown) if wanted(message)), None)
        if found is not None:
            return found
        left = end - loop.time()
        if left <= 0 or not await state.next_change(left):
            raise AssertionError(
                f"{title} does not see {text!r} within {timeout} s\n{printed(title, screen(state, chat))}"
            )


class Phone(Hand):
    """A person's phone with the bot's private chat open."""

    @property
    def user_id(self) -> int:
        """The person's id, which is also the id of the private chat."""
        return self.person.user_id

    @property
    def screen(self) -> list[Seen]:
        """What the person sees now, oldest first."""
        return screen(self.state, self.chat)

    @property
    def keyboard(self) -> list[list[str]] | None:
        """Labels of the reply keyboard shown now."""
        rows = (self.chat.keyboard or {}).get("keyboard")
        return [[button["text"] for button in row] for row in rows] if rows else None

    @property
    def answers(self) -> list[Answer]:
        """Answers to this person's presses, oldest first."""
        return [
            Answer(press.answer["text"], press.answer["show_alert"], press.answer["url"])
            for press in self.state.presses.values()
            if press.person is self.person and press.answer is not None
        ]

    def mark(self) -> int:
        """A point in time for `after`: what appears or changes later counts. 0 is the very beginning."""
        return self.state.mark

    def start(self, payload: str | None = None) -> Update:
        """Press Start, perhaps through a deep link."""
        self.person.blocked = False
        return self.say(f"/start {payload}" if payload else "/start")

    async def sees(self, text: str, after: Mark = None, timeout: float = WAIT_SECONDS) -> Seen:
        """Wait for a message of the bot, new or edited, that holds `text`; the newest such one is returned.

        `after` is a mark(), a Seen or the update of an act; None means since this person's last act in the chat, 0
        the whole screen. AssertionError with the screen when `timeout` seconds pass.
        """
        since = _after(self.chat, after)

        def wanted(message: Seen) -> bool:
            return message.author == "bot" and message.mark > since and text in message.text

        return await _sees(self.state, self.chat, wanted, text, timeout)

    async def sees_answer(self, query: Update, timeout: float = WAIT_SECONDS) -> Answer:
        """Wait until a press is answered."""
        press = self.state.presses[query["callback_query"]["id"]]
        end = asyncio.get_running_loop().time() + timeout
        while press.answer is None:
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or not await self.state.next_change(left):
                raise AssertionError(f"the press of {self.person.first_name} is not answered within {timeout} s")
        return Answer(press.answer["text"], press.answer["show_alert"], press.answer["url"])

    def blocks(self) -> Update:
        """Block the bot; it hears of it as my_chat_member."""
        self.person.blocked = True
        return self._member("member", "kicked")

    def unblocks(self) -> Update:
        """Unblock the bot."""
        self.person.blocked = False
        return self._member("kicked", "member")

    def deactivates(self) -> None:
        """Delete the account; the bot is not told."""
        self.person.deactivated = True
        self.state.changed("people")

    def _member(self, old: str, new: str) -> Update:
        bot = self.state.bot_user()
        until = {"until_date": 0}
        body = {
            "chat": self.chat.brief(),
            "from": self.person.user(),
            "date": self.state.now(),
            "old_chat_member": {"user": bot, "status": old, **(until if old == "kicked" else {})},
            "new_chat_member": {"user": bot, "status": new, **(until if new == "kicked" else {})},
        }
        self._acted()
        self.state.changed("people")
        return self._queue("my_chat_member", body, self.chat.chat_id)


class Group:
    """A group with the bot as administrator. Acts name who does them."""

    def __init__(self, state: State, chat: Chat) -> None:
        self.state = state
        self.chat = chat

    @property
    def chat_id(self) -> int:
        """The group's id; changes when it is upgraded."""
        return self.chat.chat_id

    @property
    def screen(self) -> list[Seen]:
        """What members see now, oldest first, all topics together."""
        return screen(self.state, self.chat)

    @property
    def topics(self) -> dict[int, str]:
        """Names of the topics by id."""
        return {topic.thread_id: topic.name for topic in self.chat.topics.values()}

    def by(self, user: Hand | Person, topic: int | None = None) -> Hand:
        """A member's hand in this group (say, press, photo, edit, react ...), perhaps inside a topic."""
        person = user if isinstance(user, Person) else user.person
        return Hand(self.state, person, self.chat, topic)

    def mark(self) -> int:
        """A point in time for `after`."""
        return self.state.mark

    def join(self, *users: Hand | Person) -> None:
        """Make persons members, silently."""
        for user in users:
            person = user if isinstance(user, Person) else user.person
            self.chat.members[person.user_id] = person

    def say(self, user: Hand | Person, text: str, reply_to: int | None = None, topic: int | None = None) -> Update:
        """A member writes."""
        return self.by(user, topic).say(text, reply_to)

    def press(
        self, user: Hand | Person, label: str | None = None, *, data: str | None = None,
        message_id: int | None = None, topic: int | None = None,
    ) -> Update:  # fmt: skip
        """A member presses an inline button, as Hand.press."""
        return self.by(user, topic).press(label, data=data, message_id=message_id)

    async def sees(
        self, text: str, after: Mark = None, timeout: float = WAIT_SECONDS, topic: int | None = None
    ) -> Seen:
        """As Phone.sees, in the group, perhaps in one topic; `after` None: since the last act of any member."""
        since = _after(self.chat, after)

        def wanted(message: Seen) -> bool:
            inside = topic is None or message.thread_id == topic
            return inside and message.author == "bot" and message.mark > since and text in message.text

        return await _sees(self.state, self.chat, wanted, text, timeout)

    async def sees_topic(self, name: str, timeout: float = WAIT_SECONDS) -> int:
        """Wait for a topic whose name holds `name`; returns its id."""
        end = asyncio.get_running_loop().time() + timeout
        while True:
            for thread_id, title in self.topics.items():
                if name in title:
                    return thread_id
            left = end - asyncio.get_running_loop().time()
            if left <= 0 or not await self.state.next_change(left):
                raise AssertionError(f"no topic {name!r} within {timeout} s; there are: {list(self.topics.values())}")

    def delete_topic(self, thread_id: int) -> None:
        """An administrator deletes a topic; the bot is not told."""
        remove_topic(self.state, self.chat, thread_id)

    def kick_bot(self, by: Hand | Person) -> Update:
        """The bot is thrown out; it hears of it as my_chat_member."""
        return self._member(by, kicked=True)

    def add_bot(self, by: Hand | Person) -> Update:
        """The bot is let in again as administrator."""
        return self._member(by, kicked=False)

    def _member(self, by: Hand | Person, kicked: bool) -> Update:
        person = by if isinstance(by, Person) else by.person
        old = bot_member(self.state, self.chat)
        self.chat.kicked = kicked
        body: Json = {
            "chat": self.chat.brief(),
            "from": person.user(),
            "date": self.state.now(),
            "old_chat_member": old,
            "new_chat_member": bot_member(self.state, self.chat),
        }
        self.state.changed("people", self.chat)
        return self.state.updates.add("my_chat_member", body, self.chat.chat_id, self.state.mark)

    def upgrade(self, new_id: int, forum: bool = False) -> list[Update]:
        """The group becomes a supergroup with another id: two service messages, then the old id is refused.

        Messages stay with the old chat, as in the messenger. Returns both updates.
        """
        old = self.chat
        new = Chat(new_id, "supergroup", old.title, members=dict(old.members), forum=forum)
        self.state.chats[new_id] = new
        updates = [
            self._service(old, "migrate_to_chat_id", new_id),
            self._service(new, "migrate_from_chat_id", old.chat_id),
        ]
        old.migrated_to = new_id
        self.chat = new
        return updates

    def _service(self, chat: Chat, name: str, value: Any) -> Update:
        sender = next(iter(chat.members.values()), None)
        message = {
            "message_id": self.state.new_message_id(chat),
            "from": sender.user() if sender else self.state.bot_user(),
            "chat": chat.brief(),
            "date": self.state.now(),
            name: value,
        }
        self.state.put(chat, message)
        return self.state.updates.add("message", message, chat.chat_id, self.state.mark)


def members_of(users: Iterable[Hand | Person]) -> dict[int, Person]:
    """Persons by id."""
    persons = [user if isinstance(user, Person) else user.person for user in users]
    return {person.user_id: person for person in persons}
