"""What a person can do in a chat: say, press, send files, edit, react. Each act makes Telegram's updates.

One Hand is one person in one chat. The driver for tests and the control side for pages both act through it.
"""

import base64
from collections.abc import Sequence
from typing import Any

from sandbox.entities import clean, find_entities, trim, units
from sandbox.files import keep, media
from sandbox.methods.core import shallow
from sandbox.pending import PRESS_QUEUE, REACTION_QUEUE, Update
from sandbox.seen import seen
from sandbox.state import Chat, Json, Person, Press, State, Stored

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""The smallest picture: one pixel, PNG."""
OGG = b"OggS\x00\x02" + bytes(22)
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(12)
MP3 = b"ID3\x04" + bytes(6)
MIME = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "txt": "text/plain", "csv": "text/csv"}


class Blocked(RuntimeError):
    """The person blocked the bot: the messenger shows no input field."""


class Hand:
    """A person in a chat. Every act returns the update it made, also of a kind that the bot did not ask for."""

    def __init__(self, state: State, person: Person, chat: Chat, thread_id: int | None = None) -> None:
        self.state = state
        self.person = person
        self.chat = chat
        self.thread_id = thread_id

    # messages

    def say(self, text: str, reply_to: int | None = None, **more: Any) -> Update:
        """Send a text, cleaned and trimmed as by the messenger. ValueError when nothing is left or it is too long."""
        text, _ = trim(clean(text), ())
        if not text:
            raise ValueError("the messenger sends no empty text")
        if units(text) > 4096:
            raise ValueError("the messenger splits texts over 4096 units itself: say them apart")
        found = find_entities(text)
        content = {"text": text, **({"entities": found} if found else {}), **more}
        return self.send(content, reply_to)

    def photo(self, caption: str | None = None, data: bytes = PIXEL, reply_to: int | None = None) -> Update:
        """Send a picture."""
        return self.send(self._media("photo", data, caption=caption), reply_to)

    def document(
        self, name: str, data: bytes, mime: str | None = None, caption: str | None = None, reply_to: int | None = None
    ) -> Update:
        """Send a file; the type is guessed from the name when not given."""
        mime = mime or MIME.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        return self.send(self._media("document", data, name, mime, caption), reply_to)

    def voice(self, data: bytes = OGG, reply_to: int | None = None) -> Update:
        """Send a voice note."""
        return self.send(self._media("voice", data, mime="audio/ogg"), reply_to)

    def video(self, caption: str | None = None, data: bytes = MP4, reply_to: int | None = None) -> Update:
        """Send a film."""
        return self.send(self._media("video", data, "film.mp4", "video/mp4", caption), reply_to)

    def audio(self, caption: str | None = None, data: bytes = MP3, reply_to: int | None = None) -> Update:
        """Send a piece of sound that is no voice note."""
        return self.send(self._media("audio", data, "sound.mp3", "audio/mpeg", caption), reply_to)

    def sticker(self, reply_to: int | None = None) -> Update:
        """Send a sticker."""
        return self.send(self._media("sticker", PIXEL), reply_to)

    def album(self, items: Sequence[bytes | tuple[str, bytes]], caption: str | None = None) -> list[Update]:
        """Send pictures (bytes) or files (name, bytes) as one album: one update each, the caption on the first."""
        group = self.state.new_id()
        updates: list[Update] = []
        for item in items:
            kind, data, name = ("photo", item, None) if isinstance(item, bytes) else ("document", item[1], item[0])
            content = self._media(kind, data, name, caption=None if updates else caption)
            updates.append(self.send({**content, "media_group_id": group}))
        return updates

    def contact(self, phone: str | None = None, own: bool = True, name: str | None = None) -> Update:
        """Share a phone number. Only the person's own carries a user id: that is the proof of whose it is."""
        card: Json = {"phone_number": phone or self.person.phone_number, "first_name": name or self.person.first_name}
        if own:
            card["user_id"] = self.person.user_id
        return self.send({"contact": card})

    def location(self, lat: float, lon: float) -> Update:
        """Share a point, in degrees."""
        return self.send({"location": {"latitude": lat, "longitude": lon}})

    def forward(self, text: str, author: str = "Somebody") -> Update:
        """Forward a text of somebody who hides their account."""
        origin = {"type": "hidden_user", "sender_user_name": author, "date": self.state.now() - 3600}
        return self.say(text, forward_origin=origin)

    def edit(self, message_id: int, text: str) -> Update:
        """Change a message of one's own. KeyError when there is none, ValueError when it is somebody else's."""
        stored = self.chat.messages[message_id]
        if stored.message["from"]["id"] != self.person.user_id:
            raise ValueError("only one's own messages can be edited")
        text, _ = trim(clean(text), ())
        name = "text" if "text" in stored.message else "caption"
        marks = "entities" if name == "text" else "caption_entities"
        edited = {**stored.message, name: text, marks: find_entities(text), "edit_date": self.state.now()}
        if not edited[marks]:
            del edited[marks]
        stored.message = edited
        self._acted()
        self.state.changed("edit", self.chat, message_id)
        return self._queue("edited_message", edited, self.chat.chat_id)

    def send(self, content: Json, reply_to: int | None = None) -> Update:
        """Send a message with these content fields."""
        person, chat, state = self.person, self.chat, self.state
        if person.blocked and chat.person is person:
            raise Blocked(f"{person.first_name} blocked the bot")
        if chat.person is None and person.user_id not in chat.members:
            raise ValueError(f"{person.first_name} is no member of {chat.title}")
        message: Json = {
            "message_id": state.new_message_id(chat),
            "from": person.user(),
            "chat": chat.brief(),
            "date": state.now(),
            **self._place(reply_to),
            **content,
        }
        person.wrote = person.wrote or chat.person is person
        self._acted()
        state.put(chat, message)
        return self._queue("message", message, chat.chat_id)

    def _place(self, reply_to: int | None) -> Json:
        """Topic and reply fields. In a topic a message that replies to nothing "replies" to the topic's first one."""
        found: Json = {}
        thread = self.thread_id
        replied = self.chat.messages[reply_to].message if reply_to is not None else None
        if replied is not None:
            found["reply_to_message"] = shallow(replied)
            thread = replied.get("message_thread_id", thread) if self.chat.forum else None
        if thread is not None:
            if thread not in self.chat.topics:
                raise ValueError("no such topic")
            if self.chat.topics[thread].closed:
                raise ValueError("the topic is closed")
            found |= {"message_thread_id": thread, "is_topic_message": True}
            if replied is None and thread in self.chat.messages:
                found["reply_to_message"] = shallow(self.chat.messages[thread].message)
        elif replied is not None and self.chat.kind == "supergroup":
            found["message_thread_id"] = replied.get("message_thread_id", reply_to)  # Telegram's reply threads
        return found

    def _media(
        self, kind: str, data: bytes, name: str | None = None, mime: str | None = None, caption: str | None = None
    ) -> Json:
        content = media(self.state, keep(self.state, kind, data, name, mime))
        if caption:
            content["caption"] = caption
            if found := find_entities(caption):
                content["caption_entities"] = found
        return content

    # buttons and reactions

    def press(self, label: str | None = None, *, data: str | None = None, message_id: int | None = None) -> Update:
        """Press an inline button by its label or data, on the newest message that shows it (or on the given one).

        KeyError with the labels on the screen when there is none. `data` with `message_id` may be anything: a
        bad client can send any bytes.
        """
        if label is None and data is not None and message_id is not None:
            return self.press_data(self.chat.messages[message_id], data)
        for stored in self._with_buttons(message_id):
            for row in stored.message["reply_markup"]["inline_keyboard"]:
                for button in row:
                    wanted = button["text"] == label if label is not None else button.get("callback_data") == data
                    if wanted and "callback_data" in button:
                        return self.press_data(stored, button["callback_data"])
                    if wanted:
                        raise ValueError(f"the button {button['text']!r} opens something, it cannot be pressed")
        labels = [
            label
            for stored in self._with_buttons(message_id)
            for row in seen(self.state, self.chat, stored).buttons
            for label in row
        ]
        raise KeyError(f"no button {label if label is not None else data!r} on the screen; there are: {labels}")

    def _with_buttons(self, message_id: int | None) -> list[Stored]:
        found = [self.chat.messages[message_id]] if message_id is not None else list(self.chat.messages.values())
        return [
            stored
            for stored in reversed(found)
            if "reply_markup" in stored.message
            and (self.thread_id is None or stored.message.get("message_thread_id") == self.thread_id)
        ]

    def press_data(self, stored: Stored, data: str) -> Update:
        """The callback query of a button under a message."""
        query_id = self.state.new_id()
        self.state.presses[query_id] = Press(query_id, self.person, self.state.clock())
        body = {
            "id": query_id,
            "from": self.person.user(),
            "message": stored.message,
            "chat_instance": str(self.chat.chat_id * 7919),
            "data": data,
        }
        self._acted()
        self.state.changed("press", self.chat)
        return self._queue("callback_query", body, self.person.user_id + PRESS_QUEUE)

    def tap(self, label: str) -> Update:
        """Tap a button of the reply keyboard: its text is sent, or the contact or location it asks for."""
        keyboard = self.chat.keyboard or {}
        buttons = [button for row in keyboard.get("keyboard", []) for button in row]
        found = next((button for button in buttons if button["text"] == label), None)
        if found is None:
            raise KeyError(f"no key {label!r}; there are: {[button['text'] for button in buttons]}")
        if keyboard.get("one_time_keyboard"):
            self.chat.keyboard = None
        if found.get("request_contact"):
            return self.contact()
        if found.get("request_location"):
            return self.location(35.6892, 51.3890)
        return self.say(label)

    def react(self, message_id: int, emoji: str | None) -> Update:
        """Put one's reaction on a message, or take it away with None."""
        stored = self.chat.messages[message_id]
        old = stored.reactions.get(self.person.user_id, [])
        new: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
        stored.reactions[self.person.user_id] = new
        self._acted()
        self.state.changed("reaction", self.chat, message_id)
        body = {
            "chat": self.chat.brief(),
            "message_id": message_id,
            "user": self.person.user(),
            "date": self.state.now(),
            "old_reaction": old,
            "new_reaction": new,
        }
        return self._queue("message_reaction", body, self.chat.chat_id + REACTION_QUEUE)

    def _acted(self) -> None:
        self.chat.last_act = self.state.mark

    def _queue(self, kind: str, body: Json, queue: int) -> Update:
        """Tell the bot, unless it was thrown out of the chat."""
        return self.state.updates.add(kind, body, None if self.chat.kicked else queue, self.state.mark)
