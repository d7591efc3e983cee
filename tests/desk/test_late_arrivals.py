"""Looks that others made, and that come late: set among their neighbours by their own time, told as no edit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desk.matching import Matching
from storage import alerts, listings, pages
from storage.findings import AlertKind
from tests.desk.invented_web import HOST, Web
from tests.desk.test_matching import book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

YEARS_AGO = datetime(2021, 5, 1, 3, 0, tzinfo=UTC)
LATER = datetime(2023, 5, 1, 3, 0, tzinfo=UTC)
TODAY = "云浦县公安局通告\n\n本县开展甲乙行动，滞留境外的人员应当在三十日内说明情况。\n逾期的将依法采取相应措施。"
OLD = "云浦县公安局通告\n\n本县开展甲乙行动，滞留境外的人员应当在九十日内说明情况。\n联系人某某。"
OTHER = "云浦县公安局通告\n\n本县举行春季运动会，各乡镇派队参加，地点为县体育场，时间为五月三日上午九时。"
GONE = "提示\n\n您访问的页面不存在或已删除"
RULES = "rules:\n  - {id: own_concept.plain, severity: medium, match: 甲乙行动, alerts: [甲乙行动], silent: [运动会]}\n"


@pytest.fixture
def web(config: Config, database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(config, database, clock)
    yield opened
    opened.archive.close()


def order(web: Web) -> list[int]:
    return [each.id for each in web.snapshots("/1.html")]


def kinds(web: Web) -> list[str]:
    return [str(alert.kind) for alert in Matching(web.database, book(RULES), now=web.clock).scan().alerts]


@pytest.mark.parametrize("derived_before", [True, False], ids=["the page was read before", "all is read at once"])
def test_an_older_look_stands_before_what_was_known_and_is_no_edit(web: Web, derived_before: bool) -> None:
    today = web.look("/1.html", TODAY)
    if derived_before:
        web.derive()
    web.new_run(hours=1)
    old = web.imported("/1.html", OLD, at=YEARS_AGO)
    web.derive()
    assert order(web) == [old.id, today.id]
    assert [each.ordinal for each in web.snapshots("/1.html")] == [1, 2]
    assert web.told() == []
    assert web.state("/1.html") == "live"


def test_looks_of_one_import_in_any_order_end_in_the_order_of_their_times(web: Web) -> None:
    today = web.look("/1.html", TODAY)
    web.new_run(hours=1)
    later = web.imported("/1.html", OTHER, at=LATER)
    old = web.imported("/1.html", OLD, at=YEARS_AGO)
    same = web.imported("/1.html", OLD, at=YEARS_AGO + timedelta(days=9))
    web.derive()
    assert order(web) == [old.id, later.id, today.id]
    assert same.id not in order(web), "between two looks that say the same, or beside one, there is nothing new"
    assert web.told() == []


def test_the_next_own_look_is_compared_with_the_last_own_one_and_not_with_what_came_late(web: Web) -> None:
    web.look("/1.html", TODAY)
    web.derive()
    web.new_run(hours=1)
    web.imported("/1.html", OTHER, at=YEARS_AGO)
    web.derive()
    for _ in range(2):
        web.new_run(hours=25)
        web.look("/1.html", TODAY)
        web.look("/2.html", OTHER)
        web.derive()
    assert len(order(web)) == 2
    assert web.told() == []
    assert web.state("/1.html") == "live"


def test_an_unchanged_answer_repeats_the_last_own_look_and_not_an_imported_one(web: Web) -> None:
    own = web.look("/1.html", TODAY)
    web.new_run(hours=1)
    web.imported("/1.html", OLD, at=YEARS_AGO)
    web.new_run(hours=1)
    again = web.look("/1.html", TODAY)
    assert again.refers_to == own.id
    assert again.via is None
    web.new_run(hours=1)
    assert web.look("/1.html", status=304).refers_to == own.id


def test_a_newer_look_of_someone_elses_is_the_pages_newest_and_an_edit(web: Web) -> None:
    first = web.look("/1.html", TODAY)
    web.derive()
    web.new_run(hours=30)
    saved = web.imported("/1.html", OLD, at=web.clock() - timedelta(hours=1))
    web.derive()
    assert order(web) == [first.id, saved.id]
    assert web.told() == [("edited", "/1.html")]


def test_an_error_page_that_someone_saved_is_no_takedown(web: Web) -> None:
    web.look("/1.html", TODAY)
    web.derive()
    for hours in (1, 26, 26):
        web.new_run(hours=hours)
        web.imported("/1.html", GONE, at=web.clock() - timedelta(minutes=1))
        web.imported("/1.html", "x", at=web.clock() - timedelta(minutes=2), status=404)
        web.derive()
    assert web.state("/1.html") == "live"
    assert web.told() == []


def test_what_is_gone_here_and_was_there_for_someone_else_once_is_a_takedown(web: Web) -> None:
    web.look("/1.html", "not found", status=404)
    web.look("/2.html", OTHER)
    web.derive()
    assert web.told() == []
    web.new_run(hours=1)
    web.imported("/1.html", OLD, at=YEARS_AGO)
    web.derive()
    assert web.told() == []
    for _ in range(2):
        web.new_run(hours=25)
        web.look("/1.html", "not found", status=404)
        web.look("/2.html", OTHER)
        web.derive()
    assert web.state("/1.html") == "gone"
    assert web.told() == [("suspected-gone", "/1.html"), ("gone", "/1.html")]


def test_an_older_look_does_not_bring_a_lost_page_back_and_a_newer_one_does(web: Web) -> None:
    web.look("/1.html", TODAY)
    web.look("/2.html", OTHER)
    web.derive()
    web.new_run(hours=25)
    web.look("/1.html", "not found", status=404)
    web.look("/2.html", OTHER)
    web.derive()
    web.new_run(hours=1)
    web.imported("/1.html", TODAY, at=YEARS_AGO)
    web.derive()
    assert web.state("/1.html") == "suspected-gone"
    web.new_run(hours=5)
    web.imported("/1.html", TODAY, at=web.clock() - timedelta(minutes=1))
    web.derive()
    assert web.state("/1.html") == "live"


def test_a_late_find_is_new_and_what_was_told_of_the_page_is_not_told_again(web: Web) -> None:
    web.look("/1.html", TODAY)
    web.look("/2.html", OTHER)
    web.derive()
    assert kinds(web) == [AlertKind.NEW]
    web.new_run(hours=1)
    web.imported("/1.html", OLD, at=YEARS_AGO)
    web.imported("/2.html", OLD, at=YEARS_AGO)
    web.derive()
    assert kinds(web) == [AlertKind.NEW]
    with web.database.read() as conn:
        assert sorted(alert.url for alert in alerts.listing(conn)) == [HOST + "/1.html", HOST + "/2.html"]


def test_everything_derived_can_be_made_again_from_the_captures(web: Web) -> None:
    web.look("/1.html", TODAY)
    web.derive()
    web.new_run(hours=1)
    web.imported("/1.html", OLD, at=YEARS_AGO)
    web.imported("/1.html", OTHER, at=LATER)
    web.new_run(hours=1)
    web.look("/1.html", TODAY.replace("三十", "十"))
    web.derive()
    before, told = order(web), web.told()
    web.reading.version = "2"
    web.derive()
    assert order(web) == before
    assert web.told() == told == [("edited", "/1.html")]


def test_history_tells_where_a_look_came_from_in_the_order_of_time(web: Web) -> None:
    web.look("/1.html", TODAY)
    web.new_run(hours=1)
    old = web.imported("/1.html", OLD, at=YEARS_AGO)
    web.imported("/1.html", TODAY, at=LATER)
    web.derive()
    with web.database.read() as conn:
        page = pages.by_url(conn, HOST + "/1.html")
        assert page is not None
        events = listings.history(conn, page)
    assert [event.at.year for event in events] == [2021, 2023, 2026]
    assert events[0].snapshot == old.short
    assert events[0].note == f"imported from saved.html on {web.clock():%Y-%m-%d}"
    assert events[2].note is None
