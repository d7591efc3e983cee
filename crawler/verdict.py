"""What one look at a page shows: live, gone (and how), blocked, unreachable, or a shell that says nothing. Pure.

The table is evidence.md, section 6, read from the bottom up: the first row that fits decides. The texts and
codes are those of platforms.md, sections 5.2, 9 and 10.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from crawler.reading.wechat import SAYS_NOTHING
from crawler.sameness import plain, share
from storage.findings import NOT_FILLED_IN, Document, DocumentKind, GoneAs, Outcome, Verdict
from storage.records import ErrorClass, Sha256
from storage.urls import url_key

VERSION = 3

# Less of the known text than this, and it is not the known text any more.
KNOWN_SHARE = 0.15
# A page without its article still has crumbs; what has more characters than this was written by someone.
EMPTY_BELOW = 80
# A removal notice stands at the top; an article that speaks of one does so further down.
NOTICE_WITHIN = 300
# A title so short (通知) may be contained in any other.
TELLING_TITLE = 8

BLOCKED_STATUS = frozenset({401, 403, 412, 418, 429, 451, 521})
_NO_ANSWER = frozenset({ErrorClass.DNS, ErrorClass.CONNECT, ErrorClass.TIMEOUT, ErrorClass.RESET, ErrorClass.TLS})

_REMOVED = re.compile(
    r"(?:页面|网页|页|文章|信息|内容|栏目|链接|稿件|新闻)(?:地址)?(?:可能)?(?:已经?)?(?:不存在|未找到|没有找到|无法找到|找不到|已?被?删除|已?下线|已?失效)"
    r"|(?:该|此|您访问的|您要访问的|您要查看的)(?:页面|网页|文章|信息|内容|栏目|稿件)(?:可能)?(?:已经?)?(?:不存在|(?:被)?(?:发布者)?(?:删除|撤销|撤回|下线|移除))"
    r"|找不到(?:该|此)?(?:页|页面|网页|文件)|没有找到您要(?:访问|查看)的|(?:不存在或|可能)已?被?(?:删除|移除)|不存在或未发布"
    r"|该内容已被发布者删除|此内容因违规(?:无法查看|已删除)|此内容被投诉且经审核涉嫌侵权|此[账帐]号已被屏蔽|该(?:公众号|[账帐]号)已被封禁"
    r"|[此该][账帐]号已(?:自主|系统)?注销|[账帐]号已被系统回收|该[账帐]号已冻结|该公众号已迁移|链接已过期"
    r"|(?:页面|网页|文章|内容|信息|您访问的)(?:暂时?)?(?:走丢|丢失|不见|飞走|迷路)了|(?:该|此|本)(?:文章?|稿件?|帖子?|页面?)(?:已经?)?(?:被)?(?:撤稿|撤下|撤销|删除|下架)"
    r"|您(?:访问|浏览|查看|请求)的(?:页面|网页|文章|信息|内容)(?:暂时|目前)?(?:不存在|已过期|已撤销)|ErrorPageTemplate"
    r"|404\s*-?\s*(?:not found|页面|错误|未找到)|^\s*404\s*$"
    r"|page (?:not found|cannot be found|does not exist)|not found on this server"
    r"|(?:page|article|content) (?:has been|was) (?:removed|deleted)|no longer (?:available|exists)",
    re.IGNORECASE,
)


# What a server says of itself, under whatever status: an outage, maintenance, an application that fell over. Errors of
# common servers and frameworks, and the words of Chinese maintenance pages (platforms.md, section 9).
_OUTAGE = re.compile(
    r"(?:^|\D)50[0-4]\s*[-–—:|]?\s*(?:internal server error|not implemented|bad gateway"
    r"|service (?:temporarily )?unavailable|gateway time-?out|错误|服务器|网关)"
    r"|HTTP Status 50\d|HTTP Error 50\d|^\s*(?:bad gateway|internal server error)"
    r"|(?:service|website|site|page) (?:is )?(?:temporarily |currently )?(?:unavailable|(?:under|down for)"
    r" maintenance)"
    r"|error establishing a database connection|too many connections|database error|SQLSTATE|Server Error in '/"
    r"|Whitelabel Error Page(?!.{0,300}?(?:Not Found|404))|\b(?:java|org|com)\.[\w.]{1,80}Exception\b"
    r"|(?:服务器|系统|网站|程序|数据库|应用|网络|后台)(?:连接|内部|运行|暂时|访问)?(?:错误|异常|出错|故障|繁忙|忙碌|失败|无响应|超时|不可用)"
    r"|(?:系统|网站|服务器?|平台|本站|页面|栏目)[^。！？\n]{0,12}(?:维护|升级|改造|迁移|检修|改版)(?:中|期间|之中|公告|$)"
    r"|(?:正在|停机|例行|紧急)(?:进行)?(?:系统|网站|服务器?)?(?:维护|升级|检修)|维护中|升级中"
    r"|暂停(?:提供)?(?:服务|访问|开放|使用)|(?:暂时|目前)(?:无法|不能)(?:提供)?(?:访问|打开|连接|服务)|(?:稍后|稍候|晚些时候)再?(?:试|访问|来)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)


class Look(Protocol):
    """What the judge must know of a capture; `storage.records.Capture` has it."""

    @property
    def url(self) -> str: ...
    @property
    def final_url(self) -> str | None: ...
    @property
    def status(self) -> int | None: ...
    @property
    def error(self) -> ErrorClass | None: ...
    @property
    def message(self) -> str | None: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def payload_sha256(self) -> Sha256 | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """What we know of the host beside this page: payloads it answers to addresses that cannot exist."""

    missing: frozenset[Sha256] = frozenset()


LIVE = Verdict(outcome=Outcome.LIVE)


def judge(look: Look, document: Document | None, known: Document | None, site: SiteMemory) -> Verdict:
    """What the look shows, given what was read out of it and the page as last read alive (None: never).

    A first look may say gone; it is `alerts.takedown` that makes no takedown of it.
    """
    trouble = _unreachable(look, document) or _blocked(look, document)
    if trouble:
        return trouble
    if look.status in (404, 410):
        return _gone(GoneAs.GONE if look.status == 410 else GoneAs.NOT_FOUND, f"the server answers {look.status}")
    if document is not None and NOT_FILLED_IN in document.warnings:
        return _shell("the page was not rendered: what it has to say was not seen")
    if document is None:
        return LIVE if known is None else _shell("answered, and nothing could be read")
    if document.notice:
        return _noticed(document)
    if known is None:
        if document.kind is DocumentKind.ERROR:
            return _outage(document) or _gone(GoneAs.SOFT_404, "an error page under status 200")
        return LIVE
    return _compare(look, document, known, site)


def _unreachable(look: Look, document: Document | None) -> Verdict | None:
    if look.status is None:
        if look.error is ErrorClass.BLOCKED:
            return Verdict(outcome=Outcome.BLOCKED, reason=look.message or "refused")
        if look.error is ErrorClass.ROBOTS:
            return _shell("not asked: robots.txt")
        error = look.error if look.error in _NO_ANSWER else "no answer"
        return Verdict(outcome=Outcome.UNREACHABLE, reason=f"{error}: {look.message}" if look.message else str(error))
    if look.status in BLOCKED_STATUS or look.error is ErrorClass.BLOCKED or _challenged(document):
        return None
    if 200 <= look.status < 300 or look.status in (304, 404, 410):
        return None
    # What is neither an answer nor a sign (400, a redirect that ends nowhere, 5xx) is trouble, never a takedown.
    return Verdict(outcome=Outcome.UNREACHABLE, reason=f"status {look.status}")


def _blocked(look: Look, document: Document | None) -> Verdict | None:
    by = document.blocked_by if document else None
    if _challenged(document):
        return Verdict(outcome=Outcome.BLOCKED, blocked_by=by, reason=f"a challenge ({by or 'unknown product'})")
    if look.status in BLOCKED_STATUS or look.error is ErrorClass.BLOCKED:
        return Verdict(outcome=Outcome.BLOCKED, blocked_by=by, reason=look.message or f"status {look.status}")
    return None


def _challenged(document: Document | None) -> bool:
    return document is not None and document.kind is DocumentKind.CHALLENGE


def _noticed(document: Document) -> Verdict:
    """A platform's own word on the article: about the address alone, moved, or a takedown of a kind."""
    said = document.notice or ""
    if said in SAYS_NOTHING:
        return _shell(f"{said}: the address is none any more, which says nothing of the article")
    if document.redirect:
        return _shell(f"{said}: leads to {document.redirect}")
    return _gone(GoneAs.SOFT_404, said)


