"""What pages say in scripts and structured data instead of in their text: WeChat's variables, JSON-LD. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.reading import dates
from crawler.reading.html import squeeze

if TYPE_CHECKING:
    from crawler.reading.dates import Moment
    from crawler.reading.html import Page

# WeChat shows title, account and time by script (platforms.md, section 5.2).
_QUOTED = r"\s{0,4}=\s{0,4}(?:htmlDecode\()?[\"'](?P<value>[^\"'\n]{1,300})[\"']"
_WECHAT_MARK = re.compile(r"id=[\"']js_content[\"']|var\s+msg_title|mmbizwap")
_EPOCH = re.compile(
    r"(?:\bct|\bcreate_time|\boriCreateTime|publish_time)\s{0,3}[:=]\s{0,3}(?:\"\"\s*\|\|\s*)?[\"'](\d{10})[\"']"
)
_NICKNAME = re.compile(r"\bvar\s+nickname" + _QUOTED)
_MSG_TITLE = re.compile(r"\bvar\s+msg_title" + _QUOTED)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What scripts say; None for what they do not."""

    title: str | None = None
    publisher: str | None = None
    moment: Moment | None = None


def is_wechat(page: Page) -> bool:
    """Whether the page is WeChat's article page, or its notice in the article's place."""
    text = page.source
    return ("js_content" in text or "msg_title" in text or "mmbizwap" in text) and bool(_WECHAT_MARK.search(text))


def wechat(page: Page) -> Hints:
    """Title, account and time of a WeChat article."""
    title, name, epoch = _MSG_TITLE.search(page.source), _NICKNAME.search(page.source), _EPOCH.search(page.source)
    return Hints(
        title=squeeze(title["value"]) if title else None,
        publisher=squeeze(name["value"]) if name else None,
        moment=dates.from_epoch(epoch[1], page.latest) if epoch else None,
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
            found = _json_ld(node.text)
            if found:
                return found
    for node in page.tree.iter("time"):
        found = dates.first((node.get("datetime") or "")[:60], page.latest)
        if found:
            return found
    said = _SCRIPT_DATE.search(page.source)
    return dates.first(said[1], page.latest) if said else None


def _json_ld(text: str) -> Moment | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    things = value if isinstance(value, list) else [value]
    for thing in things:
        if isinstance(thing, dict):
            said = thing.get("datePublished") or thing.get("pubDate") or ""
            found = dates.first(str(said)[:60])
            if found:
                return found
    return None
