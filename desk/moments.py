"""Moments as people read them: all of one output in one zone, `[digest] timezone`, each with its offset.

JSON and the log have UTC (`alerts.render_json.stamp`), so that texts compare.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from storage.config import CHINA

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

AHEAD = "(its own date lies after our look)"
"""Behind a page's own date that had not come when we saw it: sites date pages ahead, or by a clock that is wrong."""


def local(moment: datetime, zone: ZoneInfo) -> str:
    """ISO 8601 to the second with the zone's offset: `2026-11-20T11:00:01+08:00`."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def page_date(written: str | None, captured: datetime, zone: ZoneInfo) -> str | None:
    """A page's own date (ISO, of a day or a moment) in the zone, and a note where it lies after the look at it.

    A bare day is one of China, where the page was made (interface.md), whatever zone its reader is in.
    """
    if not written:
        return None
    try:
        if "T" not in written:
            return _noted(written, is_ahead=date.fromisoformat(written) > captured.astimezone(CHINA).date())
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if moment.tzinfo is None:
        return written
    return _noted(local(moment, zone), is_ahead=moment > captured)


def _noted(said: str, *, is_ahead: bool) -> str:
    return f"{said} {AHEAD}" if is_ahead else said
