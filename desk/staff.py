"""What staff do with a ticket: claim, reply, note, solve, close. Permission was checked at the door.

Not here: how it is shown to them (handlers/staff.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from db.engine import Unit
from db.models import MessageLink, Person, Ticket, TicketMessage
from desk.errors import Conflict, NotFound
from desk.tickets import Written, record, touch, write


@dataclass(frozen=True)
class Actor:
    """Who of the staff acts: the messenger's user id, and the name shown to colleagues and owners."""

    user_id: int
    name: str

    @property
    def key(self) -> str:
        """As written in events."""
        return f"staff:{self.user_id}"


async def ticket_of_message(work: Unit, chat_id: int, message_id: int) -> Ticket | None:
    """The ticket that this message in the staff group speaks of."""
    return await work.session.scalar(
        select(Ticket)
        .join(MessageLink, MessageLink.ticket_id == Ticket.id)
        .where(MessageLink.chat_id == chat_id, MessageLink.message_id == message_id)
    )


async def ticket_by_reference(work: Unit, reference: str) -> Ticket | None:
    """The ticket with this reference, eight Latin digits, whoever owns it."""
    return await work.session.scalar(select(Ticket).where(Ticket.reference == reference))


async def ticket_and_owner(work: Unit, ticket_id: int) -> tuple[Ticket, Person]:
    """Ticket and its owner. Raises NotFound."""
    row = (
        await work.session.execute(
            select(Ticket, Person).join(Person, Person.id == Ticket.person_id).where(Ticket.id == ticket_id)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("staff.no_ticket")
    return row[0], row[1]


async def first_words(work: Unit, ticket: Ticket) -> str:
    """What the owner wrote when the ticket was opened."""
    text = await work.session.scalar(
        select(TicketMessage.text).where(TicketMessage.ticket_id == ticket.id).order_by(TicketMessage.id).limit(1)
    )
    return text or ""


async def claim(work: Unit, actor: Actor, ticket: Ticket) -> None:
    """Take a ticket on; two who press at once: one gets it. Raises Conflict naming who has it."""
    taken = (
        update(Ticket)
        .where(Ticket.id == ticket.id, Ticket.claimed_by.is_(None), Ticket.status.in_(("new", "open", "waiting")))
        .values(claimed_by=actor.name)
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    )
    won = (await work.session.execute(taken)).first()
    await work.session.refresh(ticket)
    if won is None:
        raise Conflict("staff.taken" if ticket.claimed_by else "staff.ended", name=ticket.claimed_by or "")
    if ticket.status == "new":
        ticket.status = "open"
    record(work, ticket, "claimed", actor.key, name=actor.name)
    touch(work, ticket)


async def reply(work: Unit, actor: Actor, ticket: Ticket, written: Written) -> TicketMessage | None:
    """An answer that goes to the owner; None when this message counted already. A closed ticket opens again."""
    message = await write(work, ticket, "staff", actor.name, written)
    if message is None:
        return None
    message.delivery = "pending"
    before = ticket.status
    if ticket.status in ("new", "solved", "closed"):
        ticket.status, ticket.ended_at, ticket.rating = "open", None, None
    if ticket.first_answer_at is None:
        ticket.first_answer_at = work.now
    record(work, ticket, "replied", actor.key, name=actor.name, before=before)
    touch(work, ticket)
    return message


async def end(work: Unit, actor: Actor, ticket: Ticket, status: str) -> None:
    """Solve or close. Raises Conflict when it is so already."""
    if ticket.status in ("closed", status):
        raise Conflict("staff.ended", name="")
    before, ticket.status, ticket.ended_at = ticket.status, status, work.now
    record(work, ticket, status, actor.key, name=actor.name, before=before)
    touch(work, ticket)


async def ask_owner(work: Unit, actor: Actor, ticket: Ticket) -> None:
    """The ball is with the owner. Raises Conflict when the ticket has ended or waits already."""
    if ticket.status in ("waiting", "solved", "closed"):
        raise Conflict("staff.ended" if ticket.status != "waiting" else "staff.waits_already", name="")
    before, ticket.status = ticket.status, "waiting"
    record(work, ticket, "waiting", actor.key, name=actor.name, before=before)
    touch(work, ticket)
