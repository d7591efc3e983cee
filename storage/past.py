"""How sources had been answering at a moment that is past: a digest asked again says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import feeds
from storage.tables import feed, reading, source

if TYPE_CHECKING:
    from datetime import datetime

    from storage.feed_health import FeedHealth
    from storage.records import SourceId


def health(conn: sa.Connection, end: datetime) -> dict[SourceId, FeedHealth]:
    """`feeds.health` as it was just before `end`."""
    read = reading.c
    told = (
        sa.select(
            read.feed_id,
            sa.func.max(sa.case((read.error.is_(None), read.at))).label("last_ok"),
            sa.func.max(sa.case((read.new > 0, read.at))).label("last_new"),
            sa.func.count().label("looks"),
            sa.func.max(read.capture_id).label("last"),
        )
        .where(read.at < end)
        .group_by(read.feed_id)
        .subquery()
    )
    since = (
        sa.select(sa.func.min(read.at))
        .where(read.feed_id == told.c.feed_id, read.error.is_not(None), read.at < end)
        .where(sa.or_(told.c.last_ok.is_(None), read.at > told.c.last_ok))
        .scalar_subquery()
    )
    latest = reading.alias("latest")
    columns = (told.c.last_ok, told.c.last_new, told.c.looks, latest.c.error, latest.c.message)
    query = (
        sa.select(source.c.id, source.c.definition, *columns, since.label("error_since"))
        .join_from(feed, source, source.c.id == feed.c.source_id)
        .join(told, told.c.feed_id == feed.c.id)
        .join(latest, latest.c.capture_id == told.c.last)
        .where(feed.c.retired_at.is_(None), source.c.retired_at.is_(None))
    )
    return feeds.by_source(conn.execute(query), end)
