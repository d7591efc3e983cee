"""What pages say in metas, scripts and structured data instead of in their text: dates, JSON-LD. Pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from crawler.reading import dates

if TYPE_CHECKING:
    from datetime import date

    from crawler.reading.dates import Moment
    from crawler.reading.html import Page

_SCRIPT_DATE = re.compile(
    r"[\"']?(?:datePublished|publish_?time|publish_?date|pub_?date|pub_?time|ptime|newsTime|createTime|"
    r"publishedAt)[\"']?\s{0,3}[:=]\s{0,3}[\"']([^\"'\n]{8,40})[\"']",
    re.IGNORECASE,
)
_MAX_JSON = 500_000
META_DATES = (
    "pubdate",
    "publishdate",
    "firstpublishedtime",
    "article:published_time",
    "og:published_time",
    "article:publish_time",
    "apub:time",
    "publish_time",
    "publish-time",
    "publishtime",
    "datepublished",
    "weibo: article:create_at",
    "weibo:article:create_at",
    "og:release_date",
    "dc.date",
    "dc.date.issued",
    "pubtime",
    "_pubtime",
    "bytedance:published_time",
    "date",
)


def meta_moment(page: Page) -> Moment | None:
    """The date of the meta tags; the page's time of making (maketime) is none."""
    for name in META_DATES:
        found = dates.first(page.metas.get(name, "")[:60], page.latest)
        if found:
            return found
    return None


def script_moment(page: Page) -> Moment | None:
    """The date of JSON-LD, `<time datetime>`, or a variable named for it."""
    for node in page.tree.iter("script"):
        if node.get("type") == "application/ld+json" and node.text and len(node.text) < _MAX_JSON:
            found = _json_ld(node.text, page.latest)
            if found:
                return found
    for node in page.tree.iter("time"):
        found = dates.first((node.get("datetime") or "")[:60], page.latest)
        if found:
            return found
    said = _SCRIPT_DATE.search(page.source)
    return dates.first(said[1], page.latest) if said else None


def _json_ld(text: str, latest: date | None) -> Moment | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    things = value if isinstance(value, list) else [value]
    for thing in things:
        if isinstance(thing, dict):
            said = thing.get("datePublished") or thing.get("pubDate") or ""
            found = dates.first(str(said)[:60], latest)
            if found:
                return found
    return None
