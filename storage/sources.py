"""The registry as the database mirrors it: what each source and feed is, and was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage import tables
from storage.ledger import canonical
from storage.records import Feed, FeedId, Follow, Role, Sha256, Source, SourceId
from storage.upsert import insert_missing, insert_or_update
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set
    from datetime import datetime

# The program's own sources and the user's files are one registry: it is always read whole.
REGISTRY = frozenset({"shipped", "user"})


# Sources whose feeds are written together; SQLite takes so many parameters.
_CHUNK = 100
_LATER = frozenset({"vantages", "proxy_only", "render_hosts"})
_LISTS = frozenset({"vantages", "render_hosts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync changed."""

    added: tuple[SourceId, ...]
    changed: tuple[SourceId, ...]
    retired: tuple[SourceId, ...]


def sync(conn: sa.Connection, sources: Sequence[Source], *, at: datetime) -> SyncReport:
    """Make the mirror say what these sources say; what they no longer name, of their own origin, is retired.

    The registry's origins count as one; a file given to `--sources` retires nothing but its own.
    """
    known = {row.id: row for row in conn.execute(sa.select(tables.source))}
    added, changed = [], []
    for source in sources:
        digest = _digest_of(source)
        row = known.get(source.id)
        if row is None:
            added.append(source)
        elif (row.digest, row.enabled, row.origin) != (digest, source.enabled, source.origin) or row.retired_at:
            changed.append(source)
    _put(conn, [*added, *changed], at)
    origins = {source.origin for source in sources}
    if origins & REGISTRY:
        origins |= REGISTRY
    present = {source.id for source in sources}
    gone = [row.id for row in known.values() if row.origin in origins and row.id not in present and not row.retired_at]
    if gone:
        conn.execute(sa.update(tables.source).where(tables.source.c.id.in_(gone)).values(retired_at=at))
    return SyncReport(
        added=tuple(source.id for source in added),
        changed=tuple(source.id for source in changed),
        retired=tuple(SourceId(name) for name in gone),
    )


def load(conn: sa.Connection, *, include_disabled: bool = False) -> list[Source]:
    """The sources that stand in the registry, by id, with their feeds; those switched off only if asked for."""
    source, feed = tables.source.c, tables.feed.c
    query = sa.select(tables.source).where(source.retired_at.is_(None)).order_by(source.id)
    if not include_disabled:
        query = query.where(source.enabled)
    feeds: dict[str, list[Feed]] = {}
    for row in conn.execute(sa.select(tables.feed).where(feed.retired_at.is_(None))):
        feeds.setdefault(row.source_id, []).append(feed_of(row.id, row.source_id, row.definition))
    return [source_of(row, feeds.get(row.id, ())) for row in conn.execute(query)]


def page_counts(conn: sa.Connection) -> dict[SourceId, int]:
    """How many captured pages each source has, list pages not counted."""
    page, state = tables.page.c, tables.page_state.c
    query = (
        sa.select(page.source_id, sa.func.count())
        .join_from(tables.page, tables.page_state, state.page_id == page.id)
        .where(page.role == Role.PAGE.value, state.last_capture_id.is_not(None), page.source_id.is_not(None))
        .group_by(page.source_id)
    )
    return {SourceId(name): count for name, count in conn.execute(query)}


def any_never_asked(conn: sa.Connection, ids: Sequence[SourceId] | None = None) -> bool:
    """Whether a list of these sources (None: of all that are switched on) was never asked for, not even in vain."""
    page, source, capture = tables.page.c, tables.source.c, tables.capture.c
    query = (
        sa.select(page.id)
        .join_from(tables.page, tables.source, source.id == page.source_id)
        .where(page.role == Role.FEED.value, source.retired_at.is_(None), source.enabled)
        .where(~sa.exists().where(capture.page_id == page.id))
        # What is asked by POST has other pages.
        .where(~sa.exists().where(tables.reading.c.feed_id == page.feed_id))
    )
    if ids is not None:
        query = query.where(source.id.in_(ids))
    return conn.execute(query.limit(1)).first() is not None


def source_of(row: Any, feeds: Sequence[Feed]) -> Source:
    """A Source from its row, its feeds in the order its file names them."""
    definition = dict(row.definition)
    order = {name: place for place, name in enumerate(definition.pop("feeds", ()))}
    feeds = sorted(feeds, key=lambda feed: order.get(feed.id, len(order)))
    for name in _LISTS & definition.keys():
        definition[name] = tuple(definition[name])
    return Source(
        **{**definition, "id": SourceId(row.id), "feeds": tuple(feeds), "enabled": row.enabled, "origin": row.origin}
    )


def feed_of(feed_id: str, source_id: str, definition: Mapping[str, Any]) -> Feed:
    """A Feed from its row."""
    follow = definition["follow"]
    # Kept before there were options or `same`, a definition names none.
    options = definition.get("options", {})
    return Feed(
        **{
            **definition,
            "id": FeedId(feed_id),
            "source_id": SourceId(source_id),
            "follow": Follow(**{**follow, "allow": tuple(follow["allow"]), "deny": tuple(follow["deny"])}),
            "same": tuple(definition.get("same", ())),
            "options": {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()},
        }
    )


