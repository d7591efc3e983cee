"""What was imported before: so that a file given twice adds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import pages
from storage.records import CaptureId, Role
from storage.tables import capture, page, page_state
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.records import Capture, PageId, Sha256, SourceId, Via


def known(conn: sa.Connection, url: str, *, at: datetime, body_sha256: Sha256, status: int, via: Via) -> Capture | None:
    """The capture that an earlier import made of this look; None where there is none.

    The same look is the same page, time, status and bytes, from whatever file; where only the file's own time is
    known, which copying changes, the same page and file.
    """
    query = (
        sa.select(capture.c.id, capture.c.captured_at, capture.c.via)
        .join(page, page.c.id == capture.c.page_id)
        .where(page.c.url_key == url_key(url), capture.c.via.is_not(None))
        .where(capture.c.payload_sha256 == body_sha256, capture.c.status == status)
        .order_by(capture.c.id)
    )
    # Whole milliseconds, as the database keeps it.
    wanted = at.replace(microsecond=at.microsecond // 1000 * 1000)
    for row in conn.execute(query):
        same_file = via.time_from == "mtime" and row.via.get("sha256") == via.sha256
        if same_file or row.captured_at == wanted:
            return pages.capture(conn, CaptureId(row.id))
    return None


def tie(conn: sa.Connection, found: Sequence[PageId], source_id: SourceId, *, at: datetime) -> None:
    """Give pages that no source has yet to this one; they are looked at from now on."""
    stray = list(
        conn.execute(
            sa.select(page.c.id).where(page.c.id.in_(found), page.c.source_id.is_(None), page.c.role == Role.PAGE)
        ).scalars()
    )
    if stray:
        conn.execute(sa.update(page).where(page.c.id.in_(stray)).values(source_id=source_id))
        undue = sa.and_(page_state.c.page_id.in_(stray), page_state.c.next_due_at.is_(None))
        conn.execute(sa.update(page_state).where(undue).values(next_due_at=at))
