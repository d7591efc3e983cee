"""How often lists are asked, from what is stored of them; which hosts are left alone because they refuse us."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.schedule import RHYTHM, FeedPast, next_feed_due, share_of
from storage import feed_looks, feeds

if TYPE_CHECKING:
    from datetime import datetime

    import sqlalchemy as sa

    from storage.feeds import DueFeed
    from storage.records import FeedReading

# The organs whose servers are small and whose offices are closed at night.
_LOCAL = frozenset({"county", "prefecture"})


def due_after(conn: sa.Connection, reading: FeedReading, due: DueFeed, now: datetime) -> datetime:
    """When the feed is due again after this reading."""
    feed = due.feed
    looks = feed_looks.arrivals(conn, feed.id, since=now - RHYTHM) if reading.error is None else []
    past = FeedPast(
        every=timedelta(seconds=feed.every_seconds),
        error=reading.error,
        failures=feeds.failures(conn, feed.id) + 1,
        arrivals=looks,
        spread=share_of(feed.id),
        rests_at_night=due.source.level in _LOCAL,
    )
    return next_feed_due(past, now)
