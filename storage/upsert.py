"""INSERT … ON CONFLICT, the one statement that SQLAlchemy spells differently for each database; and many rows fast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Changes = Callable[[Any], Mapping[str, Any]]

# How each driver's own statements mark a parameter.
_MARKS = {"sqlite": "qmark", "postgresql": "format"}


class Rows:
    """One INSERT of the same columns, spelt once for each database and given to the driver as it is.

    For the writes of every look: SQLAlchemy's own way costs ten times as much for each row. Where the primary key
    already stands, `changes(excluded)` says what is set.
    """

    def __init__(self, table: sa.Table, columns: Sequence[str] | None = None, changes: Changes | None = None) -> None:
        self._table = table
        self._columns = tuple(columns or table.columns.keys())
        self._changes = changes
        self._spelt: dict[str, tuple[str, tuple[tuple[str, Callable[[Any], Any] | None], ...]]] = {}

    def put(self, conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows, each of which holds every column."""
        if not rows:
            return
        name = conn.dialect.name
        if name not in self._spelt:
            self._spelt[name] = self._spell(conn.dialect)
        sql, takes = self._spelt[name]
        conn.exec_driver_sql(
            sql, [tuple([row[key] if take is None else take(row[key]) for key, take in takes]) for row in rows]
        )

    def _spell(self, known: sa.Dialect) -> tuple[str, tuple[tuple[str, Callable[[Any], Any] | None], ...]]:
        dialect: Any = type(known)(paramstyle=_MARKS[known.name])  # type: ignore[call-arg] # as every dialect of SQLAlchemy's takes
        statement = (sqlite.insert if known.name == "sqlite" else postgresql.insert)(self._table)
        statement = statement.values({name: sa.bindparam(name) for name in self._columns})
        if self._changes is not None:
            keys = [column.name for column in self._table.primary_key.columns]
            changes = dict(self._changes(statement.excluded))
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
        compiled: Any = statement.compile(dialect=dialect)
        columns = self._table.columns
        takes = [
            (name, columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in compiled.positiontup
        ]
        return str(compiled), tuple(takes)


def insert_missing(conn: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows; those whose key already stands are left as they are."""
    if rows:
        conn.execute(_insert(conn, table).on_conflict_do_nothing(), rows)


def insert_or_update(
    conn: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]], changes: Changes
) -> None:
    """Insert rows; where the primary key already stands, set what `changes(excluded)` says."""
    if not rows:
        return
    statement = _insert(conn, table)
    keys = [column.name for column in table.primary_key.columns]
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=dict(changes(statement.excluded))), rows)


def _insert(conn: sa.Connection, table: sa.Table) -> Any:
    return (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(table)
