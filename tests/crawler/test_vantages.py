"""Several ways out: what one is refused another may see, and neither is told what the other was given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.crawler.yard import Yard, feed_of
from tests.loopback.museum import Museum, open_museum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "http://www.wu.example.gov.cn"
RSS = f"{HOST}/rss.xml"
PAGE = f"{HOST}/art/1.html"
TEXT = "戊县公安局关于敦促滞留境外人员回国投案自首的通告，请有关人员在年底前与我局联系。" * 10
BODY = f"<html><title>第1号通告</title><h1>第1号通告</h1><p>{TEXT}</p></html>"


@pytest.fixture
def abroad() -> Iterator[Museum]:
    """The same web, seen from another place."""
    with open_museum() as opened:
        yield opened


@pytest.fixture
def yard(tmp_path: Path, museum: Museum, abroad: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    at_once = "[takedown]\nconfirm_after = '0s'\ntrouble_checks = 1\ntrouble_after = '0s'\n"
    yard.configure(proxy=museum.proxy, more=f"[vantage.hk]\nproxy = '{abroad.proxy}'\n{at_once}")
    for web in (museum, abroad):
        web.serve(RSS, feed_of([PAGE]), content_type="text/xml", etag='"f"')
        web.serve(PAGE, BODY, etag='"here"' if web is museum else '"abroad"')
        web.serve(f"{HOST}/", "<html><title>戊县公安局</title></html>")
    yard.source("wu", RSS, vantages="[default, hk]")
    assert yard.longarm("crawl").returncode == 0
    yard.longarm("scan")
    assert abroad.requests == [], "what is seen from the usual vantage is asked from there alone"
    return yard


def rows(yard: Yard, *words: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in yard.longarm(*words, "--json").stdout.splitlines()]


def state(yard: Yard) -> object:
    return next(row["state"] for row in rows(yard, "urls", "list") if row["url"] == PAGE)


def events(yard: Yard, url: str = PAGE) -> list[object]:
    return [row["event"] for row in rows(yard, "history", url)]


@pytest.mark.parametrize("status", [404, 403])
def test_a_page_that_another_vantage_sees_is_hidden_and_never_gone(
    yard: Yard, museum: Museum, abroad: Museum, status: int
) -> None:
    museum.serve(PAGE, "no", status=status, day=2)
    museum.day = 2
    for _ in range(3):
        yard.longarm("recheck", "--all")
    assert state(yard) == "live"
    told = [row for row in rows(yard, "history", PAGE) if row["event"] == "hidden"]
    assert len(told) == 1, "told once"
    assert "from default, alive from hk" in str(told[0]["note"])
    assert {"gone", "suspected-gone"} & set(events(yard)) == set()
    assert {row["vantage"] for row in rows(yard, "history", PAGE) if row["vantage"]} == {"default", "hk"}
    assert "from hk" in yard.longarm("history", PAGE).stdout
    assert abroad.asked(f"{HOST}/robots.txt"), "robots.txt goes the same way out"
    told = yard.longarm("digest").stdout
    assert "1 hidden from some places" in told
    assert "404 from default, alive from hk" in told or "blocked from default, alive from hk" in told
    assert "takedown" not in told
    museum.day = 1
    yard.longarm("recheck", "--all")
    assert events(yard)[-1] == "returned"
    assert yard.longarm("verify").returncode == 0


def test_a_page_that_no_vantage_sees_goes_as_ever(yard: Yard, museum: Museum, abroad: Museum) -> None:
    for web in (museum, abroad):
        web.serve(PAGE, "no", status=404, day=2)
        web.day = 2
    for _ in range(2):
        yard.longarm("recheck", "--all")
    assert state(yard) == "gone"
    assert "hidden" not in events(yard)


def test_no_vantage_is_told_the_validators_of_another(yard: Yard, museum: Museum, abroad: Museum) -> None:
    museum.serve(PAGE, "no", status=404, day=2)
    museum.day = 2
    yard.longarm("recheck", "--all")
    assert "if-none-match" not in abroad.asked(PAGE)[0].headers
    museum.day = 1
    yard.longarm("recheck", "--all")
    assert museum.asked(PAGE)[-1].headers["if-none-match"] == '"here"'


def test_another_text_from_another_vantage_is_no_edit(yard: Yard, museum: Museum, abroad: Museum) -> None:
    museum.serve(PAGE, "no", status=404, day=2)
    museum.day = 2
    abroad.serve(PAGE, BODY.replace("年底", "月底"), day=1)
    yard.longarm("recheck", "--all")
    museum.day = 1
    yard.longarm("recheck", "--all")
    assert "edited" not in events(yard)


def test_one_page_is_compared_by_hand(yard: Yard, museum: Museum, abroad: Museum) -> None:
    abroad.serve(PAGE, "no", status=403)
    abroad.routes["GET", PAGE].pop(0)
    done = yard.longarm("recheck", "--url", PAGE, "--vantage", "hk")
    assert "default: captured 200" in done.stdout
    assert "hk: blocked 403" in done.stdout
    assert len(museum.asked(PAGE)) == 1
    assert state(yard) == "live"
    assert yard.longarm("recheck", "--url", PAGE, "--vantage", "moon").returncode == 2
    assert yard.longarm("recheck", "--vantage", "hk").returncode == 2


def test_a_gone_page_that_is_found_alive_elsewhere_is_corrected(yard: Yard, museum: Museum, abroad: Museum) -> None:
    yard.source("wu", RSS)
    museum.serve(PAGE, "no", status=404, day=2)
    museum.day = 2
    for _ in range(2):
        yard.longarm("recheck", "--all")
    assert state(yard) == "gone"
    yard.longarm("recheck", "--url", PAGE, "--vantage", "hk")
    assert (state(yard), events(yard)[-1]) == ("live", "hidden")


def test_a_list_that_another_vantage_sees_is_told_with_the_blocked_source(
    yard: Yard, museum: Museum, abroad: Museum
) -> None:
    museum.serve(RSS, "no", status=403, day=2)
    museum.day = 2
    yard.longarm("crawl")
    assert [seen.url for seen in abroad.requests] == [f"{HOST}/robots.txt", RSS]
    text = " ".join(yard.longarm("digest").stdout.split())
    assert "vantage default, alive from hk" in text


def test_a_host_that_is_left_alone_from_one_vantage_is_still_asked_from_the_other(
    yard: Yard, museum: Museum, abroad: Museum
) -> None:
    pages = [f"{HOST}/art/{n}.html" for n in range(1, 6)]
    for web in (museum, abroad):
        web.serve(RSS, feed_of(pages), content_type="text/xml", etag='"g"', day=2)
        for url in pages:
            web.serve(url, BODY, day=2)
        web.day = 2
    yard.longarm("crawl")
    for url in pages:
        museum.serve(url, "slow down", status=429, day=3)
    museum.day = abroad.day = 3
    yard.longarm("recheck", "--all")
    assert {seen.url for seen in abroad.requests} >= {seen.url for seen in museum.requests if seen.status == 429}
