"""`easysite`: all-numeric folders, `/n1/n2/c3/content.html`; list pages `index_{module}_{N}.html` (section 3.5)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from spiders.platforms.base import NextPage
from spiders.platforms.family import Family
from spiders.platforms.pagination import easysite_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spiders.platforms.base import ListPage
    from storage.records import Feed


class Easysite(Family):
    """Rows as on any list. An article's address holds no date: it is the row's, or the page's own."""

    name = "easysite"
    options: Mapping[str, str] = MappingProxyType({"pages": "down (the oldest page is number 1, the usual way) or up"})
    articles = re.compile(r"/c\d+/content\.html$")
    lists = re.compile(r"^(?:/n\d+)+/(?:index(?:_\d+_\d+)?\.html)?$")

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        said = feed.options.get("pages")
        url = easysite_index(page, page_number, is_up=said == "up") if said else None
        return NextPage(url=url) if url else super().next_pages(page, feed, page_number)
