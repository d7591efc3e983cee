"""When a page or a list is looked at again: pure, from what is known of it and what this look showed."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta, timezone
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
# An article's further part that could not be had is asked for on its own, besides when the article is.
PART_AGAIN = DAY
# Of the days between two looks at a page, up to a quarter and at most a day is taken off, by its address, so that the
# pages of a list that were met in one hour are not all due in one.
SPREAD = 4

# A list that failed is asked again after so long, then twice as long each time, up to its own `every`.
FAILED_FEED = HOUR
# One that refused us is left alone for longer each time: from two hours, but not sooner than `every`, to two days.
REFUSED_FEED, LONGEST_REFUSED = 2 * HOUR, 2 * DAY
# How often a list publishes is judged by so many days; never more often than hourly is it asked.
RHYTHM = 28 * DAY
SHORTEST_FEED = HOUR
# At least so many looks must have brought something, over at least a day.
NEWS_TO_JUDGE = 3
# So much of a list's wait is taken off at most, by its id: lists of one host are not all due at once.
FEED_SPREAD = 0.1
# Local bodies publish in office hours; their small servers are left in peace until the morning.
CHINA = timezone(8 * HOUR)
MORNING = 6

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPast:
    """What a list's next look depends on. `error` and `failures`, in a row, are this look's included.

    `arrivals`: its looks of the last weeks, but for its first and this one, and how many entries each brought.
    `spread` is 0 to 1, always the same for a list.
    """

    every: timedelta
    error: ErrorClass | None = None
    failures: int = 0
    arrivals: Sequence[tuple[datetime, int]] = ()
    spread: float = 0.0
    rests_at_night: bool = False


def next_feed_due(past: FeedPast, now: datetime) -> datetime:
    """When to read a list again: at least as often as `every` says, up to hourly where it brings news so often."""
    doubled: int = 2 ** min(max(past.failures - 1, 0), 16)
    match past.error:
        case ErrorClass.BLOCKED:
            return now + max(past.every, min(REFUSED_FEED * doubled, LONGEST_REFUSED))
        case None:
            wait = _by_rhythm(past, now)
        case ErrorClass.ROBOTS | ErrorClass.PARSE:
            wait = past.every
        case _:
            wait = min(past.every, FAILED_FEED * doubled)
    due = now + wait * (1 - FEED_SPREAD * past.spread)
    return _not_at_night(due, now + past.every, past.spread) if past.rests_at_night else due


def _by_rhythm(past: FeedPast, now: datetime) -> timedelta:
    """Half of the time that usually lies between two looks that bring something."""
    news = sum(1 for _, fresh in past.arrivals if fresh)
    span = now - past.arrivals[0][0] if past.arrivals else timedelta()
    if news < NEWS_TO_JUDGE or span < DAY:
        return past.every
    return min(past.every, max(SHORTEST_FEED, span / news / 2))


def _not_at_night(due: datetime, latest: datetime, spread: float) -> datetime:
    local = due.astimezone(CHINA)
    if local.hour >= MORNING:
        return due
    morning = local.replace(hour=MORNING, minute=0, second=0, microsecond=0) + spread * HOUR
    return min(morning, latest).astimezone(due.tzinfo)


def share_of(key: str) -> float:
    """A number from 0 to 1 that is always the same for a key: by it, looks are spread."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:4], "big") / 2**32


def next_due(history: History, look: Look, now: datetime, takedown: Takedown, *, spread: float = 0.0) -> datetime:
    """When to look at a page again after this look at `now`. `spread`: 0 to 1, always the same for a page."""
    if look is Look.DISALLOWED:
        return now + DISALLOWED
    if look is Look.TROUBLE:
        return now + TROUBLED[min(history.troubles, len(TROUBLED) - 1)]
    if look is Look.GONE_SIGN and history.alive:
        return _after_gone_sign(history, now, takedown)
    return _by_age(history, now, spread)


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


def _by_age(history: History, now: datetime, spread: float = 0.0) -> datetime:
    if history.alerted_at is not None:
        return _next_age(ALERTED, ALERTED_FOR_EVER, history.alerted_at, now)
    steps = zip(OTHERS, (timedelta(), *OTHERS), strict=False)
    ages = [age - spread * min(DAY, (age - before) / SPREAD) for age, before in steps]
    return _next_age(ages, OTHERS_FOR_EVER - spread * DAY, history.first_seen, now)


def _next_age(ages: Sequence[timedelta], for_ever: timedelta, born: datetime, now: datetime) -> datetime:
    """The first of these ages that is still to come; the look that is just made counts for the age it is nearest to."""
    age = now - born
    # A look a little before its age (a cron hour that starts early) must not be repeated at once.
    place = bisect_right(ages, age + min(HOUR, age) / 2)
    return born + ages[place] if place < len(ages) else now + for_ever
