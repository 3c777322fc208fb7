"""Vectors that no entry uses any more are deleted after a while, those in use never."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from bot.setup import open_database
from config import Settings
from db.models import KnowledgeVector
from knowledge import seeding, vectors
from knowledge.load import load_content
from knowledge.renewing import Renewer


class Plain:
    """An encoder whose vectors say nothing."""

    name = "plain"
    dimensions = 4

    def open(self) -> str:
        """Nothing to do."""
        return "nobody"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Any vectors."""
        return np.full((len(texts), 4), 0.5, np.float32)


async def test_only_old_vectors_that_nothing_uses_go(database_url: str) -> None:
    database = await open_database(Settings(_env_file=None, database_url=database_url))
    entry = load_content()[0]
    async with database.unit() as work:
        await seeding.seed(work, [entry])
    renewer = Renewer(database, (), (), Plain())
    renewed = await renewer.build()
    row = np.full(4, 0.5, np.float32)
    used = vectors.key_of("plain", renewed.index.layout.written[0])
    unused = vectors.key_of("plain", "nobody asks this")
    async with database.unit() as work:
        await vectors.store(work, {used: row, unused: row})
    assert await renewer.forget_unused() == 0
    assert await renewer.forget_unused(timedelta(seconds=-5)) == 1
    async with database.reading() as session:
        assert (await session.scalars(select(KnowledgeVector.key))).all() == [used]
        assert await session.scalar(select(func.count()).select_from(KnowledgeVector)) == 1
    await database.close()
