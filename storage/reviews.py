"""What analysts did with alerts and leads: each act kept for ever and in the ledger, the present view a fold over them.

Acts are ordered by their ids, which grow whatever the clock does. An act that was undone stays, and counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage import ledger
from storage.runs import id_after
from storage.subjects import chunks
from storage.tables import review

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

STATUSES = ("new", "relevant", "irrelevant", "follow-up", "confirmed", "disputed")
ALERT, LEAD = "alert", "lead"
"""What acts are done to: an alert by its id, a lead by its snapshot's."""
MARK, NOTE, ASSIGN, UNDO, REOPEN = "mark", "note", "assign", "undo", "reopen"
NOBODY = "longarm"
"""Who reopens an alert when its page changed: no person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One act of one person on one alert, or on a lead (`kind`), whose snapshot's id stands as `alert_id` then.

    `body` of a mark: status, reason, detail (which, or the text), who and due of a follow-up, and `with`, the id of
    the act on the alert that this one is a copy of. Of a note: text. Of an assignment: who. Of an undoing: `undoes`,
    the act's id. Of a reopening: status, event, what changed, and the ledger's line that says so.
    """

    id: str
    at: datetime
    analyst: str
    alert_id: str
    act: str
    body: Mapping[str, str]
    kind: str = ALERT


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """Where an alert stands after all that was done with it.

    `who` sees to it until `due` (an ISO date); `readers` are those who found it relevant since it was last new or
    irrelevant; `with_another`: its last mark was given to the text that it is a copy of. `reopened` says what changed
    on its page since somebody marked it.
    """

    status: str = "new"
    reason: str | None = None
    marked_at: datetime | None = None
    marked_by: str | None = None
    who: str | None = None
    due: str | None = None
    readers: tuple[str, ...] = ()
    with_another: bool = False
    reopened: str | None = None


def add(conn: sa.Connection, done: Sequence[Review]) -> None:
    """Keep acts, inside the caller's write transaction, each with its line in the ledger."""
    for one in done:
        row = {"id": one.id, "at": one.at, "analyst": one.analyst, "act": one.act, "body": dict(one.body)}
        conn.execute(sa.insert(review), row | {"subject_kind": one.kind, "subject_key": one.alert_id})
        body = {"who": one.analyst, "what": one.act, one.kind: one.alert_id, "said": dict(one.body)}
        ledger.append_act(conn, event="custody", subject=f"review {one.id}", body=body, at=one.at)


def next_id(conn: sa.Connection, now: datetime) -> str:
    """An id for the next act: later than every one there is."""
    return id_after(conn.execute(sa.select(sa.func.max(review.c.id))).scalar(), now)


def of_alert(conn: sa.Connection, alert_id: str) -> list[Review]:
    """All that was done with one alert, oldest first."""
    return [_review(row) for row in conn.execute(_select().where(review.c.subject_key == alert_id))]


def standing(
    conn: sa.Connection, *, ids: Iterable[str] | None = None, until: datetime | None = None, kind: str = ALERT
) -> dict[str, Stand]:
    """Where every alert (or lead) stands, of these or of all, that somebody touched before `until`; by its id."""
    some = [None] if ids is None else [list(part) for part in chunks(sorted(set(ids)))]
    done: dict[str, list[Review]] = {}
    for part in some:
        query = _select(kind) if until is None else _select(kind).where(review.c.at < until)
        if part is not None:
            query = query.where(review.c.subject_key.in_(part))
        for row in conn.execute(query):
            done.setdefault(row.subject_key, []).append(_review(row))
    return {alert_id: stand_of(acts) for alert_id, acts in done.items()}


def last_of(conn: sa.Connection, analyst: str, *, alert_id: str | None = None) -> Review | None:
    """The last act of a person, on one alert or on any, that can be undone and was not yet."""
    query = _select().where(review.c.analyst == analyst)
    if alert_id is not None:
        query = query.where(review.c.subject_key == alert_id)
    mine = [_review(row) for row in conn.execute(query)]
    undone = _undone(mine)
    acts = (one for one in reversed(mine) if one.act in (MARK, NOTE, ASSIGN) and one.id not in undone)
    # What was done to a copy was done to the alert that it is a copy of: the two go back together.
    return next((one for one in acts if alert_id is not None or "with" not in one.body), None)


def together(conn: sa.Connection, one: Review) -> list[Review]:
    """All acts done in one with this one: the act on the chosen alert first, then those on its copies."""
    first = one.body.get("with", one.id)
    query = _select().where(review.c.analyst == one.analyst, review.c.at == one.at, review.c.act == one.act)
    same = [_review(row) for row in conn.execute(query)]
    return [each for each in same if each.id == first or each.body.get("with") == first]


def stand_of(done: Sequence[Review]) -> Stand:
    """Where these acts, in order, leave an alert."""
    undone = _undone(done)
    stand = Stand()
    for one in done:
        if one.id not in undone:
            stand = _after(stand, one)
    return stand


def _undone(done: Iterable[Review]) -> set[str]:
    return {one.body["undoes"] for one in done if one.act == UNDO}


def _after(stand: Stand, done: Review) -> Stand:
    if done.act == MARK:
        return _marked(stand, done)
    if done.act == ASSIGN:
        return replace(stand, who=done.body["who"])
    if done.act == REOPEN:
        # Who sees to it, and until when, stays: the page changed, not the task.
        return replace(
            stand, status="new", reason=None, marked_at=done.at, marked_by=done.analyst, readers=(),
            with_another=False, reopened=done.body["what"],
        )  # fmt: skip
    return stand


def _marked(stand: Stand, done: Review) -> Stand:
    body = done.body
    status = body["status"]
    reason = ": ".join(body[key] for key in ("reason", "detail") if body.get(key))
    readers = () if status in ("new", "irrelevant") else stand.readers
    if status == "relevant" and done.analyst not in readers:
        readers = (*readers, done.analyst)
    return replace(
        stand,
        status=status,
        reason=reason or None,
        marked_at=done.at,
        marked_by=done.analyst,
        who=body.get("who", stand.who),
        due=body.get("due") if status == "follow-up" else None,
        readers=readers,
        with_another="with" in body,
        reopened=None,
    )


def _select(kind: str = ALERT) -> sa.Select[tuple[object, ...]]:
    return sa.select(review).where(review.c.subject_kind == kind).order_by(review.c.id)


def _review(row: sa.Row[tuple[object, ...]]) -> Review:
    what = {"id": row.id, "at": row.at, "analyst": row.analyst, "act": row.act, "body": dict(row.body)}
    return Review(**what, alert_id=row.subject_key, kind=row.subject_kind)
