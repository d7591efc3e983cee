"""One database, SQLite or PostgreSQL: `read()` and `write()` lend a connection, one transaction each."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import sqlalchemy as sa

from storage.disk import is_read_only
from storage.errors import ConfigError, DiskFull, LongarmError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Any fixed number: it names the one lock under which ledger numbers are given (house.md, invariant 4).
LEDGER_LOCK = 110_230_000
# A run and what works beside it both write, each for seconds at most; a large text takes the index some.
_PATIENCE_SECONDS = 60

Connection = sa.Connection
"""What `read()` and `write()` lend. Whoever passes one on names it by this: SQL is spoken in storage only."""


class Database:
    """An engine with the product's two ways in. Writers are serialised, so commit order is ledger order."""

    def __init__(self, engine: sa.Engine, *, is_read_only: bool = False) -> None:
        self.engine = engine
        self.is_read_only = is_read_only
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A connection that only reads, on one consistent state of the data."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A connection in one transaction under the write lock; commits at the end, rolls back on an exception.

        Raises ConfigError where the database stands in a folder that cannot be written, LongarmError where another
        command keeps writing to it.
        """
        if self.is_read_only:
            raise ConfigError(f"{self._name()}: read-only, nothing can be changed here; copy the data folder")
        with self.engine.connect() as connection:
            if self.is_sqlite:
                _begin(connection)
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

    def _name(self) -> str:
        return unquote((self.engine.url.database or "").removeprefix("file:"))


def _begin(connection: sa.Connection) -> None:
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except sa.exc.OperationalError as problem:
        if "locked" not in str(problem.orig):
            raise
        why = f"another command has been writing to it for {_PATIENCE_SECONDS} seconds"
        raise LongarmError(f"database: {why}; run this again once that is done") from problem


def _is_full(problem: sa.exc.OperationalError) -> bool:
    said = str(problem.orig).lower()
    # SQLite says "disk I/O error" where its log or shared memory cannot grow.
    return "disk is full" in said or "disk i/o error" in said or "no space left" in said


def open_database(url: str, *, data_dir: Path, where: str = "[storage] database") -> Database:
    """Open `url`; a relative SQLite path is relative to `data_dir`. Raises ConfigError for an unusable URL,
    which begins with `where` that URL was written.

    Does not look at the schema: see `storage.schema.require_current`.
    """
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as problem:
        raise ConfigError(f"{where}: storage.database is no database URL; write sqlite:///longarm.db") from problem
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        path = Path(parsed.database or "longarm.db")
        path = path if path.is_absolute() else data_dir / path
        if is_read_only(path.parent) and path.is_file():
            return _open_read_only(path)
        parsed = parsed.set(database=str(path))
    elif backend != "postgresql":
        raise ConfigError(
            f"{where}: storage.database: {backend!r} is not supported; write sqlite:///… or postgresql+psycopg://…"
        )
    try:
        engine = sa.create_engine(parsed, pool_pre_ping=backend == "postgresql")
    except ModuleNotFoundError as missing:
        raise ConfigError(
            f"{where}: storage.database: {missing.name} is not installed; pip install 'longarm[postgres]'"
        ) from missing
    if backend == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return Database(engine)


def _open_read_only(path: Path) -> Database:
    """A database in a folder where nothing can be written: SQLite needs files beside it, unless it may take for
    granted that nobody changes it."""
    log = path.with_name(f"{path.name}-wal")
    if log.is_file() and log.stat().st_size:
        raise ConfigError(
            f"{path}: read-only, and {log.name} beside it holds changes that are not in it yet (copied while a run was "
            "at work?); copy both into a folder that can be written"
        )
    uri = f"file:{quote(str(path))}"
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    engine = sa.create_engine(sa.URL.create("sqlite", database=uri, query=query))
    sa.event.listen(engine, "connect", _prepare_reading)
    return Database(engine, is_read_only=True)


def _prepare_reading(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only=ON")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: BEGIN IMMEDIATE is ours to say.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_PATIENCE_SECONDS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
