"""Control looks: the host's home before a page is called gone, and what the host answers to any address."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crawler.control import Controls, nowhere
from crawler.purpose import Purpose
from crawler.schedule import Look
from storage.findings import PageState
from storage.histories import History
from storage.records import Reason, Role, SourceId
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.yi.example.gov.cn"
PAGE = f"{HOST}/2026/1.html"
XML = "text/xml; charset=utf-8"
HOME = "<html><title>乙县公安局</title><body>欢迎访问</body></html>"
AT_ONCE = "[takedown]\nconfirm_after = '0s'\n"


def article(text: str = "乙县公安局组织民警开展冬季消防安全检查，共检查单位三十家。" * 20) -> str:
    return f"<html><head><title>关于检查的通知</title></head><body><h1>关于检查的通知</h1><p>{text}</p></body></html>"


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy, more=AT_ONCE)
    museum.serve(f"{HOST}/rss.xml", feed_of([PAGE]), content_type=XML)
    museum.serve(PAGE, article(), etag='"1"')
    yard.source("yi", f"{HOST}/rss.xml")
    assert yard.longarm("crawl").returncode == 0
    return yard


def state(yard: Yard) -> tuple[str, str | None]:
    rows = [json.loads(line) for line in yard.longarm("urls", "list", "--json").stdout.splitlines()]
    (row,) = [row for row in rows if row["url"] == PAGE]
    return row["state"], row.get("gone_as")


def recheck(yard: Yard, times: int) -> None:
    for _ in range(times):
        assert yard.longarm("recheck", "--all").returncode == 0


def test_the_only_page_of_a_host_is_gone_once_the_home_has_answered(yard: Yard, museum: Museum) -> None:
    museum.serve(f"{HOST}/", HOME)
    museum.serve(PAGE, "no", status=404, day=2)
    museum.day = 2
    recheck(yard, 1)
    assert state(yard) == ("suspected-gone", "404")
    assert not museum.asked(f"{HOST}/")
    recheck(yard, 1)
    assert state(yard) == ("gone", "404")
    assert len(museum.asked(f"{HOST}/")) == 1
    assert f"{HOST}/\n" not in yard.longarm("urls", "list").stdout


@pytest.mark.parametrize("status", [404, 503, 521])
def test_where_the_home_does_not_answer_either_nothing_is_gone(yard: Yard, museum: Museum, status: int) -> None:
    museum.serve(f"{HOST}/", "no", status=status)
    museum.serve(PAGE, "no", status=404, day=2)
    museum.day = 2
    recheck(yard, 3)
    assert state(yard) == ("suspected-gone", "404")


def test_a_page_that_became_what_the_host_answers_to_any_address_is_a_soft_404(yard: Yard, museum: Museum) -> None:
    anything = "<html><head><title></title></head><body><p>本站提供便民服务，请从栏目进入。</p></body></html>"
    museum.serve(nowhere(PAGE), anything, day=2)
    museum.serve(PAGE, anything, day=2)
    museum.day = 2
    recheck(yard, 1)
    assert state(yard) == ("suspected-gone", "soft-404")


def test_an_edit_that_leaves_most_of_a_page_asks_for_nothing_else(yard: Yard, museum: Museum) -> None:
    museum.serve(PAGE, article().replace("三十", "四十"), day=2)
    museum.day = 2
    recheck(yard, 1)
    assert not museum.asked(nowhere(PAGE))
    assert state(yard) == ("live", None)


def test_a_home_that_is_a_list_is_still_read_as_one_after_a_control_look(tmp_path: Path, museum: Museum) -> None:
    yard = Yard(tmp_path / "two")
    yard.configure(proxy=museum.proxy, more=AT_ONCE)
    museum.serve(f"{HOST}/", feed_of([PAGE]), content_type=XML, etag='"a"')
    museum.serve(PAGE, article())
    yard.source("yi", f"{HOST}/")
    yard.longarm("crawl")
    museum.serve(PAGE, "no", status=404, day=2)
    museum.serve(f"{HOST}/", feed_of([PAGE, f"{HOST}/2026/2.html"]), content_type=XML, etag='"b"', day=2)
    museum.serve(f"{HOST}/2026/2.html", article("另一篇通知的正文。" * 30), day=2)
    museum.day = 2
    recheck(yard, 2)
    assert state(yard) == ("gone", "404")
    assert "1 new page," in yard.longarm("crawl").stdout


def test_each_is_asked_once_a_host_and_not_where_the_host_has_answered() -> None:
    suspected = _purpose(PageState.SUSPECTED_GONE)
    controls = Controls()
    assert controls.home(_purpose(PageState.LIVE), Look.GONE_SIGN) is None
    assert controls.home(suspected, Look.TROUBLE) is None
    assert controls.home(suspected, Look.GONE_SIGN) == f"{HOST}/"
    assert controls.home(suspected, Look.GONE_SIGN) is None
    assert controls.compares(suspected)
    assert controls.nowhere(suspected, 900, 1000) is None
    assert controls.nowhere(suspected, 100, 1000) == nowhere(PAGE)
    assert not controls.compares(suspected)


def _purpose(state: PageState) -> Purpose:
    history = History(first_seen=datetime(2026, 11, 23, tzinfo=UTC), state=state, alive=True)
    return Purpose(
        url=PAGE,
        role=Role.PAGE,
        reason=Reason.RECHECK,
        source_id=SourceId("yi"),
        vantage="default",
        robots="obey",
        history=history,
    )
