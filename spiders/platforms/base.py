"""What a platform is: a reader of list pages. Pure: no requests, no clock, no files; the spider makes the requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from lxml import etree, html

from crawler.reading.charset import decode
from spiders.platforms.hrefs import join_href

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from storage.records import Entry, Feed, Headers

# More of a list page than this is not parsed: real ones are under 1 MB, hostile ones are not.
MAX_CHARACTERS = 2_000_000
# A page of more links than this is a trap; those behind it are not looked at.
MAX_LINKS = 4_000

# libxml2 2.14 drops all that follows an early </html> or </body>; without the end tags nothing is lost.
_EARLY_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_XML_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BOM = "\ufeff"
_LABEL = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One answer of a feed. `url` is the final one, `body` content-decoded, `text` its characters.

    `today` is the day of the look in Asia/Shanghai: it resolves dates that show no year. `label` is the request's
    (see NextPage).
    """

    url: str
    body: bytes
    text: str
    today: date
    status: int = 200
    headers: Headers = ()
    media_type: str | None = None
    charset: str = "utf-8"
    label: str = ""

    @classmethod
    def of(cls, *, url: str, status: int, headers: Headers, body: bytes, today: date) -> ListPage:
        """The page of an answer whose `body` is content-decoded; its characters are worked out here."""
        content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
        label = _LABEL.search(content_type)
        decoded = decode(body, label[1] if label else None)
        return cls(
            url=url,
            status=status,
            headers=headers,
            body=body,
            text=decoded.text,
            charset=decoded.charset,
            media_type=content_type.partition(";")[0].strip().lower() or None,
            today=today,
        )

    @cached_property
    def tree(self) -> Any:
        """The page as an lxml element; an empty one where there is nothing to parse. Never raises."""
        return parse_html(self.text)

    @cached_property
    def base_url(self) -> str:
        """What relative links are relative to."""
        for node in self.tree.iter("base"):
            joined = join_href(self.url, node.get("href") or "")
            if joined:
                return joined
        return self.url

    @cached_property
    def anchors(self) -> list[tuple[Any, str]]:
        """The page's first links in order (`a`, `area`, and rows with a `data-url`), each with its absolute address."""
        found = []
        for node in self.tree.iter("a", "area", "tr", "li"):
            href = node.get("href") if node.tag in ("a", "area") else node.get("data-url")
            url = self.link(href) if href else None
            if url:
                found.append((node, url))
                if len(found) >= MAX_LINKS:
                    break
        return found

    @cached_property
    def notes(self) -> dict[str, Any]:
        """What platforms have worked out about this page, so that recognising and reading it do it once."""
        return {}

    def link(self, href: str | None) -> str | None:
        """`href` as an absolute http(s) URL without fragment, or None for what leads to no page."""
        return join_href(self.base_url, href, charset=self.charset)

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").rstrip(".").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPage:
    """The request for a feed's next page.

    `is_shell`: the page asked for does not count against `max_list_pages` and keeps the page number, because the
    page before it was only a shell (refresh, script redirect, frame) or both are layouts of one newspaper issue.
    After a shell an `auto` feed's platform is recognised afresh. The spider never asks for the same request twice
    in one walk, which ends refresh loops. `more`: what else to ask for, in order, once this page and those that
    follow from it are read (a sitemap index lists its parts only once). `lists`: further lists of the same feed (a
    search's other keywords, a tree's other categories), each asked after the ones before are read, whatever those
    brought; page numbers begin anew with each. `label`: what the platform must know of its own request once the
    answer is here and its address does not say it (the keyword of a POST). `day`: the page is that day's issue, of a
    list that goes back day by day; one without entries (no issue that day) does not end it.
    """

    url: str
    method: str = "GET"
    body: bytes = b""
    headers: Headers = ()
    is_shell: bool = False
    more: tuple[str, ...] = ()
    lists: tuple[NextPage, ...] = ()
    label: str = ""
    day: date | None = None


class Platform(Protocol):
    """One family of publishing systems. Page numbers start at 1.

    `options` are the keys that a source's or feed's `options:` may have for it, each with a line that says what to
    write; a feed's own stand in `feed.options`. `choices`: the words that an option is one of, where they are few.
    `carries`: its lists may hold the articles' whole texts.
    """

    name: str
    options: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]
    carries: bool

    def recognise(self, page: ListPage) -> float:
        """How surely `page` is a first page of this platform, 0 to 1."""
        ...

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        """The entries `page` lists, in its order, and nothing else; empty where it lists none. Never raises."""
        ...

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        """The request that goes on from `page`, or None where the list ends."""
        ...

    def may_be_empty(self, page: ListPage) -> bool:
        """Whether `page` without entries is no failure: a shell, a layout of pictures, a day without an issue (404)."""
        ...

    def carried(self, page: ListPage, articles: Collection[str]) -> dict[str, str]:
        """The whole texts that `page` itself holds of these articles (URL keys), each as an HTML page, by key."""
        ...

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:
        """Where the walk over `feed` starts: its URL, or what follows from the day or the options.

        The second and further ones are asked only where the one before brought no entry; what is to be asked in any
        case stands in the first one's `lists`.
        """
        ...


class Plain:
    """The usual answers of a platform; platforms that need no others inherit them."""

    options: Mapping[str, str] = MappingProxyType({})
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    carries = False

    def carried(self, page: ListPage, articles: Collection[str]) -> dict[str, str]:  # noqa: ARG002
        return {}

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        return None

    def may_be_empty(self, page: ListPage) -> bool:  # noqa: ARG002
        return False

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        return (NextPage(url=feed.url),)


def parse_html(text: str) -> Any:
    """`text` as an lxml element; an empty `<html/>` where there is nothing to parse. Never raises."""
    cut = text[:MAX_CHARACTERS].lstrip(_BOM + " \t\r\n")
    # An XML declaration with an encoding would contradict the bytes we hand over, which are always UTF-8.
    if cut.startswith("<?xml"):
        cut = cut.partition("?>")[2]
    cleaned = _XML_ILLEGAL.sub(" ", _EARLY_END.sub("", cut)).encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(cleaned, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return html.Element("html")
    return root if isinstance(root.tag, str) else html.Element("html")
