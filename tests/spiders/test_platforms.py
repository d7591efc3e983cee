"""Every platform against its saved layouts (tests/cases/platforms/PLATFORM/LAYOUT), and against anything at all."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.platforms import PLATFORMS, ListPage, NextPage, read_entries, recognise
from storage.records import Entry, Feed, FeedId, Follow, SourceId

CASES = Path(__file__).parents[1] / "cases" / "platforms"
LAYOUTS = sorted(path.parent for path in CASES.glob("*/*/expected.json"))
TODAY = date(2026, 11, 23)


def feed_at(url: str, **follow: tuple[str, ...]) -> Feed:
    return Feed(id=FeedId("x/x"), source_id=SourceId("x"), url=url, follow=Follow(**follow))


def page_of(body: bytes | str, url: str = "http://www.example.gov.cn/list/", status: int = 200) -> ListPage:
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return ListPage.of(url=url, status=status, headers=(), body=data, today=TODAY)


def load(layout: Path) -> tuple[ListPage, dict[str, object]]:
    expected = json.loads((layout / "expected.json").read_text(encoding="utf-8"))
    body = next(path for path in layout.iterdir() if path.name.startswith("page.")).read_bytes()
    page = ListPage.of(
        url=expected["url"],
        status=expected.get("status", 200),
        headers=tuple((name, value) for name, value in expected.get("headers", [])),
        body=body,
        today=date.fromisoformat(expected["today"]),
    )
    return page, expected


def test_every_platform_has_a_case_and_every_case_a_platform() -> None:
    assert {layout.parent.name for layout in LAYOUTS} == set(PLATFORMS)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_layout_is_read_as_expected(layout: Path) -> None:
    page, expected = load(layout)
    platform = PLATFORMS[layout.parent.name]
    found = read_entries(platform, page, feed_at(page.url))
    assert [_shown(entry) for entry in found] == expected["entries"]
    number = int(str(expected.get("page_number", 1)))
    assert platform.next_pages(page, feed_at(page.url), number) == _request(expected["next"])
    assert recognise(page).name == expected["recognised"]
    if "may_be_empty" in expected:
        assert platform.may_be_empty(page) is expected["may_be_empty"]


def _shown(entry: Entry) -> dict[str, object]:
    """An entry as a case writes it: layout and account only where there is one."""
    more = {"layout": entry.layout, "account": entry.account}
    shown = {"url": entry.url, "title": entry.title, "listed_on": entry.listed_on}
    return shown | {name: value for name, value in more.items() if value}


def _request(wanted: object) -> NextPage | None:
    if not isinstance(wanted, dict):
        return None
    day = date.fromisoformat(wanted["day"]) if "day" in wanted else None
    return NextPage(
        url=wanted["url"], is_shell=wanted.get("is_shell", False), more=tuple(wanted.get("more", ())), day=day
    )


ROWS = "".join(
    f'<li><a href="/{kind}/{number}0001.html">云溪县公安局通告第{number}号全文</a><i>2026-11-20</i></li>'
    for number, kind in enumerate(("art", "video", "art"))
)


@pytest.mark.parametrize(
    ("follow", "kept"),
    [
        ({}, ["/art/00001.html", "/video/10001.html", "/art/20001.html"]),
        ({"allow": ("/art/",)}, ["/art/00001.html", "/art/20001.html"]),
        ({"deny": ("/video/",)}, ["/art/00001.html", "/art/20001.html"]),
        ({"allow": (r"0001\.html$",), "deny": ("/art/0",)}, ["/video/10001.html", "/art/20001.html"]),
    ],
)
def test_follow_chooses_among_the_entries(follow: dict[str, tuple[str, ...]], kept: list[str]) -> None:
    page = page_of(f"<ul>{ROWS}</ul>")
    found = read_entries(PLATFORMS["generic"], page, feed_at(page.url, **follow))
    assert [entry.url.removeprefix("http://www.example.gov.cn") for entry in found] == kept


def first_urls(platform: str, feed: Feed) -> tuple[str, ...]:
    return tuple(first.url for first in PLATFORMS[platform].first_requests(feed, TODAY))


def test_a_dated_newspaper_address_starts_with_todays_issue_and_then_as_written() -> None:
    feed = feed_at("http://paper.example.cn/html/2026-11/01/node_2.htm")
    assert first_urls("epaper", feed) == (
        "http://paper.example.cn/html/2026-11/23/node_2.htm",
        "http://paper.example.cn/html/2026-11/01/node_2.htm",
    )
    root = feed_at("http://paper.example.cn/")
    assert first_urls("epaper", root) == ("http://paper.example.cn/",)


def test_the_other_platforms_start_at_the_feeds_own_address() -> None:
    for name in PLATFORMS.keys() - {"epaper"}:
        assert first_urls(name, feed_at("http://a.example.cn/2026-11/01/x")) == ("http://a.example.cn/2026-11/01/x",)


def _ask_everything(page: ListPage) -> None:
    recognise(page)
    for platform in PLATFORMS.values():
        assert 0 <= platform.recognise(page) <= 1
        read_entries(platform, page, feed_at(page.url))
        platform.next_pages(page, feed_at(page.url), 1)
        platform.may_be_empty(page)


TOKENS = [
    "<a href='", "'>", "</a>", "<li>", "</ul>", "<record><![CDATA[", "]]></record>", "dataproxy.jsp?", "中", "\x00",
    "<rss><channel><item>", "<link>", "http://", "http://[", "//", "2026-11-20", "31-31", '{"items":[', "\ud800",
    "createPageHTML(3, 0, 'index', 'html')", "<urlset><url><loc>", "<area href=", "node_2.htm", "/2026-02/30/", "%zz",
    "<meta http-equiv=refresh content='0;url=", "&#x110000;", "<!DOCTYPE x [<!ENTITY a 'b'>", "<iframe src=",
    "0000-00-00", "<table><td>", "startrecord=", "xml:base='http://['",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(TOKENS) | st.text(max_size=12), max_size=40).map("".join))
def test_no_platform_raises_on_pieces_of_pages(text: str) -> None:
    _ask_everything(page_of(text, url="http://paper.example.cn/html/2026-11/20/node_2.htm"))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400))
def test_no_platform_raises_on_bytes(body: bytes) -> None:
    _ask_everything(page_of(body))
    _ask_everything(page_of(b"\x1f\x8b" + body))


def test_a_title_holds_nothing_that_no_database_takes() -> None:
    said = r'{"items":[{"date_published":"2026-11-20","url":"http://paper.example.cn/a","title":"通\ud800\u0000告"}]}'
    page = page_of(said.encode(), url="http://paper.example.cn/feed.json")
    feed = Feed(id=FeedId("a#1"), source_id=SourceId("a"), url=page.url)
    assert [entry.title for entry in read_entries(PLATFORMS["feed"], page, feed)] == ["通 告"]


HOSTILE = {
    "ten megabytes of nested tags": lambda: "<div>" * 2_000_000,
    "fifty thousand links": lambda: "".join(f"<li><a href='/a/{n}.html'>云溪县公安局通告</a>" for n in range(50_000)),
    "links inside links": lambda: "<a href='/x'>" * 100_000,
    "a wide table": lambda: "<table><tr>" + "<td>2026-11-20</td>" * 50_000,
    "one row of many dates": lambda: "<li><a href='/1'>云溪县公安局通告</a>" + "<i>2026-11-20</i>" * 50_000,
    "digits without end": lambda: "<li><a href='/1'>云溪县公安局通告</a>" + "1-" * 500_000,
    "records without end": lambda: "<record><![CDATA[" * 100_000,
    "items without end": lambda: "<rss><item>" * 100_000,
    "items never closed": lambda: "<rss>" + "<item><title>x</title><link>/a</link>" * 30_000,
    "scripts of half a redirect": lambda: "<script>" + "location.href='" * 100_000,
    "document types": lambda: "<!DOCTYPE a [" * 100_000,
    "written pieces": lambda: "<script>" + "document.write('<a " * 50_000,
    "blanks": lambda: "<a href='/x'>" + " " * 2_000_000,
    "a title of dots": lambda: f"<li><a href='/a/1.html'>{'.' * 200_000}x</a>",
    "a title of dashes": lambda: f"<li><a href='/a/1.html' title='{'-' * 200_000}x'>{'-' * 200_000}x..</a>",
    "one row of links": lambda: f"<div>{'<a href=/a/1.html>通告</a>' * 4_000}{'<i>z</i>' * 100_000}</div>",
    "whole items without end": lambda: f"<rss>{'<item><title>x</title><link>/a</link></item>' * 100_000}</rss>",
    "lines without end": lambda: "http://paper.example.cn/a\n" * 200_000,
    "refreshes": lambda: "<meta http-equiv=refresh content='0;url=/a'>" * 50_000,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_cost_seconds_not_minutes(make: object) -> None:
    assert callable(make)
    page = page_of(make(), url="http://paper.example.cn/html/2026-11/20/node_2.htm")
    # Of the processor's time: a busy machine is not the page's fault. All six platforms are asked four things each.
    started = time.process_time()
    _ask_everything(page)
    assert time.process_time() - started < 25
