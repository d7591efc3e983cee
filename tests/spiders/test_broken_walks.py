"""Walks in which pages fail, are missing or too many: what could be asked later is not left out, and nothing unsaid."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.platforms import ListPage
from spiders.walk import MAX_REQUESTS, Walk
from storage.feeds import DueFeed
from storage.records import ErrorClass, Feed, FeedId, Follow, Source, SourceId

if TYPE_CHECKING:
    from collections.abc import Callable

    from spiders.platforms import NextPage
    from spiders.step import Step
    from storage.backfills import Backfill

    Server = Callable[[NextPage], "ErrorClass | tuple[int, str]"]

TODAY = date(2026, 11, 23)
SITE = "https://so.yunxi.example.gov.cn"
WORDS = ("劝返", "境外", "投案")
PAGES, ROWS = 4, 3
EVERY = {
    f"{SITE}/a/{word}{number}{row}.html" for word in range(3) for number in range(1, PAGES + 1) for row in range(ROWS)
}
XML = "http://www.sitemaps.org/schemas/sitemap/0.9"


def walk_of(feed: Feed, *, since: date | None = None, before: Backfill | None = None) -> Walk:
    source = Source(
        id=SourceId("yunxi"), name_zh="云溪县公安局", name_en=None, agency="police", level="county", province=None,
        place=None, lang=None, feeds=(feed,),
    )  # fmt: skip
    due = DueFeed(feed=feed, source=source, platform=None, previous=None, unfinished=False)
    return Walk(due, today=TODAY, since=since, allowed=frozenset(), before=before)


def feed_of(url: str, platform: str, pages: int = 3, **options: tuple[str, ...]) -> Feed:
    follow = Follow(max_list_pages=pages)
    return Feed(
        id=FeedId("yunxi/1"), source_id=SourceId("yunxi"), url=url, platform=platform, follow=follow, options=options
    )


def run(walk: Walk, server: Server, most: int = 1000) -> tuple[list[NextPage], list[Step]]:
    """Walk to the end, or until `most` pages were asked and the process is killed."""
    asked: list[NextPage] = []
    steps: list[Step] = []
    request: NextPage | None = walk.start()
    while request is not None and len(asked) < most:
        asked.append(request)
        answer = server(request)
        if isinstance(answer, ErrorClass):
            step = walk.failed(answer, "as staged")
        else:
            status, body = answer
            page = ListPage.of(url=request.url, status=status, headers=(), body=body.encode(), today=TODAY)
            step = walk.read(page, lambda entries: frozenset())
        steps.append(step)
        request = step.next_page
    return asked, steps


def place(request: NextPage) -> tuple[int, int]:
    said = parse_qs(urlsplit(request.url).query)
    return WORDS.index(said["searchWord"][0]), int(said["pageNumber"][0])


def search(failing: frozenset[tuple[int, int]] = frozenset()) -> Server:
    """A search engine with four pages of hits for each keyword."""

    def serve(request: NextPage) -> ErrorClass | tuple[int, str]:
        word, number = place(request)
        if (word, number) in failing:
            return ErrorClass.TIMEOUT
        rows = [{"title": f"{WORDS[word]}通报{n}", "url": f"{SITE}/a/{word}{number}{n}.html"} for n in range(ROWS)]
        content = rows if number <= PAGES else []
        return 200, json.dumps({"page": {"content": content, "total": str(PAGES * ROWS)}}, ensure_ascii=False)

    return serve


def back(server: Server, before: Backfill | None, most: int = 1000) -> tuple[list[NextPage], set[str], Backfill | None]:
    feed = feed_of(f"{SITE}/igs/front/search.jhtml?code=856e&siteId=34", "search", 2, keywords=WORDS)
    asked, steps = run(walk_of(feed, since=date(2018, 1, 1), before=before), server, most)
    kept = [step.backfill for step in steps if step.backfill is not None]
    return asked, {entry.url for step in steps for entry in step.entries}, kept[-1] if kept else before


PLACES = st.tuples(st.integers(0, 2), st.integers(1, PAGES))


@given(failing=st.frozensets(PLACES, max_size=4), killed_after=st.integers(1, 30))
def test_what_a_walk_back_missed_the_next_ones_bring(failing: frozenset[tuple[int, int]], killed_after: int) -> None:
    _, got, state = back(search(failing), None, killed_after)
    for _ in range(2):
        _, more, state = back(search(), state)
        got |= more
    assert got == EVERY
    assert state is not None
    assert state.ended


def test_a_walk_back_with_a_page_that_failed_is_not_over() -> None:
    _, _, state = back(search(frozenset({(0, 3)})), None)
    assert state is not None
    assert state.ended is None


def test_a_second_walk_back_asks_only_the_top_of_each_list() -> None:
    _, _, state = back(search(), None)
    asked, _, state = back(search(), state)
    assert [place(request) for request in asked] == [(0, 1), (1, 1), (2, 1)]
    assert state is not None
    assert state.ended


def sitemaps(number: int, dead: frozenset[int] = frozenset()) -> Server:
    """An index of so many sitemaps, of three addresses each."""

    def serve(request: NextPage) -> ErrorClass | tuple[int, str]:
        if request.url.endswith("/sitemap.xml"):
            found = "".join(f"<sitemap><loc>{SITE}/sm{each}.xml</loc></sitemap>" for each in range(number))
            return 200, f"<?xml version='1.0'?><sitemapindex xmlns='{XML}'>{found}</sitemapindex>"
        child = int(request.url.rpartition("/sm")[2].partition(".")[0])
        if child in dead:
            return 404, "<html>not found</html>"
        found = "".join(f"<url><loc>{SITE}/b/{child}_{each}.html</loc></url>" for each in range(3))
        return 200, f"<?xml version='1.0'?><urlset xmlns='{XML}'>{found}</urlset>"

    return serve


@pytest.mark.parametrize("dead", [0, 2, 5])
@pytest.mark.parametrize("since", [None, date(2018, 1, 1)])
def test_a_dead_sitemap_hides_no_other_and_is_told(dead: int, since: date | None) -> None:
    feed = feed_of(f"{SITE}/sitemap.xml", "sitemap")
    _, steps = run(walk_of(feed, since=since), sitemaps(6, frozenset({dead})))
    assert len({entry.url for step in steps for entry in step.entries}) == 5 * 3
    assert (steps[-1].error, steps[-1].message) == (ErrorClass.HTTP, f"HTTP 404 {SITE}/sm{dead}.xml")


def test_a_list_that_is_cut_says_so_and_is_not_called_finished() -> None:
    asked, steps = run(walk_of(feed_of(f"{SITE}/sitemap.xml", "sitemap")), sitemaps(150))
    assert len(asked) == MAX_REQUESTS
    assert steps[-1].error is ErrorClass.PARSE
    assert "51 list pages not asked" in (steps[-1].message or "")


def test_as_many_list_pages_are_asked_as_the_source_says() -> None:
    asked, steps = run(walk_of(feed_of(f"{SITE}/sitemap.xml", "sitemap", pages=150)), sitemaps(150))
    assert (len(asked), steps[-1].error) == (151, None)
