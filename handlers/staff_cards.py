"""What the staff group sees of a ticket: the card, what the owner adds, what changes. In Persian, ids masked.

Not here: what staff do (staff.py).
"""

from __future__ import annotations

from typing import Any, Final

from db import outbox
from db.engine import Unit
from db.message import Button, FileKind, Message, Rows, split_text
from db.models import Person, Ticket
from db.outbox import About, Priority
from desk.privacy import ERASED
from desk.staff import first_words
from eservices import forms, submissions
from handlers.displays import display_in, masked
from handlers.house import House
from locales import Html
from locales.show import Reference

STAFF_LANGUAGE: Final = "fa"
# The rest of a card, names and the question asked before included, fits what is left of a message.
_CARD_LIMIT = 2600


def card_slot(ticket: Ticket) -> str:
    """The name under which a ticket's card is said."""
    return f"card:{ticket.id}"


Files = list[dict[str, Any]]


async def announce(
    work: Unit, house: House, ticket: Ticket, person: Person, text: str = "", files: Files | None = None
) -> None:
    """A card for a new ticket, then its files, in the staff group if there is one."""
    chat_id = house.staff_chat()
    if chat_id is None:
        return
    (body, *more), files_of_form = await _body(work, house, ticket, text)
    about = About(slot=card_slot(ticket), ticket_id=ticket.id)
    message = Message(_card(house, ticket, person, body), _rows(house, ticket))
    outbox.say(work, chat_id, message, Priority.MIRROR, about)
    for part in more:
        _answer_card(work, chat_id, ticket, part)
    for file in files or files_of_form:
        send_file(work, house, chat_id, file, ticket)


async def refresh(work: Unit, house: House, ticket: Ticket, person: Person, message_id: int | None = None) -> None:
    """The card after a change, in place: the one whose button was pressed, else the newest."""
    chat_id = house.staff_chat()
    if chat_id is not None:
        if person.channel == ERASED:
            body = house.texts.html(STAFF_LANGUAGE, "staff.erased")
        else:
            (body, *_), _ = await _body(work, house, ticket, await first_words(work, ticket))
        card = Message(_card(house, ticket, person, body), _rows(house, ticket))
        about = About(slot=card_slot(ticket), ticket_id=ticket.id)
        outbox.edit(work, chat_id, card, message_id, Priority.MIRROR, about)


def _card(house: House, ticket: Ticket, person: Person, body: Html) -> str:
    texts = house.texts
    parts = [
        texts.html(
            STAFF_LANGUAGE,
            "staff.card",
            icon=_icon(house, ticket),
            service=service_name(house, ticket, STAFF_LANGUAGE),
            reference=Reference(ticket.reference),
            name=person.name or texts.plain(STAFF_LANGUAGE, "staff.nameless"),
            date=ticket.opened_at,
            spoken=texts.plain(person.language, "language.name"),
        ),
        body,
    ]
    if ticket.question:
        parts.append(texts.html(STAFF_LANGUAGE, "staff.asked", question=ticket.question[:600]))
    if ticket.answered:
        parts.append(texts.html(STAFF_LANGUAGE, "staff.answered", topic=_topic(house, ticket)))
    state = texts.plain(STAFF_LANGUAGE, f"status.{ticket.status}")
    key = "staff.state_claimed" if ticket.claimed_by else "staff.state"
    parts.append(texts.html(STAFF_LANGUAGE, key, status=state, name=ticket.claimed_by or ""))
    parts.append(texts.html(STAFF_LANGUAGE, "staff.how"))
    return "\n\n".join(part for part in parts if part)


def _topic(house: House, ticket: Ticket) -> str:
    entry = house.entries.get(ticket.answered or "")
    return entry.title.fa if entry else (ticket.answered or "")


def _icon(house: House, ticket: Ticket) -> str:
    return house.catalogue.service(ticket.service).icon if ticket.service in house.catalogue else ""


def service_name(house: House, ticket: Ticket, language: str) -> str:
    """The service's name, or its id when the catalogue lost it."""
    if ticket.service not in house.catalogue:
        return ticket.service
    name = house.catalogue.service(ticket.service).name
    return name.fa if language == "fa" else name.en


async def _body(work: Unit, house: House, ticket: Ticket, text: str) -> tuple[list[Html], Files]:
    """The facts of the form with ids masked, or the words that opened the ticket, in parts; and the files."""
    if ticket.submission_id is None:
        return _parts(house.texts.html(STAFF_LANGUAGE, "staff.said", text=text)), []
    opened = await submissions.of_ticket(work, ticket.submission_id)
    if opened is None:  # erased at the person's wish
        return [house.texts.html(STAFF_LANGUAGE, "staff.erased")], []
    lines = []
    for line in forms.review(opened.form, opened.state, STAFF_LANGUAGE):
        if line.shown is None:
            continue
        value = display_in(house, STAFF_LANGUAGE, line.field, masked(line.field, line.shown))
        lines.append(house.texts.html(STAFF_LANGUAGE, "form.line", label=line.field.label.fa, value=value))
    return _parts("\n".join(lines)), forms.files_of(opened.form, opened.state)


def _parts(text: str) -> list[Html]:
    """What fits a card, then the rest in as few messages as can be."""
    return [Html(part) for part in split_text(text, _CARD_LIMIT)]


def _rows(house: House, ticket: Ticket) -> Rows:
    if ticket.status == "closed":
        return ()

    def button(key: str, action: str) -> Button:
        return Button(house.texts.plain(STAFF_LANGUAGE, key), f"g:{ticket.id}:{ticket.version}:{action}")

    rows: list[tuple[Button, ...]] = []
    if ticket.claimed_by is None and ticket.status != "solved":
        rows.append((button("staff.claim", "claim"),))
    if ticket.status in ("new", "open"):
        rows.append((button("staff.ask_owner", "wait"),))
    if ticket.status != "solved":
        rows.append((button("staff.solve", "solve"), button("staff.close", "close")))
    else:
        rows.append((button("staff.close", "close"),))
    return tuple(rows)


def mirror(work: Unit, house: House, ticket: Ticket, key: str, text: str, files: Files) -> None:
    """What happened on the owner's side, as an answer to the card."""
    chat_id = house.staff_chat()
    if chat_id is None:
        return
    said = house.texts.html(STAFF_LANGUAGE, key, reference=Reference(ticket.reference), text=text)
    for part in split_text(said):
        _answer_card(work, chat_id, ticket, part)
    for file in files:
        send_file(work, house, chat_id, file, ticket)


def _answer_card(work: Unit, chat_id: int, ticket: Ticket, text: str) -> None:
    message = Message(text, reply_slot=card_slot(ticket))
    outbox.say(work, chat_id, message, Priority.MIRROR, About(ticket_id=ticket.id))


def send_file(work: Unit, house: House, chat_id: int, file: dict[str, Any], ticket: Ticket) -> None:
    """A file of the owner in the staff group."""
    kind: FileKind = file["kind"]
    caption = house.texts.html(STAFF_LANGUAGE, "staff.file", reference=Reference(ticket.reference))
    message = Message(caption, file_id=file["file_id"], file_kind=kind, reply_slot=card_slot(ticket))
    outbox.say(work, chat_id, message, Priority.MIRROR, About(ticket_id=ticket.id))
