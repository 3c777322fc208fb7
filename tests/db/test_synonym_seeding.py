"""Synonyms in the database: seeding first and again, what admins edited or removed, two processes at once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete

from bot.process import report
from bot.setup import build_house
from config import Settings
from db.engine import Database
from db.models import Revision
from db.synonyms import Synonym
from knowledge import renewing, seeding, teaching
from knowledge.synonyms import Ideas, StoredIdeas, load_synonyms
from tests.stage import raised

FILE: Ideas = {
    "loan": ("وام", "قرض"),
    "fair": ("نمایشگاه", "غرفه"),
    "tax": ("مالیات", "tax"),
    "land": ("زمین", "ملک"),
}
NEW: Ideas = {
    "loan": ("وام", "قرض", "بدهی"),
    "fair": ("نمایشگاه", "غرفه", "fair"),
    "tax": ("مالیات", "tax", "عوارض"),
    "bank": ("بانک", "bank"),
}
ACTOR = "admin:1"


@pytest.fixture
async def empty(database: Database) -> Database:
    """The database before its first seeding."""
    async with database.unit() as work:
        await work.session.execute(delete(Synonym))
        await work.session.execute(delete(Revision))
    return database


async def _seed(database: Database, ideas: Ideas) -> seeding.Seeded:
    async with database.unit() as work:
        return await seeding.seed_synonyms(work, ideas)


async def _revision(database: Database) -> int:
    async with database.reading() as session:
        return await seeding.revision(session)


async def _stored(database: Database) -> Ideas:
    async with database.reading() as session:
        return StoredIdeas.nothing().renewed(await seeding.stored_synonyms(session)).ideas


async def test_the_first_seeding_brings_everything_and_the_second_nothing(empty: Database) -> None:
    file = load_synonyms()
    done = await _seed(empty, file)
    assert (done.added, done.updated, done.conflicts) == (list(file), [], [])
    assert await _revision(empty) == 1
    assert await _stored(empty) == file
    assert not await _seed(empty, file)
    assert await _revision(empty) == 1, "nobody rebuilds an index for nothing"


async def test_a_new_version_adds_updates_and_keeps_what_people_edited_or_removed(empty: Database) -> None:
    await _seed(empty, FILE)
    async with empty.unit() as work:
        await teaching.change(work, ACTOR, "loan", ("وام", "تسهیلات"))
        await teaching.remove(work, ACTOR, "tax")
        own = await teaching.add(work, ACTOR, ("جواز", "مجوز"))
    assert await _revision(empty) == 4
    done = await _seed(empty, NEW)
    assert done == seeding.Seeded(added=["bank"], updated=["fair"], conflicts=["loan"])
    assert await _revision(empty) == 5
    assert await _stored(empty) == {
        "loan": ("وام", "تسهیلات"),
        "fair": NEW["fair"],
        "land": FILE["land"],
        "bank": NEW["bank"],
        own.key: ("جواز", "مجوز"),
    }
    assert await _seed(empty, NEW) == seeding.Seeded(conflicts=["loan"]), "told until somebody decides"
    async with empty.unit() as work:
        await teaching.change(work, ACTOR, "loan", FILE["loan"])
    assert (await _seed(empty, NEW)).updated == ["loan"], "with the file's words of then it counts as untouched"


async def test_two_processes_that_seed_at_once(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    async with one.unit() as work:
        await work.session.execute(delete(Synonym))
        await work.session.execute(delete(Revision))
    done = await asyncio.gather(*(_seed(database, FILE) for database in (one, two)))
    assert sorted(len(seeded.added) for seeded in done) == [0, len(FILE)]
    assert await _revision(one) == 1
    await one.close()
    await two.close()


async def test_a_start_seeds_synonyms_and_leaves_broken_rows_out(empty: Database) -> None:
    settings = Settings(_env_file=None, encoder="none")
    first = await build_house(settings, empty)
    assert first.house.knowledge.index is not None
    assert first.house.knowledge.index.layout.synonyms.terms == load_synonyms()
    first.house.knowledge.close()
    async with empty.unit() as work:
        (await work.session.get_one(Synonym, "loan")).terms = ["وام", "برای یک دو سه چهار"]
    again = await build_house(settings, empty, index_later=True)
    assert again.renewer.refused_synonyms == {"loan": "too many words (برای یک دو سه چهار, 3)"}
    again.house.knowledge.close()


async def test_a_broken_edit_keeps_the_last_good_words_and_is_shown(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "CHECK_SECONDS", 0.02)
    async with raised(database_url, own_house=True) as stage:
        async with asyncio.timeout(60):
            while stage.process.house.knowledge.index is None:
                await asyncio.sleep(0.01)
        async with stage.database.unit() as work:
            (await work.session.get_one(Synonym, "loan")).terms = {"وام": 1}  # type: ignore[assignment]
            await teaching.change(work, ACTOR, "fair", ("نمایشگاه", "غرفه"))
            revision = await seeding.raise_revision(work)
        async with asyncio.timeout(60):
            while stage.process.house.knowledge.revision != revision:
                await asyncio.sleep(0.01)
        known = stage.process.house.knowledge.index.layout.synonyms.terms
        assert known["loan"] == load_synonyms()["loan"]
        assert known["fair"] == ("نمایشگاه", "غرفه")
        _, parts = await report(stage.process)
        assert parts["synonyms_refused"] == {"loan": "no terms"}
        assert "entries_refused" not in parts
