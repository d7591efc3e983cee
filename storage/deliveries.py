"""What was planned to be told, to which channel, and what became of it: three kinds of rows, none ever changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from storage.tables import delivery
from storage.upsert import insert_missing

if TYPE_CHECKING:
    from datetime import datetime

    from storage.records import Sha256

PLANNED, SENT, FAILED = "planned", "sent", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A message that is to go through a channel. `channel` names it without its secrets."""

    subject: str
    channel: str
    message_id: str
    body_sha256: Sha256
    message: str


def plan(conn: sa.Connection, planned: Planned, *, at: datetime) -> bool:
    """Plan a message, once for each subject and channel; False where it stands planned already."""
    known = sa.select(delivery.c.subject).where(
        delivery.c.subject == planned.subject, delivery.c.channel == planned.channel, delivery.c.event == PLANNED
    )
    if conn.execute(known).first():
        return False
    row = {"subject": planned.subject, "channel": planned.channel, "event": PLANNED, "at": at}
    rest = {"message_id": planned.message_id, "body_sha256": planned.body_sha256, "message": planned.message}
    conn.execute(sa.insert(delivery), row | rest)
    return True


def mark(conn: sa.Connection, planned: Planned, event: str, *, at: datetime, message: str | None = None) -> None:
    """Record that a planned message was sent, or failed and why."""
    row = {"subject": planned.subject, "channel": planned.channel, "event": event, "at": at}
    rest = {"message_id": planned.message_id, "body_sha256": planned.body_sha256, "message": message}
    insert_missing(conn, delivery, [row | rest])


def unsent(conn: sa.Connection) -> list[Planned]:
    """The messages that were planned and never sent, oldest first."""
    sent = delivery.alias("sent")
    gone = sa.exists().where(
        sent.c.subject == delivery.c.subject, sent.c.channel == delivery.c.channel, sent.c.event == SENT
    )
    query = sa.select(delivery).where(delivery.c.event == PLANNED, ~gone).order_by(delivery.c.at, delivery.c.channel)
    return [
        Planned(
            subject=row.subject,
            channel=row.channel,
            message_id=row.message_id,
            body_sha256=row.body_sha256,
            message=row.message,
        )
        for row in conn.execute(query)
    ]
