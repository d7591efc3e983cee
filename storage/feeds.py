"""Feeds: which are due, what a reading of one found, how each has been answering."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import pages, tables
from storage.feed_health import FeedHealth
from storage.records import Entry, ErrorClass, Feed, Role, Source, SourceId
from storage.sources import feed_of, source_of
from storage.upsert import insert_missing, insert_or_update
from storage.urls import host_of, url_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.records import FeedId, FeedReading, Previous

logger = logging.getLogger(__name__)

# SQLite takes 32,766 values in one statement; a list page has a few hundred entries, a sitemap up to 50,000.
_CHUNK = 500
# So many refusals in a row of one list, and its whole host is left alone until that list is due.
REFUSALS_THAT_REST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFeed:
    """A feed to read. `previous` only where its last walk was finished: a 304 must not end one that was not."""

    feed: Feed
    source: Source
    platform: str | None
    previous: Previous | None
    unfinished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PutReading:
    """What a reading brought: entries whose page has no capture yet; keys settled by an earlier, finished reading."""

    new: tuple[Entry, ...]
    known_settled: frozenset[str]


def due(
    conn: sa.Connection, now: datetime, *, source_ids: Sequence[str] | None = None, everything: bool = False
) -> list[DueFeed]:
    """The feeds to read now, longest due first; `everything`: whatever `every` says. Of enabled sources only."""
    feed, source, state = tables.feed, tables.source, tables.feed_state
    query = (
        sa.select(
            feed.c.id.label("feed_id"),
            feed.c.definition.label("feed_definition"),
            source,
            state.c.platform,
            state.c.unfinished,
            state.c.last_finished_at,
        )
        .join_from(feed, source, source.c.id == feed.c.source_id)
        .join(state, state.c.feed_id == feed.c.id)
        .where(feed.c.retired_at.is_(None), source.c.retired_at.is_(None), source.c.enabled)
        .order_by(state.c.next_due_at, feed.c.id)
    )
    if not everything:
        query = query.where(state.c.next_due_at <= now)
    if source_ids is not None:
        query = query.where(source.c.id.in_(source_ids))
    found = []
    for row in conn.execute(query).all():
        one = feed_of(row.feed_id, row.id, row.feed_definition)
        whole = row.last_finished_at is not None and not row.unfinished
        found.append(
            DueFeed(
                feed=one,
                source=source_of(row, (one,)),
                platform=row.platform,
                previous=_previous(conn, one) if whole else None,
                unfinished=row.unfinished,
            )
        )
    return found


def _previous(conn: sa.Connection, one: Feed) -> Previous | None:
    """What the feed's page last showed, if this feed has read it: another feed's, or a control look, may be newer."""
    found = pages.previous(conn, one.url)
    read = tables.reading.c
    last = sa.select(sa.func.max(read.capture_id)).where(
        read.feed_id == one.id, read.page_number == 1, read.error.is_(None)
    )
    return found if found is not None and found.capture_id <= (conn.execute(last).scalar() or 0) else None


def put_reading(conn: sa.Connection, reading: FeedReading, *, at: datetime, next_due_at: datetime) -> PutReading:
    """Keep what one list page said: its entries, their pages, how the feed stands. In the caller's transaction.

    Entries that are no http address are left out, with a warning.
    """
    entries: dict[str, Entry] = {}
    for entry in reading.entries:
        try:
            entries.setdefault(url_key(entry.url), entry)
        except ValueError:
            logger.warning("an entry that is no address: %r feed=%s", entry.url[:200], reading.feed_id)
    settled = settled_keys(conn, reading.feed_id, entries)
    if entries:
        _put_entries(conn, reading, entries, at)
    new = _uncaptured(conn, entries)
    if reading.finished and reading.error is None:
        known = tables.entry.c
        unsettled = sa.and_(known.feed_id == reading.feed_id, known.settled.is_(False))
        conn.execute(sa.update(tables.entry).where(unsettled).values(settled=True))
    _put_row(conn, reading, entries=len(entries), new=len(new), at=at)
    _put_state(conn, reading, any_new=bool(new), at=at, next_due_at=next_due_at)
    return PutReading(new=tuple(new.values()), known_settled=settled)


def put_page(conn: sa.Connection, one: Feed, *, at: datetime) -> None:
    """Keep the page that a feed is itself, with no list to read; that is a look at the feed like any other."""
    listed = {url_key(one.url): Entry(url=one.url, title=one.name or "")}
    # What was a list's page before the source was written anew.
    was_list = sa.and_(tables.page.c.url_key.in_(listed), tables.page.c.feed_id == one.id)
    conn.execute(sa.update(tables.page).where(was_list, tables.page.c.role == Role.FEED).values(role=Role.PAGE.value))
    _put_pages(conn, one.id, listed, at)
    values: dict[str, Any] = {"failures": 0, "error": None, "error_since": None, "message": None, "unfinished": False}
    values |= {"next_due_at": at + timedelta(seconds=one.every_seconds), "platform": one.platform}
    values |= {"last_ok": at, "last_finished_at": at}
    if _uncaptured(conn, listed):
        values["last_new"] = at
    insert_or_update(
        conn, tables.feed_state, [{"feed_id": one.id} | values], lambda said: {name: said[name] for name in values}
    )


def settled_keys(conn: sa.Connection, feed_id: FeedId, keys: Iterable[str]) -> frozenset[str]:
    """Which of these URL keys a finished reading of the feed has seen."""
    entry = tables.entry.c
    found: set[str] = set()
    for some in _chunks(keys):
        query = sa.select(entry.url_key).where(entry.feed_id == feed_id, entry.url_key.in_(some), entry.settled)
        found.update(conn.execute(query).scalars())
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What lists say of a page beside its title: the newspaper's page it stands on, the account that publishes it."""

    layout: str | None = None
    account: str | None = None


