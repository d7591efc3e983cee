"""Article, list or error: what kind of page this is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.reading.html import squeeze
from storage.findings import DocumentKind

if TYPE_CHECKING:
    from crawler.reading.html import Page
    from crawler.reading.listing import Listing
    from storage.findings import Document

# platforms.md, sections 5.2 and 10. Each also stands in honest articles: they count in the title, or where the
# page has hardly any other words.
NOTICE = re.compile(
    r"(?:页面|网页|文章|信息|内容|栏目|稿件|新闻|文件|资源|帖子)(?:地址|或目录)?\s?(?:可能)?(?:已经?)?(?:不存在|"
    r"未找到|没有找到|无法找到|找不到|被?删除|已?下线|已?失效)"
    r"|找不到(?:该|此|您)?(?:要?访问的|要?查看的)?(?:页|页面|网页|文件)|没有找到您(?:要|所)?(?:访问|查看|请求)|"
    r"您(?:要)?(?:访问|查看|查找|请求|浏览)的(?:页面|文章|内容|信息|资源|网页|栏目).{0,10}(?:不存在|删除|移除|"
    r"找不到)"
    r"|(?:不存在或|可能)已?被?(?:删除|移除)|不存在或未发布|页面(?:跑丢|走丢|丢失|出错)了?|访问的页面出错|"
    r"无法找到该?(?:页|网页)|服务器错误"
    r"|该内容已被发布者删除|此内容因违规(?:无法查看|已删除)|此内容被投诉且经审核涉嫌侵权|此[账帐]号已被屏蔽|"
    r"该(?:公众号|[账帐]号)已被封禁"
    r"|[此该][账帐]号已(?:自主|系统)?(?:注销|冻结|回收)|[账帐]号已被系统回收|该公众号已迁移|链接已过期|"
    r"此内容(?:不可见|发送失败无法查看)|仅限朋友可见|请在微信客户端打开链接"
    r"|404\s*+[-–—:]?\s*+(?:not found|页面|错误|未找到|找不到|error|file)|HTTP 404|error 404|page (?:not found|"
    r"cannot be found|does not exist|you requested)|not found on this server"
    r"|(?:page|article|content) (?:has been|was) (?:removed|deleted)|no longer (?:available|exists)|(?:500|502|"
    r"503|504) (?:internal server error|bad gateway|service)|Whitelabel Error Page",
    re.IGNORECASE,
)
_ERROR_TITLE = re.compile(
    r"^\s*(?:404|403|410|500|502|503|504)(?:\D|$)|^(?:错误|出错了?|error|温馨提示|提示信息|系统提示|"
    r"页面找不到了?)\s*+(?:提示|页面?|page)?\s*+$",
    re.IGNORECASE,
)
_SHORT = 300
# A page whose body is shorter has its text elsewhere.
_LITTLE = 80
# Beyond so many characters a text is an article, whatever its title quotes.
_LONG = 500
_PAGER = re.compile(
    r"createPage(?:HTML)?\(\s*\d|共\s?\d+\s?页|尾页|末页|下一?页\s*(?:末|尾)|dataproxy\.jsp|totalPage|countPage\s*="
)
_LIST_URL = re.compile(
    r"/(?:(?:index|default|list|node|column-index|more)(?:[_-]?\w{0,12})?\.\w{3,5})?(?:\?.*)?$|/col/col\d+/",
    re.IGNORECASE,
)
_HOME_TITLE = re.compile(r"首页|门户网站?$|[网站]$|频道$|_新闻中心|滚动新闻|列表$|资讯中心")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What speaks for an article: how much prose it has, and what stands around it."""

    prose: int
    sure_container: bool
    article_meta: bool
    dated_beside_title: bool
    has_publisher: bool
    dated_url: bool


def error_text(page: Page, title: str, body: str) -> str | None:
    """The words by which this page is an error notice, or None."""
    own = squeeze(body)
    for text in (title, page.head_title):
        found = NOTICE.search(text) or _ERROR_TITLE.search(text)
        if found and len(own) < _LONG:
            return found[0].strip()
    words = " ".join(line.text for line in page.lines if line.linked < 0.8 * len(line.text))
    if len(words) <= _SHORT:
        found = NOTICE.search(words)
    elif len(own) <= _SHORT / 2:
        # The site's own menus and foot stand around the notice.
        found = NOTICE.search(own)
    else:
        found = None
    return found[0] if found else None


def kind_of(page: Page, signs: Signs, listing: Listing) -> DocumentKind:
    """Weigh the signs of an article against those of a list: each is a point or two, the sum decides."""
    article = for_article(signs)
    rows = for_list(page, signs, listing)
    return DocumentKind.LIST if rows > article else DocumentKind.ARTICLE


def for_article(signs: Signs) -> float:
    """The points for an article."""
    return (
        (2.0 if signs.prose >= 200 else 1.0 if signs.prose >= 60 else 0.0)
        + (1.0 if signs.prose >= 600 else 0.0)
        + (1.0 if signs.prose >= 1500 else 0.0)
        + 2.0 * signs.sure_container
        + 2.0 * signs.article_meta
        + 1.5 * signs.dated_beside_title
        + 1.5 * signs.has_publisher
        + 0.5 * signs.dated_url
    )


def is_plainly_article(signs: Signs) -> bool:
    """Whether no list could outweigh these signs: then the page's links need not be looked at."""
    return signs.prose >= 200 and for_article(signs) >= _PLAIN


# Beside a real article, lists of others earn 5 points at most (count, dates, a pager).
_PLAIN = 6.5


def for_list(page: Page, signs: Signs, listing: Listing) -> float:
    """The points for a list."""
    count = len(listing.links)
    return (
        (1.0 if count >= 5 else 0.0)
        + (1.0 if count >= 12 else 0.0)
        + (1.5 if count >= 5 and listing.dated > 0.5 and listing.characters > 0.5 * signs.prose else 0.0)
        + (1.5 if listing.characters > signs.prose else 0.0)
        + (1.0 if listing.characters > 3 * signs.prose else 0.0)
        + (1.0 if _PAGER.search(page.source) else 0.0)
        + (0.5 if _LIST_URL.search(page.url) else 0.0)
        + (0.5 if _HOME_TITLE.search(page.head_title) and not signs.dated_url else 0.0)
    )


def says_little(document: Document) -> bool:
    """Whether a page's own answer has no text to speak of: what a script fills in later may be its article."""
    if document.kind is DocumentKind.CHALLENGE:
        return False
    return document.kind not in (DocumentKind.ARTICLE, DocumentKind.DOCUMENT) or len(document.body) < _LITTLE
