"""INSERT … ON CONFLICT, the one statement that SQLAlchemy spells differently for each database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import sqlalchemy as sa

    Changes = Callable[[Any], Mapping[str, Any]]


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
