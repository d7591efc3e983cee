"""Public-account pages (WeChat): what their scripts say, and what stands where an article is no more. Pure.

Facts: platforms.md, section 5.2. Title, account and time are shown by script; the text stands hidden in `#js_content`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from crawler.reading import dates, wechat_posts
from crawler.reading.html import ILLEGAL, squeeze, unescape

if TYPE_CHECKING:
    from crawler.reading.dates import Moment
    from crawler.reading.html import Page

# The one host of all public accounts.
HOST = "mp.weixin.qq.com"

_MARK = re.compile(r"id=[\"']js_content[\"']|\b(?:var\s+|window\.)msg_title\b|mmbizwap")
# var ct = "1661952600"; ct: '1661952600'; create_time: JsDecode('1661952600'); "ori_create_time":1661952600
_SECONDS = r"[\"']?\s{0,3}[:=]\s{0,3}(?:[\"']{2}\s{0,3}\|\|\s{0,3})?(?:JsDecode\(\s{0,3})?[\"']?(\d{10})(?!\d)"
_EPOCHS = tuple(
    re.compile(rf"(?<![&?\w]){name}" + _SECONDS)
    for name in ("ct", "(?:ori_)?create_time", "(?:oriC|c)reateTime", "publish_time")
)
# var publish_time = "2022-08-31 21:30" || ""; createTime = '2022-08-31 21:30'; …="2022-08-31 21:30";
_DAY = r"((?:19|20)\d\d-\d\d-\d\d(?:\s\d\d:\d\d(?::\d\d)?)?)"
_TIMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![&?\w])(?:publish_time|create_?[tT]ime)[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']{_DAY}[\"']",
        rf"=\s{{0,3}}[\"']{_DAY}[\"']\s{{0,3}}[;,]",
    )
)
_QUOTED = r"[\"']?\s{0,4}[:=]\s{0,4}(?:htmlDecode\(|JsDecode\()?[\"'](?P<value>[^\"'\n]{1,300})[\"']"
_TITLE = re.compile(r"(?<!\w)msg_title(?:\s{0,4}=\s{0,4}window\.title)?" + _QUOTED)
_ACCOUNT = re.compile(r"(?<!\w)(?:nickname|nick_name)" + _QUOTED)
_OWN_LINK = re.compile(r"(?<!\w)msg_link" + _QUOTED.replace("300", "800"))
_ESCAPED = re.compile(r"\\x([0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})")
_MOVED = re.compile(r"transferTargetLink\s{0,3}=\s{0,3}[\"']([^\"'\n]{8,1000})[\"']")

# What may stand inside a text and is none of it: calls for tips, codes to scan, the buttons under it.
_BESIDE = re.compile(
    r"(?:^|\s)(?:reward_\w{2,30}|qr_code_pc\w{0,20}|js_pc_qr_code|rich_media_tool|js_profile_outer_wrap|"
    r"js_tags_preview_toast|js_bottom_bar|content_bottom_area)(?:$|\s)"
)
_NEAR = 8

# A page of so many characters without an article of its own is a notice; with the platform's title, of a few more.
_SHORT, _TITLED_SHORT = 250, 600
_PLATFORM_TITLE = "微信公众平台"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the scripts of an article page say; None for what they do not. `link`: the article's lasting address."""

    title: str | None = None
    account: str | None = None
    author: str | None = None
    moment: Moment | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What stands in an article's place. `blocked_by`: it is there, and is only not shown to us."""

    name: str
    words: re.Pattern[str]
    blocked_by: str | None = None


def _notice(name: str, words: str, blocked_by: str | None = None) -> Notice:
    return Notice(name=name, words=re.compile(words), blocked_by=blocked_by)


