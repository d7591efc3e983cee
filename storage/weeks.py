"""What several weeks hold, week by week: alerts, changes of pages that had alerted, and the figures claimed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import claims, moves, origins
from storage.changes import acts_of, had_alerted
from storage.derived_tables import alert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.findings import StoredClaim
    from storage.origins import Origin
    from storage.records import CaptureId


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """As much of an alert as is counted. `province` is its source's."""

    told_at: datetime
    concept: str
    kind: str
    severity: str
    province: str | None
    page_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldChange:
    """One takedown, return or edit of a page that had alerted."""

    at: datetime
    event: str
    page_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeksFacts:
    """Everything told from `start` until just before `end`, oldest first."""

    start: datetime
    end: datetime
    alerts: tuple[ToldAlert, ...]
    changes: tuple[ToldChange, ...]
    claims: tuple[StoredClaim, ...]
    origins: Mapping[CaptureId, Origin] = field(default_factory=dict)  # of the snapshots that claim something


def collect(conn: sa.Connection, start: datetime, end: datetime) -> WeeksFacts:
    """What the charts of a weekly roll-up are drawn from."""
    columns = (alert.c.told_at, alert.c.concept, alert.c.kind, alert.c.severity, alert.c.page_id)
    query = (
        sa.select(*columns, alert.c.body["province"].as_string().label("province"))
        .where(alert.c.told_at >= start, alert.c.told_at < end)
        .order_by(alert.c.told_at, alert.c.id)
    )
    claimed = claims.of_window(conn, start, end)
    acts, _ = moves.fold(conn, acts_of(conn, start, end), end=end)
    return WeeksFacts(
        start=start,
        end=end,
        alerts=tuple(ToldAlert(**row) for row in conn.execute(query).mappings()),
        changes=tuple(
            ToldChange(at=one.act.at, event=one.act.event, page_id=one.page.id)
            for one in acts
            if had_alerted(conn, one)
        ),
        claims=tuple(claimed),
        origins=origins.of_snapshots(conn, (one.snapshot_id for one in claimed)),
    )
