"""Every platform by the name a user types, and the two things the spider does with them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from spiders.platforms.base import ListPage, NextPage, Platform
from spiders.platforms.cctv import Cctv
from spiders.platforms.chinanews import Chinanews
from spiders.platforms.court import Court
from spiders.platforms.discuz import Discuz
from spiders.platforms.easysite import Easysite
from spiders.platforms.epaper import Epaper
from spiders.platforms.epoint import Epoint
from spiders.platforms.feed import Feed as FeedPlatform
from spiders.platforms.generic import Generic
from spiders.platforms.gkmlpt import Gkmlpt
from spiders.platforms.jpaas import Jpaas
from spiders.platforms.jpage import Jpage
from spiders.platforms.jsonlist import JsonList
from spiders.platforms.people import People
from spiders.platforms.query import Query
from spiders.platforms.search import Search
from spiders.platforms.sitemap import Sitemap
from spiders.platforms.thepaper import Thepaper
from spiders.platforms.tingshen import Tingshen
from spiders.platforms.trs import Trs
from spiders.platforms.truecms import Truecms
from spiders.platforms.urls import Urls
from spiders.platforms.wechat import Wechat
from spiders.platforms.wordpress import Wordpress
from spiders.platforms.xinhua import Xinhua
from storage.urls import unified, url_key

if TYPE_CHECKING:
    from storage.records import Entry, Feed

PLATFORMS: dict[str, Platform] = {
    "generic": Generic(),
    "trs": Trs(),
    "jpage": Jpage(),
    "easysite": Easysite(),
    "people": People(),
    "chinanews": Chinanews(),
    "court": Court(),
    "query": Query(),
    "wordpress": Wordpress(),
    "discuz": Discuz(),
    "epaper": Epaper(),
    # Before `feed`, which knows the same pages as surely.
    "wechat": Wechat(),
    "feed": FeedPlatform(),
    "sitemap": Sitemap(),
    "jpaas": Jpaas(),
    "gkmlpt": Gkmlpt(),
    "jsonlist": JsonList(),
    "xinhua": Xinhua(),
    "cctv": Cctv(),
    "thepaper": Thepaper(),
    "tingshen": Tingshen(),
    "epoint": Epoint(),
    "truecms": Truecms(),
    "search": Search(),
    "urls": Urls(),
}

__all__ = ["MAX_ENTRIES", "PLATFORMS", "ListPage", "NextPage", "Platform", "read_entries", "recognise"]

# A list page of more entries than this is a trap or an accident; a sitemap is cut here too.
MAX_ENTRIES = 5_000
# What JSON may bring into a title and no database would hold.
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def recognise(page: ListPage) -> Platform:
    """The platform that knows `page` best; `generic` where none is surer."""
    return max(PLATFORMS.values(), key=lambda platform: (platform.recognise(page), platform.name == "generic"))


def read_entries(platform: Platform, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
    """The page's entries that `feed.follow` wants, one for each page, in the page's order, without the list itself.

    Where `feed.same` says that scheme or `www` make no other page, they are written as the feed's own address is.
    """
    own = {url_key(unified(url, feed.url, feed.same)) for url in (page.url, feed.url) if url.startswith("http")}
    allow = [re.compile(pattern) for pattern in feed.follow.allow]
    deny = [re.compile(pattern) for pattern in feed.follow.deny]
    kept: dict[str, Entry] = {}
    for found in platform.entries(page, feed):
        entry = replace(found, url=unified(found.url, feed.url, feed.same)) if feed.same else found
        key = url_key(entry.url)
        if key in own or any(rule.search(entry.url) for rule in deny):
            continue
        if allow and not any(rule.search(entry.url) for rule in allow):
            continue
        before = kept.setdefault(key, _storable(entry))
        if before.listed_on is None and entry.listed_on:
            kept[key] = replace(before, listed_on=entry.listed_on)
        if len(kept) >= MAX_ENTRIES:
            break
    return tuple(kept.values())


def _storable(entry: Entry) -> Entry:
    if not _UNSTORABLE.search(entry.title):
        return entry
    return replace(entry, title=" ".join(_UNSTORABLE.sub(" ", entry.title).split()))
