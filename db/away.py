"""Which errors mean that the database is away: out of reach, busy, full. Not: a wrong statement, a handler's bug."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Primary result codes of SQLite that speak of the file, the disk or a lock (https://www.sqlite.org/rescode.html).
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
# Beginnings of PostgreSQL's SQLSTATE: connection, resources, shut-down and start, disk, a standby that only reads.
_POSTGRESQL = ("08", "53", "57P", "58", "25006")


class DatabaseAway(Exception):
    """The database cannot be reached; the message is one sentence for the operator."""


def is_away(error: BaseException) -> bool:
    """True when the error says that the database is out of reach, busy or full.

    What a handler's own bug may raise is not among them, such as an OSError of a file. ConnectionError is: handlers
    call nobody, so it can only be the database's driver whose connection broke.
    """
    if isinstance(error, DatabaseAway | PoolTimeout | ConnectionError):
        return True
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig or error
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE
    return str(getattr(error, "sqlstate", None) or "").startswith(_POSTGRESQL)
