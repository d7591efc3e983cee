"""Which alerts want another look, because the page that they were found on was edited or taken down since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import ledger
from storage.derived_tables import alert
from storage.subjects import chunks
from storage.tables import act as acts
from storage.tables import page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.ledger import Act

_EVENTS = ("edited", "suspected-gone", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a page as it was told, in one line of words, and the alerts on that page."""

    seq: int
    at: datetime
    event: str
    what: str
    alerts: tuple[str, ...]


def changes(conn: sa.Connection, after: int) -> list[Change]:
    """The changes told behind a line of the ledger, of pages that have alerts or not; in the order of telling."""
    known = conn.execute(sa.select(sa.func.max(acts.c.seq)).where(acts.c.event.in_(_EVENTS))).scalar() or 0
    if known <= after:
        return []
    told = list(ledger.acts(conn, events=_EVENTS, after=after))
    alerted = _alerts(conn, sorted({one.subject.rpartition(" ")[0] for one in told}))
    return [
        Change(
            seq=one.seq,
            at=one.at,
            event=one.event,
            what=_what(one),
            alerts=tuple(alerted.get(one.subject.rpartition(" ")[0], ())),
        )
        for one in told
    ]


def _alerts(conn: sa.Connection, keys: list[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for some in chunks(keys):
        query = (
            sa.select(page.c.url_key, alert.c.id)
            .join(page, page.c.id == alert.c.page_id)
            .where(page.c.url_key.in_(some))
            .order_by(alert.c.told_at, alert.c.id)
        )
        for row in conn.execute(query):
            found.setdefault(row.url_key, []).append(row.id)
    return found


def _what(told: Act) -> str:
    body = told.body
    if told.event == "edited":
        counts = f"+{body.get('added', 0)}/-{body.get('removed', 0)} characters"
        return f"edited, {counts}, {body.get('snapshot_old')} -> {body.get('snapshot_new')}"
    said = (str(body[key]) for key in ("gone_as", "reason") if body.get(key))
    return ", ".join((told.event, *said))
