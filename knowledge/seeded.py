"""Remembers from which files the database was seeded last, so that a start need not read them all again.

What seeding does is in seeding.py. A changed file, changed rules, or a topic that was deleted: they are read again.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.models import Entry as EntryRow
from db.models import Revision
from knowledge.load import CONTENT_FOLDER
from knowledge.material import code_key

FILES: Final = "content_files"
"""The row of `revisions` whose data it is."""


def files_key(folder: Path = CONTENT_FOLDER) -> str:
    """Of the content's files, byte by byte, and of the rules they were checked by. Some milliseconds."""
    known = sha256(code_key().encode())
    for file in sorted(folder.glob("*.yaml")):
        body = file.read_bytes()
        known.update(f"{file.name} {len(body)}\n".encode() + body)
    return known.hexdigest()


async def is_seeded(session: AsyncSession, key: str) -> bool:
    """Whether the files of this key are in the database, every topic of them."""
    row = await session.get(Revision, FILES)
    if row is None or row.data.get("key") != key:
        return False
    topics = set(await session.scalars(select(EntryRow.topic)))
    return topics.issuperset(row.data.get("topics", ()))


async def remember(work: Unit, key: str, topics: list[str]) -> None:
    """The files of this key are in the database."""
    row = await work.session.get(Revision, FILES, with_for_update=True)
    if row is None:
        row = Revision(name=FILES, number=0)
        work.session.add(row)
    row.number += 1
    row.data = {"key": key, "topics": topics}
    await work.session.flush()
