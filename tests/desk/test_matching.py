"""Scanning: rules advance together, a new one is retroactive, an alert is made once, copies share a cluster."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from alerts.drafts import Drafts
from alerts.rulebook import Rulebook
from alerts.rulefile import read_rule_file
from desk.matching import Matching
from storage import alerts, hits
from storage.errors import ConfigError
from tests.desk.invented_web import Web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from desk.matching import ScanReport
    from storage.config import Config
    from storage.database import Database
    from tests.conftest import Clock

    Scan = Callable[..., ScanReport]

PLAIN = "云浦县公安局通告\n\n本县举行春季运动会。\n各乡镇派队参加。"
HIT = "云浦县公安局通告\n\n本县开展甲乙行动。\n各乡镇派队参加。"

RULES = """
rules:
  - {id: first_concept.plain, severity: medium, match: 甲乙, alerts: [甲乙行动], silent: [春季运动会]}
"""
SECOND = """
  - {id: second_concept.plain, severity: high, match: 丙丁, alerts: [丙丁行动], silent: [春季运动会]}
"""


@pytest.fixture
def web(config: Config, database: Database, clock: Clock) -> Iterator[Web]:
    opened = Web(config, database, clock)
    yield opened
    opened.archive.close()


@pytest.fixture
def scan(web: Web) -> Scan:
    def run(rules: str = RULES, **options: object) -> ScanReport:
        web.derive()
        return Matching(web.database, book(rules), now=web.clock).scan(**options)

    return run


def book(rules: str) -> Rulebook:
    """These rules alone, without the shipped ones."""
    drafts = Drafts()
    top = read_rule_file(rules, "own.yaml")
    assert top is not None
    drafts.add(top)
    return Rulebook(*drafts.compile())


def listed(web: Web) -> list[tuple[str, str, str]]:
    with web.database.read() as conn:
        return [(str(each.kind), each.concept, each.url[-7:]) for each in alerts.listing(conn)]


def test_a_page_alerts_once_however_often_it_is_scanned(web: Web, scan: Scan) -> None:
    web.look("/1.html", HIT)
    web.look("/2.html", PLAIN)
    assert len(scan().alerts) == 1
    assert scan().snapshots == 0
    assert scan(everything=True).alerts == ()
    web.new_run(hours=24)
    web.look("/1.html", HIT)
    assert scan().alerts == ()
    assert listed(web) == [("new", "first_concept", "/1.html")]


def test_an_edit_that_adds_a_hit_alerts_and_one_beside_an_old_hit_does_not(web: Web, scan: Scan) -> None:
    web.look("/1.html", HIT)
    web.look("/2.html", PLAIN)
    scan()
    web.new_run(hours=24)
    web.look("/1.html", HIT.replace("各乡镇", "各村"))
    web.look("/2.html", PLAIN + "\n现部署甲乙行动。")
    (alert,) = scan().alerts
    assert (str(alert.kind), alert.url[-7:], alert.matched) == ("edited", "/2.html", "甲乙")
    assert alert.quote == "现部署甲乙行动。"


def test_a_new_rule_finds_what_was_stored_and_says_so(web: Web, scan: Scan) -> None:
    web.look("/1.html", HIT + "\n另有丙丁行动。")
    scan()
    web.new_run(hours=24)
    web.look("/3.html", PLAIN + "\n另有丙丁行动。3")
    scan()
    web.new_run(hours=24)
    web.look("/2.html", PLAIN + "\n另有丙丁行动。")
    scan(RULES + SECOND)
    assert listed(web) == [
        ("new", "first_concept", "/1.html"),
        ("retroactive", "second_concept", "/1.html"),
        ("retroactive", "second_concept", "/3.html"),
        ("new", "second_concept", "/2.html"),
    ]
    assert scan(RULES + SECOND).snapshots == 0


def test_a_changed_rule_keeps_what_it_told(web: Web, scan: Scan) -> None:
    web.look("/1.html", HIT)
    scan()
    assert scan(RULES.replace("甲乙,", "戊己,").replace("[甲乙行动]", "[戊己行动]")).alerts == ()
    assert listed(web) == [("new", "first_concept", "/1.html")]


def test_one_rule_can_be_scanned_alone_and_the_others_follow(web: Web, scan: Scan) -> None:
    web.look("/1.html", HIT + "\n另有丙丁行动。")
    assert [each.concept for each in scan(RULES + SECOND, rule="second_concept").alerts] == ["second_concept"]
    assert [each.concept for each in scan(RULES + SECOND).alerts] == ["first_concept"]
    with pytest.raises(ConfigError, match=r"did you mean second_concept"):
        scan(RULES + SECOND, rule="second_concpt")


def test_copies_of_one_text_share_a_cluster(web: Web, scan: Scan) -> None:
    text = (
        HIT
        + "\n"
        + "\n".join(f"第{number}条，凡涉及此事的单位和个人都应当按照规定办理。" for number in "一二三四五六七八九")
    )
    web.look("/1.html", text)
    web.look("/2.html", text + "\n来源云浦发布。")
    web.look("/3.html", HIT.replace("乡镇", "街道") + "完全不同的另一篇文章，讲的是甲乙行动的总结。")
    scan()
    with web.database.read() as conn:
        found = {each.url[-7:]: each.cluster for each in alerts.listing(conn)}
    assert found["/1.html"] == found["/2.html"] is not None
    assert found["/3.html"] != found["/1.html"]


def test_a_page_read_late_is_scanned_all_the_same(web: Web, scan: Scan) -> None:
    url = "http://psb.example.gov.cn/1.html"
    web.reading.poison.add(url)
    web.look("/1.html", HIT)
    web.look("/2.html", PLAIN)
    assert scan().alerts == ()
    web.reading.poison.clear()
    assert [each.url for each in scan().alerts] == [url]


OTHER = (
    RULES
    + """
  - {id: other_concept.plain, severity: medium, match: 滞留境外, alerts: [滞留境外], silent: [运动会]}
