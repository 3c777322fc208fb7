"""From a message of the messenger to what a form, a ticket or staff can take: neutral parts.

The only place in handlers that knows the messenger's kinds of attachments.
"""

from __future__ import annotations

from typing import Any

from telegram import Message

from eservices.forms import Given
from eservices.given import Attachment, Location


def of(message: Message, own_id: int) -> Given:
    """What was sent, for a form. `own_id`: the person's id, to tell their own contact from another's."""
    attachment = attachment_of(message)
    contact, place = message.contact, message.location
    return Given(
        text=message.text if message.text is not None else None,
        phone=contact.phone_number if contact else None,
        own=bool(contact and contact.user_id == own_id),
        place=Location(place.latitude, place.longitude) if place else None,
        attachment=attachment,
    )


def attachment_of(message: Message) -> Attachment | None:
    """The file in a message, if there is one."""
    if message.photo:
        largest = message.photo[-1]
        return Attachment(largest.file_id, largest.file_unique_id, "photo", size=largest.file_size)
    for kind in ("document", "video", "audio", "voice", "animation", "video_note"):
        file: Any = getattr(message, kind)
        if file is not None:
            return Attachment(
                file.file_id,
                file.file_unique_id,
                "document" if kind == "animation" else kind,
                name=getattr(file, "file_name", None),
                mime=getattr(file, "mime_type", None),
                size=file.file_size,
            )
    return None


# What can be handed on to the other side by its id.
_SENDABLE = ("photo", "document", "video", "audio", "voice")


def as_stored(attachment: Attachment | None) -> list[dict[str, Any]]:
    """For a ticket: the parts that are needed to show and to send the file again."""
    if attachment is None or attachment.kind not in _SENDABLE:
        return []
    return [
        {
            "file_id": attachment.file_id,
            "unique_id": attachment.unique_id,
            "kind": attachment.kind,
            "name": attachment.name,
            "mime": attachment.mime,
            "size": attachment.size,
        }
    ]


def words_of(message: Message) -> str:
    """Text or caption; for a place or a contact its content as words; empty when there is none."""
    if message.text or message.caption:
        return message.text or message.caption or ""
    if message.location:
        return f"https://maps.google.com/?q={message.location.latitude},{message.location.longitude}"
    if message.contact:
        name = " ".join(part for part in (message.contact.first_name, message.contact.last_name) if part)
        return f"{name} {message.contact.phone_number}"
    return ""
