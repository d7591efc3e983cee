"""Days as a user writes them."""

from __future__ import annotations

import difflib
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


def due_day(written: str, option: str, *, today: date) -> date:
    """A day to come: `tomorrow` (t), `week` (w, in seven days), `today`, or as `day_of`. Raises ConfigError."""
    ahead = {"today": 0, "tomorrow": 1, "t": 1, "week": 7, "w": 7}
    if written in ahead:
        return today + timedelta(days=ahead[written])
    try:
        return date.fromisoformat(written)
    except ValueError as problem:
        near = difflib.get_close_matches(written, [*ahead], 1)
        hint = f"did you mean {near[0]}?" if near else f"write tomorrow, week, or a day as {today.isoformat()}"
        raise ConfigError(f"{option} {written!r}: no day; {hint}") from problem
