"""When looks came into the archive: our own as they were made, imported ones when they were imported.

An imported look has the time of whoever made it, which may be years before; for what a window holds it is news of the
day it came, and no look of ours on any day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage.capture_record import spell_time
from storage.derived_tables import snapshot
from storage.subjects import chunks
from storage.tables import capture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from storage.records import PageId

OURS = capture.c.via.is_(None)
"""Which captures are looks of our own."""

# Captures are numbered in the order they were kept, which is nearly, not exactly, the order in which they were made.
_SLACK = timedelta(hours=2)


def arrival(captured_at: datetime, via: Mapping[str, Any] | None) -> datetime:
    """When a look with this time and `via` came into the archive."""
    return captured_at if via is None else datetime.fromisoformat(str(via["at"]))


def arrived(start: datetime, end: datetime) -> sa.ColumnElement[bool]:
    """Which captures came into the archive at or after `start` and before `end`."""
    # The record spells its times alike (UTC, milliseconds, Z): their order is that of their letters.
    at = capture.c.via["at"].as_string()
    ours = sa.and_(OURS, capture.c.captured_at >= start, capture.c.captured_at < end)
    return sa.or_(ours, sa.and_(capture.c.via.is_not(None), at >= spell_time(start), at < spell_time(end)))


def arrived_before(end: datetime) -> sa.ColumnElement[bool]:
    """Which captures were in the archive before `end`."""
    at = capture.c.via["at"].as_string()
    return sa.or_(sa.and_(OURS, capture.c.captured_at < end), sa.and_(capture.c.via.is_not(None), at < spell_time(end)))


def first_shown(conn: sa.Connection, pages: Iterable[int]) -> dict[PageId, datetime]:
    """When each of these pages first came into the archive with a text; absent is one that never did."""
    found: dict[PageId, datetime] = {}
    for some in chunks(sorted(set(pages))):
        query = (
            sa.select(snapshot.c.page_id, capture.c.captured_at, capture.c.via)
            .join(capture, capture.c.id == snapshot.c.id)
            .where(snapshot.c.page_id.in_(some))
        )
        for row in conn.execute(query):
            came = arrival(row.captured_at, row.via)
            found[row.page_id] = min(came, found.get(row.page_id, came))
    return found


def first_number(conn: sa.Connection, moment: datetime) -> int:
    """A number before which no capture came as late as `moment`: found by halving, for arrivals have no index."""
    low, high = 0, conn.execute(sa.select(sa.func.max(capture.c.id))).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        query = sa.select(capture.c.captured_at, capture.c.via).where(capture.c.id > middle).order_by(capture.c.id)
        row = conn.execute(query.limit(1)).first()
        if row is None or arrival(row.captured_at, row.via) >= moment - _SLACK:
            high = middle
        else:
            low = middle + 1
    return low


def begun(conn: sa.Connection) -> datetime | None:
    """When the first capture came; None before it."""
    row = conn.execute(sa.select(capture.c.captured_at, capture.c.via).order_by(capture.c.id).limit(1)).first()
    return arrival(row.captured_at, row.via) if row else None
