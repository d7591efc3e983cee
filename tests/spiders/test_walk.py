from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from spiders.platforms import MAX_ENTRIES, ListPage
from spiders.walk import MAX_DAYS_WITHOUT, MAX_REQUESTS, Walk
from storage.feeds import DueFeed
from storage.records import Entry, ErrorClass, Feed, FeedId, Follow, Source, SourceId

if TYPE_CHECKING:
    from spiders.step import Step

LIST = "http://www.jia.example.gov.cn/tzgg/index.html"
TODAY = date(2026, 11, 23)


def walk_of(*, platform: str = "auto", since: date | None = None, url: str = LIST, **follow: int) -> Walk:
    feed = Feed(id=FeedId("jia/1"), source_id=SourceId("jia"), url=url, platform=platform, follow=Follow(**follow))
    source = Source(
        id=SourceId("jia"),
        name_zh="甲县公安局",
        name_en=None,
        agency="police",
        level="county",
        province=None,
        place=None,
        lang=None,
        feeds=(feed,),
    )
    due = DueFeed(feed=feed, source=source, platform=None, previous=None, unfinished=False)
    return Walk(due, today=TODAY, since=since, allowed=frozenset())


def rows(first: int, *, pages: int = 9, current: int = 0, day: int = 20) -> str:
    lines = "".join(
        f'<li><a href="/tzgg/202611/t202611{day:02d}_{n}.html">甲县公安局关于第{n}号事项的通告</a>'
        f"<span>2026-11-{day:02d}</span></li>"
        for n in range(first, first - 10, -1)
    )
    pager = f'<script>createPageHTML({pages}, {current}, "index", "html");</script>'
    return f"<html><body><ul>{lines}</ul>{pager}</body></html>"


def read(walk: Walk, body: str, *, url: str = LIST, status: int = 200, settled: frozenset[str] = frozenset()) -> Step:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    page = ListPage.of(url=url, status=status, headers=headers, body=body.encode(), today=TODAY)

    def known(entries: tuple[Entry, ...]) -> frozenset[str]:
        return frozenset(entry.url for entry in entries) & settled

    return walk.read(page, known)


def test_a_walk_goes_from_page_to_page_until_the_most_it_may() -> None:
    walk = walk_of(platform="trs", max_list_pages=2)
    assert walk.start().url == LIST
    first = read(walk, rows(100))
    assert len(first.entries) == 10
    assert first.next_page is not None
    assert first.next_page.url.endswith("/tzgg/index_1.html")
    second = read(walk, rows(90, current=1), url=first.next_page.url)
    assert second.next_page is None
    assert second.error is None


def test_an_old_entry_on_top_does_not_end_a_walk_and_one_at_the_bottom_does() -> None:
    top, bottom = (f"http://www.jia.example.gov.cn/tzgg/202611/t20261120_{n}.html" for n in (100, 91))
    for settled, goes_on in ((top, True), (bottom, False)):
        walk = walk_of(platform="trs")
        walk.start()
        step = read(walk, rows(100), settled=frozenset({settled}))
        assert (step.next_page is not None) is goes_on


def test_a_server_that_ignores_the_page_number_ends_the_walk() -> None:
    walk = walk_of(platform="trs", max_list_pages=9)
    walk.start()
    first = read(walk, rows(100))
    assert first.next_page is not None
    assert read(walk, rows(100), url=first.next_page.url).next_page is None


def test_a_page_that_was_announced_and_is_not_there_ends_the_walk_in_peace() -> None:
    walk = walk_of(platform="trs", max_list_pages=9)
    walk.start()
    first = read(walk, rows(100))
    assert first.next_page is not None
    step = read(walk, "<html>404</html>", url=first.next_page.url, status=404)
    assert (step.error, step.next_page) == (None, None)


