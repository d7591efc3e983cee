"""Triage from the shell: what is done to one alert is done to its copies, never to its variants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.syndication import differences
from storage import alerts, documents, reviews
from storage.reviews import Review
from storage.runs import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

    from desk.session import Desk
    from storage.findings import Alert


def review(desk: Desk, alert_id: str, act: str, body: Mapping[str, str], *, by: str) -> list[Alert]:
    """Record what a person did with an alert; a mark goes to its copies too. Gives the alerts concerned."""
    now = desk.clock()
    with desk.database.write() as conn:
        chosen = alerts.find(conn, alert_id)
        concerned = [chosen, *(copies_of(conn, chosen) if act == reviews.MARK else ())]
        done = [
            Review(id=new_id(now), at=now, analyst=by, alert_id=one.id, act=act, body=dict(body)) for one in concerned
        ]
        reviews.add(conn, done)
    return concerned


def copies_of(conn: sa.Connection, chosen: Alert) -> list[Alert]:
    """The alerts of the same concept on other pages with the same text; where a number, place or name differs, none."""
    if chosen.cluster is None:
        return []
    body = _body(conn, chosen)
    return [
        one
        for one in alerts.listing(conn, rule=chosen.concept, cluster=chosen.cluster)
        if one.page_id != chosen.page_id and not differences(body, _body(conn, one))
    ]


def _body(conn: sa.Connection, of: Alert) -> str:
    found = documents.snapshots_by_id(conn, [of.snapshot_id])
    text = documents.of_snapshot(conn, found[0]) if found else None
    return text.body if text else ""
