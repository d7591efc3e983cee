"""Days without a run, and what is sent after a stop or to a target that was away: one letter, and nothing pretended."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from desk import digesting
from storage import deliveries, runs
from storage.errors import Retry
from storage.findings import Severity
from storage.records import Sha256
from tests.alerts.stored import put_capture
from tests.desk.test_telling import EVENING, boxes, office

__all__ = ["boxes", "office"]  # fixtures


@pytest.fixture
def begun(office):
    """An office that looked yesterday, whose runs leave their rows."""
    with office.database.write() as conn:
        put_capture(conn, "http://one.test/", at=EVENING - timedelta(days=1), source="one", role="feed")
    office.settings(send=("box://one",), at_once="never")
    return office


def run(office, *found):
    with office.database.write() as conn:
        row = runs.begin(conn, at=office.clock(), code_version="1", settings_digest=Sha256("0" * 64))
    office.run(*found)
    with office.database.write() as conn:
        runs.end(conn, row, None, office.clock())


def kept(office, day, form="json"):
    text = (office.config.data_dir / "digests" / f"2026-{day}.{form}").read_text(encoding="utf-8")
    return json.loads(text) if form == "json" else text


def test_a_day_without_a_run_is_no_quiet_day(begun):
    run(begun)
    begun.clock.at = EVENING + timedelta(days=3)
    run(begun)
    assert "nothing new; 0 of 2 sources answered" in kept(begun, "11-24", "txt")
    for day in ("11-25", "11-26"):
        for form in ("txt", "md", "html"):
            said = " ".join(kept(begun, day, form).split())
            assert "no run was made 本期未运行; the last was on 23 Nov 20:02; nothing was looked at" in said
            assert "nothing new" not in said
        assert (kept(begun, day)["no_run"], kept(begun, day)["last_run"]) == (True, "2026-11-23T12:02:00+00:00")
    assert kept(begun, "11-24")["no_run"] is False


def test_a_machine_off_for_ten_days_sends_one_letter_that_covers_them(begun, boxes):
    run(begun, Severity.MEDIUM)
    begun.clock.at = EVENING + timedelta(days=10)
    run(begun, Severity.MEDIUM)
    first, last = boxes["one"].messages[-2:]
    assert [one.subject.partition(":")[0] for one in boxes["one"].messages[1:]] == ["longarm 24 Nov", "longarm 3 Dec"]
    assert "第1号通告" in first.text
    assert last.subject == "longarm 3 Dec: no run, nothing was looked at"
    days = "and 8 days before it, from 2026-11-25 to 2026-12-02, with nothing to tell; no run on 8 of them"
    for said in (last.html, " ".join(last.text.split())):
        assert days in said
    assert (begun.config.data_dir / "digests" / "2026-11-29.json").exists(), "each day is kept"
    begun.clock.at = EVENING + timedelta(days=11)
    run(begun)
    assert boxes["one"].subjects[-1].startswith("longarm 4 Dec: 1 new")
    assert len(boxes["one"].subjects) == len(set(boxes["one"].subjects)) == 4


def test_a_machine_off_for_weeks_sends_one_roll_up_that_covers_the_empty_ones(begun, boxes):
    reader = {"name": "mara", "send": ["box://mara"], "weekly": True, "digest": False, "at_once": "never"}
    begun.settings(people=[reader])
    run(begun, Severity.MEDIUM)
    begun.clock.at = EVENING + timedelta(days=25)
    run(begun, Severity.MEDIUM)
    assert [one.subject.partition(":")[0] for one in boxes["mara"].messages] == [
        "longarm week until 2026-11-23",
        "longarm week until 2026-11-30",
        "longarm week until 2026-12-14",
    ]
    _, first, last = boxes["mara"].messages
    assert "1 new alert" in first.subject
    assert "before it" not in first.text
    days = "and 7 days before it, from 2026-12-01 to 2026-12-07, with nothing to tell; no run on 7 of them"
    for said in (last.html, " ".join(last.text.split())):
        assert days in said
    assert (begun.config.data_dir / "digests" / "week-2026-12-07.json").exists(), "each week is kept"


def test_killed_between_the_letters_and_the_files_the_same_letters_stand(begun, boxes, monkeypatch):
    run(begun, Severity.MEDIUM)
    begun.clock.at = EVENING + timedelta(days=5)
    with monkeypatch.context() as patch:
        patch.setattr(digesting, "keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            begun.run()
    run(begun)
    subjects = [one.partition(":")[0] for one in boxes["one"].subjects]
    assert subjects == ["longarm 23 Nov", "longarm 24 Nov", "longarm 28 Nov"]


def test_a_target_that_was_away_gets_one_letter_for_its_empty_days_and_every_other_one(begun, boxes):
    boxes["one"].problem = Retry("away")
    for day in range(6):
        begun.clock.at = EVENING + timedelta(days=day)
        run(begun, *[Severity.MEDIUM] * (day == 2))
    boxes["one"].problem = None
    begun.clock.at = EVENING + timedelta(days=6)
    run(begun)
    assert [one.partition(":")[0] for one in boxes["one"].subjects] == ["longarm 26 Nov", "longarm 29 Nov"]
    full, last = boxes["one"].messages
    assert "and 3 days before it, from 2026-11-23 to 2026-11-25, with nothing to tell" in " ".join(full.text.split())
    assert "and 2 days before it, from 2026-11-27 to 2026-11-28, with nothing to tell" in " ".join(last.text.split())
    assert "no run" not in last.text
    with begun.database.read() as conn:
        assert deliveries.unsent(conn) == []
        assert deliveries.failing(conn, until=datetime(2027, 1, 1, tzinfo=UTC)) == []
