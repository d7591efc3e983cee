"""What the next look at pages depends on: how long they are known, where they stand, whether they ever alerted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import pages
from storage.derived_tables import alert, attachment, standing
from storage.findings import PageState
from storage.records import PageId, Role
from storage.tables import capture, page, page_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.records import Previous

# SQLite takes 32,766 values in one statement; a few hundred cost no more a piece.
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A page's past. `alerted_at`: when the newest alert of it, or of an article whose file it is, was told;
    `troubles`: blocked and failed looks in a row."""

    first_seen: datetime
    state: PageState | None = None
    since: datetime | None = None
    alive: bool = False
    troubles: int = 0
    first_sign_at: datetime | None = None
    alerted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A further page of a split article; the first page is number 1."""

    url: str
    number: int
    previous: Previous | None


_OWN = alert.c.page_id == page.c.id
# An article's file is as grave as the article: both may be taken down, the file alone too.
_ITS_ARTICLES = sa.and_(alert.c.page_id == attachment.c.page_id, attachment.c.url_key == page.c.url_key)
_ALERTED = sa.select(sa.func.max(alert.c.told_at)).where(_OWN).scalar_subquery()
_ARTICLE_ALERTED = sa.select(sa.func.max(alert.c.told_at)).where(_ITS_ARTICLES).correlate(page).scalar_subquery()
_HISTORY = (
    sa.select(
        page.c.id,
        page.c.first_seen,
        standing.c.state,
        standing.c.since,
        standing.c.alive,
        standing.c.troubles,
        standing.c.first_sign_at,
        _ALERTED.label("alerted_at"),
        _ARTICLE_ALERTED.label("article_alerted_at"),
    )
    .select_from(page.outerjoin(standing, standing.c.page_id == page.c.id))
    .order_by(page.c.id)
)


def histories(conn: sa.Connection, pages: Sequence[PageId]) -> dict[PageId, History]:
    """The histories of these pages."""
    found: dict[PageId, History] = {}
    for start in range(0, len(pages), CHUNK):
        rows = conn.execute(_HISTORY.where(page.c.id.in_(pages[start : start + CHUNK]))).mappings()
        found.update({row["id"]: _history(row) for row in rows})
    return found


def changed_since_their_look(conn: sa.Connection) -> dict[PageId, tuple[datetime, History]]:
    """Pages that may be due sooner than was thought when they were looked at: suspected gone, or alerted since.

    With when they are due as it stands.
    """
    later = alert.c.told_at >= capture.c.captured_at
    article = sa.exists().where(_ITS_ARTICLES, later).correlate(page, capture)
    alerted_later = sa.or_(sa.exists().where(_OWN, later), article)
    query = (
        _HISTORY.add_columns(page_state.c.next_due_at)
        .join(page_state, page_state.c.page_id == page.c.id)
        .join(capture, capture.c.id == page_state.c.last_capture_id)
        .where(page.c.role == Role.PAGE, page_state.c.next_due_at.is_not(None))
        .where(sa.or_(standing.c.state == PageState.SUSPECTED_GONE, alerted_later))
    )
    return {row["id"]: (row["next_due_at"], _history(row)) for row in conn.execute(query).mappings()}


def hasten(conn: sa.Connection, due: Mapping[PageId, datetime]) -> None:
    """Make these pages due at these times."""
    rows = [{"which": number, "at": at} for number, at in due.items()]
    if rows:
        update = sa.update(page_state).where(page_state.c.page_id == sa.bindparam("which"))
        conn.execute(update.values(next_due_at=sa.bindparam("at")), rows)


def _history(row: sa.RowMapping) -> History:
    return History(
        first_seen=row["first_seen"],
        state=PageState(row["state"]) if row["state"] else None,
        since=row["since"],
        alive=bool(row["alive"]),
        troubles=row["troubles"] or 0,
        first_sign_at=row["first_sign_at"],
        alerted_at=max(filter(None, (row["alerted_at"], row["article_alerted_at"])), default=None),
    )


def parts(conn: sa.Connection, of: Sequence[PageId]) -> dict[PageId, list[Part]]:
    """The further pages of split articles, by their first page, in order."""
    found: dict[PageId, list[Part]] = {}
    for start in range(0, len(of), CHUNK):
        query = (
            sa.select(page.c.part_of, page.c.url, page.c.part_number)
            .where(page.c.part_of.in_(of[start : start + CHUNK]), page.c.role == Role.PART)
            .order_by(page.c.part_of, page.c.part_number)
        )
        for row in conn.execute(query):
            part = Part(url=row.url, number=row.part_number or 0, previous=pages.previous(conn, row.url))
            found.setdefault(row.part_of, []).append(part)
    return found
