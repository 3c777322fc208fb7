"""The inbox: every update as it came, stored before it is acknowledged, worked off oldest first per chat.

Update ids are a set (unique per bot), never a high-water mark. Not here: what an update means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from db.engine import Unit
from db.types import Base, Key

LEASE = timedelta(seconds=20)
MOST_CLAIMS = 20  # more than that: the update kills whoever takes it

_OPEN = text("status = 'open'")
_ASIDE = text("status in ('parked', 'quarantined')")


class InboxRow(Base):
    """One update. `lane` is the chat whose updates keep their order; `ready_at` is lease and pause in one."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("bot_id", "update_id"),
        CheckConstraint("status in ('open', 'done', 'parked', 'quarantined')", name="status"),
        Index("ix_inbox_open", "lane", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_inbox_received", "received_at"),
        Index("ix_inbox_aside", "status", sqlite_where=_ASIDE, postgresql_where=_ASIDE),
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


_rows = cast(Table, InboxRow.__table__)
_earlier = _rows.alias("earlier")
# written out: a value that is bound would keep both databases from the index of the open ones
_IS_OPEN: ColumnElement[str] = literal_column("'open'")
_HEADS = (
    select(_rows.c.id)
    .where(_rows.c.status == _IS_OPEN, _rows.c.ready_at <= bindparam("now"))
    .where(
        ~select(_earlier.c.id)
        .where(_earlier.c.status == _IS_OPEN, _earlier.c.lane == _rows.c.lane, _earlier.c.id < _rows.c.id)
        .exists()
    )
    # a sum, because SQLite would else walk through all that was ever done in the order of its ids
    .order_by(_rows.c.id + 0)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    # in a WITH of its own: PostgreSQL may run a subquery again for each row and would then claim more than `most`
    .cte("heads")
)
_CLAIM = (
    update(_rows)
    .where(_rows.c.id.in_(select(_HEADS.c.id)), _rows.c.status == _IS_OPEN, _rows.c.ready_at <= bindparam("now"))
    .values(claimed_by=bindparam("holder"), claims=_rows.c.claims + 1, ready_at=bindparam("lease"))
    .returning(
        _rows.c.id, _rows.c.lane, _rows.c.kind, _rows.c.raw, _rows.c.claims, _rows.c.failures, _rows.c.received_at
    )
)
_SETTLE = (
    update(_rows)
    .where(
        _rows.c.id == bindparam("row"),
        _rows.c.status == "open",
        _rows.c.claimed_by == bindparam("holder"),
        _rows.c.claims == bindparam("turn"),
    )
    .values(
        status=bindparam("to"),
        done_at=bindparam("at"),
        error=bindparam("why"),
        failures=_rows.c.failures + bindparam("failed"),
        ready_at=func.coalesce(bindparam("ready"), _rows.c.ready_at),
        claimed_by=bindparam("kept_by"),
    )
)
_STORE: dict[str, Any] = {
    "sqlite": sqlite.insert(_rows).on_conflict_do_nothing().returning(_rows.c.id),
    "postgresql": postgresql.insert(_rows).on_conflict_do_nothing().returning(_rows.c.id),
}


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
    stored = len((await work.run(_STORE[work.dialect], rows)).rows)
    work.wake.add("inbox")
    return stored


async def claim(work: Unit, holder: str, most: int) -> list[Claim]:
    """Take the oldest open update of up to `most` chats, for the time of a lease."""
    result = await work.run(_CLAIM, {"now": work.now, "most": most, "holder": holder, "lease": work.now + LEASE})
    return sorted(
        (Claim(r.id, r.lane, r.kind, r.raw, r.claims, r.failures, holder, r.received_at) for r in result.rows),
        key=lambda claimed: claimed.id,
    )


async def settle(work: Unit, claim: Claim, status: str, error: str | None = None) -> None:
    """Close a claimed update in the unit that did its work. Raises LostClaim when it is not ours any more."""
    await _change(work, claim, to=status, at=work.now, why=error, kept_by=claim.holder)


async def postpone(work: Unit, claim: Claim, wait: timedelta, error: str) -> None:
    """After a failure: try again later; the chat's later updates wait behind it."""
    await _change(work, claim, to="open", why=error, failed=1, ready=work.now + wait)


async def _change(work: Unit, claim: Claim, **values: Any) -> None:
    unchanged = {"at": None, "why": None, "failed": 0, "ready": None, "kept_by": None}
    ours = {"row": claim.id, "holder": claim.holder, "turn": claim.claims}
    result = await work.run(_SETTLE, unchanged | ours | values)
    if result.rowcount != 1:
        raise LostClaim


async def release(work: Unit, holder: str) -> None:
    """At the end of a process: what it claimed and did not begin may be taken by others at once."""
    await work.session.execute(
        update(InboxRow).where(_OPEN, InboxRow.claimed_by == holder).values(claimed_by=None, ready_at=work.now)
    )


async def release_all(work: Unit) -> None:
    """At the start of the only process on a database: whoever held a claim is dead."""
    await work.session.execute(
        update(InboxRow).where(_OPEN, InboxRow.claimed_by.is_not(None)).values(claimed_by=None, ready_at=work.now)
    )
