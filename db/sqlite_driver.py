"""SQLite beside the event loop with one hop to its thread per statement, instead of four.

aiosqlite sends opening a cursor, executing, fetching and closing to its thread one by one; each costs a wake-up of
both sides, more than the statement itself. Here a statement and its rows are one hop, and BEGIN travels with the
first statement. For readers; the writer (sqlite_writer.py) takes the cursors only.
docs/decisions/004-sqlite-settings.md has the figures.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

import aiosqlite

from db.away import DatabaseAway

BUSY_SECONDS = 10


class OneHopCursor:
    """What SQLAlchemy's adapter needs of a cursor; the rows are here when execute() returns."""

    arraysize = 1

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.lastrowid: int | None = None
        self.rowcount = -1

    async def __aenter__(self) -> OneHopCursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> OneHopCursor:
        """Run one statement and take its rows."""
        if sql.startswith("BEGIN"):
            self._connection.begin = sql
            return self
        return self._taken(await self._connection.hop(_run, sql, parameters))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> OneHopCursor:
        """Run one statement for each set of parameters."""
        return self._taken(await self._connection.hop(_run_many, sql, parameters))

    def _taken(self, result: tuple[list[Any], Any, int | None, int]) -> OneHopCursor:
        self._rows, self.description, self.lastrowid, self.rowcount = result
        return self

    async def fetchall(self) -> list[Any]:
        """The rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is held open."""


class OneHopConnection(aiosqlite.Connection):
    """aiosqlite's thread and queue, with cursors of ours."""

    begin = ""

    def cursor(self) -> OneHopCursor:  # type: ignore[override] # a plain cursor, not aiosqlite's context manager
        return OneHopCursor(self)

    async def hop(self, work: Any, sql: str, parameters: Any) -> Any:
        """Run in the thread, after the BEGIN that waits."""
        begin, self.begin = self.begin, ""
        return await self._execute(partial(work, self._conn, begin, sql, parameters))  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        if self.begin:
            self.begin = ""  # nothing was done in this transaction
            return
        await super().commit()

    async def rollback(self) -> None:
        if self.begin:
            self.begin = ""
            return
        await super().rollback()


def _run(
    connection: sqlite3.Connection, begin: str, sql: str, parameters: Sequence[Any]
) -> tuple[list[Any], Any, int | None, int]:
    if begin:
        connection.execute(begin)
    cursor = connection.execute(sql, parameters)
    rows = cursor.fetchall() if cursor.description else []
    result = rows, cursor.description, cursor.lastrowid, cursor.rowcount
    cursor.close()
    return result


def _run_many(
    connection: sqlite3.Connection, begin: str, sql: str, parameters: Sequence[Sequence[Any]]
) -> tuple[list[Any], Any, int | None, int]:
    if begin:
        connection.execute(begin)
    cursor = connection.executemany(sql, parameters)
    result: tuple[list[Any], Any, int | None, int] = [], None, cursor.lastrowid, cursor.rowcount
    cursor.close()
    return result


async def connect(path: str) -> OneHopConnection:
    """Open a database file, set up for safety. Transactions are ours alone: the driver begins none."""
    connection = OneHopConnection(
        partial(sqlite3.connect, path, isolation_level=None, check_same_thread=False, cached_statements=256),
        iter_chunk_size=64,
    )
    connection._thread.daemon = True
    try:
        await connection
    except sqlite3.Error:
        # its thread still tells the event loop of its end: wait for that, or the loop may be closed by then
        connection._thread.join(1)
        raise
    ready = False
    try:
        await connection._execute(_set_up, connection._conn)  # type: ignore[no-untyped-call]
        ready = True
    finally:
        if not ready:
            await connection.close()
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise DatabaseAway(f"The database file does not allow write-ahead logging (it is in {mode} mode).")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
