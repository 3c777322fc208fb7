"""Tickets as owners meet them: open, find, add to, cancel, reopen, rate. Staff's verbs are in staff.py.

Each record is fetched through `owned`, which checks who asks. Verbs never commit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from db.engine import Unit
from db.models import MessageLink, Person, Ticket, TicketEvent, TicketMessage
from desk.errors import Conflict, InvalidInput, NotFound, TooMany
from desk.references import new_reference
from locales.show import Reference

REOPEN_WITHIN = timedelta(days=14)
MOST_OPEN = 30
MOST_MESSAGE = 4096


@dataclass(frozen=True)
class Written:
    """Something written about a ticket; `source` names the messenger's message, so that it counts once."""

    text: str
    source: str | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class NewTicket:
    """What opens a ticket. `submission_id` or `origin` is the business action: one ticket for each."""

    service: str
    team: str
    first: Written
    subject: str = ""
    submission_id: int | None = None
    origin: str | None = None
    province: str | None = None
    question: str | None = None
    answered: str | None = None


async def open_ticket(work: Unit, person: Person, new: NewTicket) -> tuple[Ticket, bool]:
    """The ticket of this business action, and whether it was opened just now.

    Raises TooMany, and NotFound when the action is somebody else's.
    """
    existing = await _of_action(work, person, new)
    if existing is not None:
        return existing, False
    open_now = await work.session.scalar(
        select(func.count()).where(Ticket.person_id == person.id, Ticket.status.in_(("new", "open", "waiting")))
    )
    if (open_now or 0) >= MOST_OPEN:
        raise TooMany("ticket.too_many", most=MOST_OPEN)
    ticket = Ticket(
        reference="",
        service=new.service,
        team=new.team,
        status="new",
        person_id=person.id,
        submission_id=new.submission_id,
        origin=new.origin,
        province=new.province,
        subject=new.subject[:200],
        question=new.question,
        answered=new.answered,
        opened_at=work.now,
        updated_at=work.now,
    )
    try:
        await _with_reference(work, ticket)
    except IntegrityError:
        # the same action in another process was faster by a moment, and is committed by now
        existing = await _of_action(work, person, new)
        if existing is None:
            raise
        return existing, False
    await write(work, ticket, "owner", person.name, new.first)
    record(work, ticket, "opened", f"person:{person.id}")
    return ticket, True


async def _of_action(work: Unit, person: Person, new: NewTicket) -> Ticket | None:
    if new.submission_id is not None:
        same = Ticket.submission_id == new.submission_id
    elif new.origin is not None:
        same = Ticket.origin == new.origin
    else:
        return None
    ticket = await work.session.scalar(select(Ticket).where(same))
    if ticket is not None and ticket.person_id != person.id:
        raise NotFound("ticket.not_found")
    return ticket


async def _with_reference(work: Unit, ticket: Ticket) -> None:
    """Random references collide now and then; the table refuses and another is tried."""
    for _ in range(20):
        ticket.reference = new_reference()
        try:
            async with work.session.begin_nested():
                work.session.add(ticket)
            return
        except IntegrityError:
            taken = await work.session.scalar(select(Ticket.id).where(Ticket.reference == ticket.reference))
            if taken is None:
                raise  # another rule was broken, not the reference's
    raise RuntimeError("no free reference found in twenty tries")


def record(work: Unit, ticket: Ticket, kind: str, actor: str, **data: Any) -> None:
    """An event: who did what, when."""
    work.session.add(TicketEvent(ticket_id=ticket.id, kind=kind, actor=actor, data=data, created_at=work.now))


async def write(work: Unit, ticket: Ticket, author: str, name: str, written: Written) -> TicketMessage | None:
    """Add a message; None when this source is there already."""
    if written.source is not None:
        known = await work.session.scalar(
            select(TicketMessage.id).where(
                TicketMessage.ticket_id == ticket.id, TicketMessage.source == written.source
            )
        )
        if known is not None:
            return None
    message = TicketMessage(
        ticket_id=ticket.id,
        author=author,
        author_name=name[:200],
        text=written.text,
        attachments=written.attachments,
        source=written.source,
        created_at=work.now,
    )
    work.session.add(message)
    await work.session.flush()
    return message


def touch(work: Unit, ticket: Ticket) -> None:
    """Every change raises the version, so that buttons made before it can be told."""
    ticket.version += 1
    ticket.updated_at = work.now


async def owned(work: Unit, person: Person, ticket_id: int) -> Ticket:
    """The person's own ticket. Raises NotFound, also when it is somebody else's."""
    ticket = await work.session.scalar(select(Ticket).where(Ticket.id == ticket_id, Ticket.person_id == person.id))
    if ticket is None:
        raise NotFound("ticket.not_found")
    return ticket


