"""What was looked at in a window, in numbers; looks that were imported in it are none of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import arrivals, derive, ledger
from storage.derived_tables import document, snapshot
from storage.findings import DocumentKind
from storage.records import Role, Sha256
from storage.tables import capture, feed, page
from storage.tables import ledger as lines

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import CaptureId, SourceId


def answered(conn: sa.Connection, start: datetime, end: datetime) -> set[SourceId]:
    """The sources one of whose lists answered us in the window."""
    query = (
        # By the feed that asked, not by the page: several sources may ask one address (a search's) for their own words.
        sa.select(sa.func.coalesce(feed.c.source_id, page.c.source_id))
        .distinct()
        .select_from(capture)
        .join(page, page.c.id == capture.c.page_id)
        .outerjoin(feed, feed.c.id == capture.c.feed_id)
        .where(capture.c.id >= arrivals.first_number(conn, start), arrivals.OURS, arrivals.arrived(start, end))
        .where(page.c.role == Role.FEED.value, capture.c.error.is_(None), capture.c.status.between(200, 399))
    )
    return set(conn.execute(query).scalars())


def is_empty(conn: sa.Connection) -> bool:
    """Whether nothing was ever looked at or brought in."""
    return conn.execute(sa.select(capture.c.id).limit(1)).first() is None


def counts(conn: sa.Connection, start: datetime, end: datetime) -> dict[str, int]:
    """What was looked at, and what was new: imported looks are none of ours, but what they brought first is new."""
    in_window = (capture.c.id >= arrivals.first_number(conn, start), arrivals.arrived(start, end))
    looks = sa.select(sa.func.count()).select_from(capture).join(page, page.c.id == capture.c.page_id)
    looks = looks.where(arrivals.OURS, *in_window)
    unread = sa.select(sa.func.count(sa.distinct(capture.c.page_id))).join(
        document, document.c.capture_id == capture.c.id
    )
    roles = (Role.FEED.value, Role.PAGE.value, Role.PART.value)
    # The first to come, which need not be the first of the page: an import may have brought an older one since.
    earlier = snapshot.alias("earlier")
    came_before = sa.exists().where(earlier.c.page_id == snapshot.c.page_id, earlier.c.id < snapshot.c.id)
    new = sa.select(sa.func.count()).select_from(snapshot).join(capture, capture.c.id == snapshot.c.id)
    before = capture.alias("before")
    again = sa.select(sa.func.count(sa.distinct(capture.c.page_id))).join(page, page.c.id == capture.c.page_id)
    again = again.where(page.c.role == Role.PAGE.value, arrivals.OURS, *in_window)
    seen_before = sa.exists().where(before.c.page_id == capture.c.page_id, before.c.id < capture.c.id)
    return {
        "unread": conn.execute(
            unread.where(document.c.kind == DocumentKind.DOCUMENT, document.c.body == "", *in_window)
        ).scalar_one(),
        "crawled": conn.execute(looks.where(page.c.role.in_(roles))).scalar_one(),
        "new": conn.execute(new.where(sa.not_(came_before), *in_window)).scalar_one(),
        "rechecked": conn.execute(again.where(seen_before)).scalar_one(),
    }


def waiting(conn: sa.Connection) -> int:
    """How many pages were looked at, or got a new snapshot, that no rule has read yet."""
    derived = max((cursor for _, cursor, _ in derive.cursors(conn, "snapshot").values()), default=0)
    matched = derive.matched(conn)
    looked = sa.select(capture.c.page_id).join(page, page.c.id == capture.c.page_id)
    looked = looked.where(capture.c.id > derived, page.c.role == Role.PAGE.value)
    kept = sa.select(snapshot.c.page_id).where(snapshot.c.id > matched)
    found: int = conn.execute(sa.select(sa.func.count()).select_from(looked.union(kept).subquery())).scalar_one()
    return found


def ledger_head(conn: sa.Connection, end: datetime) -> tuple[int, Sha256 | None]:
    """Number and chain of the ledger's last line before `end`."""
    query = sa.select(lines.c.seq, lines.c.chain).where(lines.c.time < ledger.stamp(end + timedelta(seconds=1)))
    row = conn.execute(query.order_by(lines.c.seq.desc()).limit(1)).first()
    return (row.seq, Sha256(row.chain)) if row else (0, None)


def snapshots_after(conn: sa.Connection, after: CaptureId, *, limit: int) -> int:
    """How many snapshots of all pages come after a capture, counted to a limit."""
    some = sa.select(snapshot.c.id).where(snapshot.c.id > after).limit(limit).subquery()
    found: int = conn.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()
    return found
