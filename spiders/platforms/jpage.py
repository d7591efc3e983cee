"""`jpage`: Hanweb JCMS (大汉版通): records as CDATA in the column page, further ones from `dataproxy.jsp`."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.blocks import Row, groups_of
from spiders.platforms.dialects import directory_of
from spiders.platforms.generic import Generic, score
from spiders.platforms.xmltext import between
from storage.records import Entry

if TYPE_CHECKING:
    from typing import Any

    from spiders.platforms.base import ListPage
    from storage.records import Feed

_CDATA = re.compile(r"^\s*<!\[CDATA\[|\]\]>\s*$")
_NEXT_GROUP = re.compile(r"href\s*=\s*['\"]([^'\"]{1,2000})['\"]", re.IGNORECASE)
_PROXY = re.compile(r"['\"(=\s]((?:https?:)?/{0,2}[\w./:-]*/dataproxy\.jsp)", re.IGNORECASE)
_TOTAL = re.compile(r"(?:\btotalRecord['\"]?\s*[:=]\s*['\"]?|<totalrecord>\s*)(\d{1,8})", re.IGNORECASE)
_PER_PAGE = re.compile(r"\bperPage['\"]?\s*[:=]\s*['\"]?(\d{1,4})", re.IGNORECASE)
_COLUMN = re.compile(r"/col/col(\d+)/")
_PARAMETERS = (
    "col", "appid", "webid", "path", "columnid", "unitid", "sourceContentType", "webname", "permissiontype",
)  # fmt: skip
_DEFAULTS = {"col": "1", "appid": "1", "path": "/", "sourceContentType": "1", "permissiontype": "0"}
_MAX_RECORDS = 2_000
# Servers cut what asks for more at once (platforms.md, section 3.2).
_MOST_PER_REQUEST = 100


class Jpage(Generic):
    """One entry a record; without records (some sites write plain rows) as on any list."""

    name = "jpage"

    def recognise(self, page: ListPage) -> float:
        text = page.text
        if "dataproxy.jsp" in text + page.url or ("<record>" in text and "<datastore>" in text):
            return 0.9
        if _COLUMN.search(page.url):
            return 0.6 if "jpage" in text else 0.4
        return 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        records = records_of(page)
        return record_entries(page, records) if records else super().entries(page, feed)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        records = len(records_of(page))
        if records:
            url = _next_records(page, records)
            return NextPage(url=url) if url else None
        return None if "dataproxy.jsp" in page.url else super().next_pages(page, feed, page_number)

    def may_be_empty(self, page: ListPage) -> bool:
        # Some sites' proxies answer nothing beyond the first page: the list ends there.
        return "dataproxy.jsp" in page.url or super().may_be_empty(page)


def records_of(page: ListPage) -> list[str]:
    """The records' HTML, without its CDATA brackets."""
    return [_CDATA.sub("", record) for record in islice(between(page.text, "<record>", "</record>"), _MAX_RECORDS)]


def record_entries(page: ListPage, records: list[str]) -> tuple[Entry, ...]:
    wrapped = "".join(f'<div class="record">{record}</div>' for record in records)
    inner = replace(page, text=f"<html><body>{wrapped}</body></html>")
    here = directory_of(page.url)
    best: dict[Any, tuple[float, Row]] = {}
    rows = sorted((row for group in groups_of(inner) for row in group.rows), key=lambda row: row.order)
    for row in rows:
        unit = _unit_of(row.node)
        worth = score(row, here, page.host)
        if unit not in best or worth > best[unit][0]:
            best[unit] = (worth, row)
    return tuple(Entry(url=row.url, title=row.title, listed_on=row.listed_on) for _, row in best.values())


def _unit_of(node: Any) -> Any:
    """The record a row stands in, or its line where one record holds several."""
    line = node if node.tag in ("li", "tr") else None
    for parent in node.iterancestors():
        if parent.get("class") == "record":
            lines = sum(1 for _ in parent.iter("li", "tr"))
            return line if line is not None and lines > 1 else parent
        if parent.tag in ("li", "tr"):
            line = parent
    return node


def _next_records(page: ListPage, records: int) -> str | None:
    asked = dict(parse_qsl(urlsplit(page.url).query))
    first = int(asked["startrecord"]) if asked.get("startrecord", "").isdigit() else 1
    total = _TOTAL.search(page.text)
    start = first + records
    if (total and start > int(total[1])) or (not total and records < _wanted(asked, records)):
        return None
    proxy, parameters = _call(page, asked)
    if proxy is None:
        return None
    per_page = _PER_PAGE.search(page.text)
    span = min(_wanted(asked, records), _MOST_PER_REQUEST)
    end = min(start + span - 1, int(total[1])) if total else start + span - 1
    parameters |= {
        "startrecord": str(start),
        "endrecord": str(end),
        "perpage": asked.get("perpage") or (per_page[1] if per_page else str(span)),
    }
    # GET, although the site's own script posts: the address then names the page, in the archive too.
    return page.link(f"{proxy}?{urlencode(parameters)}")


def _wanted(asked: dict[str, str], records: int) -> int:
    """How many records the request for this page asked for; what the column page embeds is its own measure."""
    start, end = asked.get("startrecord", ""), asked.get("endrecord", "")
    return int(end) - int(start) + 1 if start.isdigit() and end.isdigit() else records


def _call(page: ListPage, asked: dict[str, str]) -> tuple[str | None, dict[str, str]]:
    """The proxy's address and its parameters: from our own request, the page's next-group link, or its script."""
    if "dataproxy.jsp" in page.url:
        return page.url.partition("?")[0], {key: value for key, value in asked.items() if key != "page"}
    inside = next(between(page.text, "<nextgroup>", "</nextgroup>"), "")
    group = _NEXT_GROUP.search(inside)
    if group and "dataproxy.jsp" in group[1]:
        address, _, query = html.unescape(group[1]).partition("?")
        return address, dict(parse_qsl(query, keep_blank_values=True))
    proxy = _PROXY.search(page.text)
    if not proxy:
        return None, {}
    found = {name: value for name in _PARAMETERS if (value := _parameter(page.text, name)) is not None}
    column = _COLUMN.search(page.url)
    if column:
        found.setdefault("columnid", column[1])
    if not {"columnid", "unitid"} <= found.keys():
        return None, {}
    return proxy[1], {**_DEFAULTS, **found}


def _parameter(text: str, name: str) -> str | None:
    """A parameter of the pager's call: `webid:'3', 'unitid':"5"`, `unitid=5` in an address, or a hidden field."""
    match = re.search(rf"\b{name}['\"]?\s*[:=]\s*(?:'([^']*)'|\"([^\"]*)\"|([\w%.-]+))", text)
    if not match:
        return None
    return html.unescape(next(value for value in match.groups() if value is not None))
