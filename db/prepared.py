"""Statements of SQLAlchemy, compiled once and run on a plain connection of SQLite: for the way of each message.

There SQLAlchemy's own execution costs ten times what SQLite needs. Not here: PostgreSQL, the ORM.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.dialects.sqlite.aiosqlite import dialect as sqlite_dialect

_DIALECT = sqlite_dialect(paramstyle="qmark")
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True)
class Result:
    """Rows with their columns as attributes, and how many rows were changed."""

    rows: Sequence[Any] = ()
    rowcount: int = -1

    def first(self) -> Any:
        """The first row, or None."""
        return self.rows[0] if self.rows else None


class Prepared:
    """One statement: its SQL, and how values go in and come out."""

    def __init__(self, statement: Any, keys: list[str] | None) -> None:
        compiled = statement.compile(dialect=_DIALECT, column_keys=keys if statement.is_insert else None)
        self.sql = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        self._inputs: list[tuple[str, Convert]] = [
            (name, compiled.binds[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT))
            for name in compiled.positiontup or ()
        ]
        columns = list(getattr(statement, "exported_columns", ()))
        self._outputs: list[Convert] = [
            column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None) for column in columns
        ]
        self._row: Any = None
        if columns:
            self._row = namedtuple("Row", [column.key for column in columns])._make  # type: ignore[attr-defined]

    def run(self, connection: sqlite3.Connection, parameters: Any) -> Result:
        """Run it once, or once for each of several parameters. KeyError names a parameter that is missing."""
        if not isinstance(parameters, list):
            return self._once(connection, parameters or {})
        results = [self._once(connection, one) for one in parameters]
        return Result([row for result in results for row in result.rows], sum(r.rowcount for r in results))

    def _once(self, connection: sqlite3.Connection, given: dict[str, Any]) -> Result:
        fixed = self._fixed
        values = [
            convert(given[name] if name in given else fixed[name])
            if convert
            else (given[name] if name in given else fixed[name])
            for name, convert in self._inputs
        ]
        cursor = connection.execute(self.sql, values)
        if cursor.description is None:
            return Result((), cursor.rowcount)
        found = cursor.fetchall()
        if self._row is not None:
            outputs = self._outputs
            found = [
                self._row([convert(value) if convert else value for convert, value in zip(outputs, row, strict=True)])
                for row in found
            ]
        return Result(found, cursor.rowcount)


@dataclass
class Prepare:
    """Remembers what was prepared. Statements are made once per process, so this does not grow."""

    _known: dict[Executable, Prepared] = field(default_factory=dict)

    def run(self, connection: sqlite3.Connection, statement: Executable, parameters: Any) -> Result:
        """Run a statement with its parameters: none, a dict, or a list of dicts with equal keys."""
        prepared = self._known.get(statement)
        if prepared is None:
            keys = parameters[0] if isinstance(parameters, list) else parameters
            prepared = self._known[statement] = Prepared(statement, list(keys or ()))
        return prepared.run(connection, parameters)
