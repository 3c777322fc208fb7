"""Tickets: one per business action also in a race, references that collide, limits; Eve sees nothing of anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot.setup import CATALOGUE
from db.engine import Database, Unit
from db.inbox import InboxRow
from db.models import MessageLink, Person, Ticket, TicketEvent, TicketMessage
from desk import staff, tickets
from desk.errors import NotFound, TooMany
from desk.references import is_reference
from desk.tickets import MOST_OPEN, NewTicket, Written
from eservices import submissions
from eservices.catalogue import load as load_catalogue
from tests.desk import persons
from tests.desk.persons import person
from tests.stage import Stage


def _asks(origin: str | None = None, submission_id: int | None = None) -> NewTicket:
    return NewTicket("land", "land", Written("زمین"), origin=origin, submission_id=submission_id)


async def _count(database: Database, table: Any) -> int:
    async with database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def test_a_new_ticket(database: Database) -> None:
    async with database.unit() as work:
        mina = await person(work, 501)
        new = NewTicket("land", "land", Written("سلام", "chat:1"), subject="ط" * 300, origin="chat:501:1")
        ticket, opened = await tickets.open_ticket(work, mina, new)
        assert opened
        assert is_reference(ticket.reference)
        assert (ticket.status, ticket.version, len(ticket.subject)) == ("new", 1, 200)
        assert await staff.first_words(work, ticket) == "سلام"
        kinds = await work.session.scalars(select(TicketEvent.kind).where(TicketEvent.ticket_id == ticket.id))
        assert list(kinds) == ["opened"]


async def test_one_ticket_for_each_origin(database: Database) -> None:
    async with database.unit() as work:
        mina = await person(work, 501)
        first, opened = await tickets.open_ticket(work, mina, _asks("question:5"))
        again, opened_again = await tickets.open_ticket(work, mina, _asks("question:5"))
        other, opened_other = await tickets.open_ticket(work, mina, _asks("question:6"))
    assert (first.id, opened, opened_again, opened_other) == (again.id, True, False, True)
    assert other.id != first.id
    assert await _count(database, TicketMessage) == 2


async def test_without_an_action_each_call_opens_one(database: Database) -> None:
    async with database.unit() as work:
        mina = await person(work, 501)
        made = [(await tickets.open_ticket(work, mina, _asks()))[0].id for _ in range(3)]
    assert len(set(made)) == 3


@pytest.mark.parametrize("kind", ["origin", "submission"])
async def test_two_sessions_that_race_open_one_ticket(postgres_url: str, kind: str) -> None:
    """The second waits for the first one's commit inside the database, and then finds its ticket."""
    database = Database(postgres_url)
    async with database.unit() as work:
        mina = await person(work, 501)
        new = _asks("question:5") if kind == "origin" else _asks(submission_id=await _filled(work, mina))

    async def second() -> tuple[int, bool, int]:
        async with database.unit() as work:
            again = await work.session.get_one(Person, mina.id)
            ticket, opened = await tickets.open_ticket(work, again, new)
            # the unit goes on as if nothing had happened
            await tickets.write(work, ticket, "owner", "Mina", Written("و این", "chat:2"))
            return ticket.id, opened, len(ticket.reference)

    async with database.unit() as work:
        ticket, opened = await tickets.open_ticket(work, await work.session.get_one(Person, mina.id), new)
        await work.session.flush()
        racing = asyncio.create_task(second())
        await _somebody_waits(database)
    assert opened
    assert await racing == (ticket.id, False, 8)
    assert await _count(database, Ticket) == 1
    assert await _count(database, TicketMessage) == 2
    await database.close()


async def _filled(work: Unit, mina: Person) -> int:
    opened = await submissions.begin(work, mina, load_catalogue(CATALOGUE).service("land"), {}, None)
    return opened.submission.id


async def _somebody_waits(database: Database) -> None:
    """Until a statement waits for another transaction."""
    async with asyncio.timeout(10):
        while True:
            async with database.reading() as session:
                if await session.scalar(text("select count(*) from pg_locks where not granted")):
                    return


async def test_a_reference_that_is_taken_is_drawn_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.unit() as work:
        mina = await person(work, 501)
        taken = (await tickets.open_ticket(work, mina, _asks()))[0].reference
        drawn = iter([taken, taken, "48215377"])
        monkeypatch.setattr(tickets, "new_reference", lambda: next(drawn))
        ticket, opened = await tickets.open_ticket(work, mina, _asks("question:5"))
        assert (ticket.reference, opened) == ("48215377", True)
    async with database.unit() as work:
        monkeypatch.setattr(tickets, "new_reference", lambda: taken)
        with pytest.raises(RuntimeError, match="no free reference"):
            await tickets.open_ticket(work, mina, _asks("question:6"))


