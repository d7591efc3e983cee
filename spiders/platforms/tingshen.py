"""`tingshen`: the courts' site of public trials: JSON rows, each a trial at `/live/{caseId}` (platforms.md, 3.6)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from spiders.platforms.base import NextPage
from spiders.platforms.jsonlist import JsonList, Reading, rows_of, with_query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed

# The API answers scripts only.
_HEADERS = (("X-Requested-With", "XMLHttpRequest"),)


class Tingshen(JsonList):
    """Trials, newest first."""

    name = "tingshen"
    reading = Reading(items="resultList", link="/live/{caseId}", title=("title", "caseNo"), date=("beginTime",))
    options: Mapping[str, str] = MappingProxyType({})

    def recognise(self, page: ListPage) -> float:
        rows = rows_of(page, self.reading)
        return 0.9 if rows and "caseId" in rows[0] else 0.0

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        if not rows_of(page, self.reading):
            return None
        return NextPage(url=with_query(page.url, {"pageNumber": str(page_number + 1)}), headers=_HEADERS)

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        return (NextPage(url=feed.url, headers=_HEADERS),)