def listed(conn: sa.Connection, urls: Iterable[str]) -> dict[str, Listed]:
    """What lists said of these pages, by URL, where they said anything; of several lists, the one read last."""
    entry = tables.entry.c
    keys = {url_key(url): url for url in urls}
    found: dict[str, Listed] = {}
    for some in _chunks(keys):
        query = sa.select(entry.url_key, entry.layout, entry.account).where(entry.url_key.in_(some))
        said = query.where(sa.or_(entry.layout.is_not(None), entry.account.is_not(None)))
        for row in conn.execute(said.order_by(entry.last_capture_id)):
            found[keys[row.url_key]] = Listed(layout=row.layout, account=row.account)
    return found


def _put_entries(conn: sa.Connection, reading: FeedReading, entries: dict[str, Entry], at: datetime) -> None:
    insert_or_update(
        conn,
        tables.entry,
        [
            {
                "feed_id": reading.feed_id,
                "url_key": key,
                "url": entry.url,
                "title": entry.title,
                "listed_on": entry.listed_on,
                "first_capture_id": reading.capture_id,
                "last_capture_id": reading.capture_id,
                "settled": False,
                "layout": entry.layout,
                "account": entry.account,
            }
            for key, entry in entries.items()
        ],
        # A list that says no layout (a front page's picture) does not unsay what another said.
        lambda new: (
            {name: new[name] for name in ("url", "title", "listed_on", "last_capture_id")}
            | {name: sa.func.coalesce(new[name], tables.entry.c[name]) for name in ("layout", "account")}
        ),
    )
    _put_pages(conn, reading.feed_id, entries, at)


