"""`wechat`: feeds of public accounts by the usual bridges (RSS with full text, Atom, JSON Feed): platforms.md, 5.2.

A `feed` whose items lie on the accounts' own host, wherever the bridge stands. What differs: the account is kept with
the entry, and of several addresses the article's own lasting one is taken. Where the article's page only shows a
captcha, its text is read from the feed's capture (`desk.carried`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.reading.wechat import HOST, is_temporary
from spiders.platforms.feed import Feed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spiders.platforms.base import ListPage

# So many items are looked at to tell a bridge from a feed that links an account's article now and then.
_LOOKED_AT = 20


class Wechat(Feed):
    """The entries of a bridge's feed, each with its account."""

    name = "wechat"
    keeps_account = True
    text_mark = 'id="js_content"'

    def recognise(self, page: ListPage) -> float:
        if not super().recognise(page):
            return 0.0
        urls = [entry.url for entry in self.items(page, _LOOKED_AT)]
        own = sum(urlsplit(url).hostname == HOST for url in urls)
        return 1.0 if urls and own > len(urls) / 2 else 0.0

    def link_of(self, links: Sequence[str]) -> str | None:
        """The article's own address; a search engine's, which ends within hours, only where there is no other."""
        own = [link for link in links if urlsplit(link).hostname == HOST]
        lasting = [link for link in own if not is_temporary(link)]
        return next(iter((*lasting, *own, *links)), None)
