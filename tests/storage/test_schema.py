"""The schema: migrations and tables.py agree on both databases; what is no current database is refused in a line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config as Alembic
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import schema, tables
from storage.columns import Digest, Moment, metadata
from storage.config import Config, Storage
from storage.database import open_database
from storage.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database


def test_an_empty_database_is_upgraded_to_what_tables_says(empty_url: str, data_dir: Path) -> None:
    config = Config(data_dir=data_dir, storage=Storage(database=empty_url))
    schema.upgrade(config)
    database = schema.open_current(config)
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_object": schema.is_ours, "compare_type": True})
        differences = compare_metadata(context, metadata)
    database.close()
    assert differences == []


def test_upgrading_twice_changes_nothing(empty_url: str, data_dir: Path) -> None:
    config = Config(data_dir=data_dir, storage=Storage(database=empty_url))
    schema.upgrade(config)
    schema.upgrade(config)
    schema.open_current(config).close()


def test_the_newest_file_is_alembics_only_head() -> None:
    alembic = Alembic()
    alembic.set_main_option("script_location", str(schema.MIGRATIONS))
    script = ScriptDirectory.from_config(alembic)
    assert script.get_heads() == [schema.revisions()[-1]]
    assert sorted(step.revision for step in script.walk_revisions()) == schema.revisions()


@pytest.mark.parametrize("table", tables.TRUTH, ids=lambda table: table.name)
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_truth_refuses_to_be_changed(table: sa.Table, verb: str, database: Database) -> None:
    with database.write() as conn:
        if table is tables.act:
            conn.execute(sa.insert(tables.ledger), _some_row(tables.ledger))
        conn.execute(sa.insert(table), _some_row(table))
    column = next(iter(table.columns))
    statement = sa.delete(table) if verb == "delete" else sa.update(table).values({column.name: column})
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as conn:
        conn.execute(statement)


def test_a_database_that_is_not_there_names_init(empty_url: str, data_dir: Path) -> None:
    with pytest.raises(ConfigError, match="longarm init"):
        schema.open_current(Config(data_dir=data_dir, storage=Storage(database=empty_url)))


def test_a_database_of_an_older_version_names_db_upgrade(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "revisions", lambda: [*_known, "29990101"])
    with pytest.raises(ConfigError, match="longarm db upgrade"):
        schema.open_current(config)


_known = schema.revisions()


def test_a_database_of_a_newer_version_is_left_alone(config: Config) -> None:
    database = open_database(config.storage.database, data_dir=config.data_dir)
    with database.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '29990101'"))
    database.close()
    for attempt in (schema.open_current, schema.upgrade):
        with pytest.raises(ConfigError, match="a newer longarm"):
            attempt(config)


def test_a_database_of_something_else_is_left_alone(empty_url: str, data_dir: Path) -> None:
    config = Config(data_dir=data_dir, storage=Storage(database=empty_url))
    database = open_database(empty_url, data_dir=data_dir)
    with database.write() as conn:
        conn.execute(sa.text("CREATE TABLE recipes (id INTEGER)"))
    database.close()
    for attempt in (schema.open_current, schema.upgrade):
        with pytest.raises(ConfigError, match="not a longarm database"):
            attempt(config)


def test_a_file_that_is_no_database_is_one_line(data_dir: Path) -> None:
    (data_dir / "longarm.db").write_bytes(b"these are not the tables you look for" * 100)
    with pytest.raises(ConfigError) as raised:
        schema.open_current(Config(data_dir=data_dir))
    assert "\n" not in str(raised.value)


def _some_row(table: sa.Table) -> dict[str, object]:
    values: dict[str, object] = {}
    for column in table.columns:
        values[column.name] = _some_value(column)
    return values


def _some_value(column: sa.Column[object]) -> object:
    kinds: list[tuple[type, object]] = [
        (Moment, datetime(2026, 1, 1, tzinfo=UTC)),
        (Digest, "00" * 32),
        (sa.LargeBinary, b"0" * 16),
        (sa.JSON, {}),
        (sa.Boolean, False),
        (sa.Integer, 1),
        (sa.String, "x"),
    ]
    return next(value for kind, value in kinds if isinstance(column.type, kind))
