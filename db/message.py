"""A message to a person or a group, in no messenger's own terms; what the outbox keeps.

The sender turns it into calls of the messenger. Text is HTML of the few tags that `locales` writes.
Not here: sentences (locales), calls (bot).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any, Literal

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
DATA_LIMIT = 64

FileKind = Literal["photo", "document", "voice", "video", "audio", "sticker"]


@dataclass(frozen=True)
class Button:
    """A button under a message: `data` comes back when pressed (at most 64 bytes), or it opens `url`."""

    text: str
    data: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        if bool(self.data) == bool(self.url) or len(self.data.encode()) > DATA_LIMIT:
            raise ValueError(f"a button needs data of at most {DATA_LIMIT} bytes, or an address")


@dataclass(frozen=True)
class KeyboardButton:
    """A button of the keyboard below: it writes its text, or shares the contact or the place."""

    text: str
    asks: Literal["", "contact", "location"] = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Message:
    """What is shown. `keyboard` () leaves the keyboard alone, None takes it away."""

    text: str
    buttons: Rows = ()
    keyboard: tuple[tuple[KeyboardButton, ...], ...] | None = ()
    file_id: str = ""
    file_kind: FileKind | None = None
    # the message that this one answers: by its id, or by the slot it was said under
    reply_to: int | None = None
    reply_slot: str = ""
    # a text file of our own making
    upload: str = ""
    upload_name: str = ""

    def payload(self) -> dict[str, Any]:
        """As JSON for the outbox; empty parts are left out."""
        made: dict[str, Any] = {"text": self.text}
        if self.buttons:
            made["buttons"] = [
                [{"text": b.text, **({"url": b.url} if b.url else {"data": b.data})} for b in row]
                for row in self.buttons
            ]
        if self.keyboard is None:
            made["keyboard"] = None
        elif self.keyboard:
            made["keyboard"] = [[{"text": k.text, "asks": k.asks} for k in row] for row in self.keyboard]
        if self.file_kind:
            made["file"] = {"kind": self.file_kind, "id": self.file_id}
        if self.upload_name:
            made["upload"] = {"name": self.upload_name, "text": self.upload}
        if self.reply_to:
            made["reply_to"] = self.reply_to
        if self.reply_slot:
            made["reply_slot"] = self.reply_slot
        return made


def visible_length(markup: str) -> int:
    """Length as the messenger counts it: UTF-16 units of the text without tags."""
    plain = html.unescape(re.sub(r"<[^>]*>", "", markup))
    return len(plain.encode("utf-16-le")) // 2


def split_text(markup: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Cut a long text at paragraphs, then lines, then words, so that each part fits the limit.

    Tags that are open where it is cut are closed there and opened again in the next part; a line that is too long by
    itself loses its tags.
    """
    parts = _cut(markup, limit)
    return parts if len(parts) == 1 else _balanced(parts)


_TAG = re.compile(r"<(/?)(\w+)[^>]*>")


def _balanced(parts: list[str]) -> list[str]:
    """Parts of which each can be read alone: what somebody wrote in several lines may stand between tags."""
    still_open: list[str] = []

    def followed(tag: re.Match[str]) -> str:
        if not tag[1]:
            still_open.append(tag[2])
        elif still_open and still_open[-1] == tag[2]:
            still_open.pop()
        else:
            return ""  # its opening was on a line that lost its tags
        return tag[0]

    balanced = []
    for part in parts:
        opening = "".join(f"<{name}>" for name in still_open)
        body = _TAG.sub(followed, part)
        balanced.append(opening + body + "".join(f"</{name}>" for name in reversed(still_open)))
    return balanced


def _cut(markup: str, limit: int) -> list[str]:
    if visible_length(markup) <= limit:
        return [markup]
    for separator in ("\n\n", "\n"):
        if separator in markup:
            return _packed(markup.split(separator), separator, limit)
    plain = html.unescape(re.sub(r"<[^>]*>", "", markup))
    if " " in plain.strip():
        return _packed([html.escape(word, quote=False) for word in plain.split(" ")], " ", limit)
    half = limit // 2
    return [html.escape(plain[start : start + half], quote=False) for start in range(0, len(plain), half)]


def _packed(pieces: list[str], separator: str, limit: int) -> list[str]:
    parts: list[str] = []
    for piece in pieces:
        joined = f"{parts[-1]}{separator}{piece}" if parts else piece
        if parts and visible_length(joined) <= limit:
            parts[-1] = joined
        else:
            parts.extend(_cut(piece, limit))
    return [part.strip("\n") for part in parts if part.strip()]
