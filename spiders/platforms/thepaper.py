"""`thepaper`: a portal drawn by Next.js: rows in the page's own JSON first, then from its API by POST.

Facts: platforms.md, section 5.1. The API's host is the site's, with `api.` before it.
"""

from __future__ import annotations

import json
import re
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.jsondata import MAX_ROWS, day_of, json_of, step, text_of, value_at, values_in, words
from spiders.platforms.jsonlist import JSON_BODY, JsonList, Reading, text_option
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed

_CHANNEL = re.compile(r"channel_(\d{1,12})")
_LIST = "/contentapi/nodeCont/getByChannelId"
_PAGE_SIZE = 20


class Thepaper(JsonList):
    """Rows have a number; the article stands at `/newsDetail_forward_NUMBER` of the site."""

    name = "thepaper"
    reading = Reading(
        items="data.list", title=("name", "title"), date=("pubTimeLong", "publishTime", "pubTimeNew", "pubTime")
    )
    options: Mapping[str, str] = MappingProxyType(
        {"channel": "number of the channel, as 25950; without it the one in the address channel_25950"}
    )

    def recognise(self, page: ListPage) -> float:
        rows = _rows(page)
        return 0.9 if rows and all("contId" in row for row in rows) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        return tuple(self._entries(page))

    def _entries(self, page: ListPage) -> Iterator[Entry]:
        for row in _rows(page):
            number, title = text_of(row, ("contId",)), words(text_of(row, self.reading.title))
            if number.isalnum() and number.isascii() and title:
                days = (day_of(text_of(row, (name,)), page.today) for name in self.reading.date)
                yield Entry(
                    url=f"{site_of(page.url)}/newsDetail_forward_{number}",
                    title=title,
                    listed_on=next((day for day in days if day), None),
                )

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        channel = _channel(feed)
        if not _rows(page) or not channel or step(json_of(page), "data.hasNext") is False:
            return None
        start = step(json_of(page), "data.startTime")
        return _request(page.url, channel, page_number + 1, start if isinstance(start, int) else None)

    def may_be_empty(self, page: ListPage) -> bool:  # noqa: ARG002
        return False

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        channel = _channel(feed)
        if _LIST in feed.url and channel:
            return (_request(feed.url, channel, 1, None),)
        return (NextPage(url=feed.url),)


def site_of(url: str) -> str:
    """The site whose API or page `url` is: `https://www.` and the host without `api.`, `m.` or `www.`."""
    host = re.sub(r"^(?:api|m|www)\.", "", (urlsplit(url).hostname or "").lower())
    return f"https://www.{host}"


def _request(url: str, channel: str, number: int, start: int | None) -> NextPage:
    asked = {
        "channelId": channel,
        "excludeContIds": [],
        "listRecommendIds": [],
        "pageSize": _PAGE_SIZE,
        "startTime": start,
        "pageNum": number,
    }
    return NextPage(
        url=f"{site_of(url).replace('://www.', '://api.')}{_LIST}",
        method="POST",
        body=json.dumps(asked, separators=(",", ":")).encode(),
        headers=(("Content-Type", JSON_BODY),),
    )


def _channel(feed: Feed) -> str:
    found = _CHANNEL.search(feed.url)
    return text_option(feed, "channel", found[1] if found else "")


def _rows(page: ListPage) -> list[dict[str, Any]]:
    """The rows of the API's answer, or those in the page's own JSON."""
    if "thepaper" not in page.notes:
        value = json_of(page)
        if value is None:
            value = _embedded(page.text)
        page.notes["thepaper"] = _longest(value)
    rows: list[dict[str, Any]] = page.notes["thepaper"]
    return rows


def _longest(value: Any) -> list[dict[str, Any]]:
    best: list[dict[str, Any]] = []
    for one in values_in(value):
        if isinstance(one, list) and len(one) > len(best):
            rows = [
                row for row in islice(one, MAX_ROWS) if isinstance(row, dict) and row.get("contId") and "name" in row
            ]
            best = rows if len(rows) > len(best) else best
    return best


def _embedded(text: str) -> Any:
    at = text.find("__NEXT_DATA__")
    start = text.find("{", at) if at >= 0 else -1
    return value_at(text, start)[0] if 0 <= start < at + 300 and len(text) < 5_000_000 else None
