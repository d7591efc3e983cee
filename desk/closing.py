"""The windows of digests, as the settings say and as those before them ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.digest import window_of
from storage import closings

if TYPE_CHECKING:
    from datetime import date

    from alerts.letter import Window
    from desk.session import Desk


def window(desk: Desk, day: date | None) -> Window:
    """The window that closes on `day`, or closed on it; without one the open window."""
    with desk.database.read() as conn:
        closed = closings.kept(conn)
    return window_of(day, desk.config.digest, desk.clock(), closed)


def close(desk: Desk, day: date) -> None:
    """Keep what the window of a day is, if it has closed: before the first word of its digest goes out."""
    found = window(desk, day)
    if not found.is_open:
        with desk.database.write() as conn:
            closings.put(conn, closings.Closing(found.date, found.start, found.end, found.zone))
