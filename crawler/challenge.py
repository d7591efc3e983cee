"""Which bot shield answered instead of the site: classified by its marks, never solved. Pure.

The marks are those of platforms.md, section 9. A shield's marks also stand in whole pages (cookies of the visit,
the shield's own script beside the article), so the weak ones count only where there is no page: little text, or a
status that refuses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.records import Headers

# What is looked at: a challenge is short, and its marks are at its beginning.
_LOOK_BYTES = 65536
# Visible text beyond this many characters is a page, whatever scripts stand around it.
_PAGE_TEXT = 300
_TINY_BYTES = 4096
_WORDS = 40
REFUSING = frozenset({202, 400, 401, 403, 405, 412, 418, 429, 451, 468, 491, 493, 503, 512, 521, 555, 567})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One product's sign. `sure`: it never stands in a page that has its content; `tiny`: it does, so that it counts
    only where there are hardly any words. `unless`: with this beside it, it is the platform's own page after all.
    `status`: it counts under these alone."""

    product: str
    sure: bool = False
    tiny: bool = False
    body: re.Pattern[str] | None = None
    header: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    status: frozenset[int] = frozenset()


def _mark(
    product: str,
    body: str = "",
    *,
    header: str = "",
    unless: str = "",
    sure: bool = False,
    tiny: bool = False,
    status: tuple[int, ...] = (),
) -> Mark:
    return Mark(
        product=product, sure=sure, tiny=tiny, status=frozenset(status),
        body=re.compile(body, re.IGNORECASE) if body else None,
        header=re.compile(header, re.IGNORECASE) if header else None,
        unless=re.compile(unless) if unless else None,
    )  # fmt: skip


# In this order: the first that fits names the product.
MARKS: tuple[Mark, ...] = (
    _mark("jiasule", header=r"__jsluid_[hs]=", status=(521,), sure=True),
    _mark("jiasule", r"__jsl_clearance|当前访问疑似黑客攻击|创宇盾"),
    _mark("jiasule", r"<script>\s*document\.cookie\s*=.{0,4000}?location\.href\s*=\s*location\.pathname"),
    _mark("jiasule", status=(521,), sure=True),
    _mark("ruishu", r"\$_ts\s*=\s*window\[['\"]\$_ts['\"]\]|<meta[^>]{0,400}\sr=['\"]m['\"]"),
    _mark("ruishu", header=r"fssbbil1ugzbn7n(?:80|443)[stop]?=", status=(202, 400, 412), sure=True),
    # Its cookies have other names on most sites, and always end so; nothing else answers 412 to a plain GET.
    _mark("ruishu", header=r"set-cookie:\s*\w{8,32}[stop]=", status=(412,), sure=True),
    _mark("aliyun-waf", r"var\s+arg1\s*=\s*['\"][0-9a-f]{40}['\"]|acw_sc__v[23]|aliyun_waf_aa|aliyunwaf_|nc_token"),
    _mark("aliyun-waf", r"errors\.aliyun\.com|有可能对网站造成安全威胁，您的访问被阻断", status=(403, 405)),
    _mark("wzws", r"wzws_cid|wzwsconfirm|wzwschallenge|/WZWSREL|请开启JavaScript并刷新该页"),
    _mark("wzws", header=r"wzws-ray", status=(404, 491, 403), sure=True),
    _mark("yunsuo", r"security_verify_data|yunsuo_session_verify|security_session_mid_verify"),
    _mark("yunsuo", r"cookie\s*=\s*['\"]srcurl=[0-9a-f]{8}", tiny=True),
    _mark("yunsuo", header=r"set-cookie:\s*(?:yunsuo_session_verify|security_session_(?:mid_)?verify)=", tiny=True),
    _mark("c3vk", r"C3VK=", tiny=True),
    # An article's page may name the captcha in its scripts; a notice in an article's place is a takedown, not a block.
    _mark(
        "wechat-captcha",
        r"wappoc_appmsgcaptcha|环境异常[^<>]{0,80}完成验证后即可继续访问|环境异常\s{0,20}</",
        unless=r"id=[\"']js_content|已被发布者删除|此内容因违规|经审核涉嫌侵权|[账帐]号已|公众号已|此内容不可见|朋友可见|链接已过期",
    ),
    _mark("sogou-antispider", r"/antispider/|seccode\.php|用户您好，?您的访问过于频繁"),
    _mark("cloudflare", header=r"cf-mitigated:\s*challenge", sure=True),
    _mark("cloudflare", r"/cdn-cgi/challenge-platform/|<title>\s*Just a moment"),
    _mark("edgeone", r"TencentEdgeOne|tencent-edgeone|Restricted Access"),
    _mark("edgeone", status=(567,), sure=True),
    _mark("huaweicloud-waf", header=r"HWWAFSES(?:ID|TIME)=", status=(403, 418), sure=True),
    _mark("safedog", r"您的请求带有不合法参数，已被网站管理员设置拦截|safedog"),
    # Not under 404: its cookie comes with every answer of such a site, a real 404 included.
    _mark("safedog", header=r"safedog", status=(403, 405), sure=True),
    _mark("wangsu", r"/_bot_sbu/sbu_fpc\.js|/_ws_sbu/sbu_hc\.js|HOY_TR=|HBB_HC=", tiny=True),
    _mark("baidu-verify", r"<title>\s*百度安全验证|/static/antispam/|wappass\.baidu\.com/static/captcha"),
    _mark(
        "waf",
        r"访问被拦截|请求已被拦截|请求被拦截|您的访问请求可能对网站造成安全威胁|网站防火墙|web应用防火墙"
        r"|error_403_|您的IP.{0,30}(?:被禁止|被拦截|受限)",
    ),
    _mark(
        "throttle",
        r"访问过于频繁|操作太频繁|请求过于频繁|too many requests|访问频率过高|操作过于频繁",
        unless=r"id=[\"']js_content",
    ),
    _mark("waf", r"\bevent_?id\b|事件(?:编号|ID)|拦截(?:编号|ID)", status=tuple(sorted(REFUSING))),
    # The whole title: 消防安全检查 and 警惕验证码诈骗 are what police write about every week.
    _mark(
        "captcha",
        r"<title>\s*(?:请完成|请输入|网站|系统)?(?:安全验证|人机验证|滑动验证|验证码|访问验证|安全检查|security "
        r"check)\s*</title",
    ),
)

