"""Leads by snapshot, those of a window that no rule holds, and what the marks of people teach the model of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import derive, documents
from storage.derived_tables import alert, hit, lead, lead_teaching
from storage.subjects import chunks
from storage.tables import capture, page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from storage.findings import Document, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead of one snapshot; offsets are code points into `field` of its text."""

    snapshot_id: int
    page_id: int
    concept: str
    score: float
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A lead of a window with its snapshot, its text, and the source that lists the page."""

    row: LeadRow
    snapshot: Snapshot
    document: Document
    source_id: str | None


def put(conn: sa.Connection, ids: Sequence[int], rows: Sequence[LeadRow], *, version: str) -> None:
    """Keep the leads of these snapshots; what stood for them goes."""
    for some in chunks(ids):
        conn.execute(sa.delete(lead).where(lead.c.snapshot_id.in_(some)))
    if rows:
        conn.execute(
            sa.insert(lead),
            [{name: getattr(row, name) for name in LeadRow.__slots__} | {"version": version} for row in rows],
        )


def forget(conn: sa.Connection) -> None:
    conn.execute(sa.delete(lead))


def of_window(conn: sa.Connection, start: datetime, end: datetime, *, limit: int) -> list[Candidate]:
    """The best leads on snapshots captured in a window whose page never alerted and whose text no rule holds.

    A page that was a lead before is none again: edits tell what was added to it. What no rule has read yet is none
    either: that no rule holds it is not known.
    """
    before = lead.alias("before")
    query = (
        sa.select(lead, page.c.source_id)
        .join(capture, capture.c.id == lead.c.snapshot_id)
        .join(page, page.c.id == lead.c.page_id)
        .where(capture.c.captured_at >= start, capture.c.captured_at < end)
        .where(lead.c.snapshot_id <= derive.matched(conn))
        .where(~sa.exists().where(alert.c.page_id == lead.c.page_id))
        .where(~sa.exists().where(hit.c.snapshot_id == lead.c.snapshot_id, hit.c.suppressed.is_(None)))
        .where(
            ~sa.exists().where(
                before.c.page_id == lead.c.page_id, before.c.snapshot_id < lead.c.snapshot_id, before.c.score > 0
            )
        )
        .order_by(lead.c.score.desc(), lead.c.snapshot_id)
        .limit(limit)
    )
    rows = conn.execute(query).mappings().all()
    snapshots = {one.id: one for one in documents.snapshots_by_id(conn, [row["snapshot_id"] for row in rows])}
    parts = documents.parts_of(conn, list(snapshots.values()))
    return [
        Candidate(
            row=LeadRow(**{name: row[name] for name in LeadRow.__slots__}),
            snapshot=snapshots[row["snapshot_id"]],
            document=documents.join(parts[row["snapshot_id"]]),
            source_id=row["source_id"],
        )
        for row in rows
        if parts.get(row["snapshot_id"])
    ]


def taught(conn: sa.Connection, *, version: str) -> tuple[str, Mapping[str, object]] | None:
    """The marks (their digest) that this version of the model was taught on last, and what it learned; None: none."""
    row = conn.execute(sa.select(lead_teaching).where(lead_teaching.c.version == version)).first()
    return (row.marks, dict(row.body)) if row else None


def put_taught(conn: sa.Connection, marks: str, body: Mapping[str, object], *, version: str) -> None:
    """Keep what the marks taught, instead of what they taught before."""
    conn.execute(sa.delete(lead_teaching))
    conn.execute(sa.insert(lead_teaching), {"marks": marks, "body": dict(body), "version": version})
