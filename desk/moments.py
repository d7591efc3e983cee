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
AHEAD_OF_COPY = "(its own date lies after the time of this copy)"
"""Behind a page's own date that had not come when we saw it: sites date pages ahead, or by a clock that is wrong.
The time of a copy that was imported is no look of ours."""


def local(moment: datetime, zone: ZoneInfo) -> str:
    """ISO 8601 to the second with the zone's offset: `2026-11-20T11:00:01+08:00`."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def page_date(written: str | None, captured: datetime, zone: ZoneInfo, *, imported: bool = False) -> str | None:
    """A page's own date (ISO, of a day or a moment) in the zone, and a note where it lies after the look at it.

    A bare day is one of China, where the page was made (interface.md), whatever zone its reader is in.
    """
    if not written:
        return None
    note = AHEAD_OF_COPY if imported else AHEAD
    try:
        if "T" not in written:
            is_ahead = date.fromisoformat(written) > captured.astimezone(CHINA).date()
            return f"{written} {note}" if is_ahead else written
        moment = datetime.fromisoformat(written)
    except ValueError:
        return written
    if moment.tzinfo is None:
        return written
    return f"{local(moment, zone)} {note}" if moment > captured else local(moment, zone)
