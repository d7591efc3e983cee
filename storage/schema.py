"""The database's schema: opened only where it is this version's, brought there by migrations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.database import Database, open_database
from storage.errors import ConfigError

if TYPE_CHECKING:
    from storage.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def revisions() -> list[str]:
    """This program's schema revisions, oldest first. They are dates, so file names give their order."""
    return sorted(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def is_ours(thing: sa.schema.SchemaItem, name: str | None, kind: str, _reflected: bool, _against: object) -> bool:
    """Alembic's `include_object`: the full-text index, which tables.py cannot say, is not compared with it."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
    return not (table or "").startswith("search")


def open_current(config: Config) -> Database:
    """Open the database; ConfigError where it is missing, of another version, or not longarm's."""
    _require_file(config)
    database = open_database(
        config.storage.database, data_dir=config.data_dir, where=config.spot("storage", "database")
    )
    try:
        problem = _problem(database, config)
    except sa.exc.DBAPIError as failed:
        database.close()
        raise ConfigError(
            f"{_name(config)}: cannot be opened ({_first_line(failed)}); check [storage] database"
        ) from failed
    if problem:
        database.close()
        raise ConfigError(problem)
    return database


def upgrade(config: Config) -> None:
    """Bring the database, or an empty one, to this version's schema. ConfigError where that cannot be done."""
    database = open_database(
        config.storage.database, data_dir=config.data_dir, where=config.spot("storage", "database")
    )
    try:
        found = _revision(database)
        if found is None and _tables(database):
            raise ConfigError(_foreign(config))
        if found is not None and found not in revisions():
            raise ConfigError(_newer(config))
        create(database)
    except sa.exc.DBAPIError as failed:
        raise ConfigError(f"{_name(config)}: cannot be upgraded ({_first_line(failed)})") from failed
    finally:
        database.close()


def create(database: Database) -> None:
    """Run the migrations on an open database, all in one transaction."""
    # Alembic costs 0.2 s to import: only who changes a schema pays for it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config as Alembic  # noqa: PLC0415

    alembic = Alembic()
    alembic.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.write() as connection:
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "head")


def _problem(database: Database, config: Config) -> str | None:
    found = _revision(database)
    known = revisions()
    if found is None:
        return _foreign(config) if _tables(database) else f"{_name(config)}: no database yet; run `longarm init`"
    if found == known[-1]:
        return None
    if found in known:
        return f"{_name(config)}: an older longarm wrote it; run `longarm db upgrade` (copy the data folder first)"
    return _newer(config)


def _newer(config: Config) -> str:
    return f"{_name(config)}: a newer longarm wrote it; install that version, or name another folder with --data"


def _foreign(config: Config) -> str:
    return f"{_name(config)}: this is not a longarm database; name another in [storage] database"


def _revision(database: Database) -> str | None:
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        return found


def _tables(database: Database) -> list[str]:
    with database.read() as connection:
        return sa.inspect(connection).get_table_names()


def _require_file(config: Config) -> None:
    url = sa.make_url(config.storage.database) if "://" in config.storage.database else None
    if url is None or url.get_backend_name() != "sqlite" or not url.database:
        return
    path = config.data_dir / url.database
    if not path.exists():
        raise ConfigError(f"{path}: no database yet; run `longarm init`, or name the data folder with --data")


def _name(config: Config) -> str:
    try:
        url = sa.make_url(config.storage.database)
        if url.get_backend_name() == "sqlite" and url.database:
            return str(config.data_dir / url.database)
        return url.render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        return "[storage] database"


def _first_line(problem: sa.exc.DBAPIError) -> str:
    return str(problem.orig).strip().partition("\n")[0]
