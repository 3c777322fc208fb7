"""The life of a ticket as a table: each verb on each state leads to a state or is refused, on both databases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from db.engine import Database, Unit
from db.models import STATUSES, Person, Ticket, TicketEvent
from desk import staff, tickets
from desk.errors import Conflict, DeskError, InvalidInput
from desk.staff import Actor
from desk.tickets import REOPEN_WITHIN, Written
from tests.desk import persons

SARA = Actor(601, "Sara")
Verb = Callable[[Unit, Person, Ticket], Awaitable[Any]]

VERBS: dict[str, Verb] = {
    "claim": lambda work, owner, ticket: staff.claim(work, SARA, ticket),
    "reply": lambda work, owner, ticket: staff.reply(work, SARA, ticket, Written("پاسخ")),
    "ask_owner": lambda work, owner, ticket: staff.ask_owner(work, SARA, ticket),
    "solve": lambda work, owner, ticket: staff.end(work, SARA, ticket, "solved"),
    "close": lambda work, owner, ticket: staff.end(work, SARA, ticket, "closed"),
    "add": lambda work, owner, ticket: tickets.add_message(work, owner, ticket, Written("بیشتر")),
    "cancel": tickets.cancel,
    "reopen": tickets.reopen,
    "rate": lambda work, owner, ticket: tickets.rate(work, owner, ticket, 4),
}
ENDED = "ticket.ended_already"
# What each state becomes, or the key of the refusal.
LIFE = {
    #             new                 open                waiting                solved        closed
    "claim":     ("open",             "open",             "waiting",             "staff.ended", "staff.ended"),
    "reply":     ("open",             "open",             "waiting",             "open",       "open"),
    "ask_owner": ("waiting",          "waiting",          "staff.waits_already", "staff.ended", "staff.ended"),
    "solve":     ("solved",           "solved",           "solved",              "staff.ended", "staff.ended"),
    "close":     ("closed",           "closed",           "closed",              "closed",     "staff.ended"),
    "add":       ("new",              "open",             "open",                "open",       "ticket.is_closed"),
    "cancel":    ("closed",           "closed",           "closed",              ENDED,        ENDED),
    "reopen":    ("ticket.is_open",   "ticket.is_open",   "ticket.is_open",      "open",       "open"),
    "rate":      ("ticket.not_ended", "ticket.not_ended", "ticket.not_ended",    "solved",     "closed"),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
async def test_each_verb_on_each_state(database: Database, verb: str) -> None:
    for before, expected in zip(STATUSES, LIFE[verb], strict=True):
        async with database.unit() as work:
            owner = await persons.person(work, 501)
            ticket = await persons.ticket(work, owner, before)
            version, events = ticket.version, await _events(work, ticket)
            after = await _tried(VERBS[verb](work, owner, ticket))
            await work.session.flush()
            await work.session.refresh(ticket)
            assert after or ticket.status == expected, f"{verb} on {before} leads to {ticket.status}"
            if after:
                assert after == expected, f"{verb} on {before} is refused with {after}"
                assert (ticket.status, ticket.version) == (before, version)
                assert await _events(work, ticket) == events
                continue
            ended = ticket.status in ("solved", "closed")
            assert (ticket.ended_at is not None) == ended, f"{verb} on {before}: ended_at"
            assert ticket.version > version or verb == "rate", f"{verb} on {before}: the buttons before are not told"
            assert await _events(work, ticket) > events or (verb, before) in SILENT, f"{verb} on {before}: no event"


# Adding to a ticket changes no state there, and the message itself is kept.
SILENT = (("add", "new"), ("add", "open"))


async def _tried(deed: Awaitable[Any]) -> str:
    try:
        await deed
    except DeskError as refusal:
        return refusal.key
    return ""


async def _events(work: Unit, ticket: Ticket) -> int:
    statement = select(func.count()).select_from(TicketEvent).where(TicketEvent.ticket_id == ticket.id)
    return await work.session.scalar(statement) or 0


async def test_two_who_claim_at_once(database: Database) -> None:
    _, ticket_id = await persons.mina_with_ticket(database)
    async with database.unit() as work:
        ticket, _ = await staff.ticket_and_owner(work, ticket_id)
        await staff.claim(work, SARA, ticket)
    async with database.unit() as work:
        ticket, _ = await staff.ticket_and_owner(work, ticket_id)
        with pytest.raises(Conflict) as refused:
            await staff.claim(work, Actor(602, "Omid"), ticket)
    assert (refused.value.key, refused.value.values) == ("staff.taken", {"name": "Sara"})


async def test_reopening_ends_after_fourteen_days(database: Database) -> None:
    async with database.unit() as work:
        owner = await persons.person(work, 501)
        for status in ("solved", "closed"):
            last = await persons.ticket(work, owner, status, REOPEN_WITHIN)
            assert tickets.may_reopen(last, work.now)
            await tickets.reopen(work, owner, last)
            late = await persons.ticket(work, owner, status, REOPEN_WITHIN + timedelta(seconds=1))
            assert not tickets.may_reopen(late, work.now)
            with pytest.raises(Conflict) as refused:
                await tickets.reopen(work, owner, late)
            assert refused.value.key == "ticket.reopen_too_late"
            assert refused.value.values == {"reference": late.reference, "days": 14}


async def test_a_ticket_opened_again_can_be_rated_again(database: Database) -> None:
    """Whoever opens it again: what was said of the first end does not count for the next."""
    ways: tuple[Verb, ...] = (VERBS["reopen"], VERBS["add"], VERBS["reply"])
    async with database.unit() as work:
        owner = await persons.person(work, 501)
        for way in ways:
            ticket = await persons.ticket(work, owner, "solved")
            await tickets.rate(work, owner, ticket, 2)
            await way(work, owner, ticket)
            assert (ticket.status, ticket.rating) == ("open", None)


@pytest.mark.parametrize("stars", [-1, 0, 6, 100])
async def test_stars_are_one_to_five(database: Database, stars: int) -> None:
    async with database.unit() as work:
        owner = await persons.person(work, 501)
        ticket = await persons.ticket(work, owner, "closed")
        with pytest.raises(InvalidInput) as refused:
            await tickets.rate(work, owner, ticket, stars)
        assert refused.value.key == "ticket.rating_range"


async def test_a_message_counts_once_and_has_a_limit(database: Database) -> None:
    async with database.unit() as work:
        owner = await persons.person(work, 501)
        ticket = await persons.ticket(work, owner, "waiting")
        written = Written("این هم نقشه", source="chat:77")
        assert await tickets.add_message(work, owner, ticket, written)
        version = ticket.version
        assert await tickets.add_message(work, owner, ticket, written) is None
        assert await staff.reply(work, SARA, ticket, written) is None
        assert (ticket.status, ticket.version) == ("open", version)
        assert await tickets.add_message(work, owner, ticket, Written("۱" * 4096))
        with pytest.raises(InvalidInput) as refused:
            await tickets.add_message(work, owner, ticket, Written("۱" * 4097))
        assert (refused.value.key, refused.value.values) == ("ticket.message_too_long", {"most": 4096})


async def test_the_first_answer_is_timed_once(database: Database) -> None:
    async with database.unit() as work:
        owner = await persons.person(work, 501)
        ticket = await persons.ticket(work, owner)
        assert ticket.first_answer_at is None
        await staff.reply(work, SARA, ticket, Written("یک"))
        first = ticket.first_answer_at
        assert first == work.now
        work.now += timedelta(hours=1)
        reply = await staff.reply(work, SARA, ticket, Written("دو"))
        assert (ticket.first_answer_at, reply and reply.delivery) == (first, "pending")