# A piece of text up to the next tag, or a whole script, style or comment, in strides: most of a page is these. Only the
# names are compared in either case: where the whole is, each character of the strides is looked up in both.
_PIECE = re.compile(
    r"<((?i:script|style|noscript|title|select|textarea))\b[^<]*+(?:<(?!/(?i:\1))[^<]*+)*+"
    r"|<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->)?|<[^>]{0,4000}>?|([^<]+)"
)
_LINK = re.compile(r"<a\s", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
# Elements that an application's scripts draw its page into, by their ids (platforms.md, section 9).
ROOTS = ("app", "root", "__next", "__nuxt", "main-app", "app-root", "q-app", "wrapper-app")
_SHELL = re.compile(rf"<(?:div|main|section)\s[^<>]{{0,200}}\bid=[\"']?(?:{'|'.join(ROOTS)})\b", re.IGNORECASE)
_SETS_COOKIE = re.compile(r"document\s*\.\s*cookie\s*=(?!=)|cookie['\"]\s*\]\s*=(?!=)")


_SAID = {
    "jiasule": "jiasule 加速乐, a firewall of Knownsec,",
    "ruishu": "ruishu 瑞数, a bot shield of River Security,",
}


def named(product: str) -> str:
    """A product as a reader is told it: what it is, and whose, where its own name does not say so."""
    return _SAID.get(product, product)


def blocked_by(status: int | None, headers: Headers, body: bytes) -> str | None:
    """The product that refused or challenged this answer (`jiasule`, `ruishu`, …), or None where it is a page.

    `body` is content-decoded. `script-challenge` is a short page of script alone that no known mark names.
    """
    refuses = status in REFUSING
    lines = "\n".join(f"{name}: {value}" for name, value in headers).lower()
    for mark in MARKS:
        if mark.sure and (not mark.status or status in mark.status) and (not mark.header or mark.header.search(lines)):
            return mark.product
    if not refuses and len(body) > _LOOK_BYTES:
        return None
    text = _characters(body[:_LOOK_BYTES])
    if not refuses and visible_length(text, _PAGE_TEXT) >= _PAGE_TEXT:
        return None
    for mark in MARKS:
        if not mark.sure and _fits(mark, status, lines, text):
            return mark.product
    return "script-challenge" if _only_script(status, body, text) else None


def _fits(mark: Mark, status: int | None, lines: str, text: str) -> bool:
    """Whether a mark that may also stand in a page stands in this short answer."""
    if (mark.status and status not in mark.status) or (mark.tiny and visible_length(text, _WORDS) >= _WORDS):
        return False
    if mark.unless and mark.unless.search(text):
        return False
    found = mark.body.search(text) if mark.body else mark.header.search(lines) if mark.header else None
    return found is not None


def visible_length(text: str, enough: int) -> int:
    """How many characters of `text`, an HTML page, are no markup, script or white space; counts to `enough`."""
    length = 0
    for piece in _PIECE.finditer(text):
        if piece[2]:
            length += len("".join(piece[2].split()))
            if length >= enough:
                break
    return length


def _only_script(status: int | None, body: bytes, text: str) -> bool:
    """Under 4 kB, most of it script that sets a cookie or moves on by itself, no anchors, no words."""
    if (
        not 0 < len(body) < _TINY_BYTES
        or not _SCRIPT.search(text)
        or _LINK.search(text)
        or visible_length(text, _WORDS) >= _WORDS
    ):
        return False
    if status in REFUSING:
        return True
    if _SHELL.search(text):
        # The page of an application that fetches its content: nobody refused anything (platforms.md, section 9).
        return False
    return bool(_SETS_COOKIE.search(text)) or "eval(" in text


def _characters(head: bytes) -> str:
    """The characters of a short page: UTF-8, or what GB18030 makes of it; marks are the same in both."""
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.start > len(head) - 4:
            return head.decode("utf-8", "ignore")
        return head.decode("gb18030", "replace")
