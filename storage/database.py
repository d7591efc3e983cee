"""One database, SQLite or PostgreSQL: `read()` and `write()` lend a connection, one transaction each."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage.errors import ConfigError, DiskFull

if TYPE_CHECKING:
    from collections.abc import Iterator

# Any fixed number: it names the one lock under which ledger numbers are given (house.md, invariant 4).
LEDGER_LOCK = 110_230_000

Connection = sa.Connection
"""What `read()` and `write()` lend. Whoever passes one on names it by this: SQL is spoken in storage only."""


class Database:
    """An engine with the product's two ways in. Writers are serialised, so commit order is ledger order."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that only reads, on one consistent state of the data."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection in one transaction under the write lock; commits at the end, rolls back on an exception."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LEDGER_LOCK})
            try:
                yield connection
                connection.commit()
            except sa.exc.OperationalError as problem:
                connection.rollback()
                if _is_full(problem):
                    raise DiskFull(f"database: {problem.orig}; make room, then start again") from problem
                raise
            except BaseException:
                connection.rollback()
                raise

    def close(self) -> None:
        self.engine.dispose()


def _is_full(problem: sa.exc.OperationalError) -> bool:
    said = str(problem.orig).lower()
    # SQLite says "disk I/O error" where its log or shared memory cannot grow.
    return "disk is full" in said or "disk i/o error" in said or "no space left" in said


def open_database(url: str, *, data_dir: Path) -> Database:
    """Open `url`; a relative SQLite path is relative to `data_dir`. Raises ConfigError for an unusable URL.

    Does not look at the schema: see `storage.schema.require_current`.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as problem:
        raise ConfigError(f"[storage] database: {url!r} is no database URL; write sqlite:///longarm.db") from problem
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        path = Path(parsed.database or "longarm.db")
        parsed = parsed.set(database=str(path if path.is_absolute() else data_dir / path))
    elif backend != "postgresql":
        raise ConfigError(
            f"[storage] database: {backend!r} is not supported; write sqlite:///… or postgresql+psycopg://…"
        )
    try:
        engine = sa.create_engine(parsed, pool_pre_ping=backend == "postgresql")
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"[storage] database: {missing.name} is not installed; pip install 'longarm[postgres]'"
        ) from missing
    if backend == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return Database(engine)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: BEGIN IMMEDIATE is ours to say.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
