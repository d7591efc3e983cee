"""What a reader was told before: an alert is old to them only where a message to them told it."""

from __future__ import annotations

from datetime import UTC
from functools import cache
from typing import TYPE_CHECKING

from alerts import deliver
from alerts.channels import name_of
from alerts.digest import day_of
from storage import closings, deliveries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    import sqlalchemy as sa

    from alerts.recipients import Recipient
    from desk.session import Desk
    from storage.findings import Alert


def heard_by(conn: sa.Connection, desk: Desk, to: Recipient, addresses: Iterable[str]) -> Callable[[Alert], bool]:
    """Whether a reader was told an alert through any of these addresses: at once, or by a digest of its window.

    A message that waits counts, for it goes first; one that was given up does not, nor what came before the reader.
    """
    settings, closed = desk.config.digest, closings.kept(conn)
    channels = [name_of(address) for address in addresses]

    @cache
    def told_until(channel: str, day: date) -> str:
        return deliver.told_until(conn, channel, to, day)

    def heard(alert: Alert) -> bool:
        if not to.wants(alert):
            return False
        day = day_of(alert.told_at, settings, closed)
        told = f"{alert.told_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return any(
            told <= told_until(channel, day) or deliveries.is_told(conn, channel, alert.id) for channel in channels
        )

    return heard
