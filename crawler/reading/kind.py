"""Article, list or error: what kind of page this is. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.reading.html import squeeze
from storage.findings import DocumentKind

if TYPE_CHECKING:
    from crawler.reading.html import Page

# platforms.md, sections 5.2 and 10. Each also stands in honest articles: they count in the title, or where the
# page has hardly any other words.
NOTICE = re.compile(
    r"(?:页面|网页|文章|信息|内容|栏目|稿件|新闻|文件|资源|帖子)(?:地址|或目录)?\s?(?:可能)?(?:已经?)?(?:不存在|未找到|没有找到|无法找到|找不到|被?删除|已?下线|已?失效)"
    r"|找不到(?:该|此|您)?(?:要?访问的|要?查看的)?(?:页|页面|网页|文件)|没有找到您(?:要|所)?(?:访问|查看|请求)|您(?:要)?(?:访问|查看|查找|请求|浏览)的(?:页面|文章|内容|信息|资源|网页|栏目).{0,10}(?:不存在|删除|移除|找不到)"
    r"|(?:不存在或|可能)已?被?(?:删除|移除)|不存在或未发布|页面(?:跑丢|走丢|丢失|出错)了?|访问的页面出错|无法找到该?(?:页|网页)|服务器错误"
    r"|该内容已被发布者删除|此内容因违规(?:无法查看|已删除)|此内容被投诉且经审核涉嫌侵权|此[账帐]号已被屏蔽|该(?:公众号|[账帐]号)已被封禁"
    r"|[此该][账帐]号已(?:自主|系统)?(?:注销|冻结|回收)|[账帐]号已被系统回收|该公众号已迁移|链接已过期|此内容(?:不可见|发送失败无法查看)|仅限朋友可见|请在微信客户端打开链接"
    r"|404\s*[-–—:]?\s*(?:not found|页面|错误|未找到|找不到|error|file)|HTTP 404|error 404|page (?:not found|cannot be found|does not exist|you requested)|not found on this server"
    r"|(?:page|article|content) (?:has been|was) (?:removed|deleted)|no longer (?:available|exists)|(?:500|502|503|504) (?:internal server error|bad gateway|service)|Whitelabel Error Page",
    re.IGNORECASE,
)
_ERROR_TITLE = re.compile(
    r"^\s*(?:404|403|410|500|502|503|504)\b|^(?:错误|出错|error|温馨提示|提示信息|系统提示)\s*(?:提示|页面?|page)?\s*$",
    re.IGNORECASE,
)
_SHORT = 300
_NEAR_NOTHING = 120


def error_text(page: Page, title: str, body: str) -> str | None:
    """The words by which this page is an error notice, or None."""
    found = (
        NOTICE.search(title)
        or NOTICE.search(page.head_title)
        or _ERROR_TITLE.search(title)
        or _ERROR_TITLE.search(page.head_title)
    )
    own = squeeze(body)
    if found and len(own) < 600:
        return found[0].strip()
    shown = [line.text for line in page.lines if line.linked < 0.8 * len(line.text)]
    words = " ".join(shown)
    if len(words) <= _SHORT:
        found = NOTICE.search(words)
        return found[0] if found else None
    if len(own) <= _NEAR_NOTHING:
        found = NOTICE.search(own)
        return found[0] if found else None
    return None


def kind_of(page: Page, *, error: str | None, sentences: int, links: int, article_signs: int) -> DocumentKind:
    """Weigh the signs of an article against those of a list."""
    if error:
        return DocumentKind.ERROR
    if article_signs >= 2 and sentences >= links * 2:
        return DocumentKind.ARTICLE
    return DocumentKind.LIST if links > sentences + 40 * article_signs else DocumentKind.ARTICLE