def test_a_refresh_that_leads_back_to_itself_ends() -> None:
    walk = walk_of()
    url, asked = walk.start().url, 1
    while asked < MAX_REQUESTS + 5:
        other = "b.html" if url.endswith("index.html") else "index.html"
        step = read(walk, f'<html><head><meta http-equiv="refresh" content="0;url={other}"></head></html>', url=url)
        if step.next_page is None:
            break
        url, asked = step.next_page.url, asked + 1
    assert asked == 2


def test_with_since_older_entries_are_left_out_and_end_the_walk() -> None:
    walk = walk_of(platform="trs", since=date(2026, 11, 21))
    walk.start()
    step = read(walk, rows(100, day=20))
    assert (step.entries, step.next_page, step.error) == ((), None, None)


def test_a_list_that_shows_nothing_is_an_error() -> None:
    walk = walk_of()
    walk.start()
    step = read(walk, "<html><body><p>欢迎</p></body></html>")
    assert step.error is ErrorClass.PARSE
    assert "0 links" in str(step.message)


PAPER = "http://paper.example.cn/html/2026-11/01/node_2.htm"


def issue_url(day: date) -> str:
    return f"http://paper.example.cn/html/{day:%Y-%m/%d}/node_2.htm"


def issue(day: date) -> str:
    return f'<a href="node_2.htm">第01版：要闻</a><a href="content_{day:%m%d}.htm">{day.day}日本县要闻一则</a>'


def days_read(walk: Walk, days: set[date], *, settled: frozenset[str] = frozenset()) -> tuple[list[date], Step]:
    """The days a newspaper is asked for, the newest first, where only `days` have an issue; and the last step."""
    request, asked = walk.start(), []
    while True:
        day = next(each for each in (TODAY - timedelta(days=n) for n in range(4_000)) if issue_url(each) == request.url)
        asked.append(day)
        is_there = day in days
        step = read(
            walk, issue(day) if is_there else "404", url=request.url, status=200 if is_there else 404, settled=settled
        )
        if step.next_page is None:
            return asked, step
        request = step.next_page


def before(*days: int) -> set[date]:
    return {TODAY - timedelta(days=each) for each in days}


def test_a_newspaper_goes_back_issue_by_issue_and_a_day_without_one_counts_for_none() -> None:
    walk = walk_of(platform="epaper", url=PAPER, max_list_pages=2)
    asked, step = days_read(walk, before(1, 4, 5, 6))
    assert asked == [TODAY - timedelta(days=each) for each in range(5)]
    assert step.error is None


def test_rows_on_other_hosts_are_entries_and_addresses_inside_a_network_are_not() -> None:
    addresses = [
        "https://mp.example.cn/s/AbCdEfGhIjKlMnOpQrStUv",
        "//news.yi.example.cn/2026/11-20/77001.shtml",
        "http://127.0.0.1/2026/11-20/77002.shtml",
        "http://intranet/2026/11-20/77003.shtml",
        "/tzgg/202611/t20261120_400.html",
    ]
    lines = "".join(
        f'<li><a href="{href}">甲县公安局关于第{n}号事项的通告</a><i>2026-11-20</i></li>'
        for n, href in enumerate(addresses)
    )
    walk = walk_of()
    walk.start()
    found = [entry.url for entry in read(walk, f"<ul>{lines}</ul>").entries]
    assert found == [
        "https://mp.example.cn/s/AbCdEfGhIjKlMnOpQrStUv",
        "http://news.yi.example.cn/2026/11-20/77001.shtml",
        "http://www.jia.example.gov.cn/tzgg/202611/t20261120_400.html",
    ]


def test_a_day_archive_is_walked_back_until_the_day_that_was_asked_for() -> None:
    def day(number: int) -> str:
        return "".join(
            f'<li><a href="/gn/2026/11-{number}/{number}{n}001.shtml">甲县公安局通告第{n}号全文</a>'
            f"<i>11-{number} 1{n}:00</i></li>"
            for n in range(3)
        )

    start = "http://www.jia.example.cn/scroll-news/2026/1101/news.shtml"
    walk = walk_of(platform="chinanews", url=start, since=date(2026, 11, 22), max_list_pages=9)
    asked = [walk.start().url]
    for number in (23, 22, 21):
        step = read(walk, f"<ul>{day(number)}</ul>", url=asked[-1])
        assert len(step.entries) == (0 if number == 21 else 3)
        if step.next_page is None:
            break
        asked.append(step.next_page.url)
    assert asked == [start.replace("1101", f"11{number}") for number in (23, 22, 21)]


