"""`chinanews`: China News Service's make: `/gn/2026/11-20/77.shtml`, a rolling list, and an archive by days."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.family import Family

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage
    from storage.records import Entry, Feed

# `/scroll-news/2026/1120/news.shtml` is one day; `/scroll-news/news1.html` the newest of all.
_DAY = re.compile(
    r"^(/scroll-news/(?:\w{1,20}/)?)((?:19|20)\d\d)/(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])/(\w{1,20}\.s?html?)$"
)
_ROLLING = re.compile(r"^(/scroll-news/(?:\w{1,20}/)?)(?:news\d{0,3}\.s?html?|index\.s?html?)?$")


class Chinanews(Family):
    """Rows as on any list. A day's list goes on with the day before; so does the rolling list where it ends.

    The chain of days is bounded as every list is: by `max_list_pages`, by `--since`, by the last entry known.
    """

    name = "chinanews"
    articles = re.compile(r"/\d{4}/\d{2}-\d{2}/\d+\.s?html?$")
    lists = re.compile(r"^/scroll-news/")

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        # The rows of a day's list show month and day; the year is the archive's, not that of the look.
        day = _day_of(page.url)
        return super().entries(replace(page, today=day) if day else page, feed)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        day = _day_of(page.url)
        if day:
            before = _with_day(page.url, day - timedelta(days=1))
            return NextPage(url=before) if before else None
        found = super().next_pages(page, feed, page_number)
        rolling = _ROLLING.match(urlsplit(page.url).path)
        if found or not rolling:
            return found
        last = next((entry.listed_on for entry in reversed(self.entries(page, feed)) if entry.listed_on), None)
        url = page.link(f"{rolling[1]}{last[:4]}/{last[5:7]}{last[8:10]}/news.shtml") if last else None
        return NextPage(url=url) if url else None

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:
        """A day's address is asked for with today's date first, then as it is written."""
        current = _with_day(feed.url, today) if _day_of(feed.url) else None
        urls = dict.fromkeys([current, feed.url])
        return tuple(NextPage(url=url) for url in urls if url)


def _day_of(url: str) -> date | None:
    match = _DAY.match(urlsplit(url).path)
    try:
        return date(int(match[2]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        return None


def _with_day(url: str, day: date) -> str | None:
    path = urlsplit(url).path
    match = _DAY.match(path)
    return url.replace(path, f"{match[1]}{day:%Y}/{day:%m%d}/{match[5]}", 1) if match else None
