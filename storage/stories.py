"""One story as people are told it: the pages that carry it, each with the newest text it carried and what became of it.

What a page shows now is known only as of its last look; what was told later than `end` is left out where it is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import carriers, documents, origins, pages, sources
from storage.derived_tables import cluster_member, snapshot, standing, takedown
from storage.digests import Named
from storage.findings import PageState
from storage.origins import UNSAID, Origin
from storage.records import SourceId
from storage.tables import capture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from storage.digests import ChangeFacts
    from storage.findings import Snapshot
    from storage.records import CaptureId, PageId

# A text on more pages is told with these, the first seen, and their number.
MOST_PAGES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """One page of a story, with the newest `title` and `body` that belong to it; `origin` says whose words these are.

    `now` is the page's newest text, where that is another, seen first at `edited_at`; `state` and `since` are None
    where nothing was told of the page.
    """

    page_id: PageId
    url: str
    source: Named | None
    snapshot_id: CaptureId
    snapshot: str
    first_seen: datetime
    published: str | None
    title: str
    body: str
    origin: Origin = UNSAID
    state: PageState | None = None
    since: datetime | None = None
    edited_at: datetime | None = None
    now: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`pages` in the order in which they were seen, at most 200 of `count`."""

    cluster: str
    count: int
    pages: tuple[Teller, ...]


def cluster_of(conn: sa.Connection, snapshot_id: CaptureId) -> str | None:
    """The story a snapshot belongs to, None where it did not alert."""
    query = sa.select(cluster_member.c.cluster).where(cluster_member.c.snapshot_id == snapshot_id)
    found: str | None = conn.execute(query).scalar()
    return found


def of_page(conn: sa.Connection, page_id: PageId) -> str | None:
    """The story of a page's newest snapshot that belongs to one."""
    query = (
        sa.select(cluster_member.c.cluster)
        .join(snapshot, snapshot.c.id == cluster_member.c.snapshot_id)
        .where(snapshot.c.page_id == page_id)
        .order_by(snapshot.c.ordinal.desc())
        .limit(1)
    )
    found: str | None = conn.execute(query).scalar()
    return found


def first_members(conn: sa.Connection, cluster: str, *, before: Snapshot, most: int) -> list[CaptureId]:
    """Of a story's pages, each by its first snapshot there, those that were seen before this one or in the same run; at
    most so many, of the lowest numbers. What a list carried was seen when the list was, though it was kept later."""
    member = cluster_member.c.snapshot_id
    first = sa.func.min(member).label("first")
    # Of the many that came before no look is asked for.
    is_carried = sa.exists().where(
        capture.c.id == member, capture.c.captured_at < before.captured_at, carriers.holds_carried()
    )
    own = sa.select(capture.c.run_id).where(capture.c.id == before.id).scalar_subquery()
    of_its_run = sa.exists().where(capture.c.id == member, capture.c.run_id == own)
    query = (
        sa.select(first)
        .join(snapshot, snapshot.c.id == member)
        .where(cluster_member.c.cluster == cluster)
        .where(sa.or_(member < before.id, sa.and_(member > before.id, sa.or_(is_carried, of_its_run))))
        .group_by(snapshot.c.page_id)
    )
    return list(conn.execute(query.order_by(first).limit(most)).scalars())


def load(conn: sa.Connection, cluster: str, *, end: datetime | None = None) -> Story:
    """A story with its pages' texts; with `end`, as it stood just before it."""
    in_story = sa.and_(cluster_member.c.cluster == cluster, *([capture.c.captured_at < end] if end else []))
    joined = cluster_member.join(snapshot, snapshot.c.id == cluster_member.c.snapshot_id).join(
        capture, capture.c.id == snapshot.c.id
    )
    query = (
        sa.select(
            snapshot.c.page_id,
            sa.func.min(capture.c.captured_at).label("first_seen"),
            sa.func.max(snapshot.c.ordinal).label("ordinal"),
        )
        .select_from(joined)
        .where(in_story)
        .group_by(snapshot.c.page_id)
    )
    of_story = query.subquery()
    count = conn.execute(sa.select(sa.func.count()).select_from(of_story)).scalar_one()
    chosen = sa.select(of_story).order_by(of_story.c.first_seen, of_story.c.page_id).limit(MOST_PAGES)
    rows = conn.execute(chosen).all()
    named = {
        source.id: Named(
            id=source.id, name_zh=source.name_zh, name_en=source.name_en, agency=source.agency, level=source.level,
            province=source.province, place=source.place,
        )
        for source in sources.load(conn, include_disabled=True)
    }  # fmt: skip
    found = (_teller(conn, row, named, end) for row in rows)
    return Story(cluster=cluster, count=count, pages=tuple(each for each in found if each))


def _teller(
    conn: sa.Connection, row: sa.Row[tuple[object, ...]], named: Mapping[SourceId, Named], end: datetime | None
) -> Teller | None:
    shown = [each for each in documents.snapshots(conn, row.page_id) if end is None or each.captured_at < end]
    mine = next((each for each in shown if each.ordinal == row.ordinal), None)
    text = documents.of_snapshot(conn, mine) if mine else None
    if mine is None or text is None:
        return None
    page = pages.by_id(conn, row.page_id)
    last = shown[-1]
    newest = documents.of_snapshot(conn, last) if last.ordinal > mine.ordinal else None
    state, since = _state(conn, row.page_id, end)
    origin = origins.of_snapshots(conn, [mine.id]).get(mine.id, UNSAID)
    return Teller(
        page_id=row.page_id,
        url=page.url,
        source=named.get(SourceId(page.source_id), Named(id=page.source_id)) if page.source_id else None,
        snapshot_id=mine.id,
        snapshot=mine.short,
        first_seen=row.first_seen,
        published=text.published,
        title=text.title,
        body=text.body,
        origin=replace(origin, publisher=text.publisher),
        state=state,
        since=since,
        edited_at=last.captured_at if newest else None,
        now=newest.body if newest else None,
    )


def _state(conn: sa.Connection, page_id: PageId, end: datetime | None) -> tuple[PageState | None, datetime | None]:
    """Where a page stands, or stood just before `end`, and since when."""
    if end is None:
        query = sa.select(standing.c.state, standing.c.since).where(standing.c.page_id == page_id)
    else:
        query = (
            sa.select(takedown.c.to_state.label("state"), takedown.c.at.label("since"))
            .where(takedown.c.page_id == page_id, takedown.c.at < end)
            .order_by(takedown.c.at.desc(), takedown.c.capture_id.desc())
            .limit(1)
        )
    row = conn.execute(query).first()
    return (PageState(row.state), row.since) if row else (None, None)


def with_tellers(conn: sa.Connection, changes: Iterable[ChangeFacts], *, end: datetime) -> tuple[ChangeFacts, ...]:
    """The changes of a window, each with the pages that carry the same story, its own page among them."""
    found = []
    for change in changes:
        cluster = of_page(conn, change.page_id)
        tellers = load(conn, cluster, end=end).pages if cluster else ()
        found.append(replace(change, tellers=tellers) if len(tellers) > 1 else change)
    return tuple(found)
