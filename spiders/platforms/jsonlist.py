"""`jsonlist`: any API that answers a list as JSON, its rows found by themselves or as options say.

The small platforms of JSON lists stand on it: they differ in what they declare, not in how they read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from spiders.platforms.base import NextPage, Plain
from spiders.platforms.fragments import fragment_entries, fragments_in
from spiders.platforms.hrefs import join_href
from spiders.platforms.jsondata import MAX_ROWS, day_of, json_of, says_none, step, text_of, values_in, words
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from spiders.platforms.base import ListPage
    from storage.records import Feed, Headers

URLS = (
    "url", "link", "href", "publishUrl", "infourl", "docPubUrl", "pageUrl", "post_url", "detailUrl", "linkUrl",
    "web_url", "docUrl", "article_url", "arcurl", "URL", "Url",
)  # fmt: skip
TITLES = (
    "title", "name", "showTitle", "realtitle", "docTitle", "headline", "articleTitle", "contentTitle", "titleO",
    "linkTitle", "infotitle", "Title", "TITLE",
)  # fmt: skip
DATES = (
    "publishTime", "pubTime", "date", "pubDate", "publishDate", "publish_time", "pubtimeStr", "pubTimeLong",
    "display_publish_time", "first_publish_time", "focus_date", "infodate", "docRelTime", "docDate", "trs_time",
    "displayTime", "releaseTime", "beginTime", "time", "createTime", "create_time", "created_at", "pubtime",
)  # fmt: skip
_FIELD = re.compile(r"\{([\w.]{1,80})\}")
_PAGE = "{page}"
JSON_BODY = "application/json;charset=UTF-8"
FORM_BODY = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the rows of an answer are read: `items` a dotted path to them, the others names of fields, best first.

    `link` makes the address of fields: `/live/{caseId}`; without it a field holds it.
    """

    items: str = ""
    url: tuple[str, ...] = URLS
    title: tuple[str, ...] = TITLES
    date: tuple[str, ...] = DATES
    link: str = ""


class JsonList(Plain):
    """One entry a row. What a feed's options say goes before what the platform declares."""

    name = "jsonlist"
    reading = Reading()
    options: Mapping[str, str] = MappingProxyType(
        {
            "items": "dotted path to the rows, as data.list; without it the largest array of titles with addresses",
            "url": "name of the field that holds a row's address",
            "title": "name of the field that holds its title",
            "date": "name of the field that holds its date",
            "link": "address made of fields where no field holds it, as /detail/{id}.html",
            "method": "GET or POST",
            "body": "what a POST sends: JSON or a form; {page} stands for the page's number",
            "page": "parameter that names the page, as pageNo; or write {page} into the address or the body",
            "first": "number of the first page; 1 where nothing is said",
            "headers": "list of header lines the API wants, as ['X-Requested-With: XMLHttpRequest']",
        }
    )

    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({"method": ("GET", "POST")})

    def recognise(self, page: ListPage) -> float:
        if not isinstance(json_of(page), dict | list):
            return 0.0
        return 0.3 if rows_of(page, self.reading) or _carries_html(page) else 0.15

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        reading = reading_of(self.reading, feed)
        found = tuple(row_entries(page, reading))
        if found or reading.items:
            return found
        fragments = fragments_in(json_of(page))
        return fragment_entries(page, fragments) if fragments else ()

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        return self.request(feed, page_number + 1) if is_paged(feed) else None

    def may_be_empty(self, page: ListPage) -> bool:
        return page.status == 200 and says_none(json_of(page), self.reading.items)

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:  # noqa: ARG002
        return (self.request(feed, 1),)

    def request(self, feed: Feed, number: int) -> NextPage:
        """The request for the feed's page `number` (from 1), as the options have it."""
        shown = str(number - 1 + int_option(feed, "first", 1))
        body = text_option(feed, "body")
        method = text_option(feed, "method", "POST" if body else "GET").upper()
        url = feed.url.replace(_PAGE, shown).replace(quote(_PAGE), shown)
        name = text_option(feed, "page")
        if name and method == "GET":
            url = with_query(url, {name: shown})
        elif name:
            body = _with_field(body, name, shown)
        sent = body.replace(_PAGE, shown).encode("utf-8", "replace") if method == "POST" else b""
        return NextPage(url=url, method=method, body=sent, headers=_headers(feed, method, body))


