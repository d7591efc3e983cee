"""Which windows closed, and from when until when each was: kept, for the hour they close at may be set anew."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from storage.tables import closing
from storage.upsert import insert_missing

if TYPE_CHECKING:
    from datetime import datetime


class Closing(NamedTuple):
    """The window that closed on `day`: from `start` until just before `end`; `zone` is what its times are shown in."""

    day: date
    start: datetime
    end: datetime
    zone: str


def put(conn: sa.Connection, closed: Closing) -> None:
    """Keep a closed window, once for each day: what was told by it stays told by it."""
    row = {"day": closed.day.isoformat(), "start_at": closed.start, "end_at": closed.end, "zone": closed.zone}
    insert_missing(conn, closing, [row])


def kept(conn: sa.Connection) -> list[Closing]:
    """The windows that closed, oldest first."""
    rows = conn.execute(sa.select(closing).order_by(closing.c.day))
    return [Closing(date.fromisoformat(row.day), row.start_at, row.end_at, row.zone) for row in rows]