async def test_open_tickets_have_a_limit(database: Database) -> None:
    async with database.unit() as work:
        mina, reza = await person(work, 501), await person(work, 502)
        made = [(await tickets.open_ticket(work, mina, _asks(f"question:{n}")))[0] for n in range(MOST_OPEN)]
        with pytest.raises(TooMany) as refused:
            await tickets.open_ticket(work, mina, _asks("question:next"))
        assert (refused.value.key, refused.value.values) == ("ticket.too_many", {"most": MOST_OPEN})
        assert not (await tickets.open_ticket(work, mina, _asks("question:0")))[1], "what is there is found"
        assert (await tickets.open_ticket(work, reza, _asks("question:his")))[1]
        await tickets.cancel(work, mina, made[0])
        assert (await tickets.open_ticket(work, mina, _asks("question:next")))[1]


async def test_pages_of_my_tickets(database: Database) -> None:
    async with database.unit() as work:
        mina, reza = await person(work, 501), await person(work, 502)
        made = [(await persons.ticket(work, mina)).id for _ in range(5)]
        await persons.ticket(work, reza)
        newest, total = await tickets.mine(work, mina, most=2)
        oldest, _ = await tickets.mine(work, mina, most=2, skip=4)
    assert [ticket.id for ticket in newest] == made[:-3:-1]
    assert ([ticket.id for ticket in oldest], total) == (made[:1], 5)


Funnel = Callable[[Unit, Person, Ticket], Awaitable[Any]]
FUNNELS: dict[str, Funnel] = {
    "by reference": lambda work, who, ticket: tickets.owned_by_reference(work, who, ticket.reference),
    "by message": lambda work, who, ticket: tickets.owned_by_message(work, who, 900),
    "by source": lambda work, who, ticket: tickets.owned_by_source(work, who, "chat:7"),
}


@pytest.mark.parametrize("way", FUNNELS)
async def test_eve_finds_nothing(database: Database, way: str) -> None:
    async with database.unit() as work:
        mina, eve = await person(work, 501), await person(work, 504)
        ticket = await persons.ticket(work, mina)
        await tickets.add_message(work, mina, ticket, Written("بیشتر", "chat:7"))
        for chat in (mina, eve):  # even if a message in her own chat were linked to it
            work.session.add(
                MessageLink(chat_id=chat.chat_id, message_id=900, ticket_id=ticket.id, created_at=work.now)
            )
        await work.session.flush()
        assert await FUNNELS[way](work, mina, ticket) is ticket
        assert await FUNNELS[way](work, eve, ticket) is None


async def test_what_is_not_yours_is_not_there(database: Database) -> None:
    async with database.unit() as work:
        mina, eve = await person(work, 501), await person(work, 504)
        ticket = await persons.ticket(work, mina)
        assert await tickets.owned(work, mina, ticket.id) is ticket
        refusals = []
        for wanted in (ticket.id, ticket.id + 1000):
            with pytest.raises(NotFound) as refused:
                await tickets.owned(work, eve, wanted)
            refusals.append((refused.value.key, refused.value.values))
        assert refusals[0] == refusals[1], "Eve cannot tell whether it exists"
        assert await tickets.mine(work, eve) == ([], 0)


async def test_eve_does_not_get_minas_ticket_by_naming_its_action(database: Database) -> None:
    """Origins and submissions are made from ids; somebody else's must not open their ticket to her."""
    async with database.unit() as work:
        mina, eve = await person(work, 501), await person(work, 504)
        hers, _ = await tickets.open_ticket(work, mina, _asks("question:5"))
        with pytest.raises(NotFound):
            await tickets.open_ticket(work, eve, _asks("question:5"))
        assert hers.person_id == mina.id


async def test_made_up_ids_find_nothing(stage: Stage) -> None:
    """Whoever makes up a button's data gets a refusal: no crash, nobody else's request."""
    stage.mina.say("/human")
    await stage.mina.sees("کارشناس")
    stage.mina.say("زمین می‌خواهم")
    await stage.mina.sees("شماره")
    (ticket,) = await stage.scalars(select(Ticket))
    stage.eve.start()
    greeting = await stage.eve.sees("Sanatyar")
    data = [f"t:{n}:{verb}" for n in (ticket.id, 10**15 - 1) for verb in ("show", "write", "cancelled", "rate:5")]
    data += [f"{kind}:{'9' * 15}{rest}" for kind, rest in (("a", ":useful"), ("f", ":0:go"), ("h:q", ""))]
    data += ["t:0:show", "t:1:nothing", "g:1:1:close", "p:all", "s:nothing", "k:no.such:d:1", "r:999999999",
             "m:x", "\u2400"]  # fmt: skip
    for made_up in data:
        stage.eve.press(data=made_up, message_id=greeting.message_id)
    await stage.settled()
    assert set(await stage.scalars(select(InboxRow.status))) == {"done"}
    assert not [said for said in stage.eve.screen if "زمین" in said.text or ticket.reference[4:] in said.text]
    (after,) = await stage.scalars(select(Ticket))
    assert (after.status, after.version, after.rating) == (ticket.status, ticket.version, None)
