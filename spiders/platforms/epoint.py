"""`epoint`: EpointWebBuilder: plain rows, or a column that its script fills from an API by POST.

Facts: platforms.md, section 3.6. The site's id stands in `/js/webBuilderCommon.js`, which is asked for where the
page does not say it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from spiders.platforms.base import NextPage
from spiders.platforms.generic import Generic
from spiders.platforms.jsondata import count_in, json_of, step
from spiders.platforms.jsonlist import JSON_BODY, Reading, int_option, row_entries, rows_of, text_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spiders.platforms.base import ListPage
    from storage.records import Entry, Feed

_ACTION = "/rest/lightfrontaction/"
_SCRIPT = "/js/webBuilderCommon.js"
_LIST = "getgovinfolist"
_INFO = re.compile(r"\bsiteInfo\s{0,4}=\s{0,4}\{([^{}]{0,2000})\}")
_FIELD = re.compile(r"['\"]?(projectName|siteGuid)['\"]?\s{0,4}:\s{0,4}['\"]([^'\"\s<>]{1,200})['\"]")
_MARK = re.compile(r"EWB-FRONT|webBuilderCommon\.js|EpointWebBuilder", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3,30}")
_NUMBERED_DIRECTORY = re.compile(r"/(\d{6,30})/[^/]*$")
_PAGE_SIZE = 20
_READING = Reading(
    items="custom.data",
    url=("infourl", "infoUrl", "href", "url"),
    title=("realtitle", "title", "infotitle"),
    date=("infodate", "infoDate", "pubdate", "webdate"),
)


class Epoint(Generic):
    """What the page shows itself, else what its API answers for the column's category."""

    name = "epoint"
    options: Mapping[str, str] = MappingProxyType(
        {
            "category": "number of the category, as 003001003; without it the address's categorynum",
            "dept": "code of the department, where the site has several",
            "project": "path before /rest/, as /EWB-FRONT; without it what the site's script says",
            "guid": "the site's siteGuid; without it what the site's script says",
            "page_size": "rows asked for at once; 20 where nothing is said",
            "wrapped": "yes where the API wants its fields inside params",
        }
    )

    def recognise(self, page: ListPage) -> float:
        if _ACTION in page.url:
            return 0.95 if json_of(page) is not None else 0.0
        if _site(page):
            return 0.9
        return 0.85 if _MARK.search(page.text[:500_000]) else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:
        if _ACTION in page.url or json_of(page) is not None:
            return tuple(row_entries(page, _READING))
        return () if _is_script(page) or _asks_api(page) else super().entries(page, feed)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        if _ACTION in page.url:
            rows, total = len(rows_of(page, _READING)), count_in(step(json_of(page), "custom"))
            if not rows or (total is not None and page_number * rows >= total):
                return None
            return _request(page.url, feed, page.label or text_option(feed, "guid"), page_number)
        if not _is_script(page) and not _asks_api(page):
            return super().next_pages(page, feed, page_number)
        site = _site(page) | {
            key: said
            for key, name in (("projectName", "project"), ("siteGuid", "guid"))
            if (said := text_option(feed, name))
        }
        if not _category(feed):
            return None
        if {"projectName", "siteGuid"} <= site.keys():
            url = page.link(f"{site['projectName'].rstrip('/')}{_ACTION}{_LIST}")
            first = _request(url, feed, site["siteGuid"], 0) if url else None
            return replace(first, is_shell=True) if first else None
        script = page.link(_SCRIPT)
        return NextPage(url=script, is_shell=True) if script and not _is_script(page) else None

    def may_be_empty(self, page: ListPage) -> bool:
        if _ACTION in page.url:
            return page.status == 200 and step(json_of(page), "custom.data") == []
        if page.status == 200 and (_is_script(page) or _asks_api(page)):
            return True
        return super().may_be_empty(page)


def _request(url: str, feed: Feed, guid: str, index: int) -> NextPage:
    """The API's page `index`, counted from 0."""
    asked: dict[str, object] = {
        "deptcode": text_option(feed, "dept", _query(feed).get("deptcode", "")),
        "categorynum": _category(feed),
        "pageIndex": index,
        "pageSize": int_option(feed, "page_size", _PAGE_SIZE),
        "siteGuid": guid,
    }
    body = {"params": asked} if text_option(feed, "wrapped").lower() in ("yes", "true", "1") else asked
    headers = (("Content-Type", JSON_BODY), ("X-Requested-With", "XMLHttpRequest"))
    return NextPage(url=url, method="POST", body=json.dumps(body).encode(), headers=headers, label=guid)


def _query(feed: Feed) -> dict[str, str]:
    return {name.lower(): value for name, value in parse_qsl(urlsplit(feed.url).query)}


def _category(feed: Feed) -> str:
    said = text_option(feed, "category") or _query(feed).get("categorynum", "")
    directory = _NUMBERED_DIRECTORY.search(urlsplit(feed.url).path)
    found = said or (directory[1] if directory else "")
    return found if _NUMBER.fullmatch(found) else ""


def _site(page: ListPage) -> dict[str, str]:
    found = _INFO.search(page.text[:500_000])
    return dict(_FIELD.findall(found[1])) if found else {}


def _is_script(page: ListPage) -> bool:
    return page.url.partition("?")[0].endswith(_SCRIPT)


def _asks_api(page: ListPage) -> bool:
    """Whether the page is a column that its script fills: one by category number, without rows of its own."""
    return "govinfopub" in page.url.lower() or "categorynum=" in page.url.lower() or _LIST in page.text.lower()
