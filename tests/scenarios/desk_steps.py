"""What scenarios of requests and staff share: handing over, the card in the staff group, what was delivered."""

from __future__ import annotations

from sqlalchemy import select

from db.models import Ticket
from db.outbox import OutboxRow
from desk import people, tickets
from desk.people import Visitor
from sandbox.driver import Phone
from sandbox.pending import Update
from sandbox.seen import Seen
from tests.scenarios.steps import shown_reference, start_of, tickets_of
from tests.stage import Stage


async def hand_over(stage: Stage, phone: Phone, words: str) -> Ticket:
    """Ask for a person and say why; the request that came of it, with its card in the staff group."""
    phone.say("/human")
    await phone.sees(start_of(phone, "human.ask")[:20])
    phone.say(words)
    await phone.sees(start_of(phone, "human.handed_over"))
    ticket = (await tickets_of(stage, phone))[-1]
    await card_of(stage, ticket)
    return ticket


async def card_of(stage: Stage, ticket: Ticket) -> Seen:
    """The card of a request in the staff group as it is now."""
    number = shown_reference(ticket.reference)
    await stage.staff.sees(f"شماره: \u2066{number}", after=0)
    return next(seen for seen in stage.staff.screen if f"شماره: \u2066{number}" in seen.text)


async def press_card(stage: Stage, ticket: Ticket, member: Phone, label: str) -> Update:
    """A member of staff presses a button of the card; it is worked off."""
    card = await card_of(stage, ticket)
    press = stage.staff.press(member, label, message_id=card.message_id)
    await stage.settled()
    return press


async def now_of(stage: Stage, ticket: Ticket) -> Ticket:
    """The request as it is now."""
    found: list[Ticket] = await stage.scalars(select(Ticket).where(Ticket.id == ticket.id))
    return found[0]


async def no_refusals(stage: Stage) -> None:
    """Everything said was delivered, and with its markup."""
    await stage.settled()
    assert not await stage.rows(
        select(OutboxRow.kind, OutboxRow.error, OutboxRow.payload).where(OutboxRow.state != "sent")
    )
    sent = [call for call in stage.world.ledger if call.method in ("sendMessage", "editMessageText")]
    assert all(call.params.get("parse_mode") == "HTML" for call in sent)


async def requests_for(stage: Stage, phone: Phone, count: int) -> None:
    """Requests opened by the same verb, without walking through the chat for each."""
    async with stage.database.unit() as work:
        person, _ = await people.arrive(work, Visitor(phone.user_id, phone.person.first_name, None, "fa"))
        for number in range(count):
            new = tickets.NewTicket("general", "general", tickets.Written(f"کار {number}"), origin=f"test:{number}")
            await tickets.open_ticket(work, person, new)
