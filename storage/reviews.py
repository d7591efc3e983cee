"""What analysts did with alerts: each act kept for ever and in the ledger, the present view a fold over them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import ledger
from storage.tables import review

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

STATUSES = ("new", "relevant", "irrelevant", "follow-up", "confirmed", "disputed")
MARK, NOTE, ASSIGN = "mark", "note", "assign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One act of one person on one alert. `body`: status and reason, text, or who."""

    id: str
    at: datetime
    analyst: str
    alert_id: str
    act: str
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where an alert stands after all that was done with it."""

    status: str = "new"
    reason: str | None = None
    marked_at: datetime | None = None
    who: str | None = None


def add(conn: sa.Connection, done: Sequence[Review]) -> None:
    """Keep acts, inside the caller's write transaction, each with its line in the ledger."""
    for one in done:
        row = {"id": one.id, "at": one.at, "analyst": one.analyst, "act": one.act, "body": dict(one.body)}
        conn.execute(sa.insert(review), row | {"subject_kind": "alert", "subject_key": one.alert_id})
        body = {"who": one.analyst, "what": one.act, "alert": one.alert_id, "said": dict(one.body)}
        ledger.append_act(conn, event="custody", subject=f"review {one.id}", body=body, at=one.at)


def of_alert(conn: sa.Connection, alert_id: str) -> list[Review]:
    """All that was done with one alert, oldest first."""
    query = _select().where(review.c.subject_key == alert_id)
    return [_review(row) for row in conn.execute(query)]


def standing(conn: sa.Connection, *, until: datetime | None = None) -> dict[str, Stand]:
    """Where every alert stands that somebody touched before `until`, by its id."""
    query = _select() if until is None else _select().where(review.c.at < until)
    found: dict[str, Stand] = {}
    for row in conn.execute(query):
        found[row.subject_key] = _after(found.get(row.subject_key, Stand()), _review(row))
    return found


def stand_of(done: Sequence[Review]) -> Stand:
    """Where these acts, in order, leave an alert."""
    stand = Stand()
    for one in done:
        stand = _after(stand, one)
    return stand


def _after(stand: Stand, done: Review) -> Stand:
    if done.act == MARK:
        return replace(stand, status=done.body["status"], reason=done.body.get("reason"), marked_at=done.at)
    if done.act == ASSIGN:
        return replace(stand, who=done.body["who"])
    return stand


def _select() -> sa.Select[tuple[object, ...]]:
    return sa.select(review).where(review.c.subject_kind == "alert").order_by(review.c.at, review.c.id)


def _review(row: sa.Row[tuple[object, ...]]) -> Review:
    return Review(id=row.id, at=row.at, analyst=row.analyst, alert_id=row.subject_key, act=row.act, body=dict(row.body))
