from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule import CHINA, FeedPast, Look, due_by_state, look_of, next_due, next_feed_due, share_of
from storage.config import Takedown
from storage.findings import PageState
from storage.histories import History
from storage.records import ErrorClass

BORN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIRM = Takedown()


def looks(history: History, look: Look, until: timedelta) -> list[float]:
    """The ages in hours at which a page is looked at that always answers so."""
    now, ages = BORN, []
    while now - BORN < until:
        now = next_due(history, look, now, CONFIRM)
        ages.append((now - BORN) / HOUR)
    return ages


def test_a_page_that_alerted_is_looked_at_often_then_weekly_then_monthly() -> None:
    ages = looks(History(first_seen=BORN, alerted_at=BORN), Look.ANSWERED, 120 * DAY)
    assert ages[:6] == [1, 6, 24, 72, 168, 336]
    assert ages[-2:] == [24 * 84, 24 * 120]


def test_other_pages_are_looked_at_after_a_day_and_then_ever_less() -> None:
    ages = looks(History(first_seen=BORN), Look.ANSWERED, 270 * DAY)
    assert ages == [24, 72, 168, 720, 2160, 4320, 6480]


def test_a_look_that_comes_a_little_early_is_not_repeated_at_once() -> None:
    early = BORN + DAY - timedelta(minutes=5)
    assert next_due(History(first_seen=BORN), Look.ANSWERED, early, CONFIRM) == BORN + 3 * DAY


@pytest.mark.parametrize(("troubles", "wait"), [(0, HOUR), (1, 6 * HOUR), (2, DAY), (20, DAY), (400, 7 * DAY)])
def test_a_page_in_trouble_is_tried_again_soon_and_then_daily(troubles: int, wait: timedelta) -> None:
    assert next_due(History(first_seen=BORN, troubles=troubles), Look.TROUBLE, BORN, CONFIRM) == BORN + wait


def test_a_gone_sign_is_confirmed_as_soon_as_it_can_be() -> None:
    alive = History(first_seen=BORN, alive=True, state=PageState.LIVE)
    now = BORN + 40 * DAY
    assert next_due(alive, Look.GONE_SIGN, now, CONFIRM) == now + DAY
    suspected = History(first_seen=BORN, alive=True, state=PageState.SUSPECTED_GONE, first_sign_at=now)
    assert next_due(suspected, Look.GONE_SIGN, now + 2 * HOUR, CONFIRM) == now + DAY
    thrice = Takedown.model_validate({"confirm_checks": 3, "confirm_after": "24h"})
    assert next_due(alive, Look.GONE_SIGN, now, thrice) == now + 12 * HOUR


def test_what_was_never_seen_alive_is_no_takedown_to_confirm() -> None:
    assert next_due(History(first_seen=BORN), Look.GONE_SIGN, BORN, CONFIRM) == BORN + DAY


def test_a_page_that_is_gone_is_looked_at_ever_more_seldom() -> None:
    gone = History(first_seen=BORN - DAY, alive=True, state=PageState.GONE, since=BORN)
    assert looks(gone, Look.GONE_SIGN, 500 * DAY) == [24 * days for days in (7, 30, 90, 180, 545)]


def test_a_page_found_gone_or_alerting_after_its_look_is_due_sooner() -> None:
    now = BORN + 100 * DAY
    suspected = History(first_seen=BORN, alive=True, state=PageState.SUSPECTED_GONE, first_sign_at=now - HOUR)
    assert due_by_state(suspected, now, CONFIRM) == now + 23 * HOUR
    assert due_by_state(History(first_seen=BORN, alerted_at=now), now, CONFIRM) == now + HOUR


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (200, None, Look.ANSWERED),
        (304, None, Look.ANSWERED),
        (302, ErrorClass.HTTP, Look.ANSWERED),
        (404, None, Look.GONE_SIGN),
        (410, None, Look.GONE_SIGN),
        (403, None, Look.TROUBLE),
        (521, None, Look.TROUBLE),
        (503, None, Look.TROUBLE),
        (None, ErrorClass.TIMEOUT, Look.TROUBLE),
        (None, ErrorClass.ROBOTS, Look.DISALLOWED),
    ],
)
def test_a_look_is_first_judged_by_its_status(status: int | None, error: ErrorClass | None, expected: Look) -> None:
    assert look_of(status, error) is expected


NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def wait(error: ErrorClass | None = None, *, every: float = 6, **past: object) -> float:
    """Hours until a list is read again that was read at noon."""
    found = FeedPast(every=every * HOUR, error=error, **{"failures": 1, **past})
    return (next_feed_due(found, NOON) - NOON) / HOUR


def news(every: float, *, days: float = 14, looks: float = 1) -> list[tuple[datetime, int]]:
    """Looks every `looks` hours over the last days, one in every `every` hours of which brings something."""
    count = int(days * 24 / looks)
    step = max(1, round(every / looks))
    return [(NOON - (count - n) * looks * HOUR, int(n % step == 0)) for n in range(1, count + 1)]


@pytest.mark.parametrize(
    ("every", "arrivals", "expected"),
    [
        (6, [], 6),
        (24 * 7, [], 24 * 7),
        (24 * 7, news(24 * 10, days=28, looks=24), 24 * 7),
        (24 * 7, news(24, days=28, looks=12), 12),
        (24, news(24), 12),
        (24, news(6), 3),
        (6, news(1), 1),
        (0.5, news(1), 0.5),
        (6, news(24 * 30), 6),
        (24, [(NOON - 3 * HOUR, 1), (NOON - 2 * HOUR, 1), (NOON - HOUR, 1)], 24),
    ],
)
def test_a_list_is_asked_by_how_often_it_publishes_and_at_least_as_often_as_every(
    every: float, arrivals: list[tuple[datetime, int]], expected: float
) -> None:
    assert wait(every=every, arrivals=arrivals) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("error", "every", "waits"),
    [
        (ErrorClass.TIMEOUT, 6, [1, 2, 4, 6, 6]),
        (ErrorClass.DNS, 0.5, [0.5, 0.5]),
        (ErrorClass.BLOCKED, 1, [2, 4, 8, 16, 32, 48, 48]),
        (ErrorClass.BLOCKED, 24, [24, 24, 24, 24, 32, 48]),
        (ErrorClass.BLOCKED, 24 * 7, [24 * 7] * 8),
        (ErrorClass.PARSE, 6, [6, 6]),
        (ErrorClass.ROBOTS, 6, [6, 6]),
    ],
)
def test_a_list_that_fails_is_asked_ever_more_seldom(error: ErrorClass, every: float, waits: list[float]) -> None:
    assert [wait(error, every=every, failures=number) for number, _ in enumerate(waits, 1)] == waits


def test_failures_without_end_are_counted_without_trouble() -> None:
    assert wait(ErrorClass.BLOCKED, failures=10**9) == 48


def test_lists_of_one_host_are_not_all_due_at_once_and_none_is_late() -> None:
    waits = {wait(spread=share_of(f"yunpu/column-{number}")) for number in range(50)}
    assert len(waits) == 50
    assert 5.4 <= min(waits) <= max(waits) <= 6


def test_a_local_body_is_left_in_peace_at_night_but_never_longer_than_every() -> None:
    evening = datetime(2026, 11, 2, 23, 30, tzinfo=CHINA)
    looks = [(at - (NOON - evening), fresh) for at, fresh in news(2)]
    quiet = FeedPast(every=12 * HOUR, arrivals=looks, rests_at_night=True)
    assert next_feed_due(quiet, evening) == datetime(2026, 11, 3, 6, 0, tzinfo=CHINA)
    often = FeedPast(every=2 * HOUR, arrivals=looks, rests_at_night=True)
    assert next_feed_due(often, evening) - evening <= 2 * HOUR
    assert next_feed_due(FeedPast(every=12 * HOUR, arrivals=looks), evening) == evening + HOUR


@given(st.floats(0, 1), st.floats(0, 400))
def test_a_spread_page_is_looked_at_as_often_as_any_and_never_twice_at_once(spread: float, days: float) -> None:
    now, ages = BORN, []
    while now - BORN < days * DAY:
        later = next_due(History(first_seen=BORN), Look.ANSWERED, now, CONFIRM, spread=spread)
        assert later - now >= 18 * HOUR
        now = later
        ages.append(now - BORN)
    assert ages[:5] <= [DAY, 3 * DAY, 7 * DAY, 30 * DAY, 90 * DAY]


def test_pages_met_in_one_hour_are_due_over_six() -> None:
    due = [
        next_due(History(first_seen=BORN), Look.ANSWERED, BORN, CONFIRM, spread=share_of(str(n))) for n in range(240)
    ]
    hours = [int((each - BORN) / HOUR) for each in due]
    assert set(hours) == {18, 19, 20, 21, 22, 23}
    assert max(hours.count(hour) for hour in set(hours)) < 80
