"""`feed`: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed; tolerant, for the feeds of WeChat bridges and WordPress too."""

from __future__ import annotations

import html
import json
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from crawler.reading.dates import from_epoch, is_possible, narrow
from spiders.platforms.base import NextPage, Plain
from spiders.platforms.feedtext import as_page, keyed, whole_text
from spiders.platforms.hrefs import join_href
from spiders.platforms.rowdates import SHANGHAI, row_date
from spiders.platforms.xmltext import between, child_text, local, parse_xml, root_name, xml_text
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date
    from typing import Any

    from spiders.platforms.base import ListPage
    from storage.records import Feed as FeedRecord

_ROOTS = {"rss": 1.0, "rdf": 0.95, "feed": 1.0, "channel": 0.9}
_TAG = re.compile(r"<[^>]{0,500}>")
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_CST = re.compile(r"\bCST\b")
_TITLE_LENGTH = 80
# More than are kept of one list (MAX_ENTRIES), so that a list that is cut is known to be.
_MAX_ITEMS = 6_000
# An item of more children than this is none.
_MAX_CHILDREN = 500
_HEAD_CHILDREN = 30


class Feed(Plain):
    """One entry an item. Items may lie on any host, and their addresses may be relative."""

    name = "feed"
    carries = True
    # Whose word an item is: kept where one list brings many publishers.
    keeps_account = False
    # The attribute by which a page's reader knows its text.
    text_mark = 'itemprop="articleBody"'

    def recognise(self, page: ListPage) -> float:
        if _json_items(page) is not None:
            return 1.0
        root = root_name(page.text)
        # An HTML page may quote <feed> or <item>; only the first element says what a document is.
        return _ROOTS.get(root, 0.0)

    def entries(self, page: ListPage, feed: FeedRecord) -> tuple[Entry, ...]:  # noqa: ARG002
        return tuple(self.items(page, _MAX_ITEMS))

    def link_of(self, links: Sequence[str]) -> str | None:
        """The address of an item out of all it names (absolute, the best first)."""
        return links[0] if links else None

    def items(self, page: ListPage, most: int) -> Iterator[Entry]:
        """The entries of a feed's first items, so many at most; those without an address are left out."""
        return (entry for entry, _ in self._read(page, most))

    def carried(self, page: ListPage, articles: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry, item in self._read(page, _MAX_ITEMS):
            key = keyed(entry.url)
            text = whole_text(item) if key in articles and key not in found else None
            if key and text:
                found[key] = as_page(entry, text, mark=self.text_mark)
        return found

    def _read(self, page: ListPage, most: int) -> Iterator[tuple[Entry, Any]]:
        """Entries with the items they are made of."""
        rows = _json_items(page)
        if rows is not None:
            found = ((self._from_json(row, page), row) for row in rows[:most])
        else:
            found = ((self._from_xml(item, page), item) for item in islice(_xml_items(page), most))
        return ((entry, item) for entry, item in found if entry)

    def _from_xml(self, item: Any, page: ListPage) -> Entry | None:
        base = _base(item, page)
        url = self.link_of([link for href in _xml_links(item) if (link := join_href(base, href, charset="utf-8"))])
        if not url:
            return None
        title = _plain(child_text(item, "title") or child_text(item, "description", "summary", "content", "encoded"))
        when = child_text(item, "pubdate", "published", "date", "issued", "updated", "modified")
        account = _plain(_xml_author(item) or _channel_title(item)) if self.keeps_account else ""
        return Entry(url=url, title=title, listed_on=moment(when, page.today), account=account or None)

    def _from_json(self, item: dict[str, object], page: ListPage) -> Entry | None:
        texts = {key: str(value) for key, value in item.items() if isinstance(value, (str, int))}
        url = self.link_of([link for href in _json_links(texts) if (link := join_href(page.url, href))])
        if not url:
            return None
        title = _plain(
            texts.get("title") or texts.get("summary") or texts.get("content_text") or texts.get("content_html", "")
        )
        when = texts.get("date_published") or texts.get("date_modified", "")
        account = _plain(_json_author(item) or _json_author(_json_feed(page) or {})) if self.keeps_account else ""
        return Entry(url=url, title=title, listed_on=moment(when, page.today), account=account or None)

    def next_pages(self, page: ListPage, feed: FeedRecord, page_number: int) -> NextPage | None:  # noqa: ARG002
        url = page.link(_json_next(page) or _xml_next(page))
        return NextPage(url=url) if url and url != page.url else None

    def may_be_empty(self, page: ListPage) -> bool:
        # A feed that is whole and lists nothing is a quiet one; a page in a feed's place is a failure.
        return page.status == 200 and self.recognise(page) > 0


def _xml(page: ListPage) -> tuple[str, Any]:
    """The characters and the root element of a page that is XML, parsed once."""
    if "xml" not in page.notes:
        text = xml_text(page.body, page.text)
        page.notes["xml"] = (text, parse_xml(text))
    found: tuple[str, Any] = page.notes["xml"]
    return found


def _xml_items(page: ListPage) -> Iterator[Any]:
    text, root = _xml(page)
    seen = False
    if root is not None:
        for node in root.iter():
            if local(node) in ("item", "entry"):
                seen = True
                yield node
    if not seen:
        # Too broken as a whole (a stray `<` before the first item): read item by item.
        for name in ("item", "entry"):
            for inner in islice(between(text, f"<{name}>", f"</{name}>"), _MAX_ITEMS):
                node = parse_xml(f"<{name}>{inner}</{name}>")
                if node is not None:
                    yield node


def _xml_links(item: Any) -> list[str]:
    """Every address an item names: its links, then ids that are addresses, an enclosure, RSS 1.0's rdf:about."""
    links: list[str] = []
    others: list[str] = []
    for child in islice(item, _MAX_CHILDREN):
        name = local(child)
        if name == "link":
            href = child.get("href") or " ".join("".join(child.itertext()).split())
            if href and child.get("rel", "alternate") == "alternate":
                links.append(str(href))
        elif name in ("guid", "id") and child.get("isPermaLink", "true").lower() == "true":
            text = (child.text or "").strip()
            others += [text] if text.startswith(("http://", "https://")) else []
        elif name == "enclosure":
            others += [child.get("url")] if child.get("url") else []
    return [*links, *others, *(value for key, value in item.attrib.items() if str(key).rpartition("}")[2] == "about")]


def _xml_author(item: Any) -> str:
    for child in islice(item, _MAX_CHILDREN):
        if local(child) == "author":
            return child_text(child, "name") or " ".join("".join(child.itertext()).split())
    return child_text(item, "creator")


def _channel_title(item: Any) -> str:
    above = item.getparent()
    if above is None or local(above) not in ("channel", "feed"):
        return ""
    # Among a channel's first children: asked for every item, a search among all the items would cost their square.
    for child in islice(above, _HEAD_CHILDREN):
        if local(child) == "title":
            return " ".join("".join(child.itertext()).split())
    return ""


def _base(item: Any, page: ListPage) -> str:
    bases = [node.get(_XML_BASE) for node in (item, *item.iterancestors()) if node.get(_XML_BASE)]
    url = page.url
    for base in reversed(bases):
        url = urljoin(url, base)
    return url


def _xml_next(page: ListPage) -> str | None:
    if root_name(page.text) not in _ROOTS:
        return None
    _, root = _xml(page)
    if root is None:
        return None
    for node in root.iter():
        if local(node) in ("item", "entry"):
            continue
        if local(node) == "link" and node.get("rel") == "next":
            return str(node.get("href") or "") or None
    return None


def _json_feed(page: ListPage) -> dict[str, object] | None:
    if "json_feed" not in page.notes:
        page.notes["json_feed"] = _parse_json(page)
    found: dict[str, object] | None = page.notes["json_feed"]
    return found


def _parse_json(page: ListPage) -> dict[str, object] | None:
    text = page.text.lstrip("\ufeff \t\r\n")
    if not text.startswith("{") or '"items"' not in text:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and isinstance(value.get("items"), list) else None


def _json_items(page: ListPage) -> list[dict[str, object]] | None:
    value = _json_feed(page)
    if value is None:
        return None
    items = value["items"]
    known = "jsonfeed.org" in str(value.get("version", ""))
    rows = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return rows if known or any("date_published" in row or "content_html" in row for row in rows) else None


def _json_next(page: ListPage) -> str | None:
    value = (_json_feed(page) or {}).get("next_url")
    return value if isinstance(value, str) else None


def _json_links(texts: dict[str, str]) -> list[str]:
    identity = texts.get("id", "")
    named = (texts.get("url"), texts.get("external_url"), identity if identity.startswith("http") else None)
    return [link for link in named if link]


def _json_author(thing: dict[str, object]) -> str:
    """The name of an item's or feed's author (JSON Feed 1.0 and 1.1), else the feed's title."""
    authors = thing.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else thing.get("author")
    name = first.get("name") if isinstance(first, dict) else first
    if isinstance(name, str) and name:
        return name
    title = thing.get("title") if "items" in thing else None
    return title if isinstance(title, str) else ""


def _plain(text: str) -> str:
    """A title without markup: `<em>` of search results, and entities escaped twice."""
    cleaned = " ".join(html.unescape(_TAG.sub("", html.unescape(text[:5_000]))).split())
    return cleaned if len(cleaned) <= 4 * _TITLE_LENGTH else cleaned[:_TITLE_LENGTH] + "…"


def moment(text: str, today: date) -> str | None:
    """A feed's time as ISO text with its own offset (+08:00 where it shows none), a bare date as such, or None.

    Before 1998 or more than two days after `today` it is none. Seconds and milliseconds since 1970 are times too.
    """
    text = narrow(text).strip()[:80]
    if not text:
        return None
    found = _iso_time(text) or _mail_time(text)
    if isinstance(found, datetime):
        try:
            aware = found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
            # Past year 9999 or before year 1 an offset cannot be applied; such a date is no date.
            day = aware.astimezone(SHANGHAI).date()
            return aware.isoformat(timespec="seconds") if is_possible(day, today) else None
        except (OverflowError, ValueError):
            return None
    since_1970 = from_epoch(text, today)
    return since_1970.iso if since_1970 else row_date([text], today)


def _iso_time(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d", text):
        return None
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{1,6})\d*", r"\1", text).replace("Z", "+00:00"))
    except ValueError:
        return None


def _mail_time(text: str) -> datetime | None:
    try:
        # The standard's CST is Chicago's; whoever writes it here means China's.
        return parsedate_to_datetime(_CST.sub("+0800", text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
