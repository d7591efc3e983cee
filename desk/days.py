"""Days as a user writes them."""

from __future__ import annotations

import difflib
from contextlib import suppress
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
        meant = difflib.get_close_matches(written, [*near], 1)
        hint = f"did you mean {meant[0]}?" if meant else f"write it as {today.isoformat()}"
        raise ConfigError(f"{option} {written!r}: no day; {hint}") from problem


def in_order(since: date | None, until: date | None) -> None:
    """Raises ConfigError where `--since` lies after `--until`, between which no day lies."""
    if since and until and since > until:
        raise ConfigError(f"--since {since.isoformat()} lies after --until {until.isoformat()}; turn them round")


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """The moment a day begins in a zone."""
    return datetime.combine(day, time(), tzinfo=zone)


def not_ahead(day: date, option: str, *, last: date) -> date:
    """The day, where its window has begun: `last` closes the open one. Raises ConfigError naming the option."""
    if day > last:
        raise ConfigError(
            f"{option} {day.isoformat()}: lies ahead; the window that is open now closes on {last.isoformat()}"
        )
    return day


def since_of(written: str | None, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """From when on `--since` asks: the moment that its day begins in a zone, or a moment with its offset as digests and
    notices write it; None where it was not given. Raises ConfigError."""
    if not written:
        return None
    if "T" in written:
        with suppress(ValueError):
            moment = datetime.fromisoformat(written)
            if moment.tzinfo is not None:
                return moment
    return beginning(day_of(written, "--since", today=now.astimezone(zone).date()), zone)


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
