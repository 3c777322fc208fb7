"""Chats that change: groups that became supergroups, and chats that are open to us again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.models import MovedChat
from db.outbox import OutboxRow, Priority

UNREACHABLE = "unreachable: "  # so begin the reasons of what failed because the chat was closed to us
REVIVE_WITHIN = timedelta(days=7)


async def move(work: Unit, old_chat_id: int, new_chat_id: int) -> None:
    """Remember the new id and hand over what waits for the old one."""
    await work.session.execute(
        work.insert(MovedChat)
        .values(old_chat_id=old_chat_id, new_chat_id=new_chat_id, moved_at=work.now)
        .on_conflict_do_nothing()
    )
    await work.session.execute(
        update(OutboxRow)
        .where(OutboxRow.chat_id == old_chat_id, OutboxRow.state == "ready")
        .values(chat_id=new_chat_id)
        .execution_options(synchronize_session=False)
    )


async def moved(session: AsyncSession) -> dict[int, int]:
    """All moves, old id to new id."""
    rows = await session.execute(select(MovedChat.old_chat_id, MovedChat.new_chat_id))
    return {old: new for old, new in rows}


async def revive(work: Unit, chat_id: int) -> None:
    """A chat is open to us again: what could not reach it in the last days goes out now, but no bulk."""
    await work.session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.chat_id == chat_id,
            OutboxRow.state == "failed",
            OutboxRow.error.startswith(UNREACHABLE),
            OutboxRow.priority < Priority.BULK,
            OutboxRow.created_at > work.now - REVIVE_WITHIN,
        )
        .values(state="ready", ready_at=work.now, attempts=0, claimed_by=None, error=None)
        .execution_options(synchronize_session=False)
    )
    work.wake.add("outbox")