def _put_pages(conn: sa.Connection, feed_id: FeedId, entries: dict[str, Entry], at: datetime) -> None:
    source_id = conn.execute(sa.select(tables.feed.c.source_id).where(tables.feed.c.id == feed_id)).scalar()
    insert_missing(
        conn,
        tables.page,
        [
            {
                "url_key": key,
                "url": entry.url,
                "source_id": source_id,
                "feed_id": feed_id,
                "role": Role.PAGE.value,
                "first_seen": at,
            }
            for key, entry in entries.items()
        ],
    )
    page, state = tables.page.c, tables.page_state
    for some in _chunks(entries):
        _adopt(conn, some, source_id, feed_id, at)
        ids = conn.execute(
            sa.select(page.id)
            .where(page.url_key.in_(some), page.role == Role.PAGE.value)
            .where(page.id.not_in(sa.select(state.c.page_id)))
        ).scalars()
        insert_missing(conn, state, [{"page_id": number, "next_due_at": at, "looks": 0} for number in ids.all()])


def _adopt(conn: sa.Connection, keys: Sequence[str], source_id: str | None, feed_id: FeedId, at: datetime) -> None:
    """Pages that were imported or captured by hand, and that a list now names: they are its source's, and due."""
    page, state = tables.page, tables.page_state
    stray = sa.and_(page.c.url_key.in_(keys), page.c.source_id.is_(None), page.c.role.in_((Role.PAGE, Role.ASSET)))
    ids = list(conn.execute(sa.select(page.c.id).where(stray)).scalars())
    if not ids:
        return
    mine = {"source_id": source_id, "feed_id": feed_id, "role": Role.PAGE.value}
    conn.execute(sa.update(page).where(page.c.id.in_(ids)).values(**mine))
    conn.execute(sa.update(state).where(state.c.page_id.in_(ids), state.c.next_due_at.is_(None)).values(next_due_at=at))


def _uncaptured(conn: sa.Connection, entries: dict[str, Entry]) -> dict[str, Entry]:
    page, state = tables.page.c, tables.page_state.c
    found: set[str] = set()
    for some in _chunks(entries):
        query = (
            sa.select(page.url_key)
            .join_from(tables.page, tables.page_state, state.page_id == page.id)
            .where(page.url_key.in_(some), page.role == Role.PAGE.value, state.last_capture_id.is_(None))
        )
        found.update(conn.execute(query).scalars())
    return {key: entry for key, entry in entries.items() if key in found}


def _put_row(conn: sa.Connection, reading: FeedReading, *, entries: int, new: int, at: datetime) -> None:
    row = {
        "capture_id": reading.capture_id,
        "feed_id": reading.feed_id,
        "page_number": reading.page_number,
        "entries": entries,
        "new": new,
        "listed": reading.listed,
        "dated": reading.dated,
        "finished": reading.finished,
        "platform": reading.platform,
        "error": reading.error,
        "message": reading.message,
        "at": at,
    }
    insert_or_update(
        conn, tables.reading, [row], lambda said: {name: said[name] for name in row if name != "capture_id"}
    )


def _put_state(
    conn: sa.Connection, reading: FeedReading, *, any_new: bool, at: datetime, next_due_at: datetime
) -> None:
    state = tables.feed_state
    before = conn.execute(sa.select(state).where(state.c.feed_id == reading.feed_id)).first()
    values: dict[str, Any] = {"next_due_at": next_due_at}
    if reading.error is not None:
        since = before.error_since if before and before.error == reading.error else at
        failures = (before.failures if before else 0) + 1
        values |= {"failures": failures, "error": reading.error, "error_since": since, "message": reading.message}
        if reading.page_number > 1:
            values["unfinished"] = True
    else:
        values |= {"failures": 0, "error": None, "error_since": None, "message": reading.message, "last_ok": at}
        values |= {"platform": reading.platform, "unfinished": not reading.finished}
        if reading.finished:
            values["last_finished_at"] = at
        if any_new:
            values["last_new"] = at
    row = {"feed_id": reading.feed_id, "unfinished": False, "failures": 0} | values
    insert_or_update(conn, state, [row], lambda said: {name: said[name] for name in values})


