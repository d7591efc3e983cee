"""What a killed run left is mended: nothing lost, nothing twice, every byte kept."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from storage import ledger, pages, tables
from storage.records import CaptureKind
from tests.storage.looks import look, open_archive, problems, redirected, unchanged, url

if TYPE_CHECKING:
    from pathlib import Path

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock


def _only(folder: Path) -> Path:
    (path,) = folder.rglob("*.warc.gz")
    return path


@pytest.mark.parametrize("cut", [1, 9, 40, 300, 700, 1200])
def test_a_torn_tail_is_moved_aside_and_known(
    cut: int, sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    archive.record([look(1)])
    path = _only(sqlite_config.captures_dir)
    whole = path.read_bytes()
    (second,) = archive.record([look(2)])
    torn = path.read_bytes()[second.warc_offset :][:cut]
    # As if the second look had never been committed: a new data base row set is not made, the tail is half there.
    path.write_bytes(whole + torn)
    _forget(sqlite_database, second.id)
    clock.forward(minutes=1)
    mended = open_archive(sqlite_config, sqlite_database, clock)
    done = mended.recover()
    assert (done.torn, done.indexed) == (1, 0)
    assert path.read_bytes() == whole
    (aside,) = path.parent.glob("*.torn-*")
    assert aside.read_bytes() == torn
    assert problems(sqlite_config, sqlite_database, clock) == []
    assert mended.recover().torn == 0


def test_a_file_with_nothing_but_its_beginning_is_moved_aside_whole(
    sqlite_config: Config, sqlite_database: Database, clock: Clock
) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    (first,) = archive.record([look(1)])
    path = _only(sqlite_config.captures_dir)
    begun = path.with_name("longarm-20261123120000-OTHER-00001.warc.gz")
    begun.write_bytes(path.read_bytes()[: first.warc_offset])
    archive.recover()
    assert not begun.exists()
    archive.close()
    assert problems(sqlite_config, sqlite_database, clock) == []


def test_looks_without_rows_get_them_once_and_as_they_would_have_been(
    config: Config, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = open_archive(config, database, clock)
    (known,) = archive.record([look(1)])
    with database.read() as conn:
        previous = pages.previous(conn, url(1))
    later = clock.forward(hours=1)
    lost = [look(2), unchanged(1, previous, at=later), redirected(3)]

    def die(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("storage.archive.index", die)
        with pytest.raises(KeyboardInterrupt):
            archive.record(lost)
    mended = open_archive(config, database, clock)
    assert mended.recover().indexed == 3
    with database.read() as conn:
        rows = [pages.captures(conn, pages.by_url(conn, url(n)).id) for n in (1, 2, 3)]  # type: ignore[union-attr]
        due = pages.due(conn, later, limit=9, run_id="next")
    assert [[capture.kind for capture in each] for each in rows] == [
        [CaptureKind.RESPONSE, CaptureKind.REVISIT],
        [CaptureKind.RESPONSE],
        [CaptureKind.RESPONSE],
    ]
    assert rows[0][1].refers_to == known.id
    assert due == []
    assert problems(config, database, clock) == []
    assert mended.recover() == type(mended.recover())()


def test_the_ledger_knows_what_was_torn(sqlite_config: Config, sqlite_database: Database, clock: Clock) -> None:
    archive = open_archive(sqlite_config, sqlite_database, clock)
    archive.record([look(1)])
    path = _only(sqlite_config.captures_dir)
    with path.open("ab") as file:
        file.write(b"half a rec")
    open_archive(sqlite_config, sqlite_database, clock).recover()
    with sqlite_database.read() as conn:
        (act,) = ledger.acts(conn, events=["torn"])
    assert (act.body["bytes"], act.body["sha256"]) == (10, hashlib.sha256(b"half a rec").hexdigest())


def _forget(database: Database, number: int) -> None:
    """Undo one capture's commit, which only a test may: the triggers are lifted for it."""
    with database.write() as conn:
        for table in ("capture", "ledger"):
            conn.exec_driver_sql(f"DROP TRIGGER {table}_keeps_DELETE")
        conn.execute(sa.delete(tables.capture).where(tables.capture.c.id == number))
        conn.execute(sa.delete(tables.ledger).where(tables.ledger.c.seq == number))
        page = sa.select(tables.page.c.id).where(tables.page.c.url == url(2))
        conn.execute(sa.delete(tables.page_state).where(tables.page_state.c.page_id.in_(page)))
        conn.execute(sa.delete(tables.page_known).where(tables.page_known.c.page_id.in_(page)))