def test_a_known_issue_ends_the_walk_and_with_since_it_does_not() -> None:
    known = frozenset({"http://paper.example.cn/html/2026-11/22/content_1122.htm"})
    asked, _ = days_read(walk_of(platform="epaper", url=PAPER, max_list_pages=9), before(0, 1, 2), settled=known)
    assert asked == [TODAY, TODAY - timedelta(days=1)]
    since = TODAY - timedelta(days=200)
    walk = walk_of(platform="epaper", url=PAPER, max_list_pages=1, since=since)
    asked, step = days_read(walk, {TODAY - timedelta(days=each) for each in range(0, 300, 7)}, settled=known)
    assert (asked[0], asked[-1], len(asked)) == (TODAY, since, 201)
    assert step.error is None


def test_a_newspaper_without_an_issue_for_weeks_is_asked_as_written_and_then_told_as_failing() -> None:
    asked, step = days_read(walk_of(platform="epaper", url=PAPER), set())
    assert asked == [*(TODAY - timedelta(days=each) for each in range(MAX_DAYS_WITHOUT + 1)), date(2026, 11, 1)]
    assert step.error is ErrorClass.HTTP
    assert "no issue" in str(step.message)


def test_a_sitemap_index_that_leads_back_to_itself_ends() -> None:
    addresses = [f"http://www.jia.example.gov.cn/{name}.xml" for name in "abc"]
    index = (
        "<sitemapindex>" + "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in addresses) + "</sitemapindex>"
    )
    walk = walk_of(platform="sitemap", url=addresses[0])
    request, asked = walk.start(), []
    while request is not None:
        asked.append(request.url)
        request = read(walk, index, url=request.url).next_page
    assert sorted(asked) == addresses


def test_a_list_of_more_entries_than_are_read_says_so() -> None:
    items = "".join(f"<item><title>通告{n}</title><link>/a/{n}.html</link></item>" for n in range(MAX_ENTRIES + 10))
    walk = walk_of(platform="feed")
    walk.start()
    step = read(walk, f"<rss><channel>{items}</channel></rss>")
    assert len(step.entries) == MAX_ENTRIES
    assert step.error is None
    assert str(MAX_ENTRIES) in str(step.message)


def test_a_walk_back_counts_the_pages_that_show_no_dates() -> None:
    walk = walk_of(platform="generic", since=date(2018, 1, 1))
    walk.start()
    assert walk.depths is not None
    page = ListPage.of(url=LIST, status=200, headers=(), body=b"", today=TODAY)
    walk.depths.note(page, (Entry(url="http://a.example/1"), Entry(url="http://a.example/2")))
    walk.depths.note(page, (Entry(url="http://a.example/3", listed_on="2026-11-20"),))
    walk.depths.note(page, ())
    assert (walk.depths.state.pages, walk.depths.state.undated, walk.depths.state.oldest) == (3, 1, "2026-11-20")


def test_a_newspaper_is_walked_back_over_days_without_an_issue_but_not_for_ever() -> None:
    walk = walk_of(platform="epaper", url="http://paper.example.cn/html/2026-11/23/node_2.htm", since=date(2018, 1, 1))
    url, asked = walk.start().url, 0
    step = None
    while asked < 100:
        asked += 1
        step = read(walk, "<html>404</html>", url=url, status=404)
        if step.next_page is None:
            break
        url = step.next_page.url
    assert step is not None
    assert (asked, url) == (30, "http://paper.example.cn/html/2026-10/25/node_2.htm")
    assert step.backfill is not None
    assert step.backfill.ended == "30 list pages in a row are empty"
