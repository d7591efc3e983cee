"""Split articles: which pages are whose further parts, as the article's first page names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.records import Role
from storage.subjects import chunks
from storage.tables import capture, page, page_state
from storage.upsert import insert_missing
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.records import CaptureId


def put(conn: sa.Connection, found: Mapping[CaptureId, Sequence[str]], *, at: datetime) -> None:
    """Keep the further parts that these captures' articles name; those that nobody has looked at are due from now on.

    A part that a list led to first, as a page of its own, is the article's part from now on.
    """
    rows = _rows(conn, found, at)
    if not rows:
        return
    insert_missing(conn, page, list(rows.values()))
    _adopt(conn, rows)
    for some in chunks(list(rows)):
        unseen = (
            sa.select(page.c.id)
            .where(page.c.url_key.in_(some), page.c.role == Role.PART)
            .where(page.c.id.not_in(sa.select(page_state.c.page_id)))
        )
        numbers = conn.execute(unseen).scalars().all()
        insert_missing(conn, page_state, [{"page_id": number, "next_due_at": at, "looks": 0} for number in numbers])


def _rows(conn: sa.Connection, found: Mapping[CaptureId, Sequence[str]], at: datetime) -> dict[str, dict[str, object]]:
    rows: dict[str, dict[str, object]] = {}
    for some in chunks([number for number, urls in found.items() if urls]):
        query = (
            sa.select(capture.c.id, page.c.id.label("owner"), page.c.url_key, page.c.source_id)
            .join(page, page.c.id == capture.c.page_id)
            # A part has no parts of its own.
            .where(capture.c.id.in_(some), page.c.role == Role.PAGE, page.c.part_of.is_(None))
        )
        for owner in conn.execute(query):
            for number, url in enumerate(found[owner.id], 2):
                key = url_key(url)
                if key == owner.url_key:
                    continue
                rows[key] = {
                    "url_key": key,
                    "url": url,
                    "source_id": owner.source_id,
                    "feed_id": None,
                    "role": Role.PART.value,
                    "part_of": owner.owner,
                    "part_number": number,
                    "first_seen": at,
                }
    return rows


def _adopt(conn: sa.Connection, rows: Mapping[str, Mapping[str, object]]) -> None:
    owners = page.alias("owners")
    for some in chunks(list(rows)):
        alone = sa.select(page.c.id, page.c.url_key).where(
            page.c.url_key.in_(some),
            page.c.role == Role.PAGE,
            page.c.part_of.is_(None),
            page.c.id.not_in(sa.select(owners.c.part_of).where(owners.c.part_of.is_not(None))),
        )
        for known in conn.execute(alone).all():
            row = rows[known.url_key]
            values = {"part_of": row["part_of"], "part_number": row["part_number"]}
            conn.execute(sa.update(page).where(page.c.id == known.id).values(values))
