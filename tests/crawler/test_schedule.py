from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.schedule import Look, due_by_state, look_of, next_due
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
