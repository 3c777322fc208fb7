"""A start reads the content's files only when they, their rules, or the topics in the database have changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete

from bot import setup
from bot.setup import build_house
from config import Settings
from db.engine import Database
from db.models import Entry as EntryRow
from eservices.catalogue import load
from knowledge import seeded
from knowledge.load import load_content, load_services

SETTINGS = Settings(_env_file=None, encoder="none")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries were read from files, each time they were."""
    counts: list[int] = []

    def noted() -> object:
        entries = load_content()
        counts.append(len(entries))
        return entries

    monkeypatch.setattr(setup, "load_content", noted)
    return counts


async def _start(database: Database) -> int:
    built = await build_house(SETTINGS, database, index_later=True)
    built.house.knowledge.close()
    return len(built.house.entries)


async def test_the_second_start_reads_no_content(database: Database, reads: list[int]) -> None:
    known = await _start(database)
    assert reads == [known]
    assert await _start(database) == known
    assert len(reads) == 1


async def test_changed_files_and_rules_are_read(
    database: Database, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await _start(database)
    monkeypatch.setattr(seeded, "files_key", lambda: "other files")
    await _start(database)
    await _start(database)
    assert len(reads) == 2


async def test_a_topic_that_was_deleted_comes_back(database: Database, reads: list[int]) -> None:
    known = await _start(database)
    async with database.unit() as work:
        await work.session.execute(delete(EntryRow).where(EntryRow.topic == "land.apply"))
    assert await _start(database) == known
    assert len(reads) == 2


async def test_conflicts_are_told_at_every_start(database: Database, reads: list[int]) -> None:
    async with database.unit() as work:
        row = await work.session.get_one(EntryRow, "land.apply")
        row.content_hash = row.seed_hash = "0" * 64
        row.content_hash = "1" * 64
    await _start(database)
    await _start(database)
    assert len(reads) == 2


def test_the_key_is_of_every_byte(tmp_path: Path) -> None:
    one = tmp_path / "land.yaml"
    one.write_text("- a\n")
    keys = {seeded.files_key(tmp_path)}
    one.write_text("- b\n")
    keys.add(seeded.files_key(tmp_path))
    one.rename(tmp_path / "clinic.yaml")
    keys.add(seeded.files_key(tmp_path))
    (tmp_path / "land.yaml").write_text("")
    keys.add(seeded.files_key(tmp_path))
    assert len(keys) == 4


def test_words_of_services_are_those_of_their_files() -> None:
    assert setup._services(load(setup.CATALOGUE)) == load_services()
