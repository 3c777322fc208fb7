"""The outbox: what is to be said, written in the unit that decided it, delivered in order per chat afterwards.

Not here: calls of the messenger (bot/sender.py), sentences (locales).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    and_,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.engine import Unit
from db.message import Message, Rows
from db.types import Base, Key

LEASE = timedelta(seconds=60)
_WAITING = text("state in ('ready', 'sending')")
_GIVEN_UP = text("state in ('failed', 'unknown')")


class Priority(IntEnum):
    """Answers go before mirrors, mirrors before bulk."""

    ANSWER = 0
    MIRROR = 1
    BULK = 2


class OutboxRow(Base):
    """One thing to say or change. Found in `sending` after its lease, nobody knows whether it was sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state in ('ready', 'sending', 'sent', 'failed', 'unknown')", name="state"),
        Index("ix_outbox_waiting", "chat_id", "priority", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_outbox_chat_slot", "chat_id", "slot"),
        Index("ix_outbox_created", "created_at"),
        Index("ix_outbox_given_up", "state", sqlite_where=_GIVEN_UP, postgresql_where=_GIVEN_UP),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger)
    priority: Mapped[int] = mapped_column(SmallInteger)
    # send a message, edit one, take its buttons away, or react to one
    kind: Mapped[str] = mapped_column(String(8))
    payload: Mapped[dict[str, Any]]
    # a name for the message, so that a later row can edit it although its id is not known yet
    slot: Mapped[str | None] = mapped_column(String(64))
    ticket_id: Mapped[int | None] = mapped_column(Key)
    ticket_message_id: Mapped[int | None] = mapped_column(Key)
    state: Mapped[str] = mapped_column(String(8), default="ready")
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    ready_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class About:
    """What a message belongs to: a slot to edit it by, a ticket, the ticket message that it delivers."""

    slot: str | None = None
    ticket_id: int | None = None
    ticket_message_id: int | None = None


@dataclass(frozen=True)
class Sending:
    """A row that this process delivers now."""

    id: int
    chat_id: int
    priority: int
    kind: str
    payload: dict[str, Any]
    slot: str | None
    ticket_id: int | None
    ticket_message_id: int | None
    attempts: int
    holder: str
    created_at: datetime


def say(
    work: Unit,
    chat_id: int,
    message: Message,
    priority: Priority = Priority.ANSWER,
    about: About | None = None,
) -> None:
    """Say something in a chat once the unit is committed."""
    _put(work, chat_id, "send", message.payload(), priority, about)


def edit(
    work: Unit,
    chat_id: int,
    message: Message,
    message_id: int | None = None,
    priority: Priority = Priority.ANSWER,
    about: About | None = None,
) -> None:
    """Change a message, known by its id or else by the slot it was said under; then with the priority of that."""
    about = about or About()
    payload = message.payload() | ({"message_id": message_id} if message_id else {"edit_slot": about.slot})
    _put(work, chat_id, "edit", payload, priority, About(ticket_id=about.ticket_id))


def unbutton(
    work: Unit, chat_id: int, message_id: int | None = None, slot: str | None = None, keep: Rows = ()
) -> None:
    """Take the buttons of a message away, all but those to `keep`: its question is answered."""
    payload = {"message_id": message_id} if message_id else {"edit_slot": slot}
    payload |= Message("", keep).payload()
    _put(work, chat_id, "unbutton", payload, Priority.ANSWER, None)


def react(work: Unit, chat_id: int, message_id: int, emoji: str) -> None:
    """Put a reaction on a message: a cheap "seen"."""
    _put(work, chat_id, "react", {"message_id": message_id, "emoji": emoji}, Priority.MIRROR, None)


def _put(
    work: Unit, chat_id: int, kind: str, payload: dict[str, Any], priority: Priority, about: About | None
) -> None:
    about = about or About()
    work.outgoing.append(
        {
            "chat_id": chat_id,
            "priority": int(priority),
            "kind": kind,
            "payload": payload,
            "slot": about.slot,
            "ticket_id": about.ticket_id,
            "ticket_message_id": about.ticket_message_id,
            "state": "ready",
            "attempts": 0,
            "ready_at": work.now,
            "created_at": work.now,
        }
    )


async def flush_outgoing(work: Unit) -> None:
    """Write what the unit says; called once, right before the commit."""
    if work.outgoing:
        await work.run(_PUT, work.outgoing)
        work.outgoing = []
        work.wake.add("outbox")


