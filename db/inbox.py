"""The inbox: every update as it came, stored before it is acknowledged, worked off oldest first per chat.

Update ids are a set (unique per bot), never a high-water mark. Not here: what an update means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from db.engine import Unit
from db.types import Base, Key

LEASE = timedelta(seconds=20)
MOST_CLAIMS = 20  # more than that: the update kills whoever takes it

_OPEN = text("status = 'open'")


class InboxRow(Base):
    """One update. `lane` is the chat whose updates keep their order; `ready_at` is lease and pause in one."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        CheckConstraint("status in ('open', 'done', 'parked', 'quarantined')", name="status"),
        Index("ix_inbox_open", "lane", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_inbox_received", "received_at"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    bot_id: Mapped[int] = mapped_column(BigInteger)
    update_id: Mapped[int] = mapped_column(BigInteger)
    lane: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    raw: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default="open")
    claims: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    ready_at: Mapped[datetime]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Arrival:
    """An update on its way in: what must be known before it is parsed."""

    update_id: int
    lane: int
    kind: str
    raw: str


@dataclass(frozen=True)
class Claim:
    """An update that this process may work on until its lease ends."""

    id: int
    lane: int
    kind: str
    raw: str
    claims: int
    failures: int
    holder: str
    received_at: datetime


class LostClaim(Exception):
    """Somebody else has taken the update over meanwhile; nothing of ours may be committed."""


async def store(work: Unit, bot_id: int, arrivals: list[Arrival]) -> int:
    """Keep what came; what is known already is passed over. Returns how many were new."""
    if not arrivals:
        return 0
    rows = [
        {
            "bot_id": bot_id,
            "update_id": a.update_id,
            "lane": a.lane,
            "kind": a.kind,
            "raw": a.raw,
            "status": "open",
            "claims": 0,
            "failures": 0,
            "ready_at": work.now,
            "received_at": work.now,
        }
        for a in arrivals
    ]
    insert: Any = sqlite.insert if work.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(InboxRow).values(rows).on_conflict_do_nothing().returning(InboxRow.id)
    stored = len((await work.session.execute(statement)).all())
    work.wake.add("inbox")
    return stored


async def claim(work: Unit, holder: str, most: int) -> list[Claim]:
    """Take the oldest open update of up to `most` chats, for the time of a lease."""
    earlier = aliased(InboxRow)
    heads = (
        select(InboxRow.id)
        .where(InboxRow.status == "open", InboxRow.ready_at <= work.now)
        .where(
            ~select(earlier.id)
            .where(earlier.status == "open", earlier.lane == InboxRow.lane, earlier.id < InboxRow.id)
            .exists()
        )
        .order_by(InboxRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(InboxRow)
        .where(InboxRow.id.in_(heads.scalar_subquery()), InboxRow.status == "open", InboxRow.ready_at <= work.now)
        .values(claimed_by=holder, claims=InboxRow.claims + 1, ready_at=work.now + LEASE)
        .returning(
            InboxRow.id,
            InboxRow.lane,
            InboxRow.kind,
            InboxRow.raw,
            InboxRow.claims,
            InboxRow.failures,
            InboxRow.received_at,
        )
        .execution_options(synchronize_session=False)
    )
    rows = (await work.session.execute(statement)).all()
    return [
        Claim(r.id, r.lane, r.kind, r.raw, r.claims, r.failures, holder, r.received_at)
        for r in sorted(rows, key=lambda r: r.id)
    ]


async def settle(work: Unit, claim: Claim, status: str, error: str | None = None) -> None:
    """Close a claimed update in the unit that did its work. Raises LostClaim when it is not ours any more."""
    await _change(work, claim, {"status": status, "done_at": work.now, "error": error})


async def postpone(work: Unit, claim: Claim, wait: timedelta, error: str) -> None:
    """After a failure: try again later; the chat's later updates wait behind it."""
    await _change(
        work,
        claim,
        {"failures": InboxRow.failures + 1, "ready_at": work.now + wait, "error": error, "claimed_by": None},
    )


async def give_back(work: Unit, claim: Claim) -> None:
    """Not begun, for example when the process stops: the next one may take it at once."""
    await _change(work, claim, {"ready_at": work.now, "claimed_by": None})


async def _change(work: Unit, claim: Claim, values: dict[str, Any]) -> None:
    statement = (
        update(InboxRow)
        .where(
            InboxRow.id == claim.id,
            InboxRow.status == "open",
            InboxRow.claimed_by == claim.holder,
            InboxRow.claims == claim.claims,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    result = await work.session.execute(statement)
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise LostClaim


async def release_all(work: Unit) -> None:
    """At the start of the only process on a database: whoever held a claim is dead."""
    await work.session.execute(
        update(InboxRow).where(_OPEN, InboxRow.claimed_by.is_not(None)).values(claimed_by=None, ready_at=work.now)
    )


async def counts(session: AsyncSession) -> dict[str, int]:
    """Updates by status, those done left out."""
    rows = await session.execute(
        select(InboxRow.status, func.count()).where(InboxRow.status != "done").group_by(InboxRow.status)
    )
    return {"open": 0, "parked": 0, "quarantined": 0} | {status: number for status, number in rows}
