"""Every platform against its saved layouts (tests/cases/platforms/PLATFORM/LAYOUT), and against anything at all."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.platforms import PLATFORMS, ListPage, NextPage, discuz, read_entries, recognise
from spiders.registry import parse_rows
from storage.records import Entry, Feed, FeedId, Follow, SourceId

DOCUMENT = Path(__file__).parents[2] / "docs" / "sources.md"
CASES = Path(__file__).parents[1] / "cases" / "platforms"
LAYOUTS = sorted(path.parent for path in CASES.glob("*/*/expected.json"))
TODAY = date(2026, 11, 23)


def feed_at(url: str, **follow: tuple[str, ...]) -> Feed:
    return Feed(id=FeedId("x/x"), source_id=SourceId("x"), url=url, follow=Follow(**follow))


def feed_of(expected: dict[str, Any]) -> Feed:
    """The feed of a layout: its page's address, or the one it is asked by, and its options."""
    said = {name: tuple(one) if isinstance(one, list) else one for name, one in expected.get("options", {}).items()}
    return replace(feed_at(expected.get("feed", expected["url"])), options=said)


def page_of(body: bytes | str, url: str = "http://www.example.gov.cn/list/", status: int = 200) -> ListPage:
    data = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return ListPage.of(url=url, status=status, headers=(), body=data, today=TODAY)


def load(layout: Path) -> tuple[ListPage, dict[str, Any]]:
    expected = json.loads((layout / "expected.json").read_text(encoding="utf-8"))
    body = next(path for path in layout.iterdir() if path.name.startswith("page.")).read_bytes()
    page = ListPage.of(
        url=expected["url"],
        status=expected.get("status", 200),
        headers=tuple((name, value) for name, value in expected.get("headers", [])),
        body=body,
        today=date.fromisoformat(expected["today"]),
    )
    return replace(page, label=expected.get("label", "")), expected


def test_every_platform_has_a_case_and_every_case_a_platform() -> None:
    assert {layout.parent.name for layout in LAYOUTS} == set(PLATFORMS)


@pytest.mark.parametrize("name", PLATFORMS)
def test_every_platform_and_each_of_its_options_has_a_line_in_the_documents(name: str) -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert any(line.startswith(f"| `{name}` |") for line in lines)
    said = " ".join(line for line in lines if line.startswith("|"))
    assert [option for option in PLATFORMS[name].options if f"`{option}`" not in said] == []
    assert all(PLATFORMS[name].options.values())


