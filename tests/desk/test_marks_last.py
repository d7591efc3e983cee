"""Marks outlive the page's edits, another version of the rules, and a rebuild of all that is derived."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from alerts.rulebook import load_rules
from desk.matching import Matching
from desk.triage import reopen, review
from storage import alerts, reviews
from storage.derived_tables import alert, hit
from tests.desk.invented_web import Web

NOTICE = "云浦县公安局通告\n\n专班从缅甸劝返滞留境外涉诈人员37名。\n各乡镇派队参加。"


@pytest.fixture
def web(config, database, clock):
    opened = Web(config, database, clock)
    yield opened
    opened.archive.close()


def scan(web, folder=None, **options):
    web.derive()
    Matching(web.database, load_rules(folder), now=web.clock).scan(**options)
    web.clock.forward(seconds=1)
    return reopen(web.database, now=web.clock)


def statuses(web):
    with web.database.read() as conn:
        return {one.concept: one.status for one in alerts.listing(conn)}


def mark(web, status, by="Lin"):
    desk = SimpleNamespace(clock=web.clock, database=web.database)
    with web.database.read() as conn:
        known = [one.id for one in alerts.listing(conn)]
    for name in known:
        review(desk, name, reviews.MARK, {"status": status}, by=by)
    web.clock.forward(seconds=1)


def test_an_edit_of_the_page_reopens_what_was_marked_once(web):
    web.look("/1.html", NOTICE)
    assert scan(web) == 0
    mark(web, "relevant")
    marked = len(statuses(web))
    web.new_run(hours=24)
    web.look("/1.html", NOTICE.replace("各乡镇派队参加", "各乡镇另行通知，名单见附件"))
    assert scan(web) == marked
    assert scan(web) == 0
    assert set(statuses(web).values()) == {"new"}


def test_a_takedown_reopens_and_a_mark_after_it_stays(web):
    web.look("/1.html", NOTICE)
    web.look("/2.html", "另一页\n\n本县举行春季运动会。")
    scan(web)
    mark(web, "irrelevant")
    web.new_run(hours=24)
    web.look("/1.html", "not found", status=404)
    web.look("/2.html", "另一页\n\n本县举行春季运动会。")
    assert scan(web) > 0
    assert set(statuses(web).values()) == {"new"}
    mark(web, "relevant")
    assert scan(web) == 0
    assert set(statuses(web).values()) == {"relevant"}


def test_marks_stay_when_the_rules_change_and_when_everything_derived_is_made_again(web, tmp_path):
    web.look("/1.html", NOTICE)
    scan(web)
    mark(web, "relevant")
    before = statuses(web)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "own.yaml").write_text(
        "rules:\n  - {id: persuade_return.abroad, severity: low, exclude: {add: [{id: own, near: 40, any: [钓鱼]}]}}\n",
        encoding="utf-8",
    )
    scan(web, tmp_path)
    assert statuses(web) == before
    with web.database.write() as conn:
        conn.execute(sa.delete(hit))
        conn.execute(sa.delete(alert))
    assert statuses(web) == {}
    scan(web, tmp_path, everything=True)
    assert statuses(web) == before
