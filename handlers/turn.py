"""One turn of a conversation: what a handler has at hand. Handlers say things here; nothing is sent yet.

`Context` is python-telegram-bot's context with our unit of work, person, conversation and texts.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telegram import Bot, Update
from telegram.ext import Application, CallbackContext

from db import outbox
from db.engine import Unit
from db.message import Button, KeyboardButton, Message, Rows, split_text
from db.models import Conversation, Person
from db.outbox import About
from eservices.given import Language
from handlers.house import House, LookupNeeded
from knowledge.matching import Answer
from locales import Html


@dataclass
class Turn:
    """The parts of one turn. `found` survives the unit being opened again, the rest is set anew each time."""

    house: House
    received_at: datetime
    found: dict[str, Answer] = field(default_factory=dict)
    work: Unit | None = None
    person: Person | None = None
    conversation: Conversation | None = None
    toast: str = ""
    # the language of this turn, where it is another than the person's
    spoken: str = ""


current_turn: ContextVar[Turn] = ContextVar("current_turn")


class Context(CallbackContext[Bot, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """What handlers get beside the update. In a private chat `person` and `conversation` are there."""

    turn: Turn

    @classmethod
    def from_update(cls, update: object, application: Application[Any, Any, Any, Any, Any, Any]) -> Context:
        context = super().from_update(update, application)
        context.turn = current_turn.get()
        context.incoming = update if isinstance(update, Update) else None
        return context

    incoming: Update | None = None

    @property
    def house(self) -> House:
        """Texts, catalogue, knowledge, hours."""
        return self.turn.house

    @property
    def work(self) -> Unit:
        """The open unit of work."""
        assert self.turn.work is not None
        return self.turn.work

    @property
    def person(self) -> Person:
        """Who writes; only in a private chat."""
        assert self.turn.person is not None
        return self.turn.person

    @property
    def conversation(self) -> Conversation:
        """Where this person stands; only in a private chat."""
        assert self.turn.conversation is not None
        return self.turn.conversation

    @property
    def language(self) -> str:
        """The language that is spoken in this turn: the person's, unless another was asked for."""
        return self.turn.spoken or self.person.language

    @property
    def lang(self) -> Language:
        """The same, as the content's models want it."""
        return "fa" if self.language == "fa" else "en"

    def speak(self, language: str) -> None:
        """From here on to the end of this turn, speak this language."""
        self.turn.spoken = language

    @property
    def now(self) -> datetime:
        """The time of this unit, read once."""
        return self.work.now

    def html(self, key: str, **values: Any) -> Html:
        """A sentence in the person's language."""
        return self.house.texts.html(self.language, key, **values)

    def label(self, key: str, **values: Any) -> str:
        """A button's text in the person's language."""
        return self.house.texts.plain(self.language, key, **values)

    def button(self, key: str, data: str, **values: Any) -> Button:
        """A button with a text of ours."""
        return Button(self.label(key, **values), data)

    def say(
        self,
        text: str,
        buttons: Rows = (),
        keyboard: tuple[tuple[KeyboardButton, ...], ...] | None = (),
        about: About | None = None,
    ) -> None:
        """Say HTML to the person; a long text goes in parts, the buttons under the last."""
        *before, last = split_text(text)
        for part in before:
            outbox.say(self.work, self.person.chat_id, Message(part))
        outbox.say(self.work, self.person.chat_id, Message(last, buttons, keyboard), about=about)

    def say_text(self, key: str, buttons: Rows = (), **values: Any) -> None:
        """Say one of our sentences."""
        self.say(self.html(key, **values), buttons)

    def edit_pressed(self, text: str, buttons: Rows = ()) -> None:
        """Change the message whose button was pressed; says it anew when it cannot be changed or is too long."""
        message_id = self.pressed_message_id
        if message_id is None or len(split_text(text)) > 1:
            self.say(text, buttons)
            return
        outbox.edit(self.work, self.person.chat_id, Message(text, buttons), message_id=message_id)

    def unbutton_pressed(self, only: str = "") -> None:
        """Take the buttons off the message whose button was pressed: all, or only those whose data begins so."""
        if self.pressed_message_id is not None:
            keep = self._pressed_rows_without(only) if only else ()
            outbox.unbutton(self.work, self.person.chat_id, message_id=self.pressed_message_id, keep=keep)

    def pressed_shows(self, prefix: str) -> bool:
        """Does the message whose button was pressed still have a button whose data begins so?"""
        return any(button.data.startswith(prefix) for button in self.pressed_buttons())

    def pressed_buttons(self) -> tuple[Button, ...]:
        """All buttons of the message whose button was pressed; none when it is too old to be known."""
        return tuple(button for row in self._pressed_rows() for button in row)

    def _pressed_rows_without(self, prefix: str) -> Rows:
        kept = (tuple(button for button in row if not button.data.startswith(prefix)) for row in self._pressed_rows())
        return tuple(row for row in kept if row)

    def _pressed_rows(self) -> Rows:
        query = self.incoming.callback_query if self.incoming else None
        markup = getattr(query.message, "reply_markup", None) if query else None  # an old message comes without
        return tuple(
            tuple(Button(button.text, str(button.callback_data or ""), button.url or "") for button in row)
            for row in (markup.inline_keyboard if markup else ())
        )

    @property
    def pressed_message_id(self) -> int | None:
        """The message under which a button was pressed, if it can still be changed."""
        query = self.incoming.callback_query if self.incoming else None
        # one that was deleted or is too old comes as its id alone
        return query.message.message_id if query and query.message and query.message.is_accessible else None

    def toast(self, key: str, **values: Any) -> None:
        """A short line over the chat when a press is answered."""
        self.turn.toast = self.label(key, **values)[:200]

    def lookup(self, text: str) -> Answer:
        """What the knowledge says. Leaves the unit when that is not known yet; the unit is then opened again."""
        if text not in self.turn.found:
            raise LookupNeeded(text)
        return self.turn.found[text]

    def album_answered(self, album: str | None) -> bool:
        """An album comes as one message for each picture: True from its second one on, so that one reply is given."""
        if album is None:
            return False
        known = self.conversation.data.get("album") == album
        self.conversation.data = self.conversation.data | {"album": album}
        return known

    def focus_on(self, focus: str = "", focus_id: int | None = None, **data: Any) -> None:
        """Who gets the person's next text: "" (questions), form, ticket, human."""
        conversation = self.conversation
        conversation.focus, conversation.focus_id = focus, focus_id
        conversation.data = data
        conversation.updated_at = self.now
