"""Quiet unlisting: an article still answers, and its list, which goes back further than its day, names it no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.tables import capture, entry, reading

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import FeedId

# Of the days on a list's first page the oldest fifth may be notices pinned to its top: they say nothing of its reach.
_PINNED_SHARE = 5
# Fewer dated entries do not tell how far back a list goes.
_DATED = 5


def unlisted_since(conn: sa.Connection, url_key: str) -> datetime | None:
    """Since when no list names this page any more that should; None where one does, or none can tell."""
    rows = conn.execute(sa.select(entry).where(entry.c.url_key == url_key)).all()
    found: list[datetime] = []
    for row in rows:
        first_of_last = _last_read(conn, row.feed_id)
        if first_of_last is None or row.last_capture_id >= first_of_last:
            return None
        if row.listed_on is None or not _reaches(conn, row.feed_id, first_of_last, row.listed_on[:10]):
            return None
        since = sa.select(sa.func.min(reading.c.at)).join(capture, capture.c.id == reading.c.capture_id)
        since = since.where(*_read_anew(row.feed_id))
        found.append(conn.execute(since.where(reading.c.capture_id > row.last_capture_id)).scalar_one())
    return max(found, default=None)


def _read_anew(feed_id: FeedId) -> tuple[sa.ColumnElement[bool], ...]:
    """Readings, joined to their captures, of runs that read every list of the feed anew, and to its end.

    Of a walk in which one list failed, or was unchanged and thus not read, nobody knows what that list names.
    """
    read = reading.c
    other, others = reading.alias("other"), capture.alias("others")
    of_run = (
        sa.select(other.c.capture_id)
        .join(others, others.c.id == other.c.capture_id)
        .where(other.c.feed_id == feed_id, others.c.run_id == capture.c.run_id)
    )
    unread = sa.or_(other.c.error.is_not(None), sa.and_(other.c.page_number == 1, other.c.listed.is_(None)))
    return (
        read.feed_id == feed_id,
        read.page_number == 1,
        read.error.is_(None),
        read.listed > 0,
        sa.exists(of_run.where(other.c.finished)),
        sa.not_(sa.exists(of_run.where(unread))),
    )


def _last_read(conn: sa.Connection, feed_id: FeedId) -> int | None:
    """The first of the list pages of the run that last read the list anew; an unchanged list was not."""
    run = (
        sa.select(capture.c.run_id)
        .join(reading, reading.c.capture_id == capture.c.id)
        .where(*_read_anew(feed_id))
        .order_by(capture.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    first = sa.select(sa.func.min(reading.c.capture_id)).join(capture, capture.c.id == reading.c.capture_id)
    found: int | None = conn.execute(first.where(reading.c.feed_id == feed_id, capture.c.run_id == run)).scalar()
    return found


def _reaches(conn: sa.Connection, feed_id: FeedId, since: int, day: str) -> bool:
    """Whether the list as last read goes back beyond that day."""
    query = sa.select(sa.func.substr(entry.c.listed_on, 1, 10)).where(
        entry.c.feed_id == feed_id, entry.c.last_capture_id >= since, entry.c.listed_on.is_not(None)
    )
    days = sorted(conn.execute(query).scalars())
    return len(days) >= _DATED and days[len(days) // _PINNED_SHARE] < day <= days[-1]
