"""What was planned to be told, to which channel, and what became of it: rows of a few kinds, none ever changed.

A message is planned in one row, under its own subject; an alert that goes out in a message of several has a `told` row
beside it, which carries the message's subject as its `message_id`. So an alert is planned once for each channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.subjects import chunks
from storage.tables import delivery
from storage.upsert import insert_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from storage.records import Sha256

PLANNED, SENT, FAILED, REFUSED, DROPPED = "planned", "sent", "failed", "refused", "dropped"
TOLD, BEGUN = "told", "begun"

_ENDED = (SENT, DROPPED)
# What failed may go at the next try; what was refused is likely refused again, while others are taken.
_WENT_WRONG = (FAILED, REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A message that is to go through a channel, which is named without its secrets; `at` is when it was planned."""

    subject: str
    channel: str
    message_id: str
    body_sha256: Sha256
    message: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A channel with messages that do not go out: how many, since when, and what was said last."""

    channel: str
    messages: int
    since: datetime
    said: str


def plan(conn: sa.Connection, planned: Planned, *, alerts: Sequence[str] = ()) -> bool:
    """Plan a message, once for each subject and channel; False where it stands planned already.

    `alerts` are the ids of those that it tells.
    """
    if conn.execute(_rows(planned.channel, PLANNED, [planned.subject])).first():
        return False
    message = {"body_sha256": planned.body_sha256, "message": planned.message}
    row = {"channel": planned.channel, "at": planned.at}
    conn.execute(
        sa.insert(delivery),
        {**row, "subject": planned.subject, "event": PLANNED, "message_id": planned.message_id, **message},
    )
    settle(conn, planned.channel, alerts, by=planned.subject, at=planned.at)
    return True


def settle(conn: sa.Connection, channel: str, alerts: Sequence[str], *, by: str, at: datetime) -> None:
    """Record that a message tells these alerts; `by` empty: none needs to, for each is a copy of what was told."""
    row = {"channel": channel, "event": TOLD, "at": at, "message_id": by, "body_sha256": None, "message": None}
    insert_missing(conn, delivery, [{**row, "subject": one} for one in alerts])


def mark(conn: sa.Connection, planned: Planned, event: str, *, at: datetime, message: str | None = None) -> None:
    """Record that a planned message was sent, was given up, or failed or was refused and why."""
    row = {"subject": planned.subject, "channel": planned.channel, "event": event, "at": at}
    rest = {"message_id": planned.message_id, "body_sha256": planned.body_sha256, "message": message}
    insert_missing(conn, delivery, [row | rest])


def unsent(conn: sa.Connection) -> list[Planned]:
    """The messages that were planned, and neither sent nor given up, oldest first."""
    query = (
        sa.select(delivery).where(delivery.c.event == PLANNED, ~_ended()).order_by(delivery.c.at, delivery.c.subject)
    )
    return [
        Planned(
            subject=row.subject,
            channel=row.channel,
            message_id=row.message_id,
            body_sha256=row.body_sha256,
            message=row.message,
            at=row.at,
        )
        for row in conn.execute(query)
    ]


def refused(conn: sa.Connection, messages: Sequence[Planned]) -> dict[Planned, datetime]:
    """Those of these messages that were refused, with when they first were."""
    found: dict[Planned, datetime] = {}
    for one in messages:
        rows = conn.execute(_rows(one.channel, REFUSED, [one.subject])).all()
        if rows:
            found[one] = min(row.at for row in rows)
    return found


def last_sent(conn: sa.Connection, channel: str) -> datetime | None:
    """When a channel last took a message; None where it never did."""
    query = sa.select(sa.func.max(delivery.c.at)).where(delivery.c.channel == channel, delivery.c.event == SENT)
    at: datetime | None = conn.execute(query).scalar()
    return at


def begun(conn: sa.Connection, subject: str, channel: str, *, at: datetime) -> datetime:
    """Since when a channel is told of something as it comes: since it was first asked for, which is kept."""
    row = conn.execute(_rows(channel, BEGUN, [subject])).first()
    if row:
        since: datetime = row.at
        return since
    kept = {"subject": subject, "channel": channel, "event": BEGUN, "at": at, "message_id": ""}
    insert_missing(conn, delivery, [kept])
    return at


def untold(conn: sa.Connection, channel: str, ids: Sequence[str]) -> set[str]:
    """Those of these alerts that no message to this channel has been planned for."""
    found = set(ids)
    for some in chunks(sorted(found)):
        found -= {row.subject for row in conn.execute(_rows(channel, TOLD, some))}
    return found


def is_planned(conn: sa.Connection, channel: str, subject: str) -> bool:
    """Whether a message was planned for a channel and not given up."""
    rows = _rows(channel, PLANNED, [subject]).where(~_is(DROPPED, delivery.c.subject))
    return conn.execute(rows).first() is not None


def planned(conn: sa.Connection, channel: str, *, since: datetime, until: datetime) -> set[str]:
    """The subjects of what was planned for a channel in that time and not given up."""
    rows = sa.select(delivery.c.subject).where(
        delivery.c.channel == channel,
        delivery.c.event == PLANNED,
        delivery.c.at >= since,
        delivery.c.at < until,
        ~_is(DROPPED, delivery.c.subject),
    )
    return set(conn.execute(rows).scalars())


def is_told(conn: sa.Connection, channel: str, alert: str) -> bool:
    """Whether a message that was planned for a channel and not given up tells an alert at once."""
    by = delivery.c.message_id
    return conn.execute(_rows(channel, TOLD, [alert]).where(_is(PLANNED, by), ~_is(DROPPED, by))).first() is not None


def told(
    conn: sa.Connection, ids: Sequence[str], *, until: datetime, channels: Iterable[str] | None = None
) -> set[str]:
    """Those of these alerts that were sent at once before `until`, through any of `channels` (None: through any)."""
    sent = delivery.alias("sent")
    went = sa.exists().where(
        sent.c.subject == delivery.c.message_id,
        sent.c.channel == delivery.c.channel,
        sent.c.event == SENT,
        sent.c.at < until,
    )
    found: set[str] = set()
    for some in chunks(sorted(ids)):
        query = sa.select(delivery.c.subject).where(delivery.c.event == TOLD, delivery.c.subject.in_(some), went)
        if channels is not None:
            query = query.where(delivery.c.channel.in_(sorted(channels)))
        found.update(conn.execute(query).scalars())
    return found


def failing(conn: sa.Connection, *, until: datetime) -> list[Failing]:
    """The channels with messages that had failed before `until` and not gone out by then, in order of their names."""
    failed = (
        sa.select(delivery.c.subject, delivery.c.channel)
        .distinct()
        .where(delivery.c.event.in_(_WENT_WRONG), delivery.c.at < until, ~_ended(until))
        .subquery()
    )
    waiting = sa.select(failed.c.channel, failed.c.subject).order_by(failed.c.channel, failed.c.subject)
    by_channel: dict[str, list[str]] = {}
    for row in conn.execute(waiting):
        by_channel.setdefault(row.channel, []).append(row.subject)
    return [_failing(conn, channel, subjects, until) for channel, subjects in by_channel.items()]


def _failing(conn: sa.Connection, channel: str, subjects: Sequence[str], until: datetime) -> Failing:
    rows = [
        row
        for event in _WENT_WRONG
        for some in chunks(subjects)
        for row in conn.execute(_rows(channel, event, some).where(delivery.c.at < until))
    ]
    last = max(rows, key=lambda row: (row.at, row.subject))
    return Failing(channel=channel, messages=len(subjects), since=min(row.at for row in rows), said=last.message or "")


def _rows(channel: str, event: str, subjects: Sequence[str]) -> sa.Select[tuple[object, ...]]:
    return sa.select(delivery).where(
        delivery.c.channel == channel, delivery.c.event == event, delivery.c.subject.in_(subjects)
    )


def _is(event: str, subject: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether this came of the message of that subject, in the row's channel."""
    other = delivery.alias(event)
    return sa.exists().where(other.c.subject == subject, other.c.channel == delivery.c.channel, other.c.event == event)


def _ended(until: datetime | None = None) -> sa.ColumnElement[bool]:
    """Whether a row's message was sent or given up (before `until`)."""
    ended = delivery.alias("ended")
    query = sa.exists().where(
        ended.c.subject == delivery.c.subject, ended.c.channel == delivery.c.channel, ended.c.event.in_(_ENDED)
    )
    return query.where(ended.c.at < until) if until is not None else query
