"""Days as a user writes them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from storage.errors import ConfigError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def day_of(written: str, option: str, *, today: date) -> date:
    """`2026-11-23`, `today` or `yesterday`. Raises ConfigError naming the option."""
    near = {"today": today, "yesterday": today - timedelta(days=1)}
    if written in near:
        return near[written]
    try:
        return date.fromisoformat(written)
    except ValueError as problem:
        raise ConfigError(f"{option} {written!r}: no day; write it as {today.isoformat()}") from problem


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """The moment a day begins in a zone."""
    return datetime.combine(day, time(), tzinfo=zone)
