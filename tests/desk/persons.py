"""People and tickets for tests of verbs: made through the verbs themselves where there is one."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from db.engine import Database, Unit
from db.models import Person, Ticket
from desk import people, tickets
from desk.people import Visitor
from desk.tickets import NewTicket, Written

_number = count(1)


async def person(work: Unit, chat_id: int, name: str = "Mina", language: str = "fa") -> Person:
    """Somebody who writes for the first time."""
    made, _ = await people.arrive(work, Visitor(chat_id, name, None, language))
    return made


async def ticket(work: Unit, owner: Person, status: str = "new", ended: timedelta = timedelta()) -> Ticket:
    """A ticket in this state; an ended one ended so long ago."""
    new = NewTicket("land", "land", Written("زمین می‌خواهم"), origin=f"test:{next(_number)}")
    made, opened = await tickets.open_ticket(work, owner, new)
    assert opened
    made.status = status
    made.ended_at = work.now - ended if status in ("solved", "closed") else None
    await work.session.flush()
    return made


async def mina_with_ticket(database: Database, status: str = "new") -> tuple[int, int]:
    """Ids of a person and of her ticket, committed."""
    async with database.unit() as work:
        owner = await person(work, 501)
        made = await ticket(work, owner, status)
        return owner.id, made.id
