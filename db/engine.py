"""The database: engines for writing and reading, the unit of work, wake-up signals, the clock.

SQLite's settings are here and nowhere else; docs/decisions/004-sqlite-settings.md says why.
Not here: tables, verbs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Executable, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from db.sqlite_driver import connect

Clock = Callable[[], datetime]
BUSY_SECONDS = 10


class DatabaseAway(Exception):
    """The database cannot be reached; the message is one sentence for the operator."""


def is_away(error: BaseException) -> bool:
    """True when the error says that the database is out of reach or busy, not that our statement is wrong."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    # asyncpg raises plain OSError and its own closed-connection errors while connecting
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout | ConnectionError | OSError) or type(
        error
    ).__module__.startswith("asyncpg.exceptions")


@dataclass
class Signals:
    """Wake-ups inside this process after a commit. Other processes notice by polling."""

    inbox: asyncio.Event = field(default_factory=asyncio.Event)
    outbox: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Unit:
    """One unit of work: one transaction, the time it began, and what is to be sent."""

    connection: AsyncConnection
    now: datetime
    outgoing: list[dict[str, Any]] = field(default_factory=list)
    wake: set[str] = field(default_factory=set)
    _session: AsyncSession | None = None

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return self.connection.dialect.name

    def insert(self, table: Any) -> Any:
        """The insert of this database's own dialect: the one that knows ON CONFLICT."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    @property
    def session(self) -> AsyncSession:
        """The ORM inside this transaction; made when first needed, for the queues never need it."""
        if self._session is None:
            self._session = AsyncSession(self.connection, expire_on_commit=False)
        return self._session

    async def run(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """A statement made once (with bindparams), past the ORM: for the queues, where each update passes."""
        return await self.connection.execute(statement, parameters)

    async def flush(self) -> None:
        """Write what the ORM still holds back."""
        if self._session is not None:
            await self._session.flush()

    async def close(self) -> None:
        """Let go of the objects; the transaction has ended."""
        if self._session is not None:
            await self._session.close()


class Database:
    """Opens units of work. One per process."""

    def __init__(self, url: str, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.url = make_url(url)
        self.clock = clock
        self.signals = Signals()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._make_folder()
            # One writer per process: a queue in the pool instead of waiting for SQLite's lock.
            self.writer = _sqlite_engine(self.url.render_as_string(False), "BEGIN IMMEDIATE", size=1)
            self.reader = _sqlite_engine(self.url.render_as_string(False), "BEGIN", size=4)
        else:
            self.writer = self.reader = create_async_engine(
                self.url,
                pool_size=12,
                max_overflow=4,
                pool_pre_ping=True,
                connect_args={"timeout": 5, "command_timeout": 20},
            )

    def _make_folder(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise DatabaseAway("DATABASE_URL must name a file for SQLite: sqlite:///path/to/file.db.")
        try:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseAway(
                f"The folder of the database {self.url.database} cannot be made: {error.strerror}."
            ) from None

    async def check(self) -> None:
        """One round trip. Raises DatabaseAway with a sentence that names the place, never the password."""
        try:
            async with asyncio.timeout(8), self.reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            if not (is_away(error) or isinstance(error, TimeoutError | DBAPIError)):
                raise
            place = self.url.database if self.is_sqlite else self.url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
            raise DatabaseAway(f"The database {place} cannot be reached: {reason[0][:200]}.") from None

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A unit of work that writes: returning commits, raising rolls back."""
        from db.outbox import flush_outgoing

        async with self.writer.connect() as connection:
            work = Unit(connection, now=self.clock())
            try:
                async with connection.begin():
                    yield work
                    await work.flush()
                    await flush_outgoing(work)
            finally:
                await work.close()
        for name in work.wake:
            getattr(self.signals, name).set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads; it never waits for writers."""
        async with AsyncSession(self.reader, expire_on_commit=False) as session, session.begin():
            yield session

    async def close(self) -> None:
        """Give all connections back."""
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()
        # connections that were cut off finish closing in the loop's next rounds
        for _ in range(3):
            await asyncio.sleep(0)


def _sqlite_engine(url: str, begin: str, size: int) -> AsyncEngine:
    path = make_url(url).database or ""
    engine = create_async_engine(
        url, async_creator=lambda: connect(path), pool_size=size, max_overflow=0, pool_timeout=30
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode=WAL")
        mode = cursor.fetchone()[0]
        if mode != "wal":
            raise DatabaseAway(f"The database file does not allow write-ahead logging (it is in {mode} mode).")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        # IMMEDIATE takes the write lock at once; a read that turns into a write later would fail instead of waiting.
        connection.exec_driver_sql(begin)

    return engine
