"""What stands in an article's container and is not the article: bars, counters, editors' trailers. Pure.

Lines are judged one by one; what a police notice may legitimately say (扫一扫, 打印) is only cut behind the first
third of the text (platforms.md, section 8).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.reading.title import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.reading.html import Line

# Whole lines of bars and crumbs. A line is noise if nothing is left of it once these are taken out.
_BARS = re.compile(
    r"打印(?:本页|此页|页面|文章|正文)?|关闭(?:窗口|本页|页面|此页)?|返回(?:顶部|首页|列表|上一页|页首)?|"
    r"(?:收\s*藏|加入收藏|收藏本[页站])|下载(?:文档|全文)?"
    r"|分享(?:到|至)?[:：]?|微信|微博|新浪微博|腾讯微博|QQ(?:空间|好友)?|人人网|朋友圈|复制链接|更多|一键复制|"
    r"字\s*[体号]\s*[:：]?|放大字?体?|缩小字?体?|默认|\+\s*A|A\s*\+|A\s*-|A(?=\s|$)"
    r"|[\[【〖（(]?\s*(?:大|中|小|超大|特大)\s*[\]】〗）)]?|视力保护色?|语音播报|语音朗读|朗读|适老化|繁体|简体|"
    r"纠错|我要纠错|举报|投诉|评论|点赞|赞|推荐|转发|保存|背景色?|杏仁黄|秋叶褐|胭脂红|芥末绿|天蓝|雪青|灰|银河白"
    r"|(?:阅读|浏览|点击|访问|查看|阅览)(?:次数|人数|量|数|率|"
    r"字号)?\s*[:：]?\s*[\[（(]?\s*\d*\s*[\]）)]?\s*(?:人次|次|人)?|人气\s*[:：]?\s*\d*|来源[:：]?(?=\s|$)|"
    r"扫一扫|本文共\d*字|(?<!\d)\d++(?=\s|$)|次(?=\s|$)"
    r"|转播到\S{2,6}|自动播放(?:开关)?|正在加载|加载中|热点栏目|客户端|精彩视频推荐|"
    r"进入[【\[][^】\]]{2,12}[】\]]讨论|[\s|｜/\\\[\]【】〖〗（）()<>《》:：·•、，,。.…_+-]+"
)
_COUNTER = re.compile(
    r"^(?:已有\s*+\d++\s*+人.{0,8}|[（(]?(?:本文|此文|文章)?(?:已经?被)?(?:阅读|浏览|点击|访问|查看)(?:次数|人数|量|"
    r"数|率)?\s*+[:：]?\s*+\d*+\s*+(?:人次|次|人)?[）)]?|今天是\s*+\d{4}年.{0,40})$"
)
_CRUMB = re.compile(r"^(?:您?现?在?(?:的|当前|现在|所在)*位置|当前位置|您所在的位置|首页\s*[>›»/])\s*+.{0,120}$")

# The meta line beside a title: labels with short values and bars.
_META = re.compile(
    r"(?:发布|发表|更新|录入|添加|公布|成文|生成)?(?:时间|日期)\s*[:：]|发布于|(?:信息|文章|稿件|新闻|"
    r"内容)?来\s*源\s*[:：]|作\s*者\s*[:：]|(?:点击|浏览|阅读|访问)(?:次数|量|数)\s*[:：]?|字\s*[体号]\s*[:：]|"
    r"责任?编辑\s*[:：]|发布机构\s*[:：]|(?:撰稿|编辑|审核)\s*[:：]"
)
_DATE_LINE = re.compile(
    r"^[\[（(]?\s*(?:19|"
    r"20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?[\sT]*+(?:\d{1,2}[:：∶]\d{2}(?:[:：∶]\d{2})?)?\s*+[\]）)]?(?:\s*+(?:来源|"
    r"來源)?[:：]?\s*+[^\s，。,、；]{0,20})?$"
)

# Editors' trailers (kept in the page's own fields, not in the body).
_TRAILER = re.compile(
    r"^[\[【（(〔]?\s*(?:责\s*+任?\s*+编\s*+[辑校]?|责编|本文责任编辑|网络?编辑|编\s*辑|值班编辑|本期编辑|文字编辑|"
    r"编校|校对|审核|审\s*稿|初审|复审|终审|一审|二审|三审|监制|总监制|值班主任|编审|执行主编|主编|签发|编发|"
    r"录入|信息员"
    r"|(?:本文|文章|信息|稿件)?来源|稿源|原标题|原文标题|供稿|撰稿|投稿|文字整理|素材来源|版权声明|免责声明|声明|"
    r"特别声明|转载声明)(?:人|单位|员)?\s*+[:：丨|].{0,160}$"
    r"|^[\[【（(〔]?\s*纠错\s*+[\]】）)〕]?(?:.{0,40})$|^分享让更多人看到$|^(?:（完）|\(完\)|"
    r"【完】)?本文来源[:：].{0,80}$|^原标题[:：].{0,120}$|^(?:责任编辑|编辑).{0,12}_[A-Z]{0,3}\d+$"
    r"|^返回(?:搜狐|腾讯|网易|新浪|凤凰|首页|顶部).{0,20}$|^(?:平台声明|声明|特别声明|免责声明|版权声明|"
    r"郑重声明)\s*[:：].{0,400}$|^Editor:.{0,60}$"
    r"|^(?:展开|查看|阅读|点击)(?:阅读)?(?:全文|更多|原文).{0,12}$|^阅读\s?\(?\d*\)?$|^文章标签.{0,60}$|"
    r"^(?:关键词|关键字|标签|Tags?|TAG)\s*[:：].{0,100}$"
)
# From such a line on, nothing belongs to the article.
_END = re.compile(
    r"^(?:[【\[]?(?:相关(?:阅读|新闻|链接|文章|报道|稿件|信息|内容|推荐|专题|政策|解读|附件下载)|热点新闻|"
    r"热门(?:推荐|文章|新闻)|推荐(?:阅读|新闻|文章)|延伸阅读|猜你喜欢|大家都在看|最新(?:文章|新闻|评论)|精彩推荐|"
    r"更多(?:新闻|精彩|内容|相关).{0,8}|为您推荐|阅读下一篇|阅读排行|网友评论|最热评论|全部评论|发表评论|"
    r"我要评论|(?:热门|最新|精彩|全部|网友)?评论\s*+\d*+条?|延伸\s*[·•]\s*推荐|相关)[】\]]?\s*+[:：>]*+\s*+$"
    r"|(?:上一[篇条页]|下一[篇条页]|前一篇|后一篇)\s*[:：]?.{0,100}$|上一篇|扫一扫在?手机|扫描二维码|扫码(?:阅读|"
    r"分享|查看)|用手机(?:扫|浏览)|(?:微信|手机)?扫一扫.{0,24}(?:分享|当前页|本页|手机|关注).{0,20}$|"
    r"微信扫.{0,30}$|分享到|【?我要纠错|打印本页|(?:主办|承办)单位\s*[:：]|版权所有|网站地图|Copyright|ICP备|"
    r"（?.ICP备|特别声明[:：]以上|Notice: The content above)"
    r"|^(?:Related (?:stories|articles|news)|Most (?:popular|viewed)|Read more|Share this)\b.{0,40}$",
    re.IGNORECASE,
)
_LINKED = 0.8


def trim(lines: Sequence[Line], title: str) -> list[str]:
    """The article's paragraphs out of its container's lines."""
    kept = _without_link_lists(_without_head(list(lines), title))
    total = sum(len(line.text) for line in kept)
    paragraphs: list[str] = []
    done = 0
    for number, line in enumerate(kept):
        late = done >= total / 3 or done > 1200
        if late and _END.match(line.text) and _rest_is_small(kept, number):
            break
        done += len(line.text)
        text = _inner_bar(line.text)
        if text and not is_bar(text) and not (_is_edge(number, len(kept)) and _TRAILER.match(text)):
            paragraphs.append(text)
    while paragraphs and _EMPTY_LABEL.match(paragraphs[-1]):
        paragraphs.pop()
    # A number alone behind the last sentence counts something (comments, likes); behind other numbers it is a table's.
    if len(paragraphs) > 1 and _FIGURE.fullmatch(paragraphs[-1]) and not _FIGURE.fullmatch(paragraphs[-2]):
        paragraphs.pop()
    return paragraphs


def _without_link_lists(lines: list[Line]) -> list[Line]:
    """Without runs of lines that are nothing but links, and the headings over them."""
    rows = [_is_link_row(line) for line in lines]
    if sum(rows) > 0.6 * len(lines):
        return lines
    gone: set[int] = set()
    for number in range(len(lines)):
        if not rows[number]:
            continue
        heading = number > 0 and not rows[number - 1] and _LIST_HEADING.match(lines[number - 1].text)
        in_run = (number > 0 and rows[number - 1]) or (number + 1 < len(rows) and rows[number + 1])
        if in_run or (heading and _RELATED.match(lines[number - 1].text)):
            gone.add(number)
            if heading and not _END.match(lines[number - 1].text):
                gone.add(number - 1)
    return [line for number, line in enumerate(lines) if number not in gone]


def _is_link_row(line: Line) -> bool:
    text = line.text
    return (
        line.linked >= _LINKED * len(text)
        and not text.endswith(("。", "！", "？", "”"))
        and not _ATTACHMENT.search(text)
    )


# The names of files under a notice are a part of it.
_ATTACHMENT = re.compile(r"附件|附表|\.(?:docx?|xlsx?|pdf|wps|ofd|zip|rar|et|pptx?|jpe?g)\b|《", re.IGNORECASE)
_LIST_HEADING = re.compile(r"^[^。！？，,]{2,12}$")
_RELATED = re.compile(r"^(?:相关|更多|推荐|延伸|点击|专题|阅读|链接|热点).{0,10}$")


def _is_edge(number: int, count: int) -> bool:
    """Whether a line stands where editors' trailers do: at the beginning, or among the last lines."""
    return number < 3 or number >= count - _EDGE_LINES or number >= 0.8 * count


