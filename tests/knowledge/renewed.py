"""Processes that renew their knowledge, for tests: what each publishes and tells, a slow encoder, edits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from db.engine import Database
from db.models import Entry as EntryRow
from knowledge import renewing, seeding
from knowledge.entries import Entry, content_hash
from knowledge.heads import Matrix
from knowledge.kept import Folder
from knowledge.renewing import Renewed, Renewer
from tests.knowledge.small import OUTSIDE, SERVICES, Hashed

PATIENCE = 60  # seconds until a test that hangs is given up; nothing is measured by it


class Slow(Hashed):
    """An encoder that answers when it is let, and opens at once unless it is not let."""

    def __init__(self) -> None:
        super().__init__()
        self.let = threading.Event()
        self.begun = threading.Event()
        self.opens = threading.Event()
        self.let_open = threading.Event()
        self.let_open.set()

    def open(self) -> str:
        """As the others, when it is let."""
        self.opens.set()
        self.let_open.wait(PATIENCE)
        return super().open()

    def encode(self, texts: Sequence[str]) -> Matrix:
        """As the others, later."""
        self.begun.set()
        self.let.wait(PATIENCE)
        return super().encode(texts)


class Process:
    """What one process does with a renewer: its indexes, newest last, and what it told."""

    def __init__(self, renewer: Renewer, first: Renewed) -> None:
        self.renewer = renewer
        self.published = [first]
        self.told: list[str] = []

    @property
    def now(self) -> Renewed:
        """What answers."""
        return self.published[-1]

    def ask(self, text: str) -> str:
        """The id of the best topic, by words."""
        return self.now.index.ask(text).topics[0].id


@asynccontextmanager
async def process(database: Database, encoder: Hashed | None, folder: Folder | None = None) -> AsyncIterator[Process]:
    """Built, and renewing."""
    renewer = Renewer(database, SERVICES, OUTSIDE, encoder, folder)
    made = Process(renewer, await renewer.build())
    running = asyncio.create_task(
        renewer.run(made.published.append, lambda event, **_: made.told.append(event)), name="renewing"
    )
    try:
        yield made
    finally:
        # a read that is cut off leaves a connection behind: cancelled while it sleeps or computes
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(renewing, "CHECK_SECONDS", 3600)
            await until(lambda: not _reads(database))
            running.cancel()
            await asyncio.wait([running])
    assert running.cancelled(), running.exception()


def _reads(database: Database) -> int:
    """How many connections are reading."""
    pool: Any = database.reader.pool
    return int(pool.checkedout())


async def until(true: Callable[[], bool]) -> None:
    """Wait."""
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.005)


async def publish(database: Database, *entries: Entry) -> int:
    """Edits or new topics as the console makes them; the revision."""
    async with database.unit() as work:
        for entry in entries:
            row = await work.session.get(EntryRow, entry.id)
            if row is None:
                await seeding.seed(work, [entry])
            else:
                row.content, row.content_hash = entry.model_dump(mode="json"), content_hash(entry)
        return await seeding.raise_revision(work)


def asked_too(entry: Entry, phrasing: str) -> Entry:
    """The entry with one phrasing more."""
    spoken = (*entry.phrasings.spoken, phrasing)
    return entry.model_copy(update={"phrasings": entry.phrasings.model_copy(update={"spoken": spoken})})
