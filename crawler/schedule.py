"""When a page is looked at again: pure, from what is known of it and what this look showed."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from storage.findings import PageState
from storage.records import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from storage.config import Takedown
    from storage.histories import History

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# The ages at which a page is looked at (evidence.md, section 6): most removals come in days.
_FIRST_WEEK = (HOUR, 6 * HOUR, DAY, 3 * DAY)
_WEEKLY = tuple(DAY * days for days in range(7, 91, 7))
_MONTHLY = tuple(DAY * days for days in range(120, 366, 30))
ALERTED = (*_FIRST_WEEK, *_WEEKLY, *_MONTHLY)
OTHERS = (DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY)
GONE = (7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY)
# Beyond the last age, so often.
ALERTED_FOR_EVER, OTHERS_FOR_EVER, GONE_FOR_EVER = 90 * DAY, 90 * DAY, 365 * DAY
# After the first, second, … look in a row that was blocked or answered by nobody; then weekly after a month of it.
TROUBLED = (HOUR, 6 * HOUR, *(DAY for _ in range(30)), 7 * DAY)
DISALLOWED = 30 * DAY
# A feed that failed is asked again after so long, or after its own `every` where that is shorter.
FAILED_FEED = HOUR

_GONE_STATUS = frozenset({404, 410})
_BLOCKED_STATUS = frozenset({401, 403, 412, 418, 429, 451, 521})


class Look(StrEnum):
    """What a look shows before anyone has read its body."""

    ANSWERED = "answered"
    GONE_SIGN = "gone-sign"
    TROUBLE = "trouble"
    DISALLOWED = "disallowed"


def look_of(status: int | None, error: ErrorClass | None) -> Look:
    """The kind of a look by its status and error class alone."""
    if error is ErrorClass.ROBOTS:
        return Look.DISALLOWED
    if status in _GONE_STATUS:
        return Look.GONE_SIGN
    if status is None or error is ErrorClass.BLOCKED or status in _BLOCKED_STATUS or status >= 500:
        return Look.TROUBLE
    return Look.ANSWERED


def next_due(history: History, look: Look, now: datetime, takedown: Takedown) -> datetime:
    """When to look at a page again after this look at `now`."""
    if look is Look.DISALLOWED:
        return now + DISALLOWED
    if look is Look.TROUBLE:
        return now + TROUBLED[min(history.troubles, len(TROUBLED) - 1)]
    if look is Look.GONE_SIGN and history.alive:
        return _after_gone_sign(history, now, takedown)
    return _by_age(history, now)


def due_by_state(history: History, now: datetime, takedown: Takedown) -> datetime:
    """When a page is due by what was made of its looks since (a soft 404, an alert): may be sooner than was thought."""
    if history.state in (PageState.SUSPECTED_GONE, PageState.GONE):
        return _after_gone_sign(history, now, takedown)
    return _by_age(history, now)


def _after_gone_sign(history: History, now: datetime, takedown: Takedown) -> datetime:
    if history.state is PageState.GONE and history.since is not None:
        return _next_age(GONE, GONE_FOR_EVER, history.since, now)
    # Spread over confirm_after, so that the last of the looks that confirm stands so long after the first.
    step = takedown.confirm_after / max(1, takedown.confirm_checks - 1)
    first = history.first_sign_at or now
    due = first + step
    while due <= now:
        due += max(step, HOUR)
    return due


def _by_age(history: History, now: datetime) -> datetime:
    if history.alerted_at is not None:
        return _next_age(ALERTED, ALERTED_FOR_EVER, history.alerted_at, now)
    return _next_age(OTHERS, OTHERS_FOR_EVER, history.first_seen, now)


def _next_age(ages: Sequence[timedelta], for_ever: timedelta, born: datetime, now: datetime) -> datetime:
    """The first of these ages that is still to come; the look that is just made counts for the age it is nearest to."""
    age = now - born
    # A look a little before its age (a cron hour that starts early) must not be repeated at once.
    place = bisect_right(ages, age + min(HOUR, age) / 2)
    return born + ages[place] if place < len(ages) else now + for_ever