def _compare(look: Look, document: Document, known: Document, site: SiteMemory) -> Verdict:
    """The rows for an answer under 2xx where the page's own text is known."""
    known_text, shown = plain(known.body), plain(document.body)
    part = share(known_text or plain(known.title), shown if known_text else plain(document.title))
    titled = _same_title(known.title, document.title)
    if part >= KNOWN_SHARE or _is_still_a_file(look, document, known, site):
        return LIVE
    if look.truncated:
        return _shell("the body was cut before the known text")
    if document.is_unread:
        return _shell(next(warning for warning in document.warnings if warning.startswith("unread:")))
    # Before where it leads and what is left under the title: both are the outage's then.
    out = _outage(document) if len(shown) < NOTICE_WITHIN or not titled else None
    if out:
        return out
    moved = _moved_to(look, document)
    if moved:
        return _gone(GoneAs.REDIRECT_HOME, f"leads to {moved}")
    if titled and len(shown) < min(EMPTY_BELOW, KNOWN_SHARE * len(known_text)):
        return _gone(GoneAs.EMPTIED, f"title kept, {len(shown)} of {len(known_text)} characters left")
    left = f"{part:.0%} of the text left"
    found = _soft_404(look, document, left, site)
    if found or titled:
        return found or LIVE
    return _gone(GoneAs.SOFT_404, f"another title, {left}") if document.title else _shell(f"no title, {left}")


