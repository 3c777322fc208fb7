"""Content in the database: seeding it first and again, two processes at once, edits that a process notices."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import delete, func, select

from bot.process import report
from bot.setup import CannotStart, build_house
from config import Settings
from db.engine import Database
from db.models import Entry as EntryRow
from db.models import Revision
from knowledge import renewing, seeding
from knowledge.entries import Entry, content_hash
from knowledge.load import load_content
from knowledge.stored import Stored
from tests.stage import raised

CONTENT = load_content()


@pytest.fixture
async def empty(database: Database) -> Database:
    """The database before its first seeding."""
    async with database.unit() as work:
        await work.session.execute(delete(EntryRow))
        await work.session.execute(delete(Revision))
    return database


async def _seed(database: Database, entries: tuple[Entry, ...]) -> seeding.Seeded:
    async with database.unit() as work:
        return await seeding.seed(work, entries)


async def _revision(database: Database) -> int:
    async with database.reading() as session:
        return await seeding.revision(session)


async def _stored(database: Database) -> dict[str, Entry]:
    async with database.reading() as session:
        return dict(Stored.nothing().renewed(await seeding.stored_rows(session)).entries)


def _changed(entry: Entry, text: str) -> Entry:
    return entry.model_copy(update={"short": entry.short.model_copy(update={"en": text})})


async def _publish(database: Database, entry: Entry) -> int:
    """An edit as the console makes it: content and revision in one commit."""
    async with database.unit() as work:
        row = await work.session.get_one(EntryRow, entry.id)
        row.content, row.content_hash = entry.model_dump(mode="json"), content_hash(entry)
        return await seeding.raise_revision(work)


async def test_the_first_seeding_brings_everything(empty: Database) -> None:
    done = await _seed(empty, CONTENT)
    assert (len(done.added), done.updated, done.conflicts) == (len(CONTENT), [], [])
    assert await _revision(empty) == 1
    assert await _stored(empty) == {entry.id: entry for entry in CONTENT}


async def test_the_same_files_again_change_nothing(empty: Database) -> None:
    await _seed(empty, CONTENT)
    assert await _seed(empty, CONTENT) == seeding.Seeded()
    assert await _revision(empty) == 1, "nobody rebuilds an index for nothing"


async def test_a_new_version_adds_updates_and_keeps_what_people_edited(empty: Database) -> None:
    gone, untouched, edited, both = CONTENT[:4]
    await _seed(empty, CONTENT[:4])
    await _publish(empty, _changed(edited, "Our own words."))
    await _publish(empty, _changed(both, "Our own words."))
    files = (_changed(untouched, "News."), edited, _changed(both, "News."), CONTENT[4])
    done = await _seed(empty, files)
    assert done == seeding.Seeded(added=[CONTENT[4].id], updated=[untouched.id], conflicts=[both.id])
    assert await _revision(empty) == 4
    stored = await _stored(empty)
    assert set(stored) == {entry.id for entry in CONTENT[:5]}
    assert stored[gone.id] == gone
    shorts = [stored[entry.id].short.en for entry in (untouched, edited, both)]
    assert shorts == ["News.", "Our own words.", "Our own words."]
    again = await _seed(empty, files)
    assert again == seeding.Seeded(conflicts=[both.id]), "a conflict is told at each start until somebody decides"
    assert await _revision(empty) == 4


async def test_two_processes_that_seed_at_once(postgres_url: str) -> None:
    one, two = Database(postgres_url), Database(postgres_url)
    async with one.unit() as work:
        await work.session.execute(delete(EntryRow))
        await work.session.execute(delete(Revision))
    done = await asyncio.gather(*(_seed(database, CONTENT) for database in (one, two)))
    assert sorted(len(seeded.added) for seeded in done) == [0, len(CONTENT)]
    assert await _revision(one) == 1
    await one.close()
    await two.close()


async def test_an_entry_that_cannot_be_used_is_left_out_and_named(database: Database) -> None:
    async with database.unit() as work:
        row = await work.session.get_one(EntryRow, CONTENT[0].id)
        row.content = row.content | {"kind": "rumour"}
    built = await build_house(Settings(_env_file=None, encoder="none"), database, index_later=True)
    assert set(built.house.entries) == {entry.id for entry in CONTENT[1:]}
    assert set(built.renewer.refused) == {CONTENT[0].id}
    assert built.renewer.refused[CONTENT[0].id].startswith("kind: ")
    built.house.knowledge.close()


async def test_without_one_usable_entry_nothing_starts(database: Database) -> None:
    async with database.unit() as work:
        for row in await work.session.scalars(select(EntryRow)):
            row.content = row.content | {"kind": "rumour"}
    with pytest.raises(CannotStart, match=r"^No entry in the database can be used; .*\.$"):
        await build_house(Settings(_env_file=None, encoder="none"), database)


async def test_a_published_edit_reaches_a_running_process(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process publishes; Emma gets the new words without a restart."""
    assert renewing.CHECK_SECONDS <= 1, "a new index takes some seconds to build, and five are promised"
    monkeypatch.setattr(renewing, "CHECK_SECONDS", 0.02)
    async with raised(database_url, own_house=True) as stage:
        emma = stage.emma
        emma.say("What is a business clinic?")
        before = (await emma.sees("Source:")).text
        topic = next(t for t, entry in stage.process.house.entries.items() if entry.short.en.strip() in before)
        elsewhere = Database(database_url)
        published = await _publish(elsewhere, _changed(stage.process.house.entries[topic], "Brand-new words."))
        await elsewhere.close()
        async with asyncio.timeout(60):
            while stage.process.house.knowledge.revision != published:
                await asyncio.sleep(0.01)
        emma.say("What is a business clinic?")
        assert "Brand-new words." in (await emma.sees("Source:")).text


async def test_a_broken_edit_keeps_the_last_good_version_and_holds_up_no_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewing, "CHECK_SECONDS", 0.02)
    async with raised(database_url, own_house=True) as stage:
        good = stage.process.house.entries[CONTENT[0].id]
        async with stage.database.unit() as work:
            row = await work.session.get_one(EntryRow, CONTENT[0].id)
            row.content = row.content | {"kind": "rumour"}
        published = await _publish(stage.database, _changed(CONTENT[1], "Brand-new words."))
        async with asyncio.timeout(60):
            while stage.process.house.knowledge.revision != published:
                await asyncio.sleep(0.01)
        assert stage.process.house.entries[CONTENT[1].id].short.en == "Brand-new words."
        assert stage.process.house.entries[CONTENT[0].id] == good
        _, parts = await report(stage.process)
        refused = parts["entries_refused"]
        assert isinstance(refused, dict)
        assert list(refused) == [CONTENT[0].id]
        assert refused[CONTENT[0].id].startswith("kind: ")


async def test_the_files_have_no_topic_twice(database: Database) -> None:
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(EntryRow)) == len(CONTENT)


async def test_rows_come_in_pages_and_in_one_order(empty: Database) -> None:
    entries = tuple(load_content())
    for count in (seeding.PAGE - 1, seeding.PAGE, 2 * seeding.PAGE + 3):
        await _seed(empty, entries[:count])
        async with empty.reading() as session:
            rows = await seeding.stored_rows(session)
        assert [topic for topic, _ in rows] == sorted(entry.id for entry in entries[:count])
