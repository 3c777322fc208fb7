"""The database: engines for writing and reading, the unit of work, wake-up signals, the clock.

SQLite's settings are here and nowhere else; docs/decisions/004-sqlite-settings.md says why.
Not here: tables, verbs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Executable, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state, manager_of_class

from db.away import DatabaseAway
from db.prepared import Result
from db.sqlite_driver import connect
from db.sqlite_writer import Writer

Clock = Callable[[], datetime]
Row = TypeVar("Row")


@dataclass
class Signals:
    """Wake-ups inside this process after a commit. Other processes notice by polling."""

    inbox: asyncio.Event = field(default_factory=asyncio.Event)
    outbox: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Unit:
    """One unit of work: one transaction, the time it began, and what is to be sent."""

    # PostgreSQL's connection, or SQLite's one writer
    place: AsyncConnection | Writer
    now: datetime
    outgoing: list[dict[str, Any]] = field(default_factory=list)
    wake: set[str] = field(default_factory=set)
    _session: AsyncSession | None = None
    _loaded: list[object] = field(default_factory=list)

    @property
    def dialect(self) -> str:
        """sqlite or postgresql."""
        return "sqlite" if isinstance(self.place, Writer) else "postgresql"

    def insert(self, table: Any) -> Any:
        """The insert of this database's own dialect: the one that knows ON CONFLICT."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    @property
    def session(self) -> AsyncSession:
        """The ORM inside this transaction; made when first needed, for the way of each message needs none."""
        if self._session is None:
            bind = self.place.engine if isinstance(self.place, Writer) else self.place
            self._session = AsyncSession(bind, expire_on_commit=False)
            self._session.add_all(self._loaded)
        return self._session

    def loaded(self, kind: type[Row], columns: dict[str, Any]) -> Row:
        """A row that run() found as the ORM's object. Changes of it are written like those of any other."""
        found: Row = manager_of_class(kind).new_instance()
        instance_state(found).dict.update(columns)
        make_transient_to_detached(found)
        if self._session is None:
            self._loaded.append(found)
        else:
            self._session.add(found)
        return found

    async def run(self, statement: Executable, parameters: Any = None) -> Result:
        """A statement made once (with bindparams), past the ORM: for the queues, where each update passes."""
        if isinstance(self.place, Writer):
            return self.place.run(statement, parameters)
        result = await self.place.execute(statement, parameters)
        return Result(result.all() if result.returns_rows else (), result.rowcount)

    async def flush(self) -> None:
        """Write what the ORM still holds back."""
        if self._session is None and not any(instance_state(found).modified for found in self._loaded):
            return
        await self.session.flush()

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
        self._writer: Writer | None = None
        if self.is_sqlite:
            self._make_folder()
            self._writer = Writer(self.url.database or "")
            self.reader = _sqlite_reader(self.url.render_as_string(False))
        else:
            self.reader = create_async_engine(
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
        except Exception as error:  # whatever a driver says: the statement cannot be wrong
            place = self.url.database if self.is_sqlite else self.url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
            raise DatabaseAway(f"The database {place} cannot be reached: {reason[0][:200]}.") from error

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A unit of work that writes: returning commits, raising rolls back. Raises DatabaseAway."""
        if self._writer is not None:
            await self._writer.enter()
            kept = False
            try:
                work = Unit(self._writer, now=self.clock())
                async with _flushed(work):
                    yield work
                kept = True
            finally:
                await self._writer.leave(kept)
        else:
            async with _connected(self.reader) as connection:
                work = Unit(connection, now=self.clock())
                async with connection.begin(), _flushed(work):
                    yield work
        for name in work.wake:
            getattr(self.signals, name).set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads; it never waits for writers. Raises DatabaseAway."""
        async with (
            _connected(self.reader) as connection,
            connection.begin(),
            AsyncSession(connection, expire_on_commit=False) as session,
        ):
            yield session

    async def close(self) -> None:
        """Give all connections back."""
        if self._writer is not None:
            await self._writer.close()
        await self.reader.dispose()
        # connections that were cut off finish closing in the loop's next rounds
        for _ in range(3):
            await asyncio.sleep(0)


@asynccontextmanager
async def _flushed(work: Unit) -> AsyncIterator[None]:
    """Write what the unit holds back at its end."""
    from db.outbox import flush_outgoing

    try:
        yield
        await work.flush()
        await flush_outgoing(work)
    finally:
        await work.close()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection. Raises DatabaseAway for whatever the driver says when there is none to be had."""
    try:
        connection = await engine.connect()
    except DatabaseAway:
        raise
    except Exception as error:
        raise DatabaseAway(f"No connection to the database: {type(error).__name__}.") from error
    try:
        yield connection
    finally:
        # a process that stops cancels its reads: cut off while it is given back, a connection is lost with an error
        await _to_its_end(connection.close())


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Wait for work that must not be left half done; a cancellation meanwhile is raised when it has ended."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    task.result()
    if cancelled is not None:
        raise cancelled


def _sqlite_reader(url: str) -> AsyncEngine:
    path = make_url(url).database or ""
    engine = create_async_engine(
        url, async_creator=lambda: connect(path), pool_size=4, max_overflow=0, pool_timeout=30
    )

    @event.listens_for(engine.sync_engine, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
