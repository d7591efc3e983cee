"""Claims of the texts that alerted: replaced a snapshot at a time, listed by alert, snapshot or window."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from storage.derived_tables import alert, claim, claim_reading
from storage.findings import Claim, StoredClaim
from storage.subjects import chunks
from storage.tables import capture, page
from storage.upsert import insert_or_update

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.records import CaptureId


# An older figure of the same source that a new one contradicts is looked for among so many.
_BEFORE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotClaims:
    """Everything one snapshot's text claims, in the order of the text, each with the id of its alert."""

    snapshot_id: CaptureId
    claims: tuple[tuple[str, Claim], ...]


def replace(conn: sa.Connection, read: Sequence[SnapshotClaims], *, version: str) -> None:
    """Keep what was read out of snapshots; what stood for the same snapshots goes."""
    for some in chunks([each.snapshot_id for each in read]):
        conn.execute(sa.delete(claim).where(claim.c.snapshot_id.in_(some)))
    rows = [
        {
            "snapshot_id": each.snapshot_id,
            "ordinal": ordinal,
            "alert_id": alert_id,
            "type": one.type,
            "body": asdict(one),
            "version": version,
        }
        for each in read
        for ordinal, (alert_id, one) in enumerate(each.claims)
    ]
    if rows:
        conn.execute(sa.insert(claim), rows)
    readings = [{"snapshot_id": each.snapshot_id, "version": version} for each in read]
    insert_or_update(conn, claim_reading, readings, lambda new: {"version": new.version})


def unread(conn: sa.Connection, *, version: str, after: CaptureId | int, limit: int) -> list[CaptureId]:
    """Snapshots that alerted and were not read for claims by this version, in order, after a number."""
    query = (
        sa.select(alert.c.snapshot_id)
        .distinct()
        .join(claim_reading, claim_reading.c.snapshot_id == alert.c.snapshot_id, isouter=True)
        .where(
            alert.c.snapshot_id > after,
            sa.or_(claim_reading.c.version.is_(None), claim_reading.c.version != version),
        )
        .order_by(alert.c.snapshot_id)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def forget(conn: sa.Connection, snapshot_ids: Sequence[CaptureId]) -> None:
    """Have snapshots read again: their text came late, or another alert was raised on them."""
    for some in chunks(sorted(set(snapshot_ids))):
        conn.execute(sa.delete(claim).where(claim.c.snapshot_id.in_(some)))
        conn.execute(sa.delete(claim_reading).where(claim_reading.c.snapshot_id.in_(some)))


def concepts_of(conn: sa.Connection, snapshot_ids: Sequence[CaptureId]) -> dict[CaptureId, dict[str, str]]:
    """For each of these snapshots its alerts, in the order of the text: the alert's id by concept."""
    found: dict[CaptureId, list[tuple[bool, int, str, str]]] = {}
    for some in chunks(sorted(set(snapshot_ids))):
        query = sa.select(alert.c.snapshot_id, alert.c.id, alert.c.concept, alert.c.body).where(
            alert.c.snapshot_id.in_(some)
        )
        for row in conn.execute(query):
            place = (row.body["field"] == "body", row.body["start"], row.concept, row.id)
            found.setdefault(row.snapshot_id, []).append(place)
    return {number: {concept: key for _, _, concept, key in sorted(of)} for number, of in found.items()}


def of_alerts(conn: sa.Connection, alert_ids: Iterable[str]) -> dict[str, list[StoredClaim]]:
    """The claims of each of these alerts that has any, in the order of the text."""
    found: dict[str, list[StoredClaim]] = {}
    for some in chunks(sorted(set(alert_ids))):
        for one in _listed(conn, claim.c.alert_id.in_(some)):
            found.setdefault(one.alert_id, []).append(one)
    return found


def of_snapshot(conn: sa.Connection, snapshot_id: CaptureId) -> list[StoredClaim]:
    """The claims of one snapshot, in the order of the text."""
    return _listed(conn, claim.c.snapshot_id == snapshot_id)


def said_before(conn: sa.Connection, source_ids: Iterable[str], before: datetime) -> list[StoredClaim]:
    """What these sources claimed in alerts told before a moment, oldest first; the newest thousand."""
    found: list[StoredClaim] = []
    for some in chunks(sorted(set(source_ids))):
        mine = sa.select(page.c.id).where(page.c.source_id.in_(some))
        found += _listed(conn, alert.c.told_at < before, alert.c.page_id.in_(mine), newest=_BEFORE)
    return found[-_BEFORE:]


def of_window(conn: sa.Connection, start: datetime, end: datetime) -> list[StoredClaim]:
    """The claims whose alert was told from `start` until just before `end`, oldest telling first."""
    return _listed(conn, alert.c.told_at >= start, alert.c.told_at < end)


def _listed(conn: sa.Connection, *conditions: sa.ColumnElement[bool], newest: int | None = None) -> list[StoredClaim]:
    query = (
        sa.select(
            claim.c.alert_id,
            claim.c.snapshot_id,
            claim.c.ordinal,
            claim.c.body,
            alert.c.told_at,
            alert.c.body.label("told"),
            capture.c.record_sha256,
        )
        .join(alert, alert.c.id == claim.c.alert_id)
        .join(capture, capture.c.id == claim.c.snapshot_id)
        .where(*conditions)
    )
    order = (alert.c.told_at, claim.c.snapshot_id, claim.c.ordinal)
    if newest is None:
        return [_stored(row) for row in conn.execute(query.order_by(*order))]
    last = query.order_by(*(column.desc() for column in order)).limit(newest)
    return [_stored(row) for row in conn.execute(last)][::-1]


def _stored(row: Any) -> StoredClaim:
    told = row.told
    return StoredClaim(
        claim=_claim(row.body),
        alert_id=row.alert_id,
        snapshot_id=row.snapshot_id,
        ordinal=row.ordinal,
        snapshot=told["snapshot"],
        record_sha256=row.record_sha256,
        url=told["url"],
        source_id=told["source_id"],
        published=told["published"],
        told_at=row.told_at,
        title=told["title"],
    )


def _claim(body: dict[str, Any]) -> Claim:
    countries = body["countries"]
    return Claim(**{**body, "countries": tuple(countries) if countries is not None else None})
