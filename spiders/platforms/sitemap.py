"""`sitemap`: sitemaps.org files: index, urlset with its news part, plain text, each perhaps gzipped."""

from __future__ import annotations

import re
import zlib
from itertools import islice
from typing import TYPE_CHECKING

from spiders.platforms.base import NextPage, Plain
from spiders.platforms.feed import moment
from spiders.platforms.hrefs import join_href
from spiders.platforms.xmltext import child_text, local, parse_xml, root_name, xml_text
from storage.records import Entry

if TYPE_CHECKING:
    from typing import Any

    from spiders.platforms.base import ListPage
    from storage.records import Feed

# sitemaps.org: at most 50 MB unzipped. We stop earlier: 20 million characters are some 150,000 addresses.
_MAX_BYTES = 20_000_000
# sitemaps.org: at most so many addresses a file.
_MAX_ADDRESSES = 50_000
_LINE = re.compile(r"https?://\S+")


class Sitemap(Plain):
    """Entries newest first where the file dates them. An index leads on to its sitemaps, the newest first."""

    name = "sitemap"

    def recognise(self, page: ListPage) -> float:
        text = _text(page)
        root = root_name(text)
        if root in ("urlset", "sitemapindex"):
            return 1.0
        return 0.7 if _plain_lines(text) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        text = _text(page)
        lines = _plain_lines(text)
        if lines:
            found = [_entry(line, "", "", page) for line in lines]
        else:
            found = [_from_url(node, page) for node in _children(text, "urlset", "url")]
        entries = [entry for entry in found if entry]
        # Sorting is stable: what has no date keeps its place behind what has one.
        return tuple(sorted(entries, key=lambda entry: (entry.listed_on or "")[:10], reverse=True))

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        listed = []
        for node in _children(_text(page), "sitemapindex", "sitemap"):
            url = join_href(page.url, child_text(node, "loc"))
            if url and url != page.url:
                listed.append((child_text(node, "lastmod")[:25], url))
        newest = [url for _, url in sorted(listed, key=lambda one: one[0], reverse=True)]
        return NextPage(url=newest[0], is_shell=True, more=tuple(newest[1:])) if newest else None

    def may_be_empty(self, page: ListPage) -> bool:
        return page.status == 200 and root_name(_text(page)) in ("urlset", "sitemapindex")


def _text(page: ListPage) -> str:
    if not page.body.startswith(b"\x1f\x8b"):
        return xml_text(page.body, page.text) if page.body[:200].lstrip().startswith(b"<?xml") else page.text
    try:
        unzipped = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(page.body, _MAX_BYTES)
    except zlib.error:
        return ""
    return xml_text(unzipped, unzipped.decode("utf-8", "replace"))


def _plain_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text[:_MAX_BYTES].lstrip("\ufeff").splitlines() if line.strip()]
    del lines[_MAX_ADDRESSES:]
    return lines if lines and all(_LINE.fullmatch(line) for line in lines[:1000]) else []


def _children(text: str, root_wanted: str, name: str) -> list[Any]:
    root = parse_xml(text)
    if root is None or local(root) != root_wanted:
        return []
    return [node for node in islice(root, _MAX_ADDRESSES) if local(node) == name]


def _from_url(node: Any, page: ListPage) -> Entry | None:
    news = next((child for child in node if local(child) == "news"), None)
    title = child_text(news, "title") if news is not None else ""
    when = child_text(news, "publication_date") if news is not None else ""
    return _entry(child_text(node, "loc"), title, when or child_text(node, "lastmod"), page)


def _entry(href: str, title: str, when: str, page: ListPage) -> Entry | None:
    url = join_href(page.url, href)
    return Entry(url=url, title=title, listed_on=moment(when, page.today)) if url else None