_rows = cast(Table, OutboxRow.__table__)
_earlier = _rows.alias("earlier")
_PUT = insert(_rows)
# written out: values that are bound would keep both databases from the index of the waiting ones
_READY: ColumnElement[str] = literal_column("'ready'")
_SENDING: ColumnElement[str] = literal_column("'sending'")
_WAITS = _rows.c.state.in_((_READY, _SENDING))
_BEFORE = or_(
    _earlier.c.priority < _rows.c.priority,
    and_(_earlier.c.priority == _rows.c.priority, _earlier.c.id < _rows.c.id),
)
_HEADS = (
    select(_rows.c.id)
    .where(_WAITS, _rows.c.ready_at <= bindparam("now"))
    .where(
        ~select(_earlier.c.id)
        .where(
            _earlier.c.state.in_((_READY, _SENDING)),
            _earlier.c.chat_id == _rows.c.chat_id,
            # One at a time per chat, also while something less urgent is on its way. What was left in sending goes
            # before all that is ready, or the two would wait for each other for ever.
            or_(
                and_(_rows.c.state == _READY, or_(_earlier.c.state == _SENDING, _BEFORE)),
                and_(_rows.c.state == _SENDING, _earlier.c.state == _SENDING, _BEFORE),
            ),
        )
        .exists()
    )
    .order_by(_rows.c.priority, _rows.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    # in a WITH of its own: PostgreSQL may run a subquery again for each row and would then claim more than `most`
    .cte("heads")
)
_CLAIM = (
    update(_rows)
    .where(_rows.c.id.in_(select(_HEADS.c.id)), _WAITS, _rows.c.ready_at <= bindparam("now"))
    .values(
        state="sending",
        claimed_by=bindparam("holder"),
        attempts=_rows.c.attempts + 1,
        ready_at=bindparam("lease"),
    )
    .returning(*(_rows.c[field.name] for field in fields(Sending) if field.name != "holder"))
)
_OURS = and_(
    _rows.c.id == bindparam("row"),
    _rows.c.claimed_by == bindparam("holder"),
    _rows.c.attempts == bindparam("turn"),
)
_SENT = (
    update(_rows)
    .where(_OURS)
    .values(state="sent", sent_at=bindparam("at"), message_id=bindparam("message"), error=None)
)
_RETRY = (
    update(_rows)
    .where(_OURS)
    .values(
        state="ready",
        ready_at=bindparam("at"),
        claimed_by=None,
        attempts=_rows.c.attempts - bindparam("unmade"),
        error=bindparam("why"),
    )
)
_FAILED = update(_rows).where(_OURS).values(state=bindparam("to"), error=bindparam("why"))


async def claim(work: Unit, holder: str, most: int) -> list[Sending]:
    """Take the first waiting row of up to `most` chats: by priority, then in the order they were said."""
    result = await work.run(_CLAIM, {"now": work.now, "most": most, "holder": holder, "lease": work.now + LEASE})
    rows = sorted(result.rows, key=lambda row: (row.priority, row.id))
    return [Sending(**row._asdict(), holder=holder) for row in rows]


async def sent(work: Unit, sendings: list[tuple[Sending, int | None]]) -> None:
    """These were delivered, under these ids of the messenger. Rows whose lease has passed on stay as they are."""
    if sendings:
        rows = [_ours(row) | {"at": work.now, "message": message_id} for row, message_id in sendings]
        await work.run(_SENT, rows)


async def retry(work: Unit, sending: Sending, wait: timedelta, reason: str | None) -> None:
    """Not delivered yet: again after `wait`; what is said in this chat later waits behind it.

    Bulk is only ever retried when it surely did not go out. Its attempt does not count then: a second one means that
    a process died while sending.
    """
    unmade = 1 if sending.priority == Priority.BULK else 0
    await work.run(_RETRY, _ours(sending) | {"at": work.now + wait, "why": reason, "unmade": unmade})


async def failed(work: Unit, sending: Sending, reason: str, state: str = "failed") -> bool:
    """Given up, or never known. False when its lease had passed to somebody else."""
    return (await work.run(_FAILED, _ours(sending) | {"why": reason, "to": state})).rowcount == 1


def _ours(sending: Sending) -> dict[str, Any]:
    return {"row": sending.id, "holder": sending.holder, "turn": sending.attempts}


async def message_of_slot(work: Unit, chat_id: int, slot: str) -> int | None:
    """The messenger's id of the newest message said under this slot, once it was sent."""
    return await work.session.scalar(
        select(OutboxRow.message_id)
        .where(OutboxRow.chat_id == chat_id, OutboxRow.slot == slot, OutboxRow.message_id.is_not(None))
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )


async def release_all(work: Unit) -> None:
    """At the start of the only process on a database: what was being sent may be taken up at once."""
    await work.session.execute(update(OutboxRow).where(OutboxRow.state == "sending").values(ready_at=work.now))
