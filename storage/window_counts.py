"""What one window counts: looks, new pages, sources that answered, and where the ledger stood."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import ledger
from storage.derived_tables import document, snapshot
from storage.findings import DocumentKind
from storage.records import Role, Sha256
from storage.tables import capture, page
from storage.tables import ledger as lines

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import SourceId

# Captures are numbered in the order they were kept, which is nearly, not exactly, the order of their times.
_SLACK = timedelta(hours=2)


def _first_capture(conn: sa.Connection, moment: datetime) -> int:
    """A capture's number before which nothing is as new as `moment`: found by halving, for times have no index."""
    low, high = 0, conn.execute(sa.select(sa.func.max(capture.c.id))).scalar() or 0
    while low < high:
        middle = (low + high) // 2
        query = sa.select(capture.c.captured_at).where(capture.c.id > middle).order_by(capture.c.id).limit(1)
        at = conn.execute(query).scalar()
        if at is None or at >= moment - _SLACK:
            high = middle
        else:
            low = middle + 1
    return low


def answered(conn: sa.Connection, start: datetime, end: datetime) -> set[SourceId]:
    """The sources one of whose lists answered in the window."""
    query = (
        sa.select(page.c.source_id)
        .distinct()
        .join(capture, capture.c.page_id == page.c.id)
        .where(capture.c.id >= _first_capture(conn, start), capture.c.captured_at >= start, capture.c.captured_at < end)
        .where(page.c.role == Role.FEED.value, capture.c.error.is_(None), capture.c.status.between(200, 399))
    )
    return set(conn.execute(query).scalars())


def counts(conn: sa.Connection, start: datetime, end: datetime) -> dict[str, int]:
    """How many captures, new pages, pages looked at again and unread files a window holds."""
    bound = _first_capture(conn, start)
    in_window = (capture.c.id >= bound, capture.c.captured_at >= start, capture.c.captured_at < end)
    looks = sa.select(sa.func.count()).select_from(capture).join(page, page.c.id == capture.c.page_id).where(*in_window)
    unread = sa.select(sa.func.count(sa.distinct(capture.c.page_id))).join(
        document, document.c.capture_id == capture.c.id
    )
    roles = (Role.FEED.value, Role.PAGE.value, Role.PART.value)
    new = sa.select(sa.func.count()).select_from(snapshot).join(capture, capture.c.id == snapshot.c.id)
    before = capture.alias("before")
    again = sa.select(sa.func.count(sa.distinct(capture.c.page_id))).join(page, page.c.id == capture.c.page_id)
    seen_before = sa.exists().where(before.c.page_id == capture.c.page_id, before.c.id < capture.c.id)
    return {
        "unread": conn.execute(
            unread.where(document.c.kind == DocumentKind.DOCUMENT, document.c.body == "", *in_window)
        ).scalar_one(),
        "crawled": conn.execute(looks.where(page.c.role.in_(roles))).scalar_one(),
        "new": conn.execute(new.where(snapshot.c.ordinal == 1, *in_window)).scalar_one(),
        "rechecked": conn.execute(again.where(page.c.role == Role.PAGE.value, seen_before, *in_window)).scalar_one(),
    }


def ledger_head(conn: sa.Connection, end: datetime) -> tuple[int, Sha256 | None]:
    """Number and chain of the ledger's last line before `end`."""
    query = sa.select(lines.c.seq, lines.c.chain).where(lines.c.time < ledger.stamp(end + timedelta(seconds=1)))
    row = conn.execute(query.order_by(lines.c.seq.desc()).limit(1)).first()
    return (row.seq, Sha256(row.chain)) if row else (0, None)
