"""Feeds as the web sends them: mutated, in odd charsets, too much of everything. Nothing escapes, nothing hangs."""

from __future__ import annotations

import gzip
import json
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.reading import data
from spiders.platforms import MAX_ENTRIES, PLATFORMS, ListPage, read_entries
from spiders.platforms.feed import moment
from spiders.platforms.hrefs import join_href
from storage.records import Feed, FeedId, SourceId

if TYPE_CHECKING:
    import random

TODAY = date(2026, 11, 23)
URL = "http://www.example.cn/feed.xml"
FEEDS = ("feed", "wechat", "sitemap")
FIXTURES = [
    path.read_bytes()
    for name in (*FEEDS, "jpage")
    for path in sorted((Path(__file__).parents[1] / "cases/platforms" / name).glob("*/page.*"))
]
SPLICES = [
    *(b"<", b">", b"&", b"&#0;", b"&#x110000;", b"]]>", b"<![CDATA[", b"<!DOCTYPE a [", b"<!ENTITY x 'y'>", b"<item>"),
    *(b"</item>", b"<entry>", b'"', b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'{"items":[', b"]", b"\\ud800"),
    *(b"xml:base='http://['", b"2026-13-45", b'<?xml version="1.0" encoding="idna"?>', "中".encode("gb18030")),
    *(b"<loc>http://[::</loc>", b"9" * 400),
]


def page_of(body: bytes) -> ListPage:
    return ListPage.of(url=URL, status=200, headers=(), body=body, today=TODAY)


def ask(body: bytes) -> None:
    """Everything that is ever asked of a feed; whatever comes out must be storable."""
    page = page_of(body)
    feed = Feed(id=FeedId("x/x"), source_id=SourceId("x"), url=URL)
    for name in FEEDS:
        platform = PLATFORMS[name]
        assert 0 <= platform.recognise(page) <= 1
        for entry in read_entries(platform, page, feed):
            json.dumps([entry.url, entry.title, entry.account], ensure_ascii=False).encode()
            assert entry.listed_on is None or entry.listed_on[:10] <= (TODAY + timedelta(days=3)).isoformat()
        platform.next_pages(page, feed, 1)
        platform.may_be_empty(page)
    data.from_xml(page.text)
    data.from_json(page.text, URL)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.sampled_from(range(len(FIXTURES))), st.integers(1, 6))
def test_no_mutation_of_a_feed_raises(draw: random.Random, number: int, cuts: int) -> None:
    body = bytearray(FIXTURES[number])
    for _ in range(cuts):
        at, length = draw.randrange(len(body) + 1), draw.randrange(40)
        kind = draw.randrange(4)
        if kind == 0:
            del body[at : at + length]
        elif kind == 1:
            body[at:at] = draw.choice(SPLICES)
        elif kind == 2:
            body[at:at] = body[at // 2 : at // 2 + length]
        elif at < len(body):
            body[at] = draw.randrange(256)
    ask(bytes(body))


ENCODINGS = [
    *(
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "utf-7",
        "hex",
        "zlib",
        "rot13",
        "base64",
        "undefined",
    ),
    *("mbcs", "utf-16", "utf-32", "gb2312", "big5", "shift_jis", "iso-8859-1", "x", "utf-8-sig", "charmap"),
]
TEXTS = ("通告".encode(), "通告".encode("gb18030"), b"xn--" + b"a-" * 40_000, b"\\x\\u12", b"\xff\xfe\x00")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_declared_encoding_of_any_name_costs_nothing(encoding: str) -> None:
    begun = time.process_time()
    for text in TEXTS:
        head = b'<?xml version="1.0" encoding="' + encoding.encode() + b'"?>'
        ask(head + b"<rss><item><title>" + text + b"</title><link>/a</link></item></rss>")
    assert time.process_time() - begun < 5


def items(count: int) -> str:
    return "".join(
        f"<item><title>通告{n}</title><link>/a/{n}.html</link><pubDate>2026-11-20</pubDate></item>"
        for n in range(count)
    )


def channel(count: int, end: str) -> bytes:
    return f"<rss><channel>{items(count)}{end}".encode()


JSON_FEED = b'{"version":"https://jsonfeed.org/version/1","items":%b}'


def rows(count: int) -> bytes:
    return JSON_FEED % json.dumps([{"url": f"/a/{n}", "title": "通告"} for n in range(count)]).encode()


def entities(depth: int) -> bytes:
    declared = "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 20}'>" for n in range(depth))
    item = f"<item title='&e{depth};'><title>&e{depth};</title><link>/a</link></item>"
    return f"<!DOCTYPE a [<!ENTITY e0 'x'>{declared}]><rss>{item}</rss>".encode()


