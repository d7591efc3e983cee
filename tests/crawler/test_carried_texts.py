"""A bridge's list carries the article that its own page does not show: it is read, and the article wins once it can."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.crawler.test_accounts import CAPTCHA
from tests.crawler.test_crawl import XML
from tests.crawler.yard import Yard, feed_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.loopback.museum import Museum

BRIDGE = "http://bridge.example.org/feeds/jia.xml"
ACCOUNT = "http://mp.weixin.qq.com/s/"
SAID = "甲县公安局敦促滞留境外涉诈人员于年底前回国投案自首，逾期不归的依法从严处理。"
TEXT = "".join(f"<p>第{number}条：{SAID}</p>" for number in range(1, 6))


@pytest.fixture
def yard(tmp_path: Path, museum: Museum) -> Yard:
    made = Yard(tmp_path / "data")
    made.configure(proxy=museum.proxy, fetch="concurrency = 1")
    made.source("jia", BRIDGE, platform="wechat")
    return made


def item(number: int, text: str = TEXT) -> str:
    day = "Mon, 02 Nov 2026 08:00:00 +0800"
    return (
        f"<item><title>关于敦促回国的通告（{number}号）</title><link>{ACCOUNT}abcdefghij{number:012}</link>"
        f"<pubDate>{day}</pubDate><content:encoded><![CDATA[{text}]]></content:encoded></item>"
    )


def feed(*items: str) -> str:
    space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    channel = f"<channel><title>甲县警方</title>{''.join(items)}</channel>"
    return f"<?xml version='1.0'?><rss version='2.0' {space}>{channel}</rss>"


def url(number: int) -> str:
    return f"{ACCOUNT}abcdefghij{number:012}"


def own_page(number: int, text: str = TEXT) -> str:
    return (
        f"<html><head><title></title></head><body><script>var msg_title = '关于敦促回国的通告（{number}号）';"
        f"var nickname = '甲县警方'; var ct = '1793577600';</script><div id='js_content'>{text}</div></body></html>"
    )


def newest(yard: Yard, number: int) -> dict[str, Any]:
    """An article as it was shown last."""
    told = yard.longarm("history", url(number), "--json").stdout.splitlines()
    snapshots = [row["snapshot"] for row in map(json.loads, told) if row["snapshot"]]
    found: dict[str, Any] = json.loads(yard.longarm("show", snapshots[-1], "--json").stdout)
    return found


def test_the_list_s_text_stands_for_an_article_behind_a_challenge_until_it_is_shown(yard: Yard, museum: Museum) -> None:
    numbers = range(1, 7)
    museum.serve(BRIDGE, feed(*map(item, numbers)), content_type=XML)
    for number in numbers:
        museum.serve(url(number), CAPTCHA)
    yard.longarm("crawl")
    yard.longarm("scan")
    # Three challenges, and the host is left alone: the rest is carried all the same.
    assert len([sent for sent in museum.requests if "/s/" in sent.url]) == 3
    assert yard.count("alert", "kind = 'new'") >= len(numbers)
    shown = newest(yard, 1)
    assert (shown["title"], shown["publisher"], shown["published"][:10]) == (
        "关于敦促回国的通告（1号）",
        "甲县警方",
        "2026-11-02",
    )
    assert shown["body"].count(SAID) == 5
    assert any(warning.startswith(f"from its list: {BRIDGE} (capture ") for warning in shown["warnings"])
    assert f"from its list: {BRIDGE}" in yard.longarm("history", url(1)).stdout
    # Wherever it is told, too.
    told = [json.loads(line) for line in yard.longarm("alerts", "list", "--json").stdout.splitlines()]
    assert {row["carried_by"] for row in told} == {BRIDGE}
    assert "未见原页" in yard.longarm("digest").stdout
    # Nobody answered so: the record says that status and header lines are ours.
    assert yard.record(url(4))["via"]["http"] is False
    # Of a page that nobody was shown its list does not say that it stands.
    listed = yard.longarm("urls", "list", "--json").stdout.splitlines()
    states = {row["url"]: row["state"] for row in map(json.loads, listed) if "/s/" in row["url"]}
    assert "live" not in states.values()
    captures = yard.count("capture")
    yard.longarm("scan")
    assert yard.count("capture") == captures
    assert yard.longarm("verify").returncode == 0
    # The article as it is: its text is the newer one, and no edit of what the list carried.
    museum.serve(url(1), own_page(1, TEXT + "<p>联系电话见本局网站，欢迎群众举报线索。</p>"), day=2)
    museum.day = 2
    alerts = yard.count("alert")
    yard.longarm("recheck", "--url", url(1))
    yard.longarm("scan")
    shown = newest(yard, 1)
    assert "欢迎群众举报" in shown["body"]
    assert not [warning for warning in shown["warnings"] if "list" in warning]
    assert "edited" not in yard.longarm("history", url(1)).stdout
    assert yard.count("alert") == alerts


def test_a_copy_of_what_a_list_carries_is_told_as_one_in_the_same_run(yard: Yard, museum: Museum) -> None:
    news, copied = "http://news.example.org/feed.xml", "http://news.example.org/1.html"
    yard.source("yi", news)
    museum.serve(BRIDGE, feed(item(1)), content_type=XML)
    museum.serve(url(1), CAPTCHA)
    museum.serve(news, feed_of([copied]), content_type=XML)
    page = f"<h1>关于敦促回国的通告（1号）</h1><p>2026-11-03 09:00 来源：甲县警方</p><article>{TEXT}</article>"
    museum.serve(copied, f"<html><head><title>关于敦促回国的通告（1号）</title></head><body>{page}</body></html>")
    yard.longarm("crawl")
    yard.longarm("scan")
    why: dict[str, set[bool]] = {}
    for row in map(json.loads, yard.longarm("alerts", "list", "--json").stdout.splitlines()):
        why.setdefault(row["url"], set()).add(f"down, a copy of {url(1)}" in row["why"])
    assert why == {url(1): {False}, copied: {True}}


def test_an_article_that_is_shown_is_not_read_from_its_list(yard: Yard, museum: Museum) -> None:
    museum.serve(BRIDGE, feed(item(1), item(3, "<p>通告。</p>")), content_type=XML)
    museum.serve(url(1), own_page(1))
    museum.serve(url(3), own_page(3))
    yard.longarm("crawl")
    yard.longarm("scan")
    assert [len(yard.captures(url(number))) for number in (1, 3)] == [1, 1]


def test_of_an_article_that_was_deleted_before_our_first_look_its_lists_text_is_kept(
    yard: Yard, museum: Museum
) -> None:
    museum.serve(BRIDGE, feed(item(2)), content_type=XML)
    museum.serve(url(2), "<html><body><p>该内容已被发布者删除</p></body></html>")
    yard.longarm("crawl")
    yard.longarm("scan")
    # What the article's own page says, and what its list kept of it.
    told = yard.longarm("history", url(2)).stdout
    assert "deleted_by_publisher" in told
    assert f"from its list: {BRIDGE}" in told
    assert newest(yard, 2)["body"].count(SAID) == 5
    assert yard.count("alert", "kind = 'new'") > 0
    assert "未见原页" in yard.longarm("digest").stdout
    # The list's word is no look at the page: nobody saw it, and nothing is kept or told a second time.
    yard.longarm("recheck", "--url", url(2))
    yard.longarm("scan")
    listed = yard.longarm("urls", "list", "--json").stdout.splitlines()
    (row,) = [row for row in map(json.loads, listed) if row["url"] == url(2)]
    assert (row["state"], row["never_seen"]) == ("unreachable", True)
    assert len(yard.captures(url(2))) == 3
    assert yard.longarm("verify").returncode == 0


def test_the_beginning_of_a_text_is_none(yard: Yard, museum: Museum) -> None:
    begun = item(1).replace("content:encoded", "description").replace(TEXT, SAID * 8 + "[…]")
    whole = item(2).replace("content:encoded", "description")
    museum.serve(BRIDGE, feed(begun, whole), content_type=XML)
    for number in (1, 2):
        museum.serve(url(number), CAPTCHA)
    yard.longarm("crawl")
    assert [len(yard.captures(url(number))) for number in (1, 2)] == [1, 2]
    # The list is not read again for what it has not.
    assert yard.count("entry", "textless_id = last_capture_id") == 1
