"""One run a data folder, and what is left of each."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import disk, runs, tables, windows
from storage.config import Disk
from storage.errors import Busy, ConfigError, DiskFull
from storage.records import Sha256
from tests.storage.looks import NOON

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from storage.records import Run


def test_a_second_run_is_busy_until_the_first_lets_go(data_dir: Path) -> None:
    with runs.lock(data_dir):
        with pytest.raises(Busy) as raised, runs.lock(data_dir):
            pass
        assert raised.value.exit_code == 3
    with runs.lock(data_dir):
        pass


def test_a_folder_that_cannot_be_written_is_one_line(data_dir: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write there"), runs.lock(data_dir / "nowhere"):
        pass
    data_dir.chmod(0o500)
    if os.geteuid() != 0:
        with pytest.raises(ConfigError, match="make it writable"), runs.lock(data_dir):
            pass
    data_dir.chmod(0o700)


def test_a_run_has_a_beginning_and_an_end(database: Database) -> None:
    with database.write() as conn:
        run = runs.begin(conn, at=NOON, code_version="0.1.0", settings_digest=Sha256("ab" * 32))
    with database.write() as conn:
        runs.end(conn, run, {"captures": 3}, NOON + timedelta(minutes=1))
    with database.read() as conn:
        rows = conn.execute(sa.select(tables.run).order_by(tables.run.c.at)).all()
    assert [(row.id, row.event, row.stats) for row in rows] == [
        (run.id, "begin", None),
        (run.id, "end", {"captures": 3}),
    ]


def test_ids_sort_by_time() -> None:
    made = [runs.new_id(NOON + timedelta(milliseconds=number)) for number in range(50)]
    assert made == sorted(made)
    assert {len(each) for each in made} == {26}
    assert len({runs.new_id(NOON) for _ in range(100)}) == 100


def test_room_is_asked_for_where_the_data_goes(sqlite_config: Config) -> None:
    disk.require_room(sqlite_config)
    with pytest.raises(DiskFull, match="keep_free"):
        disk.require_room(sqlite_config.model_copy(update={"disk": Disk(keep_free=10**18)}))


@pytest.mark.parametrize("imported", [0, 1])
def test_a_day_on_which_only_an_import_came_had_no_run(database: Database, imported: int) -> None:
    def begun(conn: sa.Connection, at: datetime) -> Run:
        return runs.begin(conn, at=at, code_version="1", settings_digest=Sha256("0" * 64))

    watched, day = NOON - timedelta(days=3), timedelta(days=1)
    with database.write() as conn:
        runs.end(conn, begun(conn, watched), {"captures": 4}, watched)
        runs.end(conn, begun(conn, NOON), {"imported": imported}, NOON)
        facts = windows.collect(conn, start=NOON - day, end=NOON + day, health={})
    assert (facts.is_idle, facts.last_run) == (True, watched)
    with database.write() as conn:
        begun(conn, NOON)
        facts = windows.collect(conn, start=NOON - day, end=NOON + day, health={})
    assert (facts.is_idle, facts.last_run) == (False, NOON)
