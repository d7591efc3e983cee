"""What many pages and many looks cost: memory while walking over them, bytes for an unchanged look."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import pages, tables
from tests.storage.looks import NOON, look, open_archive, unchanged, url

if TYPE_CHECKING:
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


def test_walking_over_many_pages_holds_few(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        rows = [
            {"id": n, "url_key": f"k{n}", "url": url(n), "role": "page", "first_seen": NOON} for n in range(1, 8_001)
        ]
        conn.execute(sa.insert(tables.page), rows)
        conn.execute(
            sa.insert(tables.page_state), [{"page_id": row["id"], "next_due_at": NOON, "looks": 0} for row in rows]
        )
    del rows
    tracemalloc.start()
    after = walked = 0
    while True:
        with sqlite_database.read() as conn:
            chunk = pages.due(conn, NOON, limit=500, run_id="r", after_id=after)
        if not chunk:
            break
        walked, after = walked + len(chunk), chunk[-1].page.id
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert walked == 8_000
    assert peak < 5_000_000


def test_an_unchanged_look_costs_little(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    """At most 1,200 bytes, all told; what is derived from a look has 120 of them."""
    count = 1000
    archive = open_archive(sqlite_config, sqlite_database, clock)
    for first in range(0, count, 100):
        archive.record([look(number, feed_id=None) for number in range(first, first + 100)])
    archive.close()
    clock.forward(hours=1)
    archive = open_archive(sqlite_config, sqlite_database, clock)
    before = _size(sqlite_config, sqlite_database)
    for first in range(0, count, 100):
        numbers = range(first, first + 100)
        archive.record([replace(unchanged(number, None, at=clock()), feed_id=None) for number in numbers])
    archive.close()
    assert (_size(sqlite_config, sqlite_database) - before) / count < 1_080


def _size(config: Config, database: Database) -> int:
    with database.engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(path.stat().st_size for path in config.data_dir.rglob("*") if path.is_file())