async def owned_by_reference(work: Unit, person: Person, reference: str) -> Ticket | None:
    """The person's own ticket with this reference, eight Latin digits."""
    return await work.session.scalar(
        select(Ticket).where(Ticket.reference == reference, Ticket.person_id == person.id)
    )


async def owned_by_message(work: Unit, person: Person, message_id: int) -> Ticket | None:
    """The person's own ticket that this message in their chat speaks of."""
    return await work.session.scalar(
        select(Ticket)
        .join(MessageLink, MessageLink.ticket_id == Ticket.id)
        .where(
            MessageLink.chat_id == person.chat_id,
            MessageLink.message_id == message_id,
            Ticket.person_id == person.id,
        )
    )


async def owned_by_source(work: Unit, person: Person, source: str) -> Ticket | None:
    """The person's own ticket to which this messenger message was added."""
    return await work.session.scalar(
        select(Ticket)
        .join(TicketMessage, TicketMessage.ticket_id == Ticket.id)
        .where(TicketMessage.source == source, Ticket.person_id == person.id)
        .order_by(Ticket.id.desc())
        .limit(1)
    )


async def mine(work: Unit, person: Person, most: int = 10, skip: int = 0) -> tuple[list[Ticket], int]:
    """The person's tickets, newest first, and how many there are in all."""
    total = await work.session.scalar(select(func.count()).where(Ticket.person_id == person.id))
    rows = await work.session.scalars(
        select(Ticket).where(Ticket.person_id == person.id).order_by(Ticket.id.desc()).limit(most).offset(skip)
    )
    return list(rows), total or 0


async def last_reply(work: Unit, ticket: Ticket) -> TicketMessage | None:
    """The newest reply of staff to this ticket."""
    return await work.session.scalar(
        select(TicketMessage)
        .where(TicketMessage.ticket_id == ticket.id, TicketMessage.author == "staff")
        .order_by(TicketMessage.id.desc())
        .limit(1)
    )


async def add_message(work: Unit, person: Person, ticket: Ticket, written: Written) -> TicketMessage | None:
    """The owner adds to a ticket; None when this message counted already. Raises Conflict, InvalidInput."""
    if ticket.status == "closed":
        raise Conflict("ticket.is_closed", reference=Reference(ticket.reference))
    if len(written.text) > MOST_MESSAGE:
        raise InvalidInput("ticket.message_too_long", most=MOST_MESSAGE)
    message = await write(work, ticket, "owner", person.name, written)
    if message is None:
        return None
    if ticket.status in ("waiting", "solved"):
        before, ticket.status = ticket.status, "open"
        ticket.ended_at, ticket.rating = None, None
        record(work, ticket, "status", f"person:{person.id}", before=before, after="open")
    touch(work, ticket)
    return message


async def cancel(work: Unit, person: Person, ticket: Ticket) -> None:
    """The owner needs it no more. Raises Conflict when it has ended already."""
    if ticket.status in ("solved", "closed"):
        raise Conflict("ticket.ended_already", reference=Reference(ticket.reference))
    before, ticket.status, ticket.ended_at = ticket.status, "closed", work.now
    record(work, ticket, "cancelled", f"person:{person.id}", before=before)
    touch(work, ticket)


def may_reopen(ticket: Ticket, now: Any) -> bool:
    """Ended, and not longer ago than fourteen days."""
    return (
        ticket.status in ("solved", "closed")
        and ticket.ended_at is not None
        and bool(now - ticket.ended_at <= REOPEN_WITHIN)
    )


async def reopen(work: Unit, person: Person, ticket: Ticket) -> None:
    """The owner takes it up again. Raises Conflict when it is open, or ended too long ago."""
    if ticket.status not in ("solved", "closed"):
        raise Conflict("ticket.is_open", reference=Reference(ticket.reference))
    if not may_reopen(ticket, work.now):
        raise Conflict("ticket.reopen_too_late", reference=Reference(ticket.reference), days=REOPEN_WITHIN.days)
    before, ticket.status, ticket.ended_at, ticket.rating = ticket.status, "open", None, None
    record(work, ticket, "reopened", f"person:{person.id}", before=before)
    touch(work, ticket)


async def rate(work: Unit, person: Person, ticket: Ticket, stars: int) -> None:
    """One to five stars once it has ended. Raises Conflict, InvalidInput."""
    if not 1 <= stars <= 5:
        raise InvalidInput("ticket.rating_range")
    if ticket.status not in ("solved", "closed"):
        raise Conflict("ticket.not_ended", reference=Reference(ticket.reference))
    ticket.rating = stars
    record(work, ticket, "rated", f"person:{person.id}", stars=stars)
    ticket.updated_at = work.now
