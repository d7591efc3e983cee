"""The ledger's bytes are those of evidence.md, section 4."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import ledger, tables
from storage.records import Sha256

if TYPE_CHECKING:
    from storage.database import Database

VECTOR = (
    "067868f243e92700ddcdd2d606107c1f5f54e8fbc326c881895cebffaf772bba",
    "9aa4ec651c58344a327431bdac26a4d8a0251f0900b1460f5c317f0d608939d5",
    "788ce0c11276dafaa009a37c231fad2ca4bea4b7a49818b846b5905fb3762f68",
)


def _append_vector(database: Database) -> None:
    for number in (1, 2, 3):
        record = ledger.canonical({"capture": f"c{number}"})
        digest = Sha256(hashlib.sha256(record).hexdigest())
        with database.write() as conn:
            at = datetime(2026, 11, 23, 0, number, tzinfo=UTC)
            assert ledger.append_captures(conn, [("captured", digest)], at=at) == number


def test_the_published_vector_comes_out(database: Database) -> None:
    _append_vector(database)
    with database.read() as conn:
        rows = conn.execute(sa.select(tables.ledger).order_by(tables.ledger.c.seq)).all()
        assert tuple(row.chain for row in rows) == VECTOR
        assert rows[0].prev == "0" * 64
        assert rows[0].record_sha256 == "c3c24e5e43626e3657084bfe05dd358f9e22586168e54cb6c8496058f28270d1"
        assert ledger.head(conn) == (3, VECTOR[2])
        assert list(ledger.check(conn)) == []


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"标题": "劝返\n𠮷", "url": "http://a/"}, '{"url":"http://a/","标题":"劝返\\n𠮷"}'),
        ({"lone": "\ud83d"}, '{"lone":"\\ud83d"}'),
    ],
)
def test_canonical_bytes(record: dict[str, object], expected: str) -> None:
    assert ledger.canonical(record) == expected.encode()
    assert json.loads(ledger.canonical(record)) == record


def test_a_time_is_utc_in_whole_seconds() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert ledger.stamp(datetime(2026, 11, 23, 8, 1, 0, 999_999, tzinfo=shanghai)) == "2026-11-23T00:01:00Z"


def test_an_act_is_told_once(database: Database) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    with database.write() as conn:
        first = ledger.append_act(conn, event="gone", subject="page x", body={"page": "x"}, at=at)
        again = ledger.append_act(conn, event="gone", subject="page x", body={"page": "x"}, at=at)
        other = ledger.append_act(conn, event="returned", subject="page x", body={}, at=at)
    assert (first, again, other) == (1, None, 2)
    with database.read() as conn:
        acts = list(ledger.acts(conn, events=["gone"], since=at, until=at + timedelta(seconds=1)))
    assert [(act.event, act.subject, act.body) for act in acts] == [("gone", "page x", {"page": "x"})]


def test_a_missing_line_is_named(database: Database) -> None:
    _append_vector(database)
    with database.write() as conn:
        name = "ledger_keeps_delete"
        conn.exec_driver_sql(f"DROP TRIGGER {name}" + ("" if database.is_sqlite else " ON ledger"))
        conn.execute(sa.delete(tables.ledger).where(tables.ledger.c.seq == 2))
        assert [problem.what for problem in ledger.check(conn)] == ["ledger line 2: missing"]