def is_paged(feed: Feed) -> bool:
    """Whether address, body or options say how the list's pages are asked for."""
    named = bool(text_option(feed, "page"))
    return named or _PAGE in feed.url or quote(_PAGE) in feed.url or _PAGE in text_option(feed, "body")


def reading_of(reading: Reading, feed: Feed) -> Reading:
    """The platform's reading with the feed's options laid over it."""
    said = {name: text_option(feed, name) for name in ("items", "url", "title", "date", "link")}
    return Reading(
        items=said["items"] or reading.items,
        url=(said["url"],) if said["url"] else reading.url,
        title=(said["title"],) if said["title"] else reading.title,
        date=(said["date"],) if said["date"] else reading.date,
        link=said["link"] or reading.link,
    )


def row_entries(page: ListPage, reading: Reading) -> Iterator[Entry]:
    """The entries of the rows that have an address and a title."""
    for row in rows_of(page, reading):
        url = join_href(page.url, _address(row, reading), charset="utf-8")
        title = words(text_of(row, reading.title))
        if url and title:
            yield Entry(url=url, title=title, listed_on=_day(row, reading, page))


def rows_of(page: ListPage, reading: Reading) -> list[dict[str, Any]]:
    """The rows at `reading.items`; without it those of the array that holds most rows with an address and a title."""
    value = json_of(page)
    if value is None:
        return []
    if reading.items:
        found = step(value, reading.items)
        return [row for row in found[:MAX_ROWS] if isinstance(row, dict)] if isinstance(found, list) else []
    best: list[dict[str, Any]] = []
    for one in values_in(value):
        if isinstance(one, list) and len(one) > len(best):
            rows = [row for row in one[:MAX_ROWS] if _is_row(row, reading)]
            best = rows if len(rows) > len(best) else best
    return best


def text_option(feed: Feed, name: str, default: str = "") -> str:
    """An option as text; a list's items joined by a comma."""
    value = feed.options.get(name, default)
    return ",".join(value) if isinstance(value, tuple) else str(value)


def int_option(feed: Feed, name: str, default: int) -> int:
    """An option as a number of at most 6 digits; what is none counts as not said."""
    said = text_option(feed, name)
    return int(said) if said.isdecimal() and len(said) <= 6 else default


def list_option(feed: Feed, name: str) -> tuple[str, ...]:
    """An option as a list: one value, or several."""
    value = feed.options.get(name, ())
    values = value if isinstance(value, tuple) else (str(value),)
    return tuple(one.strip() for one in values if one.strip())


def with_query(url: str, said: Mapping[str, str], *, charset: str = "utf-8") -> str:
    """`url` with the parameters `said` set in its query, in place where they stand there already."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True, encoding=charset, errors="replace"))
    joined = urlencode({**query, **said}, encoding=charset, errors="replace", quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, joined, ""))


def _is_row(row: Any, reading: Reading) -> bool:
    return isinstance(row, dict) and bool(_address(row, reading)) and bool(text_of(row, reading.title))


def _address(row: dict[str, Any], reading: Reading) -> str:
    if not reading.link:
        return text_of(row, reading.url)
    missing = False

    def filled(match: re.Match[str]) -> str:
        nonlocal missing
        value = text_of(row, (match[1],))
        missing = missing or not value
        return quote(value, safe="/:?=&%", errors="replace")

    address = _FIELD.sub(filled, reading.link)
    return "" if missing else address


def _day(row: dict[str, Any], reading: Reading, page: ListPage) -> str | None:
    for name in reading.date:
        said = text_of(row, (name,))
        found = day_of(said, page.today) if said else None
        if found:
            return found
    return None


def _carries_html(page: ListPage) -> bool:
    return bool(fragments_in(json_of(page)))


def _with_field(body: str, name: str, value: str) -> str:
    """A POST's body with one field more: of a JSON object, or of a form."""
    if body.lstrip().startswith("{"):
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            return body
        return json.dumps({**fields, name: int(value)}, ensure_ascii=False)
    return urlencode({**dict(parse_qsl(body, keep_blank_values=True)), name: value})


def _headers(feed: Feed, method: str, body: str) -> Headers:
    own = [
        (key.strip(), value.strip()) for key, _, value in (line.partition(":") for line in list_option(feed, "headers"))
    ]
    if method == "POST" and not any(name.lower() == "content-type" for name, _ in own):
        own.append(("Content-Type", JSON_BODY if body.lstrip().startswith(("{", "[")) else FORM_BODY))
    return tuple((name, value) for name, value in own if name and value)
