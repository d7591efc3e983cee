"""`verify`: whatever is changed or missing is found, named, one line each; what is whole is said to be whole."""

from __future__ import annotations

import hashlib
import random
import shutil
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import ledger, pages, tables
from storage.database import open_database
from tests.storage.looks import failed, look, open_archive, problems, redirected, unchanged, url

if TYPE_CHECKING:
    from collections.abc import Callable

    from storage.config import Config
    from storage.database import Database
    from storage.ledger import Problem
    from tests.conftest import Clock


def _fill(config: Config, database: Database, clock: Clock) -> None:
    """Two files, each kind of look, an act, a torn tail."""
    archive = open_archive(config, database, clock)
    archive.record([look(1), look(2), redirected(3), failed(4)])
    archive.close()
    clock.forward(days=1)
    with database.read() as conn:
        previous = pages.previous(conn, url(1))
    archive = open_archive(config, database, clock)
    archive.record([unchanged(1, previous, at=clock()), look(2, at=clock()), look(5, at=clock())])
    with next(config.captures_dir.glob("2026/11/24/*.warc.gz")).open("ab") as file:
        file.write(b"\x1f\x8b\x08torn")
    archive._writer.abandon()
    open_archive(config, database, clock).recover()
    with database.write() as conn:
        ledger.append_act(conn, event="gone", subject="a page", body={"page": "x"}, at=clock())
        ledger.append_act(conn, event="returned", subject="a page", body={"page": "x"}, at=clock())


def _lift_triggers(database: Database) -> None:
    with database.write() as conn:
        for table in tables.TRUTH:
            for verb in ("UPDATE", "DELETE"):
                of = "" if database.is_sqlite else f" ON {table.name}"
                conn.exec_driver_sql(f"DROP TRIGGER {table.name}_keeps_{verb}{of}")
        if database.is_sqlite:
            return
        conn.exec_driver_sql("ALTER TABLE act DROP CONSTRAINT act_seq_fkey")


def _tamper(database: Database, *statements: sa.Executable) -> None:
    _lift_triggers(database)
    with database.engine.connect() as conn:
        if database.is_sqlite:
            conn.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for statement in statements:
            conn.execute(statement)
        conn.commit()


def test_a_whole_archive_is_whole(config: Config, database: Database, clock: Clock) -> None:
    _fill(config, database, clock)
    assert problems(config, database, clock) == []
    assert problems(config, database, clock, since=clock()) == []
    archive = open_archive(config, database, clock)
    with database.read() as conn:
        every = [capture for number in (1, 2, 3, 4, 5) for capture in _captures(conn, number)]
    assert len(every) == 7
    for capture in every:
        assert problems(config, database, clock, capture=capture) == []
        assert archive.record_of(capture)


def _captures(conn: sa.Connection, number: int) -> list[pages.Capture]:
    page = pages.by_url(conn, url(number))
    assert page is not None
    return pages.captures(conn, page.id)


