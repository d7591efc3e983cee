"""The weekly roll-up from the database to the shell and the data folder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alerts import deliver
from alerts.bilingual import glosses
from alerts.digest import build
from alerts.letter import Covered
from alerts.recipients import narrow, recipients
from alerts.render_week import SUFFIXES, WEEK_FORMS, render_week
from alerts.weekly import WEEK, WEEKS, build_week, week_window
from desk import closing
from desk.files import write_whole
from storage import sources, weeks, windows
from storage.windows import named_as

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from alerts.recipients import Recipient
    from alerts.weekly import Weekly
    from desk.session import Desk

MONDAY = 0


def last_closed(desk: Desk) -> date:
    """The last Monday whose window is closed."""
    day = closing.window(desk, None).date - timedelta(days=1)
    return day - timedelta(days=(day.weekday() - MONDAY) % 7)


def week_of(desk: Desk, day: date, to: Recipient | None = None) -> Weekly:
    """The roll-up of the seven days that close on `day`; with `to`, of what one reader's filter leaves.

    The charts, and the figures as said, are of everything: no filter knows the weeks behind.
    """
    window = week_window(closing.window(desk, day), closing.window(desk, day - WEEK))
    with desk.database.read() as conn:
        facts = windows.collect(conn, start=window.start, end=window.end, health={})
        if to is not None:
            facts = narrow(facts, to)
        told = weeks.collect(conn, window.end - WEEK * WEEKS, window.end)
        named = {str(one.id): named_as(one) for one in sources.load(conn, include_disabled=True)}
    return build_week(build(facts, window, gloss=glosses), told, named)


def plan_backlog(desk: Desk, days: Sequence[date]) -> None:
    """Put the roll-ups of the weeks that closed on these days, oldest first, into the outbox for everyone who asked.

    As with days: a week with nothing to tell is told with the next one's letter, and the last has one.
    """
    for to in recipients(desk.config):
        if not to.gets_week:
            continue
        covers: list[Covered] = []
        for day in days:
            week = week_of(desk, day, to)
            if week.digest.is_empty and day != days[-1]:
                covers += _each_day(week)
                continue
            whole = replace(week, digest=replace(week.digest, covers=tuple(covers)))
            deliver.plan_week(desk.database, whole, to, now=desk.clock)
            covers = []


def _each_day(week: Weekly) -> Iterator[Covered]:
    for back in reversed(range(WEEK.days)):
        yield Covered(week.window.date - timedelta(days=back), week.digest.is_idle)


def kept_week(desk: Desk, day: date, form: str) -> bytes | None:
    """The roll-up of a closed week as it was kept, byte for byte; None where none was."""
    path = _path(desk.config.data_dir / "digests", day, form)
    return path.read_bytes() if path.is_file() else None


def keep_week(week: Weekly, folder: Path) -> None:
    """Write a roll-up's four forms."""
    for form in WEEK_FORMS:
        write_whole(_path(folder, week.window.date, form), [render_week(week, form).encode()])


def _path(folder: Path, day: date, form: str) -> Path:
    return folder / f"week-{day.isoformat()}.{SUFFIXES[form]}"
