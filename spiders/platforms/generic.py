"""`generic`: any HTML list, read by its structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiders.platforms.base import Plain
from storage.records import Entry
from storage.urls import url_key

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage
    from storage.records import Feed


class Generic(Plain):
    """Repeated blocks with a link each, found by structure and not by site."""

    name = "generic"

    def recognise(self, page: ListPage) -> float:
        return 0.1 if "<a" in page.text.lower() else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        found: dict[str, Entry] = {}
        for node in page.tree.iter("a"):
            url = page.link(node.get("href"))
            title = " ".join((node.get("title") or "".join(node.itertext())).split())
            if url and len(title) >= 6:
                found.setdefault(url_key(url), Entry(url=url, title=title))
        return tuple(found.values())
