"""What runs saw of feeds: the list pages it is made of, and the past that alarms and the schedule learn from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import document, feed_look
from storage.feed_health import FeedLook
from storage.findings import DocumentKind
from storage.records import ErrorClass, Role
from storage.subjects import chunks
from storage.tables import capture, entry, feed, page, reading, source
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from storage.records import CaptureId, FeedId, SourceId

# A page with less text than this shows none worth the name.
TEXT_CHARACTERS = 40
_READ = (
    reading.c.capture_id.label("id"),
    reading.c.feed_id,
    reading.c.page_number,
    reading.c.listed,
    reading.c.dated,
    reading.c.platform,
    reading.c.error,
    reading.c.at,
    capture.c.run_id,
    capture.c.status,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRead:
    """One list page as it was read in a run."""

    id: CaptureId
    feed_id: FeedId
    page_number: int
    listed: int | None
    dated: int | None
    platform: str
    error: ErrorClass | None
    at: datetime
    run_id: str
    status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesRead:
    """Pages of a feed looked at for the first time in a run: how many, with a date, with a text."""

    pages: int = 0
    dated: int = 0
    with_text: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Entries of a feed by the list page that showed them first and their own day (None: undated)."""

    capture_id: CaptureId
    day: date | None
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A source as its alarms need it."""

    source_id: SourceId
    silent_after_seconds: int | None
    feeds: Mapping[FeedId, str]


def read(conn: sa.Connection, after: CaptureId, limit: int) -> list[ListRead]:
    """The list pages read after a capture, in order, up to the end of a run."""
    query = sa.select(*_READ).join_from(reading, capture, capture.c.id == reading.c.capture_id)
    query = query.order_by(reading.c.capture_id)
    found = _reads(conn, query.where(reading.c.capture_id > after).limit(limit))
    if len(found) < limit:
        return found
    last = found[-1]
    return found + _reads(conn, query.where(reading.c.capture_id > last.id, capture.c.run_id == last.run_id))


def _reads(conn: sa.Connection, query: sa.Select[tuple[object, ...]]) -> list[ListRead]:
    return [
        ListRead(**{**row, "error": ErrorClass(row["error"]) if row["error"] else None})
        for row in conn.execute(query).mappings()
    ]


def pages_read(conn: sa.Connection, run_id: str, *, after: CaptureId) -> dict[FeedId, PagesRead]:
    """The pages that a run looked at first, of captures after that one, by the feed that leads to them."""
    before = capture.alias("before")
    seen = sa.exists().where(before.c.page_id == capture.c.page_id, before.c.id < capture.c.id)
    query = (
        sa.select(
            page.c.feed_id,
            sa.func.count().label("pages"),
            sa.func.sum(sa.case((document.c.published.is_not(None), 1), else_=0)).label("dated"),
            sa.func.sum(sa.case((sa.func.length(document.c.body) >= TEXT_CHARACTERS, 1), else_=0)).label("with_text"),
        )
        .join_from(capture, page, page.c.id == capture.c.page_id)
        .join(document, document.c.capture_id == capture.c.id)
        .where(capture.c.id > after, capture.c.run_id == run_id, page.c.role == Role.PAGE.value, ~seen)
        .where(capture.c.status == 200, page.c.feed_id.is_not(None))
        .where(document.c.kind != DocumentKind.CHALLENGE.value)
        .group_by(page.c.feed_id)
    )
    return {
        row.feed_id: PagesRead(pages=row.pages, dated=row.dated, with_text=row.with_text) for row in conn.execute(query)
    }


def listed(conn: sa.Connection, feed_id: FeedId) -> list[Listed]:
    """All entries of a feed, counted; a day that is none counts as undated."""
    day = sa.func.substr(entry.c.listed_on, 1, 10)
    query = (
        sa.select(entry.c.first_capture_id, day.label("day"), sa.func.count().label("entries"))
        .where(entry.c.feed_id == feed_id)
        .group_by(entry.c.first_capture_id, day)
    )
    return [
        Listed(capture_id=row.first_capture_id, day=_day(row.day), entries=row.entries) for row in conn.execute(query)
    ]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def past(
    conn: sa.Connection, feeds: Iterable[FeedId], *, limit: int, before: CaptureId
) -> dict[FeedId, list[FeedLook]]:
    """Each feed's last looks before that capture, oldest first; with the last that brought news, however old."""
    found = {}
    for feed_id in feeds:
        query = sa.select(feed_look).where(feed_look.c.feed_id == feed_id, feed_look.c.capture_id < before)
        query = query.order_by(feed_look.c.capture_id.desc())
        looks = [_look(row) for row in reversed(conn.execute(query.limit(limit)).mappings().all())]
        if looks and not any(look.fresh for look in looks):
            older = conn.execute(query.where(feed_look.c.fresh > 0).limit(1)).mappings().first()
            looks = [_look(older), *looks] if older else looks
        found[feed_id] = looks
    return found


def arrivals(conn: sa.Connection, feed_id: FeedId, *, since: datetime) -> list[tuple[datetime, int]]:
    """When the feed was looked at since then, and how many entries were new each time; its first look left out."""
    first = sa.select(sa.func.min(feed_look.c.capture_id)).where(feed_look.c.feed_id == feed_id).scalar_subquery()
    query = (
        sa.select(feed_look.c.at, feed_look.c.fresh)
        .where(feed_look.c.feed_id == feed_id, feed_look.c.at >= since, feed_look.c.capture_id > first)
        .order_by(feed_look.c.capture_id)
    )
    return [(row.at, row.fresh) for row in conn.execute(query)]


def watched(conn: sa.Connection, feeds: Sequence[FeedId]) -> list[Watched]:
    """The sources of these feeds, each with all of its present feeds and their addresses, in order."""
    ids: set[SourceId] = set()
    for some in chunks(feeds):
        ids.update(conn.execute(sa.select(feed.c.source_id).where(feed.c.id.in_(some))).scalars())
    of_source: dict[SourceId, dict[FeedId, str]] = defaultdict(dict)
    seconds: dict[SourceId, int | None] = {}
    for chunk in chunks(sorted(ids)):
        query = (
            sa.select(source.c.id, source.c.definition, feed.c.id.label("feed_id"), feed.c.definition.label("feed"))
            .join_from(feed, source, source.c.id == feed.c.source_id)
            .where(source.c.id.in_(chunk), feed.c.retired_at.is_(None))
            .order_by(source.c.id, feed.c.id)
        )
        for row in conn.execute(query):
            of_source[row.id][row.feed_id] = row.feed["url"]
            seconds[row.id] = row.definition.get("silent_after_seconds")
    return [
        Watched(source_id=found, silent_after_seconds=seconds[found], feeds=of_source[found]) for found in of_source
    ]


def put(conn: sa.Connection, looks: Sequence[FeedLook], *, version: int) -> None:
    rows = [asdict(look) | {"version": version} for look in looks]
    names = [column.name for column in feed_look.columns if not column.primary_key]
    insert_or_update(conn, feed_look, rows, lambda new: {name: new[name] for name in names})


def forget(conn: sa.Connection) -> None:
    conn.execute(sa.delete(feed_look))


def _look(row: sa.RowMapping) -> FeedLook:
    values = {name: value for name, value in row.items() if name != "version"}
    values["error"] = ErrorClass(values["error"]) if values["error"] else None
    return FeedLook(**values)
