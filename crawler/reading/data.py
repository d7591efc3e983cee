"""Payloads that are data: JSON with an article in it, feeds and sitemaps; no more than a document needs. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lxml import etree

from crawler.reading import attachments, dates
from crawler.reading.html import clean_markup, parse, squeeze
from storage.findings import Link

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.reading.dates import Moment
    from crawler.reading.html import Page

_BODIES = (
    *("content_html", "content", "contentHtml", "articleContent", "body", "html"),
    *("detail", "text", "txt", "Content", "article_content"),
)
_TITLES = ("title", "name", "Title", "headline", "articleTitle", "showTitle", "contentTitle", "docTitle")
_DATES = (
    *(
        "publishTime",
        "publish_time",
        "pubTime",
        "pubDate",
        "publishDate",
        "date_published",
        "datePublished",
        "pub_time",
    ),
    *("display_publish_time", "date", "time", "createTime", "create_time", "first_publish_time", "publishedAt"),
    "created_at",
)
_SOURCES = ("source", "sourceText", "publisher", "contentSource", "source_name", "author_name", "nodeName")
_LINKS = ("url", "link", "href", "infourl", "publishUrl", "pageUrl", "docPubUrl")
# So many values are looked at: a data dump is no article.
_MAX_VALUES = 50_000
_LEAST_BODY = 20
_DETAIL = re.compile(r"\bDETAIL['\"]?\s{0,4}[:=]\s{0,4}(?=\{)")
_JSONP = re.compile(r"^\s*[\w.$]{1,60}\s?\((.*)\)\s*+;?\s*+$", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """An article or a list found in data."""

    title: str = ""
    paragraphs: tuple[str, ...] = ()
    moment: Moment | None = None
    publisher: str | None = None
    links: tuple[Link, ...] = ()
    attachments: tuple[Link, ...] = ()


def from_json(text: str, url: str) -> Data | None:
    """What a JSON answer says: the longest article in it, or its list of links; None where it is no JSON."""
    wrapped = _JSONP.match(text)
    try:
        value = json.loads(wrapped[1] if wrapped else text)
    except (ValueError, RecursionError):
        return None
    things = _objects(value)
    best = max(things, key=lambda thing: len(_first(thing, _BODIES)), default=None)
    links = tuple(link for link in map(_link, things) if link is not None)
    if best is None or len(_first(best, _BODIES)) < _LEAST_BODY:
        return Data(links=links)
    made = _article(best, url, things)
    # An article's own files are no entries of a list; files that a list of notices leads to are.
    files = {link.url for link in made.attachments}
    return Data(links=links) if sum(link.url not in files for link in links) > 3 else made


def from_embedded(text: str, url: str) -> Data | None:
    """The article that a page keeps in a script's JSON and shows by script only; None where there is none."""
    for start in _embedded(text):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        things = _objects(value)
        best = max(things, key=lambda thing: len(_first(thing, _BODIES)), default=None)
        if best is not None and len(_first(best, _BODIES)) >= _LEAST_BODY and _first(best, _TITLES):
            return _article(best, url, things)
    return None


def _embedded(text: str) -> Iterator[int]:
    """Where a script's JSON begins that may hold an article."""
    for mark in ("__NEXT_DATA__", "_CONFIG", "__INITIAL_STATE__", "__NUXT__"):
        at = text.find(mark)
        if at < 0:
            continue
        # gkmlpt's _CONFIG is no JSON, but what stands under DETAIL is (platforms.md, section 3.4).
        detail = _DETAIL.search(text, at) if mark == "_CONFIG" else None
        start = detail.end() if detail else text.find("{", at)
        if start >= 0:
            yield start


def from_xml(text: str) -> Data:
    """The entries of a feed or sitemap. Entities are not expanded, nothing outside is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=False, remove_comments=True
    )
    try:
        root = etree.fromstring(clean_markup(text).encode("utf-8", "replace"), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        return Data()
    if root is None:
        return Data()
    links = []
    for node in root.iter():
        if isinstance(node.tag, str) and _local(node) in ("item", "entry", "url", "sitemap"):
            link = _feed_link(node)
            if link:
                links.append(link)
    title = next(
        (squeeze(node.text or "") for node in root.iter() if isinstance(node.tag, str) and _local(node) == "title"), ""
    )
    return Data(title=title, links=tuple(links))


def _feed_link(entry: Any) -> Link | None:
    said: dict[str, str] = {}
    for node in entry.iter():
        if isinstance(node.tag, str) and node is not entry:
            value = squeeze(node.text or "") or (node.get("href") or "")
            if value:
                said.setdefault(_local(node), value)
    address = said.get("link") or said.get("loc") or said.get("guid") or said.get("id") or ""
    if not address.startswith(("http://", "https://")):
        return None
    when = next(
        (
            said[name]
            for name in ("pubDate", "published", "date", "publication_date", "updated", "lastmod")
            if name in said
        ),
        "",
    )
    found = dates.first(when[:60])
    return Link(url=address, text=said.get("title", ""), date=found.iso if found else None)


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _objects(value: Any) -> list[dict[str, Any]]:
    """Every object in a JSON value, without recursion, up to a limit."""
    found: list[dict[str, Any]] = []
    waiting, seen = [value], 0
    while waiting and seen < _MAX_VALUES:
        one = waiting.pop()
        seen += 1
        if isinstance(one, dict):
            found.append(one)
            waiting.extend(reversed(list(one.values())))
        elif isinstance(one, list):
            waiting.extend(reversed(one))
    return found


def _first(thing: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = thing.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _link(thing: dict[str, Any]) -> Link | None:
    address, title = _first(thing, _LINKS), squeeze(_first(thing, _TITLES))
    if not address.startswith(("http://", "https://")) or not title:
        return None
    found = dates.first(_first(thing, _DATES)[:60])
    return Link(url=address, text=title, date=found.iso if found else None)


def _moment(said: Any) -> Moment | None:
    """The moment that a date's field says, in words or as an epoch; midnight to the second is only a day."""
    if isinstance(said, str):
        return dates.first(said[:60])
    if not isinstance(said, int) or said.bit_length() > 63:
        return None
    found = dates.from_epoch(str(said))
    if found is not None and found.iso[10:].startswith("T00:00:00"):
        return replace(found, iso=found.iso[:10], precision="day")
    return found


def _article(thing: dict[str, Any], url: str, things: Sequence[dict[str, Any]]) -> Data:
    page = parse(f"<div>{_first(thing, _BODIES)}</div>", url)
    moment = next((found for name in _DATES if (found := _moment(thing.get(name)))), None)
    source = squeeze(_first(thing, _SOURCES))
    title = squeeze(re.sub(r"<[^<>]{0,300}>", "", _first(thing, _TITLES)))
    paragraphs = tuple(line.text for line in page.lines)
    return Data(
        title=title, paragraphs=paragraphs, moment=moment, publisher=source if 0 < len(source) <= 40 else None,
        attachments=_files(page, thing, things, sum(map(len, paragraphs))),
    )  # fmt: skip


def _files(page: Page, thing: dict[str, Any], things: Sequence[dict[str, Any]], letters: int) -> tuple[Link, ...]:
    """The files that the text leads to, and those listed beside it: in the article's own fields, or its holder's."""
    holders = [thing, *(holder for holder in things if any(value is thing for value in holder.values()))]
    found: dict[str, Link] = {}
    for link in (*attachments.find_within(page, letters), *attachments.find_listed(page, holders, letters)):
        found.setdefault(link.url, link)
    return tuple(found.values())[: attachments.MAX_ATTACHMENTS]
