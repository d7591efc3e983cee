"""What is wrong with a source, learned from its own past: each kind of alarm is one small judgement. Pure.

A judgement is made over what a source's feeds showed so far. It finds something wrong, or nothing, or it cannot tell
from what it has; then an alarm that holds goes on holding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal

from storage.records import ErrorClass
from storage.urls import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from storage.feed_health import FeedLook

VERSION = 1

SILENCE = "silence"
# What each kind makes of a source that otherwise seems well, in the words of `sources list`; the others are notes.
HEALTH: Mapping[str, str] = {
    "blocked": "blocked",
    "failing": "failing",
    "empty-list": "redesigned",
    "fewer-entries": "redesigned",
    "undated-entries": "redesigned",
    "undated-pages": "redesigned",
    "empty-pages": "redesigned",
    "platform": "redesigned",
    "redirected": "redesigned",
    SILENCE: "silent",
}

# So many failures in a row are no accident; refusals and empty lists rarely are one.
FAILURES, REFUSALS = 3, 2
# Of the last so many looks half failed, of those before hardly any: failures are rising.
RISING_LOOKS, RISING_SHARE, CALM_SHARE = 10, 0.5, 0.2
# What is usual is known after so many readings; a list shorter than six entries has no usual length.
USUAL_AFTER, SHORTEST_LIST = 5, 6
# Of pages: so many of the newest, against at least so many before them.
NEWEST_PAGES, PAGES_BEFORE, USUAL_SHARE = 3, 8, 0.7
# A change of who answers is news for so long; then it is how things are.
NEWS_FOR = timedelta(days=7)
# A site behind a content network answers from many addresses.
FEW_ADDRESSES = 2
# Silence: three times the longest usual gap (nine gaps in ten are shorter), at least over a long weekend.
GAPS, LONGER = 5, 3
SHORTEST_SILENCE, LONGEST_SILENCE = timedelta(days=3), timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPast:
    """One feed's looks, oldest first, the last one the one to judge; the days on which it published, in order."""

    feed_id: str
    url: str
    looks: tuple[FeedLook, ...]
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePast:
    """A source's feeds. `silent_after`: what its entry says; None leaves it to what is usual."""

    feeds: tuple[FeedPast, ...]
    silent_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something wrong: since when, and what in one line."""

    since: datetime
    detail: str


Judgement = Found | Literal["unknown"] | None


def judge(past: SourcePast, held: AbstractSet[tuple[str, str]]) -> dict[tuple[str, str], Found | None]:
    """What is wrong now, by kind and feed (empty: the whole source). `held` are the alarms that hold.

    None stands for one that goes on holding because nothing can be told of it.
    """
    found: dict[tuple[str, str], Found | None] = {}
    for feed in past.feeds:
        for kind, check in CHECKS.items():
            _take(found, (kind, feed.feed_id), check(feed), held)
    _take(found, (SILENCE, ""), _silence(past), held)
    return found


def _take(
    found: dict[tuple[str, str], Found | None],
    key: tuple[str, str],
    said: Judgement,
    held: AbstractSet[tuple[str, str]],
) -> None:
    if isinstance(said, Found):
        found[key] = said
    elif said is not None and key in held:
        found[key] = None


# --- does it answer ---------------------------------------------------------------------------------


def _failing(feed: FeedPast) -> Judgement:
    tail = _tail(feed.looks, lambda look: look.error not in (None, ErrorClass.BLOCKED, ErrorClass.PARSE))
    if len(tail) < FAILURES:
        return None
    return Found(since=tail[0].at, detail=f"{len(tail)} looks in a row failed, the last: {tail[-1].error}")


def _blocked(feed: FeedPast) -> Judgement:
    tail = _tail(feed.looks, lambda look: look.error is ErrorClass.BLOCKED)
    if len(tail) < REFUSALS:
        return None
    return Found(since=tail[0].at, detail=f"{len(tail)} looks in a row were refused")


def _empty_list(feed: FeedPast) -> Judgement:
    tail = _tail(feed.looks, lambda look: look.error is ErrorClass.PARSE)
    if len(tail) < REFUSALS:
        return None
    return Found(since=tail[0].at, detail="the list answers and shows no entries: redesigned, or drawn by script")


def _rising(feed: FeedPast) -> Judgement:
    recent, before = feed.looks[-RISING_LOOKS:], feed.looks[:-RISING_LOOKS]
    if len(before) < RISING_LOOKS:
        return "unknown"
    failed = [look for look in recent if look.error is not None]
    if len(failed) < RISING_SHARE * len(recent) or _share(before, lambda look: look.error is not None) > CALM_SHARE:
        return None
    return Found(since=failed[0].at, detail=f"{len(failed)} of the last {len(recent)} looks failed; before hardly any")


# --- does it show what it used to -------------------------------------------------------------------


def _counted(feed: FeedPast) -> list[FeedLook]:
    return [look for look in feed.looks if look.error is None and look.listed]


def _fewer_entries(feed: FeedPast) -> Judgement:
    counted = _counted(feed)
    if len(counted) <= USUAL_AFTER or counted[-1] is not feed.looks[-1]:
        return "unknown"
    usual = median(look.listed or 0 for look in counted[:-1])
    tail = _tail(counted, lambda look: (look.listed or 0) * 2 < usual)
    before = counted[: len(counted) - len(tail)]
    if not tail or usual < SHORTEST_LIST or _share(before, lambda look: (look.listed or 0) * 2 < usual) > 1 / 20:
        return None
    return Found(since=tail[0].at, detail=f"{tail[-1].listed} entries instead of about {usual:.0f}")


def _undated_entries(feed: FeedPast) -> Judgement:
    counted = [look for look in _counted(feed) if look.dated is not None]
    if not counted or counted[-1] is not feed.looks[-1]:
        return "unknown"
    tail = _tail(counted, lambda look: not look.dated)
    before = counted[: len(counted) - len(tail)]
    if len(before) < USUAL_AFTER:
        return None if not tail else "unknown"
    usual = median((look.dated or 0) / (look.listed or 1) for look in before)
    if not tail or usual < USUAL_SHARE:
        return None
    return Found(since=tail[0].at, detail="its entries have no dates any more")


def _undated_pages(feed: FeedPast) -> Judgement:
    return _pages_lack(feed, lambda look: look.pages_dated, "no date")


def _empty_pages(feed: FeedPast) -> Judgement:
    return _pages_lack(feed, lambda look: look.pages_with_text, "hardly any text")


def _pages_lack(feed: FeedPast, has: Callable[[FeedLook], int], what: str) -> Judgement:
    read = [look for look in feed.looks if look.pages]
    if not read or read[-1] is not feed.looks[-1]:
        return "unknown"
    tail = _tail(read, lambda look: not has(look))
    lacking = sum(look.pages for look in tail)
    before = read[: len(read) - len(tail)]
    known = sum(look.pages for look in before)
    if not tail:
        return None
    if lacking < NEWEST_PAGES or known < PAGES_BEFORE:
        return "unknown"
    if sum(has(look) for look in before) < USUAL_SHARE * known:
        return None
    return Found(since=tail[0].at, detail=f"its {lacking} newest pages show {what}, those before did")


# --- is it still the same ---------------------------------------------------------------------------


def _platform(feed: FeedPast) -> Judgement:
    read = [look for look in feed.looks if look.error is None and look.listed and look.platform]
    return _changed(read, lambda look: look.platform, feed, "read as {now}, before as {before}")


def _redirected(feed: FeedPast) -> Judgement:
    answered = [look for look in feed.looks if look.host is not None]
    if not answered or answered[-1] is not feed.looks[-1]:
        return "unknown"
    own = _bare(host_of(feed.url))
    tail = _tail(answered, lambda look: _bare(look.host or "") != own)
    if not tail:
        return None
    if len(tail) == len(answered):
        # From the first look on it led there: that is how it is; or its beginnings are forgotten.
        return "unknown"
    return Found(since=tail[0].at, detail=f"leads to {tail[-1].host}; give its entry the new start address")


def _certificate(feed: FeedPast) -> Judgement:
    shown = [look for look in feed.looks if look.issuer is not None or look.tls_error is not None]
    if not shown or shown[-1] is not feed.looks[-1]:
        return "unknown"
    tail = _tail(shown, lambda look: look.tls_error is not None)
    if tail and len(shown) - len(tail) >= FAILURES:
        return Found(since=tail[0].at, detail=f"its certificate is not to be believed any more: {tail[-1].tls_error}")
    return _changed(shown, lambda look: look.issuer, feed, "its certificate is vouched for by another authority")


def _address(feed: FeedPast) -> Judgement:
    shown = [look for look in feed.looks if look.address is not None]
    if len({look.address for look in shown[:-1]}) > FEW_ADDRESSES:
        return None
    return _changed(shown, lambda look: look.address, feed, "answers from {now}, before from {before}")


def _changed(
    looks: Sequence[FeedLook], value: Callable[[FeedLook], str | None], feed: FeedPast, said: str
) -> Judgement:
    """Whether the last looks show one value and at least three before them others, and that is news."""
    if not looks or looks[-1] is not feed.looks[-1]:
        return "unknown"
    now = value(looks[-1])
    tail = _tail(looks, lambda look: value(look) == now)
    before = [value(look) for look in looks[: len(looks) - len(tail)]]
    if len(before) < FAILURES or now in before or looks[-1].at - tail[0].at >= NEWS_FOR:
        return None
    return Found(since=tail[0].at, detail=said.format(now=now, before=before[-1]))


# --- is it silent -----------------------------------------------------------------------------------


def _silence(past: SourcePast) -> Judgement:
    """Silent as a whole: one list that brings news is enough. Measured between looks, so that not looking is none."""
    looks = [look for feed in past.feeds for look in feed.looks]
    answered = [look.at for look in looks if look.error is None]
    brought = [look.at for look in looks if look.fresh]
    limit = past.silent_after or usual_silence(sorted({day for feed in past.feeds for day in feed.days}))
    if not brought or not answered:
        return "unknown"
    quiet = max(answered) - max(brought)
    if limit is None or quiet < limit:
        return None
    usual = f"at most {past.silent_after.days} d is asked for" if past.silent_after else f"{limit.days} d is unusual"
    return Found(since=max(brought), detail=f"nothing new; {usual}")


def usual_silence(days: Sequence[date]) -> timedelta | None:
    """How long a source that published on these days, in order, may say nothing; None where nobody can tell."""
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    if len(gaps) < GAPS:
        return None
    limit = LONGER * gaps[math.ceil(0.9 * len(gaps)) - 1]
    return max(limit, SHORTEST_SILENCE) if limit <= LONGEST_SILENCE else None


def _tail(looks: Sequence[FeedLook], fits: Callable[[FeedLook], bool]) -> list[FeedLook]:
    """The looks at the end that all fit."""
    start = len(looks)
    while start and fits(looks[start - 1]):
        start -= 1
    return list(looks[start:])


def _share(looks: Sequence[FeedLook], fits: Callable[[FeedLook], bool]) -> float:
    return sum(map(fits, looks)) / len(looks) if looks else 0.0


def _bare(host: str) -> str:
    return host.removeprefix("www.")


CHECKS: Mapping[str, Callable[[FeedPast], Judgement]] = {
    "blocked": _blocked,
    "failing": _failing,
    "empty-list": _empty_list,
    "rising-failures": _rising,
    "fewer-entries": _fewer_entries,
    "undated-entries": _undated_entries,
    "undated-pages": _undated_pages,
    "empty-pages": _empty_pages,
    "platform": _platform,
    "redirected": _redirected,
    "certificate": _certificate,
    "address": _address,
}
