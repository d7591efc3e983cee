"""A feed of several lists: a search's keywords, a tree's categories. Each is read from its first page on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from spiders.platforms import PLATFORMS, ListPage
from spiders.platforms.engines import ENGINES
from spiders.walk import MAX_LISTS, Walk
from storage.feeds import DueFeed
from storage.records import ErrorClass, Feed, FeedId, Follow, Source, SourceId
from storage.urls import url_key

if TYPE_CHECKING:
    from spiders.platforms import NextPage
    from spiders.step import Step

TODAY = date(2026, 11, 23)
SITE = "https://so.yunxi.example.gov.cn"
SEARCH = f"{SITE}/igs/front/search.jhtml?code=856e&siteId=34"
WORDS = ("劝返", "境外", "投案")


def feed_of(url: str, platform: str = "search", pages: int = 2, **options: str | tuple[str, ...]) -> Feed:
    follow = Follow(max_list_pages=pages)
    return Feed(
        id=FeedId("yunxi/1"), source_id=SourceId("yunxi"), url=url, platform=platform, follow=follow, options=options
    )


def walk_of(feed: Feed) -> Walk:
    source = Source(
        id=SourceId("yunxi"), name_zh="云溪县公安局", name_en=None, agency="police", level="county", province=None,
        place=None, lang=None, feeds=(feed,),
    )  # fmt: skip
    due = DueFeed(feed=feed, source=source, platform=None, previous=None, unfinished=False)
    return Walk(due, today=TODAY, since=None, allowed=frozenset())


def answer(walk: Walk, body: str, url: str, *, status: int = 200, settled: frozenset[str] = frozenset()) -> Step:
    page = ListPage.of(url=url, status=status, headers=(), body=body.encode(), today=TODAY)
    return walk.read(page, lambda entries: frozenset(one.url for one in entries) & settled)


def hits(word: str, number: int, count: int = 3) -> str:
    """An answer of IGS: hits of its own for each keyword and page."""
    name = str(WORDS.index(word))
    rows = [{"title": f"{word}通报{n}", "url": f"{SITE}/a/{name}{number}{n}.html"} for n in range(count)]
    return json.dumps({"page": {"content": rows, "total": str(count)}}, ensure_ascii=False)


def word_and_page(request: NextPage) -> tuple[str, str]:
    said = parse_qs(urlsplit(request.url).query)
    return said["searchWord"][0], said["pageNumber"][0]


def all_asked(walk: Walk, **bodies: tuple[int, str]) -> tuple[list[tuple[str, str]], list[Step]]:
    """A walk to its end over a server that answers each keyword its own hits, or what `bodies` has for it."""
    request: NextPage | None = walk.start()
    asked, steps = [], []
    while request is not None:
        word, number = word_and_page(request)
        asked.append((word, number))
        status, body = bodies.get(word, (200, hits(word, int(number))))
        steps.append(answer(walk, body, request.url, status=status))
        request = steps[-1].next_page
    return asked, steps


def test_every_keyword_is_asked_and_each_from_its_first_page() -> None:
    asked, steps = all_asked(walk_of(feed_of(SEARCH, keywords=WORDS)))
    assert asked == [(word, number) for word in WORDS for number in ("1", "2")]
    assert sum(len(step.entries) for step in steps) == 18
    assert [step.error for step in steps] == [None] * 6


def test_one_keyword_without_hits_hides_no_other_and_is_no_failure() -> None:
    none = json.dumps({"page": {"content": [], "total": "0"}})
    asked, steps = all_asked(walk_of(feed_of(SEARCH, keywords=WORDS)), 劝返=(200, none))
    assert asked == [("劝返", "1"), ("境外", "1"), ("境外", "2"), ("投案", "1"), ("投案", "2")]
    assert {step.error for step in steps} == {None}


@pytest.mark.parametrize(
    ("status", "body", "error", "says"),
    [
        (500, "oops", ErrorClass.HTTP, "HTTP 500"),
        (200, '{"code": 99998, "msg": "系统繁忙"}', ErrorClass.PARSE, "0 links"),
        (200, "<div id=app></div><script src=a.js></script>", ErrorClass.PARSE, "client_rendered"),
    ],
)
def test_a_keyword_that_fails_is_told_at_the_end_and_the_others_are_asked_all_the_same(
    status: int, body: str, error: ErrorClass, says: str
) -> None:
    asked, steps = all_asked(walk_of(feed_of(SEARCH, keywords=WORDS)), 境外=(status, body))
    assert asked == [("劝返", "1"), ("劝返", "2"), ("境外", "1"), ("投案", "1"), ("投案", "2")]
    assert [step.error for step in steps] == [None, None, None, None, error]
    assert says in str(steps[-1].message)
    assert len(steps[-1].entries) == 3


def test_a_host_that_refuses_is_left_alone_whatever_keywords_are_left() -> None:
    walk = walk_of(feed_of(SEARCH, keywords=WORDS))
    walk.start()
    step = walk.failed(ErrorClass.BLOCKED, "a shield answered")
    assert (step.next_page, step.error) == (None, ErrorClass.BLOCKED)


def test_an_unchanged_first_list_does_not_end_the_walk() -> None:
    walk = walk_of(feed_of(SEARCH, keywords=WORDS))
    first = walk.start()
    page = ListPage.of(url=first.url, status=200, headers=(), body=hits("劝返", 1).encode(), today=TODAY)
    step = walk.unchanged(page, lambda _: frozenset())
    assert step.entries == ()
    assert step.next_page is not None
    assert word_and_page(step.next_page) == ("境外", "1")


def test_the_same_hit_under_two_keywords_does_not_stop_the_second() -> None:
    walk = walk_of(feed_of(SEARCH, keywords=WORDS[:2]))
    first = walk.start()
    answer(walk, hits("劝返", 1), first.url)
    second = answer(walk, hits("劝返", 1), first.url).next_page
    assert second is not None
    assert word_and_page(second) == ("境外", "1")
    step = answer(walk, hits("劝返", 1), second.url)
    assert len(step.entries) == 3
    assert step.next_page is not None


def test_more_lists_than_a_walk_may_ask_are_told() -> None:
    many = tuple(f"词{n}" for n in range(MAX_LISTS + 5))
    walk = walk_of(feed_of(SEARCH, keywords=many, pages=1))
    request: NextPage | None = walk.start()
    asked = 0
    while request is not None:
        asked += 1
        step = answer(walk, hits("劝返", 1), request.url)
        request = step.next_page
    assert asked == MAX_LISTS
    assert step.error is ErrorClass.PARSE
    assert "5 of the feed's lists not asked" in str(step.message)


TREE = [{"id": n, "name": f"栏目{n}", "children": []} for n in (11, 12, 13)]
INDEX = f"<div id=app></div><script>window._CONFIG = {{ SID: '765001', TREE: {json.dumps(TREE)} }}</script>"


@pytest.mark.parametrize("platform", ["auto", "gkmlpt"])
def test_every_category_of_a_tree_is_read_one_after_the_other(platform: str) -> None:
    walk = walk_of(feed_of("http://www.yunxi.example.gov.cn/gkmlpt/index", platform, pages=2))
    walk.start()
    request = answer(walk, INDEX, "http://www.yunxi.example.gov.cn/gkmlpt/index").next_page
    asked = []
    while request is not None:
        asked.append(urlsplit(request.url).path.rpartition("/")[2] + "." + urlsplit(request.url).query[5:6])
        rows = [{"title": f"通告{n}", "url": f"/gkmlpt/content/post_{asked[-1]}{n}.html"} for n in range(3)]
        empty = asked[-1].startswith("12")
        body = {"classify": {"post_count": 0 if empty else 900}, "articles": [] if empty else rows}
        step = answer(walk, json.dumps(body), request.url)
        assert (step.platform, step.error) == ("gkmlpt", None)
        request = step.next_page
    assert asked == ["11.1", "11.2", "12.1", "13.1", "13.2"]


def test_an_unchanged_shell_leads_on_to_the_list_that_may_have_changed() -> None:
    url = "http://www.yunxi.example.gov.cn/gkmlpt/index"
    walk = walk_of(feed_of(url, "gkmlpt", pages=2))
    walk.start()
    page = ListPage.of(url=url, status=200, headers=(), body=INDEX.encode(), today=TODAY)
    step = walk.unchanged(page, lambda _: frozenset())
    assert step.next_page is not None
    assert step.next_page.url.endswith("/api/all/11?page=1&sid=765001")


def test_a_shell_that_leads_nowhere_new_is_told() -> None:
    url = "http://www.yunxi.example.gov.cn/tzgg/"
    walk = walk_of(replace(feed_of(url), platform="auto"))
    walk.start()
    body = '<html><head><meta http-equiv="refresh" content="0;url=http://localhost/list.html"></head></html>'
    step = answer(walk, body, url)
    assert step.error is ErrorClass.PARSE
    assert "http://localhost/list.html" in str(step.message)


@pytest.mark.parametrize("name", ENGINES)
def test_each_engine_names_the_keyword_in_its_request_and_nowhere_else(name: str) -> None:
    address = {"generic": f"{SITE}/s?key={{keyword}}&p={{page}}"}.get(name, f"{SITE}/x/search?siteId=3")
    feed = feed_of(address, engine=name, keywords=WORDS)
    first = PLATFORMS["search"].first_requests(feed, TODAY)[0]
    requests = [first, *first.lists]
    assert [request.label for request in requests] == list(WORDS)
    told = [parse_qs(urlsplit(one.url).query).values() for one in requests]
    for request, word, values in zip(requests, WORDS, told, strict=True):
        sent = request.body.decode() if request.body.startswith(b"{") else str(parse_qs(request.body.decode()))
        assert word in sent or [word] in values
        assert {header for header, _ in request.headers} <= {"Content-Type"}
    assert len({(url_key(one.url), one.body) for one in requests}) == 3


def test_keywords_in_an_address_are_pages_of_their_own() -> None:
    for parameter in ("q", "key", "searchWord", "keyword", "wd"):
        keys = {url_key(f"{SITE}/s?{parameter}={word}&p=1") for word in WORDS}
        assert len(keys) == 3, parameter
    reader = "http://mp.weixin.qq.com/s?__biz=M&mid=1&idx=1&sn=2"
    assert url_key(f"{reader}&key=777&uin=MTA%3D") == url_key(reader)


SCRIPTED, NOTHING = "client_rendered", "list page yields 0 links"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('<html><body><div id="app"></div><script src="/a.js"></script></body></html>', SCRIPTED),
        ('<html><body><div id="root"><noscript>启用脚本</noscript></div><script></script></body></html>', SCRIPTED),
        ('<ul><li v-for="one in rows"><a :href="one.url">{{one.title}}</a></li></ul><script></script>', SCRIPTED),
        ('<ul><li><a href="<?=el.link?>">标题</a></li></ul><p>暂无数据</p><script src="t.js"></script>', SCRIPTED),
        ("<html><body><p>欢迎光临本站</p></body></html>", NOTHING),
        (f'<html><body><div id="app">{"正文很长。" * 200}</div><script></script></body></html>', NOTHING),
    ],
)  # fmt: skip
def test_an_empty_list_page_is_told_as_what_it_is(body: str, says: str) -> None:
    walk = walk_of(replace(feed_of("http://www.yunxi.example.gov.cn/tzgg/"), platform="auto"))
    step = answer(walk, body, walk.start().url)
    assert step.error is ErrorClass.PARSE
    assert str(step.message).startswith(says)


def test_an_empty_column_that_says_so_is_no_failure() -> None:
    walk = walk_of(replace(feed_of("http://www.yunxi.example.gov.cn/tzgg/"), platform="auto"))
    step = answer(walk, "<html><body><ul></ul><p>暂无数据</p></body></html>", walk.start().url)
    assert (step.error, step.next_page) == (None, None)


UNIT = "{'webId':'3','pageId':'77','tplSetId':'t','tagId':'信息列表'}"
COLUMN = "http://www.yunxi.example.gov.cn/col/col77/index.html"


def unit_answer(first: int) -> str:
    """Three bare rows, without dates and of no article's address: that they came from the unit makes them entries."""
    rows = "".join(f"<li><a href='/a/{n}.html'>第{n}号</a></li>" for n in range(first, first + 3))
    return json.dumps({"data": {"html": f"<ul>{rows}</ul>"}}, ensure_ascii=False)


@pytest.mark.parametrize("in_column", [False, True])
def test_a_unit_server_that_repeats_its_first_page_ends_the_list(in_column: bool) -> None:
    walk = walk_of(feed_of(COLUMN, "auto", pages=9))
    walk.start()
    rows = json.loads(unit_answer(1))["data"]["html"] if in_column else ""
    body = f'<div id="信息列表">{rows}</div><script src="/unitbuild.js" queryData="{UNIT}"></script>'
    step = answer(walk, body, COLUMN)
    asked, found = 1, [entry.url[-6:] for entry in step.entries]
    while step.next_page is not None:
        asked += 1
        step = answer(walk, unit_answer(1), step.next_page.url)
        found += [entry.url[-6:] for entry in step.entries]
    assert asked == (2 if in_column else 3)
    assert sorted(set(found)) == ["1.html", "2.html", "3.html"]
    assert (step.platform, step.error) == ("jpaas", None)