_EDGE_LINES = 12
# A label whose file or link is no text.
_FIGURE = re.compile(r"\d{1,4}")
# The pager of an article over several pages: 【1】【2】【3】.
_PAGER = re.compile(r"(?:[【\[(（]\s?\d{1,2}\s?[】\])）]\s?){2,40}")
_EMPTY_LABEL = re.compile(r"^(?:附件|相关附件|附件下载|相关链接)\s*+\d?\s*+[:：]?$")


def is_bar(text: str) -> bool:
    """Whether a line is nothing but buttons, counters or crumbs."""
    if len(text) > 160:
        return False
    if _COUNTER.match(text) or _CRUMB.match(text) or _PAGER.fullmatch(text):
        return True
    if re.fullmatch(r"[\W_]+", text):
        # Asterisks and rules between sections are the article's, brackets and bars are not.
        return not re.fullmatch(r"[*＊★☆—…\s.。·]{1,20}", text)
    if not _BARS.match(text) and not text[:1].isspace():
        # What it begins with would be left: so it is with nearly all lines.
        return False
    return (
        bool(re.search(r"[^\d\s]", text)) and not _BARS.sub("", text).strip() and not re.fullmatch(r"[\d.,、\s]+", text)
    )


def is_meta_line(text: str) -> bool:
    """Whether a short line is the one beside the title: date, source, counters."""
    return len(text) <= 160 and (bool(_META.search(text)) or bool(_DATE_LINE.match(text)))


