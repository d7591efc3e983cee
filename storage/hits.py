"""Hits and what was held back, by snapshot and variant."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage.arrivals import arrived
from storage.derived_tables import hit
from storage.findings import Hit, Severity, Stance, Suppressed
from storage.subjects import chunks
from storage.tables import capture
from storage.upsert import insert_missing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.findings import Snapshot
    from storage.records import CaptureId


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotHits:
    """Everything rules found in one snapshot. `version` is the rules' and the text's.

    `stale`: what was held back in text that the page's snapshot before had already.
    """

    snapshot: Snapshot
    hits: tuple[tuple[Hit, bool], ...]
    suppressed: tuple[Suppressed, ...]
    version: str
    stale: frozenset[Suppressed] = frozenset()


def put(conn: sa.Connection, found: Sequence[SnapshotHits]) -> None:
    """Keep hits; those that stand are left."""
    insert_missing(conn, hit, [row for each in found for row in _rows(each)])


def drop(conn: sa.Connection, snapshot_ids: Sequence[CaptureId], variants: Sequence[str]) -> None:
    """Drop what these variants found in snapshots that they read again."""
    for some in chunks(snapshot_ids):
        conn.execute(sa.delete(hit).where(hit.c.snapshot_id.in_(some), hit.c.variant.in_(variants)))


def of_snapshot(conn: sa.Connection, snapshot_id: CaptureId) -> tuple[tuple[Hit, ...], tuple[Suppressed, ...]]:
    """What the rules found in a snapshot, and what was held back and why."""
    hits, suppressed = [], []
    for row in conn.execute(sa.select(hit).where(hit.c.snapshot_id == snapshot_id).order_by(hit.c.id)):
        if row.suppressed is None:
            hits.append(_hit(row.body))
        else:
            suppressed.append(Suppressed(**row.body))
    return tuple(hits), tuple(suppressed)


def concepts_of(conn: sa.Connection, snapshot_ids: Sequence[CaptureId]) -> set[tuple[CaptureId, str]]:
    """Which concepts scans have found in these snapshots, what was held back left out."""
    query = sa.select(hit.c.snapshot_id, hit.c.concept).where(hit.c.suppressed.is_(None))
    return {
        (row.snapshot_id, row.concept)
        for some in chunks(snapshot_ids)
        for row in conn.execute(query.where(hit.c.snapshot_id.in_(some)))
    }


def suppressed_counts(conn: sa.Connection, since: datetime, until: datetime) -> dict[str, int]:
    """How many hits each exclusion held back, on snapshots that came in a window."""
    query = (
        sa.select(hit.c.suppressed, sa.func.count().label("held"))
        .join(capture, capture.c.id == hit.c.snapshot_id)
        .where(hit.c.suppressed.is_not(None), hit.c.is_new, arrived(since, until))
        .group_by(hit.c.suppressed)
    )
    return {row.suppressed: row.held for row in conn.execute(query)}


def suppressed_ids(conn: sa.Connection, since: datetime, until: datetime) -> list[str]:
    """The ids of the hits that were held back on snapshots captured in a window, in order of the ids."""
    query = (
        sa.select(hit.c.id)
        .join(capture, capture.c.id == hit.c.snapshot_id)
        .where(
            hit.c.suppressed.is_not(None), hit.c.is_new, capture.c.captured_at >= since, capture.c.captured_at < until
        )
        .order_by(hit.c.id)
    )
    return list(conn.execute(query).scalars())


def held_back(conn: sa.Connection, ids: Sequence[str]) -> list[tuple[CaptureId, Suppressed]]:
    """What was held back, by its ids, each with its snapshot; in the order of `ids`."""
    found: dict[str, tuple[CaptureId, Suppressed]] = {}
    for some in chunks(ids):
        for row in conn.execute(sa.select(hit.c.id, hit.c.snapshot_id, hit.c.body).where(hit.c.id.in_(some))):
            found[row.id] = (row.snapshot_id, Suppressed(**row.body))
    return [found[each] for each in ids if each in found]


def hit_counts(conn: sa.Connection, *, since: datetime | None = None) -> dict[str, int]:
    """How many snapshots, of those captured since then, each rule (variant) holds in; what was held back left out."""
    query = sa.select(hit.c.variant, sa.func.count().label("found")).where(hit.c.suppressed.is_(None))
    if since is not None:
        query = query.join(capture, capture.c.id == hit.c.snapshot_id).where(capture.c.captured_at >= since)
    return {row.variant: row.found for row in conn.execute(query.group_by(hit.c.variant))}


def _rows(found: SnapshotHits) -> list[dict[str, object]]:
    rows = []
    for each, is_new in found.hits:
        rows.append(_row(found, each, None, is_new=is_new))
    for held in found.suppressed:
        rows.append(_row(found, held, held.reason, is_new=held not in found.stale))
    return rows


def _row(found: SnapshotHits, each: Hit | Suppressed, suppressed: str | None, *, is_new: bool) -> dict[str, object]:
    key = "\x00".join((found.snapshot.record_sha256, each.variant, each.field, str(each.start), suppressed or ""))
    return {
        "id": hashlib.sha256(key.encode()).hexdigest()[:32],
        "snapshot_id": found.snapshot.id,
        "variant": each.variant,
        "concept": each.concept,
        "body": {one.name: getattr(each, one.name) for one in fields(each)},
        "suppressed": suppressed,
        "is_new": is_new,
        "version": found.version,
    }


def _hit(body: dict[str, Any]) -> Hit:
    values = dict(body)
    values["more"] = tuple((field, start, end) for field, start, end in values["more"])
    values["labels"] = tuple(values.get("labels", ()))
    values["severity"] = Severity(values["severity"])
    values["stance"] = Stance(values["stance"])
    return Hit(**values)