def _put(conn: sa.Connection, sources: Sequence[Source], at: datetime) -> None:
    if not sources:
        return
    rows, definitions = [], []
    for source in sources:
        definition = _definition(source) | {"feeds": [feed.id for feed in source.feeds]}
        digest = _digest_of(source)
        rows.append(
            {
                "id": source.id,
                "digest": digest,
                "definition": definition,
                "origin": source.origin,
                "enabled": source.enabled,
                "retired_at": None,
            }
        )
        definitions.append({"kind": "source", "id": source.id, "digest": digest, "body": definition, "seen_at": at})
    insert_missing(conn, tables.definition, definitions)
    names = ("digest", "definition", "origin", "enabled", "retired_at")
    insert_or_update(conn, tables.source, rows, lambda new: {name: new[name] for name in names})
    for start in range(0, len(sources), _CHUNK):
        _put_feeds(conn, sources[start : start + _CHUNK], at)


def _put_feeds(conn: sa.Connection, sources: Sequence[Source], at: datetime) -> None:
    """The feeds of some sources, by one statement of each kind: a first sync has hundreds of them."""
    feeds = [feed for source in sources for feed in source.feeds]
    present = [each.id for each in feeds]
    feed = tables.feed.c
    owners = [source.id for source in sources]
    known = {row.id: row.digest for row in conn.execute(sa.select(feed.id, feed.digest).where(feed.id.in_(present)))}
    conn.execute(
        sa.update(tables.feed).where(feed.source_id.in_(owners), feed.id.not_in(present)).values(retired_at=at)
    )
    rows, definitions, states = [], [], []
    for each in feeds:
        definition = _feed_definition(each)
        row = {"id": each.id, "digest": _digest(definition), "definition": definition}
        rows.append(row | {"source_id": each.source_id, "retired_at": None})
        definitions.append({"kind": "feed", "id": each.id, "digest": row["digest"], "body": definition, "seen_at": at})
        states.append({"feed_id": each.id, "next_due_at": at, "unfinished": False, "failures": 0})
    insert_missing(conn, tables.definition, definitions)
    names = ("source_id", "digest", "definition", "retired_at")
    insert_or_update(conn, tables.feed, rows, lambda new: {name: new[name] for name in names})
    insert_missing(conn, tables.feed_state, states)
    digests = {str(row["id"]): row["digest"] for row in rows}
    _read_again(conn, [each.id for each in feeds if known.get(each.id, digests[each.id]) != digests[each.id]], at)
    _put_list_pages(conn, [each for each in feeds if not each.is_page], at)


def _put_list_pages(conn: sa.Connection, feeds: Sequence[Feed], at: datetime) -> None:
    """A list's page is known as one before any entry can lead to it."""
    pages = [
        {
            "url_key": url_key(each.url),
            "url": each.url,
            "source_id": each.source_id,
            "feed_id": each.id,
            "role": Role.FEED.value,
            "first_seen": at,
        }
        for each in feeds
    ]
    insert_missing(conn, tables.page, pages)
    keys = [page["url_key"] for page in pages]
    page = tables.page.c
    conn.execute(
        sa.update(tables.page).where(page.url_key.in_(keys), page.role != Role.FEED.value).values(role=Role.FEED.value)
    )


def _read_again(conn: sa.Connection, feed_ids: Sequence[FeedId], at: datetime) -> None:
    """Have feeds that are to be read by other words read anew, to their ends: what they show may be unchanged since."""
    if not feed_ids:
        return
    state, entry = tables.feed_state, tables.entry
    conn.execute(sa.update(state).where(state.c.feed_id.in_(feed_ids)).values(unfinished=True, next_due_at=at))
    conn.execute(sa.update(entry).where(entry.c.feed_id.in_(feed_ids)).values(settled=False))


def _definition(source: Source) -> dict[str, Any]:
    """What a source is. Whether it is switched on, and where it is written, are not part of it."""
    # Named only where they say something: a key that is new does not make every source another than it was.
    return _said(source, without={"id", "feeds", "enabled", "origin"}, unless=_LATER)


def _feed_definition(feed: Feed) -> dict[str, Any]:
    said = _said(feed, without={"id", "source_id"}, unless={"options", "same"})
    return said | {"follow": _said(feed.follow)}


def _said(
    one: Source | Feed | Follow, *, without: Set[str] = frozenset(), unless: Set[str] = frozenset()
) -> dict[str, Any]:
    """The fields of one by name, `unless` only where they say something (`asdict` would copy all below them too)."""
    named = ((field.name, getattr(one, field.name)) for field in fields(one))
    return {name: value for name, value in named if name not in without and (value or name not in unless)}


def _digest_of(source: Source) -> Sha256:
    return _digest(_definition(source) | {"feeds": [_feed_definition(feed) for feed in source.feeds]})


def _digest(definition: Mapping[str, Any]) -> Sha256:
    return Sha256(hashlib.sha256(canonical(definition)).hexdigest())