MANY = 100_000
TOO_MUCH = {
    "items": partial(channel, MANY, "</channel></rss>"),
    "items of a broken feed": partial(channel, MANY, "<b"),
    "items of a json feed": partial(rows, MANY),
    "json as deep as a well": lambda: JSON_FEED % (b"[" * MANY + b"]" * MANY),
    "objects as deep as a well": lambda: JSON_FEED % (b"[" + b'{"author":' * MANY + b"1" + b"}" * MANY + b"]"),
    "digits": lambda: JSON_FEED % (b'[{"url":"/a","date_published":' + b"9" * MANY + b"}]"),
    "elements as deep as a well": lambda: b"<rss><item>" + b"<a>" * MANY + b"</a>" * MANY + b"</item></rss>",
    "bases within bases": lambda: b"<feed>" + b"<a xml:base='../x/'>" * 200 + b"<entry><link href='a'/></entry>",
    "children of an item": lambda: b"<rss><item>" + b"<guid>http://a.example/1</guid>" * MANY + b"</item></rss>",
    "cdata never closed": lambda: b"<rss><item><title>" + b"<![CDATA[" * MANY,
    "references never closed": lambda: b"<rss><item><title>" + b"&amp" * 5 * MANY,
    "attributes": lambda: b"<rss><item " + b"a='1' " * MANY + b"/></rss>",
    "a bomb, gzipped": lambda: gzip.compress(b"<urlset>" + b"<url><loc>http://a.example/</loc></url>" * 20 * MANY),
    "entities that name entities": partial(entities, 20),
}


@pytest.mark.parametrize("make", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_too_much_of_anything_costs_seconds(make: object) -> None:
    assert callable(make)
    body = make()
    begun = time.process_time()
    ask(body)
    assert time.process_time() - begun < 30


def test_of_a_feed_without_end_the_first_entries_are_kept() -> None:
    page = page_of(f"<rss><channel>{items(100_000)}</channel></rss>".encode())
    found = read_entries(PLATFORMS["feed"], page, Feed(id=FeedId("x/x"), source_id=SourceId("x"), url=URL))
    assert len(found) == MAX_ENTRIES
    assert found[0].url.endswith("/a/0.html")


@pytest.mark.parametrize(
    ("href", "query"),
    [
        ("a=1&timestamp=2", "a=1&timestamp=2"),
        ("a=1&amp;copy=2", "a=1&copy=2"),
        ("region=1&section=2&notice=3", "region=1&section=2&notice=3"),
        ("a=1&#38;b=2", "a=1&b=2"),
        ("a=1&#x26;b=2", "a=1&b=2"),
    ],
)
def test_a_parameter_that_begins_like_an_entity_is_none(href: str, query: str) -> None:
    assert join_href(URL, f"/s?{href}") == f"http://www.example.cn/s?{query}"


@given(
    st.text(
        alphabet="0123456789-/:. +TZGMTCSTMonJan０１年月日〇二十农历",
        max_size=50,
    )
)
def test_a_time_is_one_or_none(text: str) -> None:
    found = moment(text, TODAY)
    assert found is None or date(1998, 1, 1) - timedelta(days=1) <= date.fromisoformat(found[:10]) <= TODAY + timedelta(
        days=3
    )
