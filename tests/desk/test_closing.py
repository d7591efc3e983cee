"""Windows of digests under settings that change: what is told is told once, and a closed day stays what it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from desk import closing, digesting, telling, weeks
from storage import closings
from storage.findings import Severity
from tests.alerts.stored import put_capture
from tests.desk.test_telling import EVENING, boxes, office

__all__ = ["boxes", "office"]  # fixtures

# 06:00, 07:00 and 08:00 in Shanghai on 24 November.
SIX, SEVEN = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (22, 23))
EIGHT = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def begun(office):
    """An office that has looked for two days."""
    with office.database.write() as conn:
        put_capture(conn, "http://one.test/", at=EVENING - timedelta(days=2), source="one", role="feed")
    return office


def settle(office, **digest):
    office.settings(send=("box://one",), at_once="never", **digest)


def days_told(box, title):
    return [message.subject.partition(":")[0] for message in box.messages if title in message.text]


@pytest.mark.parametrize(
    ("was", "becomes", "day"),
    [
        ({"at": "06:00"}, {"at": "08:00"}, "25"),
        ({"at": "08:00"}, {"at": "06:00"}, "24"),
        ({"at": "06:00"}, {"timezone": "America/New_York"}, "25"),
        ({"at": "08:00"}, {"at": "09:00", "timezone": "Pacific/Kiritimati"}, "24"),
    ],
)
def test_what_was_found_about_the_hour_that_was_moved_is_in_one_digest(begun, boxes, was, becomes, day):
    settle(begun, **was)
    begun.run(Severity.MEDIUM)
    begun.clock.at = SIX + timedelta(minutes=1)
    begun.run()
    begun.clock.at = SEVEN
    begun.run(Severity.HIGH)
    begun.clock.at = EIGHT + timedelta(minutes=1)
    if was["at"] == "08:00":
        begun.run()
    settle(begun, **becomes)
    for hours in (0, 5, 13, 24, 37, 48, 72):
        begun.clock.at = EIGHT + timedelta(hours=hours, minutes=2)
        begun.run()
    assert days_told(boxes["one"], "第2号通告") == [f"longarm {day} Nov"]
    assert days_told(boxes["one"], "第1号通告") == ["longarm 24 Nov"]
    subjects = [subject.partition(":")[0] for subject in boxes["one"].subjects]
    assert len(subjects) == len(set(subjects)) >= 4


def test_a_closed_days_digest_is_the_same_whatever_the_settings_say_since(begun):
    settle(begun, at="02:00")
    begun.run(Severity.MEDIUM)
    begun.clock.forward(hours=13)
    begun.run(Severity.HIGH)
    before = digesting.digest_of(begun.desk(), date(2026, 11, 24))
    begun.clock.forward(hours=24)
    settle(begun, at="23:00", timezone="Europe/Berlin")
    after = digesting.digest_of(begun.desk(), date(2026, 11, 24))
    assert after == before
    assert (after.window.start, after.window.end) == (
        datetime(2026, 11, 22, 18, tzinfo=UTC),
        datetime(2026, 11, 23, 18, tzinfo=UTC),
    )


def test_killed_between_planning_and_keeping_a_window_stays_what_was_planned(begun, boxes, monkeypatch):
    settle(begun, at="06:00")
    begun.run(Severity.MEDIUM)
    begun.clock.at = SIX + timedelta(minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(digesting, "keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            begun.run()
    begun.clock.at = SEVEN
    begun.find(severity=Severity.HIGH)
    settle(begun, at="08:00")
    for hours in (1, 2, 24, 26):
        begun.clock.at = SEVEN + timedelta(hours=hours, minutes=5)
        begun.run()
    assert days_told(boxes["one"], "第1号通告") == ["longarm 24 Nov"]
    assert days_told(boxes["one"], "第2号通告") == ["longarm 25 Nov"]


def test_at_once_and_the_moved_window_leave_nothing_out(begun, boxes):
    begun.settings(send=("box://one",), at="06:00")
    begun.run(Severity.MEDIUM)
    begun.clock.at = SIX + timedelta(minutes=1)
    begun.run()
    begun.clock.at = SEVEN
    begun.find(severity=Severity.HIGH)
    begun.settings(send=("box://one",), at="08:00")
    begun.clock.at = EIGHT + timedelta(minutes=1)
    begun.run()
    assert boxes["one"].subjects[-1].startswith("longarm 24 Nov: at once: 1 high")


def test_a_week_begins_where_the_one_before_it_ended(begun):
    day = date(2026, 11, 23)
    start = datetime(2026, 11, 15, 20, tzinfo=UTC)
    with begun.database.write() as conn:
        closings.put(conn, closings.Closing(day - weeks.WEEK, start - timedelta(days=1), start, "Asia/Shanghai"))
    assert weeks.week_of(begun.desk(), day).window.start == start


def test_a_day_ahead_is_planned_as_an_open_window_and_uses_up_no_day(begun, boxes):
    settle(begun)
    begun.run()
    desk = begun.desk()
    digesting.plan(desk, date(2026, 11, 26))
    telling.send(desk)
    assert not closing.window(desk, date(2026, 11, 26)).start < begun.clock()
    for day in (24, 25, 26):
        begun.clock.at = datetime(2026, 11, day, 1, tzinfo=UTC)
        begun.run(*[Severity.CRITICAL] * (day == 25))
    assert days_told(boxes["one"], "第1号通告") == ["longarm 26 Nov"]


def test_a_window_is_kept_once_and_only_when_it_closed(begun):
    desk = begun.desk()
    for day in (22, 24, 26):
        closing.close(desk, date(2026, 11, day))
    with begun.database.read() as conn:
        (kept,) = closings.kept(conn)
    assert kept.day == date(2026, 11, 22)
    with begun.database.write() as conn:
        closings.put(conn, kept._replace(end=kept.end + timedelta(hours=1)))
    with begun.database.read() as conn:
        assert closings.kept(conn) == [kept]