def test_any_bit_changed_in_any_file_is_found(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    files = sorted(path for path in sqlite_config.captures_dir.rglob("*") if path.is_file())
    assert len(files) == 3
    draw = random.Random(20261123)
    for path in files:
        data = path.read_bytes()
        # Every bit of gzip's own framing, where no checksum looks, and a spread of all others.
        bits = [
            *range(80),
            *(draw.randrange(len(data) * 8) for _ in range(40)),
            *range(len(data) * 8 - 80, len(data) * 8),
        ]
        for bit in {bit for bit in bits if bit < len(data) * 8}:
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            found = problems(sqlite_config, sqlite_database, clock)
            assert found, f"{path.name}: bit {bit} was not missed"
            assert any(path.name in problem.what for problem in found)
        path.write_bytes(data)
    assert problems(sqlite_config, sqlite_database, clock) == []


def test_a_changed_byte_is_told_once_and_with_its_capture(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    with sqlite_database.read() as conn:
        (capture,) = _captures(conn, 3)
    path = sqlite_config.captures_dir / capture.warc_file
    data = bytearray(path.read_bytes())
    data[capture.warc_offset + capture.warc_length // 2] ^= 8
    path.write_bytes(data)
    (problem,) = problems(sqlite_config, sqlite_database, clock)
    assert problem.capture == capture.short
    assert [each.capture for each in problems(sqlite_config, sqlite_database, clock, capture=capture)] == [
        capture.short
    ]


@pytest.mark.parametrize("how", ["missing", "cut", "longer", "renamed", "swapped"])
def test_a_file_that_is_not_what_it_was_is_named(
    how: str, sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    first, second = sorted(sqlite_config.captures_dir.rglob("*.warc.gz"))
    if how == "missing":
        first.unlink()
    elif how == "cut":
        first.write_bytes(first.read_bytes()[:-20])
    elif how == "longer":
        first.write_bytes(first.read_bytes() + b"\0")
    elif how == "renamed":
        first.rename(first.with_name("other.warc.gz"))
    else:
        shutil.copyfile(second, first)
    found = problems(sqlite_config, sqlite_database, clock)
    assert any(first.relative_to(sqlite_config.captures_dir).as_posix() in problem.what for problem in found)
    if how in ("missing", "cut", "longer"):
        assert len(found) == 1


@pytest.mark.parametrize("name", ["2026/11/23/stray.warc.gz", "2026/11/23/notes.txt", "x.torn-1"])
def test_a_file_that_nobody_recorded_is_named(
    name: str, sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    (sqlite_config.captures_dir / name).write_bytes(b"from elsewhere")
    (problem,) = problems(sqlite_config, sqlite_database, clock)
    assert name in problem.what


def _capture_changes() -> list[tuple[str, Callable[[sa.Table], dict[str, object]]]]:
    return [
        ("record_id", lambda _: {"record_id": b"0123456789abcdef"}),
        ("record_sha256", lambda _: {"record_sha256": "ab" * 32}),
        ("page_id", lambda table: {"page_id": table.c.page_id + 1}),
        ("feed_id", lambda _: {"feed_id": "another"}),
        ("run_id", lambda _: {"run_id": "another"}),
        ("captured_at", lambda _: {"captured_at": sa.literal(1)}),
        ("vantage", lambda _: {"vantage": "another"}),
        ("kind", lambda _: {"kind": "error"}),
        ("status", lambda _: {"status": 410}),
        ("error", lambda _: {"error": "reset"}),
        ("message", lambda _: {"message": "another"}),
        ("truncated", lambda table: {"truncated": sa.not_(table.c.truncated)}),
        ("compares", lambda table: {"compares": sa.not_(table.c.compares)}),
        ("final_url", lambda _: {"final_url": "http://elsewhere.test/"}),
        ("media_type", lambda _: {"media_type": "text/plain"}),
        ("charset", lambda _: {"charset": "gbk"}),
        ("content_encoding", lambda _: {"content_encoding": "br"}),
        ("etag", lambda _: {"etag": '"another"'}),
        ("last_modified", lambda _: {"last_modified": "never"}),
        ("payload_sha256", lambda _: {"payload_sha256": "cd" * 32}),
        ("payload_length", lambda _: {"payload_length": 7}),
        ("refers_to", lambda _: {"refers_to": 2}),
        ("warc_file", lambda _: {"warc_file": "2026/11/23/another.warc.gz"}),
        ("warc_offset", lambda table: {"warc_offset": table.c.warc_offset + 1}),
        ("warc_length", lambda table: {"warc_length": table.c.warc_length - 1}),
        ("via", lambda _: {"via": {"how": "import:html", "file": "another.html"}}),
    ]


def test_every_column_of_a_capture_is_guarded() -> None:
    guarded = {name for name, _ in _capture_changes()}
    assert guarded == {column.name for column in tables.capture.columns} - {"id"}


@pytest.mark.parametrize(
    ("column", "change"), _capture_changes(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_changed_row_of_a_capture_is_found(
    column: str,
    change: Callable[[sa.Table], dict[str, object]],
    sqlite_config: Config,
    sqlite_database: Database,
    clock: Clock,
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    capture = tables.capture
    values = change(capture)
    statement = sa.update(capture).where(capture.c.id == 1)
    if column == "captured_at":
        _tamper(sqlite_database, sa.text("UPDATE capture SET captured_at = captured_at + 1 WHERE id = 1"))
    else:
        _tamper(sqlite_database, statement.values(values))
    assert problems(sqlite_config, sqlite_database, clock)


@pytest.mark.parametrize("table", [tables.ledger, tables.act, tables.capture, tables.warc_seal], ids=lambda t: t.name)
def test_every_row_that_is_missing_is_found(table: sa.Table, config: Config, database: Database, clock: Clock) -> None:
    _fill(config, database, clock)
    key = next(iter(table.primary_key.columns))
    with database.read() as conn:
        keys = list(conn.execute(sa.select(key).order_by(key)).scalars())
        rows = {each: dict(conn.execute(sa.select(table).where(key == each)).mappings().one()) for each in keys}
    _lift_triggers(database)
    for each in keys:
        with database.engine.connect() as conn:
            if database.is_sqlite:
                conn.exec_driver_sql("PRAGMA foreign_keys=OFF")
            conn.execute(sa.delete(table).where(key == each))
            conn.commit()
        found = problems(config, database, clock)
        assert found, f"{table.name} {each} was not missed"
        if table is tables.ledger:
            assert [problem.what for problem in found] == [f"ledger line {each}: missing"]
        with database.engine.connect() as conn:
            conn.execute(sa.insert(table), rows[each])
            conn.commit()
    assert problems(config, database, clock) == []


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (tables.ledger, {"time": "2026-11-23T12:00:01Z"}),
        (tables.ledger, {"event": "blocked"}),
        (tables.ledger, {"record_sha256": "ab" * 32}),
        (tables.ledger, {"prev": "ab" * 32}),
        (tables.ledger, {"chain": "ab" * 32}),
        (tables.act, {"event": "another"}),
        (tables.act, {"subject": "another"}),
        (tables.act, {"body": '{"page":"y"}'}),
        (tables.act, {"body": "no JSON"}),
        (tables.warc_seal, {"sha256": "ab" * 32}),
        (tables.warc_seal, {"bytes": 1}),
        (tables.warc_seal, {"records": 1000}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value.name,
)
def test_every_row_that_was_changed_is_found(
    table: sa.Table, values: dict[str, object], sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    key = next(iter(table.primary_key.columns))
    with sqlite_database.read() as conn:
        keys = list(conn.execute(sa.select(key)).scalars())
    sqlite_database.close()
    for each in keys:
        assert _changed(sqlite_config, clock, table, key == each, values), f"{table.name} {each}: {values}"


def _changed(
    config: Config, clock: Clock, table: sa.Table, which: sa.ColumnElement[bool], values: dict[str, object]
) -> list[Problem]:
    """The problems of a copy of the database in which a row was changed."""
    shutil.copyfile(config.data_dir / "longarm.db", config.data_dir / "copy.db")
    storage = config.storage.model_copy(update={"database": "sqlite:///copy.db"})
    copy = config.model_copy(update={"storage": storage})
    database = open_database("sqlite:///copy.db", data_dir=config.data_dir)
    try:
        _tamper(database, sa.update(table).where(which).values(values))
        return problems(copy, database, clock)
    finally:
        database.close()
        (config.data_dir / "copy.db").unlink()


def test_a_rewritten_line_breaks_the_one_after_it(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    with sqlite_database.read() as conn:
        line = conn.execute(sa.select(tables.ledger).where(tables.ledger.c.seq == 2)).one()
    forged = ledger.line_of(2, line.time, "failed", line.record_sha256, line.prev)
    chain = hashlib.sha256(forged).hexdigest()
    change = sa.update(tables.ledger).where(tables.ledger.c.seq == 2).values(event="failed", chain=chain)
    _tamper(sqlite_database, change)
    found = problems(sqlite_config, sqlite_database, clock)
    assert [problem.line for problem in found if problem.line] == [3]
    assert any("another event" in problem.what for problem in found)


def test_a_database_with_damaged_pages_is_one_problem_not_a_traceback(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    _fill(sqlite_config, sqlite_database, clock)
    sqlite_database.close()
    path = sqlite_config.data_dir / "longarm.db"
    data = bytearray(path.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)
    database = open_database("sqlite:///longarm.db", data_dir=sqlite_config.data_dir)
    found = problems(sqlite_config, database, clock)
    database.close()
    assert found
