"""Lists that carry the texts of articles whose own pages were not shown to us (bridges of WeChat accounts)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.derived_tables import snapshot, verdict
from storage.findings import Outcome
from storage.records import CARRIED, CaptureId, FeedId, Role, SourceId
from storage.subjects import chunks
from storage.tables import capture, entry, feed, page, page_state, reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """An article that no look has shown, and the look at a list that named it last."""

    url: str
    url_key: str
    source_id: SourceId | None
    feed_id: FeedId
    list_id: CaptureId
    platform: str


def hidden(conn: sa.Connection, platforms: Sequence[str]) -> list[Hidden]:
    """Articles whose last look met a challenge or a deletion, or that wait for a host where others met challenges,
    named by such lists; of none there is a snapshot, or a look that someone else made. A list that had no text of an
    article is named once."""
    blocked, gone = (_met(conn, outcome) for outcome in (Outcome.BLOCKED, Outcome.GONE))
    found: dict[str, Hidden] = {}
    for some in chunks(sorted({*blocked, *gone})):
        found |= _named(conn, platforms, page.c.url_key.in_(some))
    if blocked:
        hosts = {key.partition(")")[0] for key in blocked}
        waiting = _named(conn, platforms, page_state.c.last_capture_id.is_(None))
        found |= {key: one for key, one in waiting.items() if key.partition(")")[0] in hosts}
    return list(found.values())


def _met(conn: sa.Connection, outcome: Outcome) -> list[str]:
    """The URL keys of pages without a snapshot whose last look met this."""
    # From the verdicts, which are few: the pages are many.
    query = (
        sa.select(page.c.url_key)
        .select_from(verdict)
        .join(capture, capture.c.id == verdict.c.capture_id)
        .join(
            page_state, sa.and_(page_state.c.page_id == capture.c.page_id, page_state.c.last_capture_id == capture.c.id)
        )
        .join(page, page.c.id == capture.c.page_id)
        .where(page.c.role == Role.PAGE, verdict.c.outcome == outcome)
        .where(~sa.exists().where(snapshot.c.page_id == page.c.id))
    )
    return list(conn.execute(query).scalars())


def _named(conn: sa.Connection, platforms: Sequence[str], which: sa.ColumnElement[bool]) -> dict[str, Hidden]:
    """Those of these pages of which nothing is known but what a list of such a platform says, by URL key."""
    other = capture.alias("other")
    query = (
        sa.select(page.c.url, page.c.url_key, page.c.source_id, entry.c.feed_id, reading.c.platform)
        .add_columns(entry.c.last_capture_id.label("list_id"))
        .join(page_state, page_state.c.page_id == page.c.id)
        .join(entry, entry.c.url_key == page.c.url_key)
        # The page's own source: what another's list says of a page is not that page's word.
        .join(feed, sa.and_(feed.c.id == entry.c.feed_id, feed.c.source_id == page.c.source_id))
        .join(reading, reading.c.capture_id == entry.c.last_capture_id)
        .where(which, page.c.role == Role.PAGE, reading.c.platform.in_(platforms))
        .where(sa.or_(entry.c.textless_id.is_(None), entry.c.textless_id < entry.c.last_capture_id))
        .where(~sa.exists().where(snapshot.c.page_id == page.c.id))
        .where(~sa.exists().where(other.c.page_id == page.c.id, other.c.via.is_not(None)))
        .order_by(page.c.id, entry.c.last_capture_id.desc())
    )
    found: dict[str, Hidden] = {}
    for row in conn.execute(query).mappings():
        found.setdefault(row["url_key"], Hidden(**row))
    return found


def put_textless(conn: sa.Connection, articles: Iterable[Hidden]) -> None:
    """Note that these lists were looked through and have no text of these articles: only newer ones may have."""
    rows = [{"feed": one.feed_id, "key": one.url_key, "list": one.list_id} for one in articles]
    if rows:
        known = sa.and_(entry.c.feed_id == sa.bindparam("feed"), entry.c.url_key == sa.bindparam("key"))
        conn.execute(sa.update(entry).where(known).values(textless_id=sa.bindparam("list")), rows)


def texts_after(conn: sa.Connection, after: int, upto: int | None = None) -> list[CaptureId]:
    """The snapshots of higher numbers, up to `upto`, whose texts are what lists carry; in order."""
    query = (
        sa.select(snapshot.c.id)
        .join(capture, capture.c.id == snapshot.c.id)
        .where(snapshot.c.id > after, holds_carried())
        .order_by(snapshot.c.id)
    )
    return list(conn.execute(query if upto is None else query.where(snapshot.c.id <= upto)).scalars())


def holds_carried() -> sa.ColumnElement[bool]:
    """Where the text of a row of `capture` is what a list carries."""
    return sa.and_(capture.c.via.is_not(None), capture.c.via["how"].as_string() == CARRIED)


def is_carried(conn: sa.Connection, capture_id: CaptureId) -> bool:
    """Whether a look's text is the one its list carries."""
    via = conn.execute(sa.select(capture.c.via).where(capture.c.id == capture_id)).scalar()
    return via is not None and via["how"] == CARRIED