def failures(conn: sa.Connection, feed_id: FeedId) -> int:
    """How many times in a row the feed could not be read."""
    state = tables.feed_state.c
    return conn.execute(sa.select(state.failures).where(state.feed_id == feed_id)).scalar() or 0


def resting_hosts(conn: sa.Connection, now: datetime) -> frozenset[str]:
    """Hosts to leave alone for now: they refused us three times running, and nothing of theirs answered since."""
    feed, state = tables.feed.c, tables.feed_state
    query = sa.select(feed.definition, state).join_from(tables.feed, state, state.c.feed_id == feed.id)
    rows = conn.execute(query.where(feed.retired_at.is_(None))).all()
    answered: dict[str, datetime] = {}
    for row in rows:
        if row.last_ok is not None:
            host = host_of(row.definition["url"])
            answered[host] = max(row.last_ok, answered.get(host, row.last_ok))
    return frozenset(
        host
        for row in rows
        if row.error == ErrorClass.BLOCKED.value and row.failures >= REFUSALS_THAT_REST and row.next_due_at > now
        for host in [host_of(row.definition["url"])]
        if host not in answered or answered[host] < row.error_since
    )


def health(conn: sa.Connection, now: datetime) -> dict[SourceId, FeedHealth]:
    """How each source has been answering: its feed that fares worst. What to make of it, alerts decide."""
    feed, source, state = tables.feed.c, tables.source, tables.feed_state
    looks = sa.select(sa.func.count()).where(tables.reading.c.feed_id == feed.id).scalar_subquery()
    query = (
        sa.select(source.c.id, source.c.definition, state, looks.label("looks"))
        .join_from(tables.feed, source, source.c.id == feed.source_id)
        .join(state, state.c.feed_id == feed.id)
        .where(feed.retired_at.is_(None), source.c.retired_at.is_(None))
    )
    return by_source(conn.execute(query), now)


def by_source(rows: Iterable[Any], now: datetime) -> dict[SourceId, FeedHealth]:
    """Each source's health out of one row for each of its feeds."""
    found: dict[SourceId, FeedHealth] = {}
    for row in rows:
        one = _health(row, now)
        before = found.get(SourceId(row.id))
        found[SourceId(row.id)] = one if before is None else _worse(before, one)
    return found


_WORST_FIRST = ("failing", "blocked", "redesigned", "silent", "ok", "never-seen")


def _health(row: Any, now: datetime) -> FeedHealth:
    silent_after = row.definition.get("silent_after_seconds")
    quiet = row.last_new is not None and silent_after and (now - row.last_new).total_seconds() >= silent_after
    if row.error is not None:
        word = {ErrorClass.BLOCKED.value: "blocked", ErrorClass.PARSE.value: "redesigned"}.get(row.error, "failing")
    elif row.last_ok is None:
        word = "never-seen"
    else:
        word = "silent" if quiet else "ok"
    return FeedHealth(
        health=word,
        error=None if row.error is None else ErrorClass(row.error),
        since=row.error_since if row.error else row.last_new if word == "silent" else None,
        message=row.message,
        last_ok=row.last_ok,
        last_new=row.last_new,
        looks=row.looks,
    )


def _worse(one: FeedHealth, other: FeedHealth) -> FeedHealth:
    first, second = sorted((one, other), key=lambda each: _WORST_FIRST.index(each.health))
    # A source with one list that brings news is not silent, and one that was never read says nothing of the others.
    if first.health == "silent" and second.health == "ok":
        first, second = second, first
    return FeedHealth(
        health=first.health,
        error=first.error,
        since=first.since,
        message=first.message,
        last_ok=max(filter(None, (one.last_ok, other.last_ok)), default=None),
        last_new=max(filter(None, (one.last_new, other.last_new)), default=None),
        looks=one.looks + other.looks,
    )


def _chunks(keys: Iterable[str]) -> list[list[str]]:
    every = list(keys)
    return [every[start : start + _CHUNK] for start in range(0, len(every), _CHUNK)]
