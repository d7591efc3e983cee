"""`longarm capture URL` and `platform: urls`: pages that a person names, without a list that leads to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.crawler.test_crawl import XML
from tests.crawler.yard import Yard, feed_of
from tests.loopback.museum import open_museum

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.loopback.museum import Museum

HOST = "http://www.ding.example.gov.cn"
ONE, TWO = f"{HOST}/art/1.html", f"{HOST}/art/2.html"


def page(title: str, days: str = "三十") -> str:
    text = f"滞留境外的人员应当在{days}日内向户籍地派出所说明情况，逾期的将依法采取相应措施。" * 4
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    yard = Yard(tmp_path / "data")
    yard.configure(proxy=museum.proxy)
    return yard


def test_an_address_is_looked_at_now_kept_read_and_shown(yard: Yard, museum: Museum) -> None:
    museum.serve(ONE, page("丁县公安局通告"))
    done = yard.longarm("capture", ONE)
    assert done.returncode == 0, done.stderr
    snapshot = done.stdout.split()[-1]
    assert "丁县公安局通告" in yard.longarm("show", snapshot).stdout
    again = yard.longarm("capture", ONE)
    assert (again.returncode, f"nothing new since snapshot {snapshot}" in again.stdout) == (0, True)
    museum.serve(ONE, page("丁县公安局通告", "十"), day=2)
    museum.day = 2
    assert snapshot not in yard.longarm("capture", ONE).stdout
    events = [json.loads(line)["event"] for line in yard.longarm("history", ONE, "--json").stdout.splitlines()]
    assert events == ["captured", "unchanged", "captured", "edited"]
    assert yard.longarm("verify").returncode == 0


def test_what_does_not_answer_is_said_and_the_others_are_kept(yard: Yard, museum: Museum) -> None:
    museum.serve(ONE, page("丁县公安局通告"))
    done = yard.longarm("capture", ONE, f"{HOST}/nothing.html")
    assert done.returncode == 1
    absent = next(line for line in done.stdout.splitlines() if "nothing.html" in line)
    said = "the server answers 404; nobody here ever saw it, so nothing is told as gone; what came is kept as capture "
    assert absent.startswith(f"{HOST}/nothing.html: HTTP 404, not the page: {said}")
    shown = yard.longarm("show", absent.rpartition(" ")[2])
    assert "404: the server answers 404" in shown.stdout
    listed = yard.longarm("urls", "list").stdout.splitlines()
    assert next(line for line in listed if "nothing.html" in line).startswith("never seen (answers 404) ")
    rows = map(json.loads, yard.longarm("urls", "list", "--json").stdout.splitlines())
    assert [row["url"] for row in rows if row.get("never_seen")] == [f"{HOST}/nothing.html"]
    assert f"{ONE}: HTTP 200, snapshot" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mailto:x@example.com"], "no http or https address"),
        ([ONE, "--vantage", "nowhere"], "nowhere"),
        ([ONE, "--source", "nobody"], "no source of that id"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is(
    words: list[str], said: str, yard: Yard, museum: Museum
) -> None:
    done = yard.longarm("capture", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert museum.requests == []


def test_a_source_may_be_a_plain_list_of_pages_captured_and_looked_at_again(yard: Yard, museum: Museum) -> None:
    museum.serve(ONE, page("丁县公安局通告"))
    museum.serve(TWO, page("丁县公安局第二号通告"), etag='"2"')
    yard.source("ding", f"{ONE}, {TWO}", platform="urls")
    first = yard.longarm("crawl")
    assert (first.returncode, "2 new pages" in first.stdout) == (0, True), first.stderr
    assert "0 new pages" in yard.longarm("crawl").stdout
    assert [len(museum.asked(url)) for url in (ONE, TWO)] == [1, 1]
    again = yard.longarm("recheck", "--all")
    assert "2 rechecked, 2 unchanged" in again.stdout
    (row,) = [
        json.loads(line) for line in yard.longarm("sources", "list", "--json").stdout.splitlines() if '"ding"' in line
    ]
    assert (row["health"], row["pages"]) == ("ok", 2)
    listed = [json.loads(line) for line in yard.longarm("urls", "list", "--json").stdout.splitlines()]
    assert [(each["url"], each["kind"]) for each in listed] == [(ONE, "article"), (TWO, "article")]


def test_what_was_captured_by_hand_belongs_to_the_list_that_names_it_later(yard: Yard, museum: Museum) -> None:
    museum.serve(ONE, page("丁县公安局通告"))
    yard.longarm("capture", ONE)
    yard.source("ding", ONE, platform="urls")
    yard.longarm("crawl")
    (listed,) = [json.loads(line) for line in yard.longarm("urls", "list", "--json").stdout.splitlines()]
    assert listed["source"] == "ding"
    assert "1 rechecked" in yard.longarm("recheck", "--all").stdout


def events(yard: Yard, url: str) -> list[tuple[str, str]]:
    rows = map(json.loads, yard.longarm("history", url, "--json").stdout.splitlines())
    return [(row["event"], row["vantage"]) for row in rows]


@pytest.fixture
def abroad() -> Iterator[Museum]:
    with open_museum() as other:
        yield other


@pytest.mark.parametrize("words", [[], ["--source", "ding"], ["--vantage", "default"]])
@pytest.mark.parametrize("known", [True, False])
def test_nobody_is_shown_the_own_address_by_a_page_whose_source_is_for_proxies_alone(
    words: list[str], known: bool, yard: Yard, museum: Museum, abroad: Museum
) -> None:
    # The default way out is direct: what goes by it reaches the site's own port, as `abroad` does.
    site = abroad.origin
    listed, url = f"{site}/rss.xml", f"{site}/art/1.html"
    yard.configure(direct=True, more=f"[vantage.far]\nproxy = '{museum.proxy}'\n")
    yard.source("ding", listed, vantage="far", proxy_only="true")
    for web in (museum, abroad):
        web.serve(listed, feed_of([url]), content_type=XML)
        web.serve(url, page("丁县公安局通告"))
    if known:
        assert yard.longarm("crawl").returncode == 0
    done = yard.longarm("capture", url, *words)
    refused = "--vantage" in words
    assert (done.returncode, "proxy_only" in done.stderr) == (2 if refused else 0, refused), done.stderr
    assert abroad.requests == []
    assert len(museum.asked(url)) == known + (not refused)


def test_what_a_source_says_of_robots_holds_for_its_pages_by_hand(yard: Yard, museum: Museum) -> None:
    museum.serve(f"{HOST}/robots.txt", "User-agent: *\nDisallow: /art/", content_type="text/plain")
    museum.serve(ONE, page("丁县公安局通告"))
    yard.source("ding", ONE, platform="urls", robots="ignore")
    assert "snapshot" in yard.longarm("capture", ONE).stdout
    yard.longarm("crawl")
    assert "nothing new since snapshot" in yard.longarm("capture", ONE).stdout


def test_a_look_from_another_vantage_compares_and_is_told_no_validator(
    yard: Yard, museum: Museum, abroad: Museum
) -> None:
    yard.configure(
        proxy=museum.proxy, more=f"[vantage.hk]\nproxy = '{abroad.proxy}'\n[takedown]\nconfirm_after = '0s'\n"
    )
    museum.serve(ONE, page("丁县公安局通告"), etag='"d"')
    abroad.serve(ONE, "no", status=404)
    yard.source("ding", ONE, platform="urls")
    yard.longarm("crawl")
    for _ in range(2):
        yard.longarm("capture", ONE, "--vantage", "hk")
    assert [line.headers.get("if-none-match") for line in abroad.asked(ONE)] == [None, None]
    assert [event for event, _ in events(yard, ONE) if "gone" in event] == []
    (row,) = map(json.loads, yard.longarm("urls", "list", "--json").stdout.splitlines())
    assert row["state"] == "live"


def test_a_page_first_looked_at_from_afar_is_looked_at_from_there_again(
    yard: Yard, museum: Museum, abroad: Museum
) -> None:
    yard.configure(proxy=museum.proxy, more=f"[vantage.hk]\nproxy = '{abroad.proxy}'\n")
    for web in (museum, abroad):
        web.serve(ONE, page("丁县公安局通告"), etag='"far"')
    yard.longarm("capture", ONE, "--vantage", "hk")
    yard.longarm("capture", ONE)
    assert [line.headers.get("if-none-match") for line in abroad.asked(ONE)] == [None, '"far"']
    # A source that names it later has its own way out, which is told nothing of what the other was given.
    yard.source("ding", ONE, platform="urls")
    yard.longarm("crawl")
    yard.longarm("recheck", "--all")
    assert [line.headers.get("if-none-match") for line in museum.asked(ONE)][:1] == [None]