def _is_still_a_file(look: Look, document: Document, known: Document, site: SiteMemory) -> bool:
    """A file that answers as a file is there, whatever it says now and whether it could be read then and now."""
    both = known.kind is DocumentKind.DOCUMENT and document.kind is DocumentKind.DOCUMENT
    return both and look.payload_sha256 not in site.missing


def _soft_404(look: Look, document: Document, left: str, site: SiteMemory) -> Verdict | None:
    """A notice, the host's answer to any address, an error page: whatever title stands over it."""
    notice = removal_text(document)
    if notice:
        return _gone(GoneAs.SOFT_404, f"says {notice!r}, {left}")
    if look.payload_sha256 is not None and look.payload_sha256 in site.missing:
        return _gone(GoneAs.SOFT_404, f"what the host answers to any address, {left}")
    if document.kind is DocumentKind.ERROR:
        return _gone(GoneAs.SOFT_404, f"an error page, {left}")
    return None


def _outage(document: Document) -> Verdict | None:
    """A server's own trouble under a status of success: it says nothing of the article."""
    if removal_text(document):
        return None
    text = f"{document.title}\n{document.body[:NOTICE_WITHIN]}"
    found = _OUTAGE.search(unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    said = found[0].strip()[:60]
    return Verdict(outcome=Outcome.UNREACHABLE, reason=f"says {said!r} under a status of success")


def removal_text(document: Document) -> str | None:
    """The words in title or first 300 characters that say the page is no more, or None."""
    for text in (document.title, document.body[:NOTICE_WITHIN]):
        found = _REMOVED.search(unicodedata.normalize("NFKC", text))
        if found:
            return found[0]
    return None


def _same_title(known: str, shown: str) -> bool:
    before, now = plain(known), plain(shown)
    if not before:
        return False
    return before == now or (len(before) >= TELLING_TITLE and before in now)


def _moved_to(look: Look, document: Document) -> str | None:
    """Where the look ended, if that is another page: by redirect, or by a refresh in the page."""
    for target in (look.final_url, document.redirect):
        if target and urlsplit(target).scheme in ("http", "https") and url_key(target) != url_key(look.url):
            return target
    return None


def _gone(how: GoneAs, reason: str) -> Verdict:
    return Verdict(outcome=Outcome.GONE, gone_as=how, reason=reason)


def _shell(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.SHELL, reason=reason)
