"""All data of one person: given out as it is kept, or erased. Tickets are anonymised, not lost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from db.engine import Unit
from db.inbox import InboxRow
from db.models import (
    Conversation,
    Firm,
    MessageLink,
    Person,
    Question,
    Submission,
    Ticket,
    TicketEvent,
    TicketMessage,
)
from db.outbox import OutboxRow
from desk.tickets import record, touch

ERASED = "erased"  # the channel of a person who wished to be forgotten


async def export(work: Unit, person: Person) -> dict[str, Any]:
    """Everything that is kept of this person, as plain JSON. Notes among staff are not theirs."""
    session = work.session
    firm = await session.get(Firm, person.id)
    tickets = list(await session.scalars(select(Ticket).where(Ticket.person_id == person.id).order_by(Ticket.id)))
    messages = await session.scalars(
        select(TicketMessage)
        .join(Ticket, Ticket.id == TicketMessage.ticket_id)
        .where(Ticket.person_id == person.id, TicketMessage.author != "note")
        .order_by(TicketMessage.id)
    )
    by_ticket: dict[int, list[dict[str, Any]]] = {}
    for message in messages:
        by_ticket.setdefault(message.ticket_id, []).append(
            {"from": message.author, "text": message.text, "at": _time(message.created_at)}
        )
    questions = await session.scalars(select(Question).where(Question.person_id == person.id).order_by(Question.id))
    submissions = await session.scalars(
        select(Submission).where(Submission.person_id == person.id).order_by(Submission.id)
    )
    return {
        "person": {
            "name": person.name,
            "username": person.username,
            "language": person.language,
            "since": _time(person.created_at),
        },
        "firm": firm.profile if firm else {},
        "requests": [
            {
                "reference": ticket.reference,
                "service": ticket.service,
                "status": ticket.status,
                "opened": _time(ticket.opened_at),
                "rating": ticket.rating,
                "messages": by_ticket.get(ticket.id, []),
            }
            for ticket in tickets
        ],
        "forms": [
            {"service": form.service, "status": form.status, "answers": form.state.get("answers", {})}
            for form in submissions
        ],
        "questions": [{"text": question.text, "at": _time(question.asked_at)} for question in questions],
    }


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


async def erase(work: Unit, person: Person) -> list[Ticket]:
    """Forget the person. Tickets stay as numbers and states only; open ones are closed. Returns all of them.

    The row of the person stays under an id that no chat has, so that tickets keep their owner.
    """
    session = work.session
    await session.flush()
    owned = list(await session.scalars(select(Ticket).where(Ticket.person_id == person.id)))
    ids = [ticket.id for ticket in owned]
    for ticket in owned:
        ticket.subject, ticket.question, ticket.origin = "", None, None
        if ticket.status != "closed":
            ticket.status, ticket.ended_at = "closed", work.now
            touch(work, ticket)
        record(work, ticket, "erased", f"person:{person.id}")
        ticket.submission_id = None
    await session.flush()
    await session.execute(
        update(TicketMessage)
        .where(TicketMessage.ticket_id.in_(ids))
        .values(text="", attachments=[], author_name="", source=None)
    )
    await session.execute(
        update(TicketEvent).where(TicketEvent.ticket_id.in_(ids), TicketEvent.kind == "opened").values(data={})
    )
    for table in (Question, Submission, Firm):
        await session.execute(delete(table).where(table.person_id == person.id))
    await session.execute(delete(MessageLink).where(MessageLink.chat_id == person.chat_id))
    await _erase_queues(work, person, ids)
    await session.execute(delete(Conversation).where(Conversation.person_id == person.id))
    person.chat_id, person.channel = -person.id, ERASED
    person.name, person.username, person.reachable = "", None, False
    return owned


async def _erase_queues(work: Unit, person: Person, ticket_ids: list[int]) -> None:
    """What was said stands in the queues too: to and by the person, and about their tickets to and by staff.

    Rows stay where their ids are needed: ids of updates, so that nothing is taken in twice, ids of cards.
    """
    session, theirs = work.session, OutboxRow.chat_id == person.chat_id
    of_tickets = OutboxRow.ticket_id.in_(ticket_ids)
    await session.execute(delete(OutboxRow).where(theirs | of_tickets, OutboxRow.state == "ready"))
    await session.execute(update(OutboxRow).where(theirs | of_tickets).values(payload={"text": ""}))
    # staff's updates quote the cards they answer; the person's own current update is open and claimed
    in_groups = and_(InboxRow.lane < 0, InboxRow.received_at >= person.created_at)
    worked_off = or_(InboxRow.status != "open", InboxRow.claimed_by.is_not(None))
    await session.execute(
        update(InboxRow).where(or_(InboxRow.lane == person.chat_id, in_groups), worked_off).values(raw="{}")
    )
