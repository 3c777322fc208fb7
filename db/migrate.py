"""Migrations: bring the database's tables to what the models say, at every start; nothing to do costs nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection, text

from db.away import DatabaseAway
from db.engine import Database

FOLDER = Path(__file__).with_name("migrations")
# One number for "migrating Sanatyar": processes that start together wait for each other (PostgreSQL).
_LOCK = 5_331_882_017


def newest() -> str:
    """The revision that the code needs: the file that no other one follows."""
    return _known()[-1]


def _known() -> list[str]:
    return [file.stem.split("_")[0] for file in sorted((FOLDER / "versions").glob("[0-9]*.py"))]


async def present(database: Database) -> str | None:
    """The revision of the database; None when it is empty."""
    async with database.reader.connect() as connection:
        exists = await connection.run_sync(lambda c: c.dialect.has_table(c, "alembic_version"))
        if not exists:
            return None
        found: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


async def upgrade(database: Database) -> bool:
    """Bring the database up to date. True when something was done. Raises DatabaseAway for one of a newer version."""
    at = await present(database)
    if at == newest():
        return False
    if at is not None and at not in _known():
        raise DatabaseAway(
            f"The database is at revision {at}, which this version does not know; it was used by a newer version."
        )
    async with database.unit() as work:
        connection = await work.session.connection()
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade)
    # the schema is new: no connection may remember the old one
    await database.close()
    return True


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


if __name__ == "__main__":
    from config import load_settings

    print("migrated" if asyncio.run(upgrade(Database(load_settings().async_database_url()))) else "up to date")
