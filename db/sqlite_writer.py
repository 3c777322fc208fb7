"""SQLite's one writer: units take turns on one connection, and those that wait for each other share a commit.

Statements run on the event loop, because they take some microseconds and a hop to a thread takes hundred. What may
take long runs in a thread beside it: opening, waiting for another program's lock, and the commit with its write to
disk. docs/decisions/004-sqlite-settings.md has reasons and figures. Not here: units of work (engine.py).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

import aiosqlite
from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from db.away import DatabaseAway
from db.prepared import Prepare, Result
from db.sqlite_driver import BUSY_SECONDS, OneHopCursor, connect

TURN_SECONDS = 30
MOST_TOGETHER = 16  # units in one commit: the first of them waits for the last


class Writer:
    """`await enter()`, work, `await leave(keep)`. What was kept is on disk when leave() returns."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._prepare = Prepare()
        self._busy = False
        self._waiting: deque[asyncio.Future[None]] = deque()
        # units that are done and wait for the commit of the transaction that they share
        self._together: list[asyncio.Future[None]] = []
        self._inside = False
        # for the ORM: its connections are the present unit's
        self.engine: AsyncEngine = create_async_engine(
            "sqlite+aiosqlite://", async_creator=self._borrowed, poolclass=StaticPool, pool_reset_on_return=None
        )

    async def _borrowed(self) -> BorrowedConnection:
        return BorrowedConnection(self)

    @property
    def plain(self) -> sqlite3.Connection:
        """The connection itself, for the unit that has its turn."""
        assert self._connection is not None
        return self._connection._conn

    @property
    def begun(self) -> sqlite3.Connection:
        """The same inside the transaction. Without one, each statement would commit itself."""
        if not self._in_transaction:
            raise DatabaseAway("SQLite took the transaction back.")
        return self.plain

    @property
    def _in_transaction(self) -> bool:
        try:
            return self._connection is not None and self.plain.in_transaction
        except sqlite3.ProgrammingError:  # it is closed
            return False

    def run(self, statement: Executable, parameters: Any) -> Result:
        """Run a statement that is made once."""
        return self._prepare.run(self.begun, statement, parameters)

    async def enter(self) -> None:
        """Wait for the turn and begin. Raises DatabaseAway after 30 seconds, sqlite3.Error."""
        await self._turn()
        begun = False
        try:
            if self._connection is None:
                self._connection = await connect(self._path)
                # on the event loop nothing waits for a lock
                self.plain.execute("PRAGMA busy_timeout=0")
            # an own savepoint, so that this unit can be taken back without those before it
            self._inside = bool(self._together)
            if self._inside:
                self.plain.execute("SAVEPOINT unit")
            else:
                await self._begin()
            begun = True
        finally:
            if not begun:
                if not self._together:
                    self._undo()
                self._next()

    async def leave(self, keep: bool) -> None:
        """End the unit: keep its work and wait for the commit, or take it back."""
        if not keep and not self._inside:
            self._undo()
        elif self._inside:
            try:
                if not keep:
                    self.plain.execute("ROLLBACK TO unit")
                self.plain.execute("RELEASE unit")
            except sqlite3.Error:
                self._undo()
        kept: asyncio.Future[None] | None = None
        if keep:
            kept = asyncio.get_running_loop().create_future()
            self._together.append(kept)
        self._next()
        if kept is not None:
            await kept

    async def _turn(self) -> None:
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await turn
        except (asyncio.CancelledError, TimeoutError) as error:
            if turn.done() and not turn.cancelled():
                self._next()
            if isinstance(error, TimeoutError):
                raise DatabaseAway(f"The database was busy for {TURN_SECONDS} seconds.") from None
            raise

    def _next(self) -> None:
        """The turn goes to whoever waits, or else, in the loop's next round, to the commit of what is done."""
        if not self._in_transaction:
            # after some errors, such as a full disk, SQLite takes back the whole transaction
            _fail(self._together, "SQLite took the transaction back")
            self._together = []
        while self._waiting and len(self._together) < MOST_TOGETHER:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
        if len(self._together) >= MOST_TOGETHER:
            self._commit()
        elif self._together:
            # whoever is ready to begin now, such as the worker with what was just stored, may still join
            asyncio.get_running_loop().call_soon(self._commit)

    def _commit(self) -> None:
        if self._busy or not self._together:
            return  # somebody has joined, and will come here again; or it is done already
        self._busy = True
        together, self._together = self._together, []
        self._hop(self.plain.commit).add_done_callback(partial(self._committed, together))

    def _committed(self, together: list[asyncio.Future[None]], commit: asyncio.Future[Any]) -> None:
        error = "it was cut off" if commit.cancelled() else commit.exception()
        if error is not None:
            self._undo()
            _fail(together, str(error))
        for kept in together:
            if not kept.done():
                kept.set_result(None)
        self._next()

    def _undo(self) -> None:
        """Take everything back. A connection that cannot even do that is given up; the next unit opens another."""
        if self._connection is None:
            return
        try:
            self.plain.rollback()
        except sqlite3.Error:
            self._connection.stop()
            self._connection = None

    async def _begin(self) -> None:
        try:
            self.plain.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        waiting = self._hop(partial(_begin_patiently, self.plain))
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            await asyncio.wait([waiting])  # nobody may use the connection before its thread has let go of it
            raise

    def _hop(self, work: Callable[[], Any]) -> asyncio.Future[Any]:
        assert self._connection is not None
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._connection._tx.put_nowait((done, work))
        return done

    async def close(self) -> None:
        """After the present turn; the next enter() opens again."""
        await self._turn()
        while self._together:  # they wait for their commit
            self._next()
            await asyncio.sleep(0)
            await self._turn()
        try:
            await self.engine.dispose()
            connection, self._connection = self._connection, None
            if connection is not None:
                await connection.close()
        finally:
            self._next()


def _fail(together: list[asyncio.Future[None]], reason: str) -> None:
    for kept in together:
        if not kept.done():
            kept.set_exception(DatabaseAway(f"The database could not keep what was done: {reason}."))


def _begin_patiently(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute("PRAGMA busy_timeout=0")


class BorrowedConnection:
    """What SQLAlchemy takes for a connection of its own. Its transaction begins and ends with the unit's turn."""

    isolation_level = None

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._connection = self  # SQLAlchemy looks here whether it is open

    def cursor(self) -> OneHopCursor:
        """For one statement."""
        return OneHopCursor(self)

    async def hop(self, work: Any, sql: str, parameters: Any) -> Any:
        """Here without a hop."""
        return work(self._writer.begun, "", sql, parameters)

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        """Functions of SQL that SQLAlchemy brings."""
        self._writer.plain.create_function(*arguments, **options)

    async def commit(self) -> None:
        """The unit's matter."""

    async def rollback(self) -> None:
        """The unit's matter."""

    async def close(self) -> None:
        """The writer's matter."""
