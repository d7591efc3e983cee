"""`trs`: TRS WCM (拓尔思), the largest family: `tYYYYMMDD_ID.html`, `createPageHTML(34, 0, "index", "html")`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spiders.platforms.base import NextPage
from spiders.platforms.generic import Generic
from spiders.platforms.pagination import create_page_call, trs_index

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage
    from storage.records import Feed

_ARTICLE = re.compile(r"/t(?:\d{8}_)?\d{6,}\.s?html?\b")
_MARK = re.compile(r"\bTRS_|trs_editor|WCM置标|/igs/front/|_trs_", re.IGNORECASE)


class Trs(Generic):
    """Rows as on any list; the next page from the call that draws the pager."""

    name = "trs"

    def recognise(self, page: ListPage) -> float:
        if create_page_call(page):
            return 0.8
        articles = len(_ARTICLE.findall(page.text))
        return 0.5 if articles >= 3 else 0.3 if articles and _MARK.search(page.text) else 0.0

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        if create_page_call(page):
            url = trs_index(page, page_number)
            return NextPage(url=url) if url else None
        return super().next_pages(page, feed, page_number)