"""
)


def test_a_scan_for_one_rule_leaves_what_was_read_late_to_the_others(web: Web) -> None:
    web.reading.poison.add("http://psb.example.gov.cn/1.html")
    web.look("/1.html", HIT)
    web.look("/2.html", PLAIN)
    web.derive()
    Matching(web.database, book(OTHER), now=web.clock).scan()
    web.reading.poison.clear()
    web.derive()
    assert Matching(web.database, book(OTHER), now=web.clock).scan(rule="other_concept").alerts == ()
    assert len(Matching(web.database, book(OTHER), now=web.clock).scan().alerts) == 1
    assert Matching(web.database, book(OTHER), now=web.clock).scan().snapshots == 0


HELD = """
rules:
  - id: first_concept.plain
    severity: medium
    match: 甲乙
    exclude: [{id: sports, near: 20, any: [运动会]}]
    alerts: [甲乙行动]
    silent: [甲乙运动会]
"""


def test_what_an_edited_page_held_back_before_is_not_counted_again(web: Web, scan: Scan) -> None:
    text = "云浦县通告\n\n甲乙运动会开幕。\n各乡镇派队参加。"
    web.look("/1", text)
    assert scan(HELD).suppressed == 1
    web.new_run(hours=1)
    web.look("/1", text + "\n天气转凉。")
    assert scan(HELD).suppressed == 0
    web.new_run(hours=1)
    web.look("/1", text + "\n天气转凉。\n另有甲乙趣味运动会。")
    assert scan(HELD).suppressed == 1
    with web.database.read() as conn:
        assert hits.suppressed_counts(conn, web.clock() - timedelta(days=1), web.clock() + timedelta(days=1)) == {
            "sports": 2
        }


def test_what_ocr_misread_is_found_in_scans_alone_and_the_alert_says_so(web: Web, scan: Scan) -> None:
    text = "\n\n本县开展劝返行动。".replace("劝", "勤")
    web.look("/scan", "云浦县公安局通告(scanned)" + text)
    web.look("/page", "云浦县公安局通告" + text)
    report = scan(RULES.replace("甲乙", "劝返"))
    assert [(each.url[-5:], each.layer, each.matched) for each in report.alerts] == [("/scan", "ocr", "勤返")]
    with web.database.read() as conn:
        assert [each.layer for each in alerts.listing(conn)] == ["ocr"]
