"""A family of sites that is known by how it writes addresses, and read as any list: the base of the thin platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from spiders.platforms.dialects import dialect_of
from spiders.platforms.generic import Generic

if TYPE_CHECKING:
    import re

    from spiders.platforms.base import ListPage

_ENOUGH = 3


class Family(Generic):
    """`articles` are addresses that only this family writes, `lists` those of its lists; both found in the path.

    The page must link at least three such articles of its own site, or one from a list so named, and no more of any
    other make: a portal that quotes the family's news is none of it.
    """

    articles: ClassVar[re.Pattern[str]]
    lists: ClassVar[re.Pattern[str] | None] = None
    surety: ClassVar[float] = 0.6

    def recognise(self, page: ListPage) -> float:
        ours = others = 0
        for path, known in own_articles(page):
            if self.articles.search(path):
                ours += 1
            elif known:
                others += 1
        is_list = bool(self.lists and self.lists.search(urlsplit(page.url).path))
        if not ours or ours < others or ours < (1 if is_list else _ENOUGH):
            return 0.0
        return self.surety + 0.1 * is_list


def own_articles(page: ListPage) -> list[tuple[str, bool]]:
    """The paths of the page's links within its own site, each once, with whether it has an article's shape."""
    if "own" not in page.notes:
        site = _site(page.host)
        urls = {url: None for _, url in page.anchors if (urlsplit(url).hostname or "").endswith(site)}
        page.notes["own"] = [(urlsplit(url).path, dialect_of(url) is not None) for url in urls]
    paths: list[tuple[str, bool]] = page.notes["own"]
    return paths


def _site(host: str) -> str:
    """The end that hosts of one site share: `channel.example.com` and `www.example.com` are of `.example.com`."""
    labels = host.split(".")
    return ".".join(labels[1:]) if len(labels) > 2 else host
