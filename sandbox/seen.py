"""What a person sees in a chat: messages as shown on a screen, and a plain picture of it for failing tests.

Reads the state, changes nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from sandbox.state import Chat, Json, State, Stored

_SERVICE = (
    "pinned_message", "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "migrate_to_chat_id", "migrate_from_chat_id", "new_chat_members", "left_chat_member",
)  # fmt: skip
_CONTENT = ("photo", "document", "voice", "video", "audio", "sticker", "contact", "location")


@dataclass(frozen=True, slots=True)
class Seen:
    """One message on the screen. `text` is the text or the caption; `mark` tells when it last changed."""

    message_id: int
    author: str
    name: str
    text: str
    mark: int
    date: int
    entities: list[Json] = field(default_factory=list)
    buttons: list[list[str]] = field(default_factory=list)
    markup: list[list[Json]] = field(default_factory=list)
    keyboard: list[list[str]] | None = None
    photo: Json | None = None
    document: Json | None = None
    voice: Json | None = None
    video: Json | None = None
    audio: Json | None = None
    sticker: Json | None = None
    contact: Json | None = None
    location: Json | None = None
    reply_to: int | None = None
    thread_id: int | None = None
    edited: bool = False
    pinned: bool = False
    forwarded: bool = False
    service: str | None = None
    reactions: list[str] = field(default_factory=list)

    def line(self) -> str:
        """One or two lines for a printed screen."""
        marks = [name for name in _CONTENT if getattr(self, name)]
        if self.reply_to:
            marks.append(f"reply to {self.reply_to}")
        marks += [name for name in ("edited", "pinned", "forwarded") if getattr(self, name)]
        marks += [self.service] if self.service else []
        marks += self.reactions
        head = f"{self.message_id} {self.author} {self.name}: {self.text}"
        extra = f"  ({', '.join(marks)})" if marks else ""
        rows = "".join("\n      " + " ".join(f"[{label}]" for label in row) for row in self.buttons)
        keys = "".join("\n      " + " ".join(f"<{label}>" for label in row) for row in self.keyboard or [])
        return f"  {head}{extra}{rows}{keys}"


def seen(state: State, chat: Chat, stored: Stored) -> Seen:
    """A stored message as a person sees it."""
    message = stored.message
    sender = message.get("from", {})
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    keys = (stored.keyboard or {}).get("keyboard")
    photo = message.get("photo")
    contents: dict[str, Any] = {name: message.get(name) for name in _CONTENT if name != "photo"}
    reactions = [*stored.bot_reaction, *(one for many in stored.reactions.values() for one in many)]
    return Seen(
        message_id=message["message_id"],
        author="bot" if sender.get("is_bot") else "user",
        name=sender.get("first_name", ""),
        text=message.get("text") or message.get("caption") or "",
        mark=stored.mark,
        date=message["date"],
        entities=message.get("entities") or message.get("caption_entities") or [],
        buttons=[[button["text"] for button in row] for row in rows],
        markup=rows,
        keyboard=[[button["text"] for button in row] for row in keys] if keys else None,
        photo=photo[-1] if photo else None,
        **contents,
        reply_to=message.get("reply_to_message", {}).get("message_id"),
        thread_id=message.get("message_thread_id"),
        edited="edit_date" in message,
        pinned=message["message_id"] in chat.pinned,
        forwarded="forward_origin" in message,
        service=next((name for name in _SERVICE if name in message), None),
        reactions=[reaction.get("emoji", "?") for reaction in reactions],
    )


def screen(state: State, chat: Chat, thread_id: int | None = None) -> list[Seen]:
    """All messages of a chat (or of one topic), oldest first."""
    return [
        seen(state, chat, stored)
        for stored in list(chat.messages.values())
        if thread_id is None or stored.message.get("message_thread_id") == thread_id
    ]


def printed(title: str, messages: list[Seen], last: int = 25) -> str:
    """The end of a screen as text."""
    lines = [message.line() for message in messages[-last:]]
    return "\n".join([f"screen of {title} ({len(messages)} messages):", *(lines or ["  (empty)"])])
