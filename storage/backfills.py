"""How deep a feed's archive has been walked: kept with each list page, so that a killed walk goes on where it was."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage.records import FeedId, Role, SourceId
from storage.tables import backfill, page, page_state
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A walk back to the day `since`. `pages` are the list pages read, `undated` those of them whose entries show no
    date, `missing` those announced and not there; `oldest` is the oldest day any of them showed.

    `ended` says why the walk is over, None where it is not. `place` is what to ask next: the spider's own words.
    """

    feed_id: FeedId
    since: str
    pages: int = 0
    undated: int = 0
    missing: int = 0
    oldest: str | None = None
    ended: str | None = None
    place: Mapping[str, Any] | None = None


def load(conn: sa.Connection) -> dict[FeedId, Backfill]:
    """Every feed's walk, the one begun last."""
    names = [column for column in backfill.columns if column.name != "at"]
    return {row["feed_id"]: Backfill(**row) for row in conn.execute(sa.select(*names)).mappings()}


def put(conn: sa.Connection, found: Backfill, *, at: datetime) -> None:
    """Keep how far a walk has come."""
    row = asdict(found) | {"at": at}
    insert_or_update(conn, backfill, [row], lambda new: {name: new[name] for name in row if name != "feed_id"})


def waiting(conn: sa.Connection, source_ids: Sequence[SourceId]) -> dict[SourceId, int]:
    """How many pages of each source were listed and never looked at."""
    query = (
        sa.select(page.c.source_id, sa.func.count().label("pages"))
        .join(page_state, page_state.c.page_id == page.c.id)
        .where(page.c.source_id.in_(source_ids), page.c.role == Role.PAGE, page_state.c.looks == 0)
        .group_by(page.c.source_id)
    )
    return {row.source_id: row.pages for row in conn.execute(query)}
