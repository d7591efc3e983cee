"""`truecms`: columns that page by JSONP from `getMessage.do`, which answers records as jpage's, and wants a Referer.

Facts: platforms.md, section 3.6.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.fragments import fragment_entries
from spiders.platforms.generic import Generic
from spiders.platforms.jpage import record_entries, records_of
from spiders.platforms.jsondata import json_of, step
from spiders.platforms.jsonlist import int_option, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spiders.platforms.base import ListPage
    from storage.records import Entry, Feed

_API = "messageController/getMessage.do"
_ADDRESS = re.compile(
    r"proxyUrl['\"]?\s{0,4}:\s{0,4}['\"]([^'\"<>\s]{0,300}messageController/getMessage\.do)", re.IGNORECASE
)
_COLUMN = re.compile(r"\bcolumnId['\"]?\s{0,4}[:=]\s{0,4}['\"]([\w-]{1,80})")
_TOTAL = re.compile(r"(?:\btotalRecord['\"]?\s{0,4}[:=]\s{0,4}['\"]?|<totalrecord>\s{0,4})(\d{1,8})", re.IGNORECASE)
# Limits differ from site to site (50, 20, 10); the smallest is answered everywhere.
_PER_PAGE = 10


class Truecms(Generic):
    """The column page's own rows are its first page; records of the API are the others."""

    name = "truecms"
    options: Mapping[str, str] = MappingProxyType({"per_page": "records asked for at once, at most 50; 10 without it"})

    def recognise(self, page: ListPage) -> float:
        if _API in page.url:
            return 0.95 if _result(page) is not None else 0.0
        return 0.95 if _API in page.text and _COLUMN.search(page.text) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        result = _result(page)
        inner = page if result is None else replace(page, text=result)
        records = records_of(inner)
        if records:
            return record_entries(inner, records)
        if result is not None:
            return fragment_entries(page, [result]) if "<a" in result else ()
        return super().entries(page, feed)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        shown, total = len(self.entries(page, feed)), _TOTAL.search(_result(page) or page.text)
        start = _start(page) + shown
        if (total and start > int(total[1])) or (_API in page.url and not shown):
            return None
        size = min(int_option(feed, "per_page", _PER_PAGE), 50) or _PER_PAGE
        asked = {"startrecord": str(start), "endrecord": str(start + size - 1), "perpage": str(size)}
        url = with_query(page.url, asked) if _API in page.url else _first(page, asked)
        return NextPage(url=url, headers=(("Referer", feed.url),), is_shell=not shown) if url else None

    def may_be_empty(self, page: ListPage) -> bool:
        result = _result(page)
        if result is not None:
            return page.status == 200 and re.search(r"<totalrecord>\s{0,9}0\s{0,9}<", result) is not None
        return page.status == 200 and _API in page.text


def _first(page: ListPage, asked: dict[str, str]) -> str | None:
    address, column = _ADDRESS.search(page.text), _COLUMN.search(page.text)
    if not column:
        return None
    url = page.link(address[1] if address else f"/truecms/{_API}")
    return with_query(url, {**asked, "columnId": column[1], "callback": "cb"}) if url else None


def _start(page: ListPage) -> int:
    said = dict(parse_qsl(urlsplit(page.url).query)).get("startrecord", "1") if _API in page.url else "1"
    return int(said) if said.isdecimal() and len(said) < 9 else 1


def _result(page: ListPage) -> str | None:
    """The records of an answer of the API, as text; None for any other page."""
    found = step(json_of(page), "result") if _API in page.url else None
    return found if isinstance(found, str) else None
