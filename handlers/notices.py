"""Messages that we decide to send: changes of a ticket to its owner, failures to staff.

Said in the owner's language from wherever the change was made; the console uses the same functions.
"""

from __future__ import annotations

from db import outbox
from db.engine import Unit
from db.message import Button, FileKind, Message, Rows, split_text
from db.models import Person, Ticket, TicketMessage
from db.outbox import About, Priority
from handlers.house import House
from handlers.staff_cards import STAFF_LANGUAGE, card_slot, service_name
from locales.show import Reference


def say_status(work: Unit, house: House, ticket: Ticket, person: Person) -> None:
    """The new state in plain words; once it has ended, the stars."""
    lang = person.language
    text = house.texts.html(
        lang,
        f"notice.{ticket.status}",
        reference=Reference(ticket.reference),
        service=service_name(house, ticket, lang),
    )
    rows: Rows = ((Button(house.texts.plain(lang, "requests.open"), f"t:{ticket.id}:show"),),)
    if ticket.status == "waiting":
        rows = ((Button(house.texts.plain(lang, "requests.write"), f"t:{ticket.id}:write"),), *rows)
    if ticket.status in ("solved", "closed"):
        rows = (rate_row(house, ticket, lang), *rows)
    outbox.say(work, person.chat_id, Message(text, rows), about=About(ticket_id=ticket.id))


def rate_row(house: House, ticket: Ticket, language: str) -> tuple[Button, ...]:
    """One to five stars."""
    return tuple(
        Button(house.texts.plain(language, "requests.star", stars=stars), f"t:{ticket.id}:rate:{stars}")
        for stars in range(1, 6)
    )


def say_reply(work: Unit, house: House, ticket: Ticket, person: Person, message: TicketMessage) -> None:
    """A reply of staff, with its files; its delivery is followed."""
    lang = person.language
    text = house.texts.html(lang, "notice.reply", reference=Reference(ticket.reference), text=message.text)
    rows: Rows = ((Button(house.texts.plain(lang, "requests.write"), f"t:{ticket.id}:write"),),)
    about = About(ticket_id=ticket.id, ticket_message_id=message.id)
    *before, last = split_text(text)
    for part in before:
        outbox.say(work, person.chat_id, Message(part), about=about)
    outbox.say(work, person.chat_id, Message(last, rows), about=about)
    for file in message.attachments:
        kind: FileKind = file["kind"]
        outbox.say(work, person.chat_id, Message("", file_id=file["file_id"], file_kind=kind), about=about)


def say_undelivered(work: Unit, house: House, ticket: Ticket) -> None:
    """Staff hear that a reply did not arrive."""
    _tell_staff(work, house, "staff.undelivered", ticket)


def _tell_staff(work: Unit, house: House, key: str, ticket: Ticket) -> None:
    chat_id = house.staff_chat()
    if chat_id is not None:
        text = house.texts.html(STAFF_LANGUAGE, key, reference=Reference(ticket.reference))
        message = Message(text, reply_slot=card_slot(ticket))
        outbox.say(work, chat_id, message, Priority.MIRROR, About(ticket_id=ticket.id))


def say_parked_to_staff(work: Unit, house: House, inbox_id: int) -> None:
    """An update could not be worked off; operators find it by this number."""
    chat_id = house.staff_chat()
    if chat_id is not None:
        text = house.texts.html(STAFF_LANGUAGE, "staff.parked", number=inbox_id)
        outbox.say(work, chat_id, Message(text), Priority.MIRROR)
