"""`cctv`: CCTV's lists as JSONP: `…/cmsdatainterface/page/china_1.jsonp`, page by page (platforms.md, section 5.1)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from spiders.platforms.base import NextPage
from spiders.platforms.jsondata import json_of
from spiders.platforms.jsonlist import JsonList, Reading, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed

_NUMBERED = re.compile(r"(/cmsdatainterface/page/[\w-]{1,60}_)(\d{1,4})(\.jsonp)")
_NAMED = re.compile(r"['\"]([^'\"<>\s]{0,300}/cmsdatainterface/page/[\w-]{1,60}_1\.jsonp)")


class Cctv(JsonList):
    """The file of each page has its number in its name."""

    name = "cctv"
    reading = Reading(items="data.list", url=("url",), title=("title",), date=("focus_date",))
    options: Mapping[str, str] = MappingProxyType({})

    def recognise(self, page: ListPage) -> float:
        if rows_of(page, self.reading):
            rows = rows_of(page, self.reading)
            return 0.9 if _NUMBERED.search(page.url) or "focus_date" in rows[0] else 0.0
        return 0.8 if json_of(page) is None and _NAMED.search(page.text[:1_000_000]) else 0.0

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        if json_of(page) is None:
            named = _NAMED.search(page.text[:1_000_000])
            url = page.link(named[1]) if named else None
            return NextPage(url=url, is_shell=True) if url else None
        if not rows_of(page, self.reading) or not _NUMBERED.search(page.url):
            return None
        return NextPage(url=_NUMBERED.sub(lambda found: f"{found[1]}{int(found[2]) + 1}{found[3]}", page.url, count=1))

    def may_be_empty(self, page: ListPage) -> bool:
        if json_of(page) is None:
            return page.status == 200 and bool(_NAMED.search(page.text[:1_000_000]))
        return super().may_be_empty(page)

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        return (NextPage(url=feed.url),)