def test_the_sources_written_in_the_documents_are_read() -> None:
    for block in re.findall(r"^```yaml\n(.*?)^```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        if "start:" in block:
            assert parse_rows(block, DOCUMENT)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_layout_is_read_as_expected(layout: Path) -> None:
    page, expected = load(layout)
    platform = PLATFORMS[layout.parent.name]
    feed = feed_of(expected)
    found = read_entries(platform, page, feed)
    assert [_shown(entry) for entry in found] == expected["entries"]
    number = int(str(expected.get("page_number", 1)))
    assert platform.next_pages(page, feed, number) == _request(expected["next"])
    assert recognise(page).name == expected["recognised"]
    if "may_be_empty" in expected:
        assert platform.may_be_empty(page) is expected["may_be_empty"]


def _shown(entry: Entry) -> dict[str, object]:
    """An entry as a case writes it: layout and account only where there is one."""
    more = {"layout": entry.layout, "account": entry.account}
    shown = {"url": entry.url, "title": entry.title, "listed_on": entry.listed_on}
    return shown | {name: value for name, value in more.items() if value}


def _request(wanted: dict[str, Any] | None) -> NextPage | None:
    if wanted is None:
        return None
    headers = tuple((name, value) for name, value in wanted.get("headers", []))
    lists = tuple(request for one in wanted.get("lists", []) if (request := _request(one)))
    said = {name: wanted[name] for name in ("method", "is_shell", "label") if name in wanted}
    more = tuple(wanted.get("more", ()))
    day = date.fromisoformat(wanted["day"]) if "day" in wanted else None
    return NextPage(
        url=wanted["url"],
        body=wanted.get("body", "").encode(),
        headers=headers,
        more=more,
        lists=lists,
        day=day,
        **said,
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


FORMS = """
<ul><li><a href="http://example.gov.cn/tzgg/202611/t20261120_4400001.html">云溪县公安局关于敦促投案的通告</a></li>
<li><a href="https://www.example.gov.cn/tzgg/202611/t20261120_4400001.html?spm=1.2">云溪县公安局关于敦促投案的通告全文</a></li>
<li><a href="http://www.example.gov.cn/tzgg/202611/t20261120_4400002.html">云溪县公安局关于撤销通告的公告</a></li>
<li><a href="http://mp.example.cn/s/AbCdEfGhIjKlMnOpQrStUv">云溪县公安局反诈宣传进社区进校园</a></li></ul>
"""


@pytest.mark.parametrize(
    ("same", "urls"),
    [
        ((), ["http://example.gov.cn/1", "https://www.example.gov.cn/1?spm=1.2", "http://www.example.gov.cn/2"]),
        (("www",), ["http://www.example.gov.cn/1", "http://www.example.gov.cn/2"]),
        (
            ("https",),
            ["http://example.gov.cn/1", "https://www.example.gov.cn/1?spm=1.2", "https://www.example.gov.cn/2"],
        ),
        (("https", "www"), ["https://www.example.gov.cn/1", "https://www.example.gov.cn/2"]),
    ],
)
def test_one_article_under_two_forms_of_a_host_is_one_entry_where_the_source_says_so(
    same: tuple[str, ...], urls: list[str]
) -> None:
    page = page_of(FORMS, url="https://www.example.gov.cn/tzgg/")
    feed = replace(feed_at(page.url.replace("https", "https" if "https" in same else "http")), same=same)
    found = [
        entry.url.replace("/tzgg/202611/t20261120_440000", "/").replace(".html", "")
        for entry in read_entries(PLATFORMS["generic"], page, feed)
    ]
    # The row on another host keeps its address.
    assert found == [*urls, "http://mp.example.cn/s/AbCdEfGhIjKlMnOpQrStUv"]


def test_two_articles_at_one_address_are_one_entry() -> None:
    listed = (
        ("", "云溪县公安局通告第一号", 20),
        ("#2", "云溪县通告第二号全文", 19),
        ("1", "别的通告也在这里", 18),
    )
    rows = "".join(
        f'<li><a href="/show.asp?id=7{tail}">{title}</a><i>2026-11-{day}</i></li>' for tail, title, day in listed
    )
    page = page_of(f"<ul>{rows}</ul>")
    found = [(entry.url[-5:], entry.listed_on) for entry in read_entries(PLATFORMS["generic"], page, feed_at(page.url))]
    assert found == [("?id=7", "2026-11-20"), ("id=71", "2026-11-18")]


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
    for name in PLATFORMS.keys() - {"epaper", "search", "wordpress"}:
        assert first_urls(name, feed_at("http://a.example.cn/2026-11/01/x")) == ("http://a.example.cn/2026-11/01/x",)


@pytest.mark.parametrize(
    ("platform", "url", "wanted"),
    [
        ("wordpress", "http://a.example/", ["http://a.example/feed/",
         "http://a.example/wp-json/wp/v2/posts?per_page=20&page=1", "http://a.example/"]),
        ("wordpress", "http://a.example/category/news", ["http://a.example/category/news/feed/",
         "http://a.example/category/news"]),
        ("wordpress", "http://a.example/?cat=7", ["http://a.example/?cat=7&feed=rss2", "http://a.example/?cat=7"]),
        ("wordpress", "http://a.example/category/news/feed/", ["http://a.example/category/news/feed/"]),
        ("wordpress", "http://a.example/wp-json/wp/v2/posts?page=1", ["http://a.example/wp-json/wp/v2/posts?page=1"]),
        ("chinanews", "http://a.example/scroll-news/2018/0305/news.shtml",
         ["http://a.example/scroll-news/2026/1123/news.shtml", "http://a.example/scroll-news/2018/0305/news.shtml"]),
        ("chinanews", "http://a.example/scroll-news/news1.html", ["http://a.example/scroll-news/news1.html"]),
    ],
)  # fmt: skip
def test_where_a_walk_starts(platform: str, url: str, wanted: list[str]) -> None:
    assert list(first_urls(platform, feed_at(url))) == wanted


def test_an_easysite_that_says_how_it_counts_is_believed() -> None:
    page = page_of("maxPageNum=9 <a href='index_3497_2.html'></a>", url="http://a.example/n1/n2/")
    for said, wanted in (("down", "index_3497_8.html"), ("up", "index_3497_2.html")):
        feed = replace(feed_at(page.url), options={"pages": said})
        found = PLATFORMS["easysite"].next_pages(page, feed, 1)
        assert found is not None
        assert found.url == f"http://a.example/n1/n2/{wanted}"


def test_a_portal_that_quotes_a_family_is_none_of_it() -> None:
    quoted = "".join(
        f'<li><a href="http://legal.yunxi-daily.example/n1/2026/11{day}/c1002-40612{day}1.html">外媒报道第{day}号</a></li>'
        for day in (11, 12, 13, 14)
    )
    own = "".join(
        f'<li><a href="/tzgg/{number}.html">云溪县公安局通告第{number}号</a></li>' for number in (40001, 40002, 40003)
    )
    assert recognise(page_of(f"<ul>{quoted}</ul>")).name == "generic"
    same_site = quoted.replace("legal.yunxi-daily.example", "www.example.gov.cn")
    assert recognise(page_of(f"<ul>{same_site}</ul>")).name == "people"
    two = "".join(same_site.split("</li>")[:3])
    assert recognise(page_of(f"<ul>{two}{own}{own.replace('4000', '5000')}</ul>")).name == "generic"


MUTANTS = [load(layout)[0] for layout in LAYOUTS]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MUTANTS), st.data())
def test_no_platform_raises_or_lingers_on_a_mutated_fixture(page: ListPage, data: st.DataObject) -> None:
    body = bytearray(page.body[:20_000])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(body) - 1)))
        end = min(len(body), at + data.draw(st.integers(0, 200)))
        change = data.draw(st.sampled_from(["cut", "twice", "junk", "many"]))
        piece = bytes(body[at:end])
        body[at:end] = {
            "cut": b"",
            "twice": piece * 2,
            "junk": data.draw(st.binary(max_size=20)),
            "many": piece * 40,
        }[change]
    started = time.process_time()
    _ask_everything(page_of(bytes(body), url=page.url))
    assert time.process_time() - started < 10


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


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(TOKENS) | st.text(max_size=12), max_size=40).map("".join))
def test_no_platform_raises_on_pieces_of_pages(text: str) -> None:
    _ask_everything(page_of(text, url="http://paper.example.cn/html/2026-11/20/node_2.htm"))


@settings(max_examples=40)
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
    "addresses of digits": lambda: "".join(f"<li><a href='/{n}{'1' * 1900}x'>通告</a></li>" for n in range(20)),
    "refreshes": lambda: "<meta http-equiv=refresh content='0;url=/a'>" * 50_000,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_cost_seconds_not_minutes(make: object) -> None:
    assert callable(make)
    page = page_of(make(), url="http://paper.example.cn/html/2026-11/20/node_2.htm")
    # Of the processor's time: a busy machine is not the page's fault. Every platform is asked four things each.
    started = time.process_time()
    _ask_everything(page)
    assert time.process_time() - started < 25


def test_a_number_that_nothing_names_is_no_thread():
    assert discuz._identity("http://d.test/forum.php?=7") is None
    assert discuz._identity("http://d.test/forum.php?mod=viewthread&tid=7") is not None
