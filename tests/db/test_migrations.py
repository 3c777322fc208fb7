"""Migrations: an empty database becomes exactly what the models say, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, select, text

from db import inbox, migrate, models, outbox, synonyms
from db.engine import Database
from db.types import Base, UtcDateTime
from tests.conftest import create_database

TABLES = {table.name for table in Base.metadata.sorted_tables}
# What stands in a PostgreSQL schema, as the server itself writes it down.
_POSTGRES = """
select 'column', table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,
       column_default) from information_schema.columns where table_schema = 'public'
union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
       from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
"""


@pytest.fixture(params=["sqlite", "postgres"])
def two_empty(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Addresses of two databases without a table."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/a.db", f"sqlite+aiosqlite:///{tmp_path}/b.db"
    uri = request.getfixturevalue("postgres")
    return create_database(uri), create_database(uri)


async def _schema(database: Database) -> set[tuple[str, ...]]:
    async with database.reader.connect() as connection:
        if not database.is_sqlite:
            rows = await connection.execute(text(_POSTGRES))
            return {tuple(map(str, row)) for row in rows if "alembic" not in row[1]}
        rows = await connection.execute(text("select type, name, sql from sqlite_master where sql is not null"))
        return {(kind, name, *_parts(sql)) for kind, name, sql in rows if "alembic" not in name}


def _parts(sql: str) -> list[str]:
    """Columns and constraints of a statement, wherever they stand in it: a column added later comes last."""
    head, _, inside = sql.partition("(")
    parts, depth = [""], 0
    for character in inside.rpartition(")")[0]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [head.strip(), *sorted(" ".join(part.split()) for part in parts)]


async def test_upgrading_from_nothing_gives_what_the_models_say(two_empty: tuple[str, str]) -> None:
    migrated, made = (Database(url) for url in two_empty)
    assert await migrate.present(migrated) is None
    assert await migrate.upgrade(migrated)
    assert await migrate.present(migrated) == migrate.newest()
    async with migrated.reader.connect() as connection:
        assert await connection.run_sync(_differences) == []
    async with made.unit() as work:
        await (await work.session.connection()).run_sync(Base.metadata.create_all)
    # checks, partial indexes and defaults too, which the comparison above does not see
    assert await _schema(migrated) == await _schema(made)
    await migrated.close()
    await made.close()


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


async def test_the_comparison_can_see(two_empty: tuple[str, str]) -> None:
    database = Database(two_empty[0])
    await migrate.upgrade(database)
    async with database.unit() as work:
        await work.session.execute(text("drop table message_links"))
        await work.session.execute(text("alter table leases add column more integer"))
    async with database.reader.connect() as connection:
        found = await connection.run_sync(_differences)
    assert {difference[0] for difference in found} >= {"add_table", "remove_column"}
    await database.close()


async def test_upgrading_again_does_nothing(two_empty: tuple[str, str]) -> None:
    database = Database(two_empty[0])
    assert await migrate.upgrade(database)
    before = await _schema(database)
    assert not await migrate.upgrade(database)
    assert await _schema(database) == before
    await database.close()


async def test_questions_kept_before_are_said_to_have_asked_for_nothing_more(two_empty: tuple[str, str]) -> None:
    database = Database(two_empty[0])
    await _upgraded_to(database, "0003")
    async with database.unit() as work:
        for row in (
            "people (id, channel, chat_id, name, language, language_chosen, reachable, created_at, seen_at)"
            " values (1, 'telegram', 5, '', 'fa', true, true, :now, :now)",
            "questions (id, person_id, text, language, decision, topics, outcome, asked_at)"
            " values (1, 1, 'zamin', 'fa', 'none', '[]', 'shown', :now)",
        ):
            insert = text(f"insert into {row}").bindparams(bindparam("now", type_=UtcDateTime()))
            await work.session.execute(insert, {"now": work.now})
    await database.close()
    assert await migrate.upgrade(database)
    async with database.reading() as session:
        (question,) = await session.scalars(select(models.Question))
        assert (question.text, question.more) == ("zamin", [])
    await database.close()


async def _upgraded_to(database: Database, revision: str) -> None:
    def upgrade(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(migrate.FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    async with database.unit() as work:
        await (await work.session.connection()).run_sync(upgrade)


async def test_two_processes_that_start_together(postgres: str) -> None:
    """One migrates, the other waits and finds it done; neither fails. (On SQLite one process serves a file.)"""
    url = await asyncio.to_thread(create_database, postgres)
    one, two = Database(url), Database(url)
    async with asyncio.timeout(30):
        await asyncio.gather(migrate.upgrade(one), migrate.upgrade(two))
    assert await migrate.present(two) == migrate.newest()
    await one.close()
    await two.close()


async def test_a_migration_that_breaks_leaves_the_database_as_it_was(
    two_empty: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(two_empty[0])

    def broken(connection: Connection) -> None:
        connection.execute(text("create table half (id integer)"))
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(migrate, "_upgrade", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            await migrate.upgrade(database)
    assert await _schema(database) == set()
    assert await migrate.upgrade(database)
    await database.close()


def test_every_table_is_known_to_the_migrations() -> None:
    assert {inbox.InboxRow.__tablename__, outbox.OutboxRow.__tablename__, models.Ticket.__tablename__} <= TABLES
    assert {synonyms.Synonym.__tablename__, synonyms.SynonymChange.__tablename__} <= TABLES
    assert {"people", "tickets", "ticket_messages", "ticket_events", "inbox", "outbox", "entries"} <= TABLES


def test_revisions_are_one_chain() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.newest()]
