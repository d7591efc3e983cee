"""`urls`: a plain list of pages. The source's start addresses are themselves the pages; there is no list to ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiders.platforms.base import Plain

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage
    from storage.records import Entry, Feed


class Urls(Plain):
    """Each start address is a page, captured and looked at again like those that lists lead to."""

    name = "urls"

    def recognise(self, page: ListPage) -> float:  # noqa: ARG002 - that a page is to be watched, only a person can say
        return 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002 - never asked for
        return ()
