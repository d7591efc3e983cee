"""`xinhua`: Xinhua's publishing system: a page's lists are static files `ds_<32 hex>.json` beside it.

Sites of other bodies that it publishes answer the same. Facts: platforms.md, section 5.1.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from spiders.platforms.base import NextPage
from spiders.platforms.hrefs import join_href
from spiders.platforms.jsondata import day_of, json_of, says_none, text_of, words
from spiders.platforms.jsonlist import JsonList, Reading, row_entries, rows_of
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed

_FILE = re.compile(r"/ds_[0-9a-f]{32}\.json(?:[?#]|$)")
_NAMED = re.compile(r"\bds_([0-9a-f]{32})\.json|\bdatasource[:=]['\"]?([0-9a-f]{32})")
_ALIEN = "ds_"
# A front page has dozens of blocks; a column's own lists come first.
_MAX_LISTS = 10
_MAX_LINKS = 10


class Xinhua(JsonList):
    """One entry a row, or one for each link of a row that has several."""

    name = "xinhua"
    reading = Reading(
        items="datasource", url=("publishUrl", "url"), title=("title", "showTitle"), date=("publishTime",)
    )
    options: Mapping[str, str] = MappingProxyType({})

    def recognise(self, page: ListPage) -> float:
        if _FILE.search(page.url) or rows_of(page, self.reading):
            return 0.95 if rows_of(page, self.reading) else 0.0
        return 0.85 if _ALIEN in page.text and "<" in page.text and _files(page) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        found = list(row_entries(page, self.reading))
        known = {entry.url for entry in found}
        found += [entry for entry in self._linked(page) if entry.url not in known]
        return tuple(found)

    def _linked(self, page: ListPage) -> Iterator[Entry]:
        for row in rows_of(page, self.reading):
            links = row.get("linkUrls")
            for link in links[:_MAX_LINKS] if isinstance(links, list) else ():
                yield from _link(link, row, page)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        if json_of(page) is not None:
            return None
        files = _files(page)
        rest = tuple(NextPage(url=url, is_shell=True) for url in files[1:])
        return NextPage(url=files[0], is_shell=True, lists=rest) if files else None

    def may_be_empty(self, page: ListPage) -> bool:
        if json_of(page) is not None:
            return page.status == 200 and says_none(json_of(page), self.reading.items)
        return page.status == 200 and bool(_files(page))

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        return (NextPage(url=feed.url),)


def _link(link: Any, row: dict[str, Any], page: ListPage) -> Iterator[Entry]:
    url = join_href(page.url, text_of(link, ("linkUrl",)), charset="utf-8")
    title = words(text_of(link, ("linkTitle",)))
    # `专题 |` before a title leads to a collection, `全文` behind it to the same article.
    if url and len(title) > 4 and not title.endswith(("|", "｜")):
        yield Entry(url=url, title=title, listed_on=day_of(text_of(row, ("publishTime",)), page.today))


def _files(page: ListPage) -> list[str]:
    """The addresses of the page's list files, in its order."""
    if "xinhua" not in page.notes:
        names = dict.fromkeys(one[1] or one[2] for one in _NAMED.finditer(page.text[:2_000_000]))
        urls = [page.link(f"ds_{name}.json") for name in list(names)[:_MAX_LISTS]]
        page.notes["xinhua"] = [url for url in urls if url]
    files: list[str] = page.notes["xinhua"]
    return files