def _without_head(lines: list[Line], title: str) -> list[Line]:
    """Without the title, the meta lines and bars above the first paragraph."""
    key = plain(title)
    last = -1
    for number, line in enumerate(lines[:_HEAD_LINES]):
        if _is_title(line.text, key, number) or (is_meta_line(line.text) and not _is_sentence(line.text)):
            last = number
        elif is_bar(line.text):
            last = number if last == number - 1 else last
        elif _is_sentence(line.text):
            break
    return lines[last + 1 :]


_HEAD_LINES = 14


def _is_sentence(text: str) -> bool:
    """Whether a line is the article's own prose already."""
    return (
        len(text) > 90
        or (len(text) >= 12 and text.endswith(("。", "！", "？", "；", "：", "”", "…")))
        or (len(text) > 40 and "，" in text)
    )


def _is_title(text: str, key: str, number: int) -> bool:
    same = plain(text)
    return bool(key and same) and (same == key or (len(same) >= 8 and number < 4 and _nearly(same, key)))


def _nearly(same: str, key: str) -> bool:
    """Whether a line is the title with a word more or less."""
    return (key in same and len(same) <= len(key) + 6) or (same in key and len(same) >= 0.8 * len(key))


def _rest_is_small(lines: list[Line], number: int) -> bool:
    """Whether what follows is no more than lists of links: an article may go on behind such a line."""
    rest = lines[number + 1 :]
    words = sum(len(line.text) for line in rest if line.linked < _LINKED * len(line.text) and line.stops >= 2)
    before = sum(len(line.text) for line in lines[:number])
    return words <= before


def _inner_bar(text: str) -> str:
    """The line without an editor's trailer at its end: `…。（责编：甲、乙）`."""
    start = max(0, len(text) - _TAIL)
    return (text[:start] + _AT_END.sub("", text[start:])).strip()


_TAIL = 200
# Blanks before it need no pattern (the line is stripped): tried from each of them, they cost their square.
_AT_END = re.compile(
    r"[（(\[【〔]\s*+(?:责任?编辑?|责编|编辑|网编|实习编辑|校对)\s*+[:：][^（(\[【〔]{0,40}[）)\]】〕]\s*+$|"
    r"【?纠错】?\s*+(?:【责任编辑[:：].{0,20}】?)?\s*+$|责任编辑\s*+[:：]\s*+\S{1,12}\s*+$|"
    r"返回\S{2,4}，查看更多\s*+$"
)
