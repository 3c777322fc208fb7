"""Groups that became supergroups: their new ids, and what was waiting for the old ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.models import MovedChat
from db.outbox import OutboxRow


async def move(work: Unit, old_chat_id: int, new_chat_id: int) -> None:
    """Remember the new id and hand over what waits for the old one."""
    insert: Any = sqlite.insert if work.dialect == "sqlite" else postgresql.insert
    await work.session.execute(
        insert(MovedChat)
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
