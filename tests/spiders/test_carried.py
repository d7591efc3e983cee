"""What a feed's item holds of its article: the whole text, or only its beginning."""

from __future__ import annotations

import json
from datetime import date

import pytest

from spiders.looking import Question, is_large, look_at, look_safely
from spiders.platforms import ListPage
from storage.records import Feed, FeedId, SourceId
from storage.urls import url_key

URL = "http://bridge.example.org/feed"
ITEM = "http://www.a.example.gov.cn/art/1.html"
FEED = Feed(id=FeedId("a/1"), source_id=SourceId("a"), url=URL)
LONG = "甲县公安局通告。" * 40


def question(body: str) -> Question:
    page = ListPage.of(url=URL, status=200, headers=(), body=body.encode(), today=date(2026, 11, 30))
    texts_of = frozenset([url_key(ITEM)])
    return Question(
        page=page, feed=FEED, name="feed", number=1, may_differ=False, allowed=frozenset(), texts_of=texts_of
    )


def rss(inside: str, more: str = "") -> str:
    return (
        "<rss version='2.0' xmlns:c='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<item><title>通告</title><link>{ITEM}</link>{inside}</item>{more}</channel></rss>"
    )


def atom(inside: str) -> str:
    entry = f"<entry><title>通告</title><link href='{ITEM}'/>{inside}</entry>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"


def json_feed(**said: str) -> str:
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"url": ITEM, "title": "通告"} | said]})


@pytest.mark.parametrize(
    ("body", "held"),
    [
        (rss("<c:encoded><![CDATA[<p>短文。</p>]]></c:encoded><description>x</description>"), "<p>短文。</p>"),
        (rss("<c:encoded> </c:encoded><description>短文。</description>"), None),
        (rss(f"<description>{LONG}</description>"), LONG),
        (rss(f"<description>{LONG}……</description>"), None),
        (rss(f"<description>{LONG} 阅读全文&gt;&gt;</description>"), None),
        (rss("<description>短文。</description>"), None),
        # A bare `<` opens no tag that the next one closes.
        (rss(f"<description>&lt; {LONG}&lt;b&gt;</description>"), LONG),
        (rss(""), None),
        (atom("<content type='html'>&lt;p&gt;短文。&lt;/p&gt;</content>"), "<p>短文。</p>"),
        (atom("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>短<b>文</b></div></content>"), "<b"),
        (atom(f"<summary>{LONG}</summary>"), LONG),
        (json_feed(content_html="<p>短文。</p>"), "<p>短文。</p>"),
        (json_feed(content_text="一\n<二>"), "<p>一</p><p>&lt;二&gt;</p>"),
        (json_feed(summary="短文。"), None),
    ],
)  # fmt: skip
def test_what_an_item_holds(body: str, held: str | None) -> None:
    carried = look_at(question(body)).carried
    assert list(carried) == ([url_key(ITEM)] if held else [])
    assert held is None or held in carried[url_key(ITEM)]


def test_other_items_are_left_alone_and_a_large_feed_is_read_behind_the_fence() -> None:
    other = f"<item><title>通告</title><link>{ITEM}?b=1</link><description>{LONG * 300}</description></item>"
    asked = question(rss("<c:encoded>短文。</c:encoded>", other))
    assert is_large(asked.page.body)
    assert look_safely(asked) == look_at(asked)
    assert list(look_safely(asked).carried) == [url_key(ITEM)]
