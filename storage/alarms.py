"""Alarms about sources: which hold, which held at a moment, which were mended in a window."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import alarm
from storage.feed_health import Alarm
from storage.subjects import chunks
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.records import SourceId

_ORDER = (alarm.c.source_id, alarm.c.raised_at, alarm.c.kind, alarm.c.feed_id)


def held(conn: sa.Connection, source_ids: Sequence[SourceId]) -> dict[SourceId, list[Alarm]]:
    """The alarms that hold of these sources."""
    found: dict[SourceId, list[Alarm]] = {}
    for some in chunks(source_ids):
        query = sa.select(alarm).where(alarm.c.source_id.in_(some), alarm.c.cleared_at.is_(None)).order_by(*_ORDER)
        for row in conn.execute(query).mappings():
            found.setdefault(row["source_id"], []).append(_alarm(row))
    return found


def at(conn: sa.Connection, end: datetime) -> dict[SourceId, tuple[Alarm, ...]]:
    """The alarms that held just before `end`, by source, oldest first."""
    query = (
        sa.select(alarm)
        .where(alarm.c.raised_at < end, sa.or_(alarm.c.cleared_at.is_(None), alarm.c.cleared_at >= end))
        .order_by(*_ORDER)
    )
    found: dict[SourceId, tuple[Alarm, ...]] = {}
    for row in conn.execute(query).mappings():
        one = _alarm(row)
        found[one.source_id] = (*found.get(one.source_id, ()), one)
    return found


def mended(conn: sa.Connection, start: datetime, end: datetime) -> list[Alarm]:
    """The alarms that were cleared from `start` until just before `end`."""
    query = sa.select(alarm).where(alarm.c.cleared_at >= start, alarm.c.cleared_at < end).order_by(*_ORDER)
    return [_alarm(row) for row in conn.execute(query).mappings()]


def put(conn: sa.Connection, changed: Sequence[Alarm], *, version: int) -> None:
    """Keep alarms that were raised or cleared; what one said when it was raised stays."""
    rows = [asdict(one) | {"version": version} for one in changed]
    insert_or_update(conn, alarm, rows, lambda new: {"cleared_at": new.cleared_at})


def forget(conn: sa.Connection) -> None:
    conn.execute(sa.delete(alarm))


def _alarm(row: sa.RowMapping) -> Alarm:
    return Alarm(**{name: value for name, value in row.items() if name != "version"})
