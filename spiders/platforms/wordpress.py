"""`wordpress`: the column's feed first, then the posts' JSON (`wp-json/wp/v2/posts`), then its page as any list."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from spiders.platforms.base import NextPage
from spiders.platforms.feed import Feed as FeedPlatform
from spiders.platforms.feed import moment
from spiders.platforms.generic import Generic
from spiders.platforms.hrefs import join_href
from storage.records import Entry

if TYPE_CHECKING:
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed

_MARKS = re.compile(r"/wp-(?:content|includes|json)/|\bwp-embed\.", re.IGNORECASE)
_GENERATOR = re.compile(r"<meta\s[^<>]{0,100}content=[\"']WordPress\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>")
_POSTS = "/wp-json/wp/v2/posts"
_PER_PAGE = 20
_MOST_POSTS = 200
_FEEDS = FeedPlatform()


class Wordpress(Generic):
    """Whichever of its three forms came is read as what it is."""

    name = "wordpress"

    def recognise(self, page: ListPage) -> float:
        if _posts(page) is not None:
            return 0.95
        if "<a" not in page.text.lower():
            return 0.0
        return 0.75 if _GENERATOR.search(page.text) else 0.65 if _MARKS.search(page.text) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        posts = _posts(page)
        if posts is not None:
            found = (_entry(post, page) for post in posts[:_MOST_POSTS])
            return tuple(entry for entry in found if entry)
        return _FEEDS.entries(page, feed) if _FEEDS.recognise(page) else super().entries(page, feed)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        posts = _posts(page)
        if posts is not None:
            total = next((value for name, value in page.headers if name.lower() == "x-wp-totalpages"), "")
            is_last = page_number >= int(total) if re.fullmatch(r"\d{1,6}", total) else len(posts) < _PER_PAGE
            return None if is_last or not posts else NextPage(url=_turned(page.url, "page", page_number + 1))
        if _FEEDS.recognise(page):
            # Beyond its end a feed answers 404, which ends the list.
            more = self.entries(page, feed)
            return NextPage(url=_turned(page.url, "paged", page_number + 1)) if more else None
        return super().next_pages(page, feed, page_number)

    def may_be_empty(self, page: ListPage) -> bool:
        return _posts(page) == [] or super().may_be_empty(page)

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        """The column's feed; for the whole site its posts; the page itself. A feed's own address is asked alone."""
        parts = urlsplit(feed.url)
        if "/feed" in parts.path or "/wp-json/" in parts.path or "feed=" in parts.query:
            return (NextPage(url=feed.url),)
        site = f"{parts.scheme}://{parts.netloc}"
        if parts.query:
            urls = [_turned(feed.url, "feed", "rss2")]
        else:
            urls = [f"{site}{parts.path.rstrip('/')}/feed/"]
            if parts.path in ("", "/"):
                urls.append(f"{site}{_POSTS}?per_page={_PER_PAGE}&page=1")
        return tuple(NextPage(url=url) for url in (*urls, feed.url))


def _posts(page: ListPage) -> list[dict[str, Any]] | None:
    """The posts of a JSON answer; None where the answer is none."""
    if "posts" not in page.notes:
        page.notes["posts"] = _read_posts(page)
    posts: list[dict[str, Any]] | None = page.notes["posts"]
    return posts


def _read_posts(page: ListPage) -> list[dict[str, Any]] | None:
    text = page.text.lstrip("\ufeff \t\r\n")
    is_ours = _POSTS in urlsplit(page.url).path
    if not text.startswith("[") or not (is_ours or '"rendered"' in text):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    posts = [post for post in value if isinstance(post, dict) and isinstance(post.get("title"), dict)]
    return posts if posts or is_ours else None


def _entry(post: dict[str, Any], page: ListPage) -> Entry | None:
    link, title = post.get("link"), post["title"].get("rendered")
    url = join_href(page.url, link) if isinstance(link, str) else None
    if url is None:
        return None
    # Entities once, as the site's own pages show them; `date` is the site's clock, `date_gmt` everyone's.
    said = _TAG.sub("", title[:2_000]) if isinstance(title, str) else ""
    when = post.get("date_gmt")
    listed = f"{when}+00:00" if isinstance(when, str) and "T" in when and "+" not in when else post.get("date")
    return Entry(
        url=url,
        title=" ".join(html.unescape(said).split()),
        listed_on=moment(listed, page.today) if isinstance(listed, str) else None,
    )


def _turned(url: str, name: str, value: int | str) -> str:
    """`url` with the parameter `name` set."""
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True) | {name: [str(value)]}
    return urlunsplit(parts._replace(query=urlencode(query, doseq=True), fragment=""))
