"""Looking after the queues: how much waits or was put aside, and forgetting what was done long ago.

Not here: the work on the queues (inbox.py, outbox.py), when it is looked after (bot/retention.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, Select, Table, bindparam, delete, func, literal_column, or_, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.inbox import InboxRow
from db.outbox import OutboxRow

_updates, _sayings = cast(Table, InboxRow.__table__), cast(Table, OutboxRow.__table__)
# Written as in the partial indexes, so that both databases use these.
_INBOX = union_all(
    select(_updates.c.status, func.count())
    .where(text("status in ('parked', 'quarantined')"))
    .group_by(_updates.c.status),
    select(literal_column("'open'"), func.count()).select_from(_updates).where(text("status = 'open'")),
)
_OUTBOX = union_all(
    *(
        select(_sayings.c.state, func.count()).where(text(states)).group_by(_sayings.c.state)
        for states in ("state in ('ready', 'sending')", "state in ('failed', 'unknown')")
    )
)


async def inbox_counts(session: AsyncSession) -> dict[str, int]:
    """Updates by status, those done left out."""
    rows = await session.execute(_INBOX)
    return {"open": 0, "parked": 0, "quarantined": 0} | {status: number for status, number in rows}


async def outbox_counts(session: AsyncSession) -> dict[str, int]:
    """Rows by state, those sent left out."""
    rows = await session.execute(_OUTBOX)
    return {"ready": 0, "sending": 0, "failed": 0, "unknown": 0} | {state: number for state, number in rows}


@dataclass(frozen=True)
class Done:
    """Rows of one queue that nothing is to be done with any more: how to find old ones, and the table."""

    table: Table
    found: Select[Any]
    still: Any

    async def old(self, session: AsyncSession, before: datetime, most: int) -> list[int]:
        """Ids of up to `most` of them that came before that time, the oldest first."""
        return list(await session.scalars(self.found, {"before": before, "most": most}))

    async def forget(self, work: Unit, ids: list[int]) -> int:
        """Delete these, unless something is to be done with them after all. Returns how many."""
        gone = delete(self.table).where(self.table.c.id.in_(ids), self.still).returning(self.table.c.id)
        return len((await work.session.execute(gone)).all())


# The messenger keeps an update for a day; an older one does not come again and needs no row to be known by.
UPDATES = Done(
    _updates,
    select(_updates.c.id)
    .where(_updates.c.status == "done", _updates.c.received_at < bindparam("before"))
    .order_by(_updates.c.received_at)
    .limit(bindparam("most", type_=Integer)),
    _updates.c.status == "done",
)
# A ticket's card is found by its row for as long as the ticket lives.
SAYINGS = Done(
    _sayings,
    select(_sayings.c.id)
    .where(_sayings.c.state == "sent", _sayings.c.created_at < bindparam("before"))
    .where(or_(_sayings.c.slot.is_(None), _sayings.c.slot.not_like("card:%")))
    .order_by(_sayings.c.created_at)
    .limit(bindparam("most", type_=Integer)),
    _sayings.c.state == "sent",
)