# In this order: what keeps us out is never a takedown.
NOTICES: tuple[Notice, ...] = (
    _notice("challenge", r"环境异常|完成验证后即可继续访问", "wechat-captcha"),
    _notice("throttled", r"访问过于频繁|操作过于频繁", "throttle"),
    _notice("wechat_only", r"请在微信客户端打开链接", "wechat-client"),
    _notice("account_migrated", r"该公众号已迁移|已迁移至新的[账帐]号"),
    _notice("deleted_by_publisher", r"该内容已被发布者删除"),
    _notice("removed_complaint", r"此内容被投诉且经审核涉嫌侵权"),
    _notice("removed_by_platform", r"此内容因违规(?:无法查看|已删除)"),
    _notice("account_blocked", r"此[账帐]号已被屏蔽|该(?:公众号|[账帐]号)已被封禁"),
    _notice(
        "account_closed",
        r"[此该][账帐]号已(?:自主|系统)?注销|[账帐]号已被系统回收|[此该][账帐]号已冻结|原[账帐]号已回收",
    ),
    _notice("restricted", r"仅限朋友可见|此内容不可见"),
    _notice("send_failed", r"此内容发送失败无法查看"),
    _notice("expired_link", r"链接已过期"),
    _notice("bad_link", r"参数错误"),
)
SAYS_NOTHING = frozenset({"expired_link", "bad_link"})
"""Notices about the address, not about the article: neither takedown nor trouble."""


def is_page(page: Page) -> bool:
    """Whether the page is an article page of a public account, or its notice in the article's place."""
    text = page.source
    if ("js_content" in text or "msg_title" in text or "mmbizwap" in text) and _MARK.search(text):
        return True
    return _host(page.url) == HOST


def has_article(page: Page) -> bool:
    """Whether the page holds a text of its own, or is a post whose words and pictures its scripts hold."""
    return has_markup(page) or wechat_posts.read(page) is not None


def has_markup(page: Page) -> bool:
    """Whether the article's text or pictures stand in the page itself."""
    for node in page.tree.iter():
        if node.get("id") == "js_content":
            return bool(squeeze("".join(node.itertext()))) or next(node.iter("img"), None) is not None
    return False


def notice(page: Page) -> Notice | None:
    """The notice a page is, or None. An article that quotes one, however short, is an article."""
    if has_article(page):
        return None
    shown = " ".join(line.text for line in page.lines)
    if len(shown) > (_TITLED_SHORT if page.head_title == _PLATFORM_TITLE else _SHORT):
        return None
    words = f"{page.head_title} {shown}"
    return next((one for one in NOTICES if one.words.search(words)), None)


def read(page: Page) -> Said:
    """Title, account, author, time and lasting address of an article."""
    title, name, link = (pattern.search(page.source) for pattern in (_TITLE, _ACCOUNT, _OWN_LINK))
    account = _text(name["value"]) if name else ""
    return Said(
        title=(_text(title["value"]) or None) if title else None,
        account=account or page.metas.get("profile:nickname") or page.metas.get("og:article:author"),
        author=_by_id(page, "js_author_name"),
        moment=_moment(page),
        link=_text(link["value"]) or None if link else None,
    )


def is_beside(node: Any) -> bool:
    """Whether an element stands in a part of the page that is no article's text, wherever editors put it."""
    for _ in range(_NEAR):
        if node is None or not isinstance(node.tag, str) or node.get("id") == "js_content":
            return False
        words = f"{node.get('id') or ''} {node.get('class') or ''}"
        if words != " " and _BESIDE.search(words[:200]):
            return True
        node = node.getparent()
    return False


def is_temporary(url: str) -> bool:
    """Whether an address is a search engine's signed one, which ends within hours and names no article."""
    try:
        parts = urlsplit(url)
        return parts.hostname == HOST and {"timestamp", "signature"} <= parse_qs(parts.query[:2_000]).keys()
    except ValueError:
        return False


def moved_to(text: str) -> str | None:
    """Where the page of an account that has moved leads, as it is written; None for any other page."""
    found = _MOVED.search(text) if "transferTargetLink" in text else None
    return unescape(found[1]) if found else None


def _moment(page: Page) -> Moment | None:
    for pattern in _EPOCHS:
        found = pattern.search(page.source)
        moment = dates.from_epoch(found[1], page.latest) if found else None
        if moment:
            return moment
    if "publish_time" not in page.source:
        return None
    for pattern in _TIMES:
        found = pattern.search(page.source)
        moment = dates.first(found[1], page.latest) if found else None
        if moment:
            return moment
    return None


def _by_id(page: Page, wanted: str) -> str | None:
    for node in page.tree.iter("span", "a", "em", "div"):
        if node.get("id") == wanted:
            return squeeze("".join(node.itertext()))[:60] or None
    return None


def _text(value: str) -> str:
    """A script's string as people read it: `\\x26amp;` and the like undone."""
    plain = _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)), value)
    return squeeze(ILLEGAL.sub("", unescape(unescape(plain))))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
