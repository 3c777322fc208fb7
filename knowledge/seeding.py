"""Content in the database: the first seeding from files, later re-seeding, and reading it for the index.

After the first seeding the database is the truth. A re-seed adds new entries and synonyms, updates untouched ones,
lists conflicts, deletes nothing. The revision rises in the same commit, so that every process rebuilds its index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlalchemy import Text, cast, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Unit
from db.models import Entry as EntryRow
from db.models import Revision
from db.synonyms import Synonym
from knowledge import synonyms
from knowledge.entries import Entry, content_hash

PAGE: Final = 16
"""Entries that are read at once."""

REVISION = "knowledge"


@dataclass
class Seeded:
    """What a seeding did: topics or keys added, updated, and those left alone because somebody edited them."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.conflicts)


async def seed(work: Unit, entries: Sequence[Entry]) -> Seeded:
    """Bring the files' entries into the database."""
    await lock(work, "entries")
    done = Seeded()
    rows = {row.topic: row for row in await work.session.scalars(select(EntryRow))}
    for entry in entries:
        new_hash = content_hash(entry)
        row = rows.get(entry.id)
        if row is None:
            work.session.add(_row(entry, new_hash, work))
            done.added.append(entry.id)
        elif row.seed_hash == new_hash:
            continue
        elif row.content_hash != row.seed_hash:
            done.conflicts.append(entry.id)
        else:
            row.service, row.kind = entry.service, entry.kind
            row.content, row.content_hash = entry.model_dump(mode="json"), new_hash
            row.seed_hash, row.updated_at = new_hash, work.now
            done.updated.append(entry.id)
    if done.added or done.updated:
        await raise_revision(work)
    return done


async def seed_synonyms(work: Unit, ideas: synonyms.Ideas) -> Seeded:
    """Bring the file's synonyms into the database. What an admin retired stays retired, whatever the file says."""
    await lock(work, "synonyms")
    done = Seeded()
    rows = {row.key: row for row in await work.session.scalars(select(Synonym))}
    for key, terms in ideas.items():
        new_hash = synonyms.content_hash(key, terms)
        row = rows.get(key)
        if row is None:
            hashes = {"content_hash": new_hash, "seed_hash": new_hash}
            work.session.add(Synonym(key=key, terms=list(terms), updated_at=work.now, **hashes))
            done.added.append(key)
        elif row.seed_hash == new_hash or row.retired_at is not None:
            continue
        elif row.content_hash != row.seed_hash:
            done.conflicts.append(key)
        else:
            row.terms, row.content_hash = list(terms), new_hash
            row.seed_hash, row.updated_at = new_hash, work.now
            done.updated.append(key)
    if done.added or done.updated:
        await raise_revision(work)
    return done


async def lock(work: Unit, table: Literal["entries", "synonyms"]) -> None:
    """Those who change a table at once take turns: of processes that start together one seeds, and the others find
    it done. SQLite has one writer anyway."""
    if work.dialect == "postgresql":
        await work.session.execute(text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))


def _row(entry: Entry, entry_hash: str, work: Unit) -> EntryRow:
    return EntryRow(
        topic=entry.id,
        service=entry.service,
        kind=entry.kind,
        content=entry.model_dump(mode="json"),
        content_hash=entry_hash,
        seed_hash=entry_hash,
        updated_at=work.now,
    )


async def raise_revision(work: Unit) -> int:
    """Tell every process that the knowledge changed."""
    row = await work.session.get(Revision, REVISION, with_for_update=True)
    if row is None:
        row = Revision(name=REVISION, number=0)
        work.session.add(row)
    row.number += 1
    await work.session.flush()
    return row.number


async def revision(session: AsyncSession) -> int:
    """The present revision; 0 before the first seeding."""
    return await session.scalar(select(Revision.number).where(Revision.name == REVISION)) or 0


async def stored_rows(session: AsyncSession) -> list[tuple[str, str]]:
    """Topic and content, as JSON text, of all entries. In pages: two megabytes at once would hold up the event loop
    for ten milliseconds."""
    rows: list[tuple[str, str]] = []
    columns = select(EntryRow.topic, cast(EntryRow.content, Text)).order_by(EntryRow.topic).limit(PAGE)
    after = ""
    while True:
        page = [(topic, content) for topic, content in await session.execute(columns.where(EntryRow.topic > after))]
        rows += page
        if len(page) < PAGE:
            # by the same rule on all databases: the index is built in this order
            return sorted(rows)
        after = page[-1][0]


async def stored_synonyms(session: AsyncSession) -> list[tuple[str, str]]:
    """Key and terms, as JSON text, of all ideas that are not retired."""
    living = select(Synonym.key, cast(Synonym.terms, Text)).where(Synonym.retired_at.is_(None))
    return [(key, terms) for key, terms in await session.execute(living.order_by(Synonym.key))]
