"""What a delivery's outcome changes in the database: links, delivery states, unreachable people, moved groups."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from db import chats, outbox
from db.engine import Unit
from db.models import MessageLink, Person, Ticket, TicketMessage
from db.outbox import OutboxRow, Sending
from handlers.house import House
from handlers.notices import say_undelivered


async def settle_sent(work: Unit, delivered: list[tuple[Sending, int | None]]) -> None:
    """Sent: keep the messages' ids, link them to their tickets, show staff that their reply arrived."""
    await outbox.sent(work, delivered)
    for row, message_id in delivered:
        if row.ticket_id and message_id:
            await work.session.execute(
                work.insert(MessageLink)
                .values(chat_id=row.chat_id, message_id=message_id, ticket_id=row.ticket_id, created_at=work.now)
                .on_conflict_do_nothing()
            )
        await _delivery(work, row.ticket_message_id, "sent")


async def settle_failed(work: Unit, row: Sending, reason: str, house: House) -> None:
    """Given up: the state says why, and staff hear of a reply that did not arrive."""
    if not await outbox.failed(work, row, reason):
        return
    await _delivery(work, row.ticket_message_id, "failed")
    if row.ticket_message_id:
        await _tell_staff(work, row.ticket_id, house)


async def settle_unreachable(work: Unit, row: Sending, reason: str, house: House) -> None:
    """The chat is closed to us: all that waits for it ends; `chats.revive` takes it up when the chat opens again."""
    reason = f"{chats.UNREACHABLE}{reason}"
    await settle_failed(work, row, reason, house)
    waiting = (
        update(OutboxRow)
        .where(OutboxRow.chat_id == row.chat_id, OutboxRow.state == "ready")
        .values(state="failed", error=reason)
        .returning(OutboxRow.ticket_message_id, OutboxRow.ticket_id)
        .execution_options(synchronize_session=False)
    )
    for ticket_message_id, ticket_id in (await work.session.execute(waiting)).all():
        await _delivery(work, ticket_message_id, "failed")
        if ticket_message_id:
            await _tell_staff(work, ticket_id, house)
    await work.session.execute(update(Person).where(Person.chat_id == row.chat_id).values(reachable=False))


async def settle_moved(work: Unit, row: Sending, new_chat_id: int, house: House) -> None:
    """The group became a supergroup: everything that waits for it goes to the new id, this row too."""
    await outbox.retry(work, row, timedelta(), None)
    await chats.move(work, row.chat_id, new_chat_id)
    house.moved[row.chat_id] = new_chat_id


async def _delivery(work: Unit, ticket_message_id: int | None, state: str) -> None:
    if ticket_message_id:
        await work.session.execute(
            update(TicketMessage).where(TicketMessage.id == ticket_message_id).values(delivery=state)
        )


async def _tell_staff(work: Unit, ticket_id: int | None, house: House) -> None:
    ticket = await work.session.scalar(select(Ticket).where(Ticket.id == ticket_id))
    if ticket is not None:
        say_undelivered(work, house, ticket)
        await outbox.flush_outgoing(work)
