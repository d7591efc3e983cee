"""来源, author and date: what the line beside the title says, then the foot of the text, then metas. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.reading import dates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.reading.html import Line, Page

_STOP = (
    r"(?=\s*+(?:发布|发表|更新|录入|时间|日期|作者|撰稿|记者|编辑|责编|责任|审核|字体|字号|浏览|阅读|点击|访问|"
    r"点赞|人气|查看|打印|分享|收藏|关闭|大\s*中\s*小"
    r"|评论|热度|背景|语音|选择|文号|索引|主题|来源|信息来源|举报|参与互动|我要|扫一扫|订阅|【|\[|［|\||｜|"
    r"责任编辑|关注|[（(]?(?:19|20)\d\d[-年/.]|\d++\s*+$|$))"
)
_SOURCE = re.compile(
    r"(?:文章来源|信息来源|稿件来源|消息来源|新闻来源|内容来源|资料来源|来源单位|文章出处|信息提供|供稿单位|"
    r"来\s{0,4}源|稿\s{0,2}源|来自|出处|發稿單位|來源|(?<![a-z])source)\s{0,3}[:：]\s{0,6}(?P<value>[^\t]{1,60}?)"
    + _STOP,
    re.IGNORECASE,
)
_ISSUER = re.compile(r"(?:发布机构|发文机关|发布单位|发布部门|供稿)\s{0,3}[:：]\s{0,6}(?P<value>[^\t]{2,40}?)" + _STOP)
_AUTHOR = re.compile(
    r"(?:作\s{0,4}者|撰稿|撰文|(?<![a-z])by)\s{0,3}[:：]\s{0,6}(?P<value>[^\t]{1,40}?)" + _STOP, re.IGNORECASE
)
_METAS = ("contentsource", "source", "mediaid", "og:article:source", "article:source")
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:source(?:_baidu|-name)?|source_report|ly|laiyuan|media_?name|ep-source|article-source|"
    r"post_source|js_name|profile_nickname|author-?name)(?:$|[\s_-])",
    re.IGNORECASE,
)
_EDGE = " \t\r\n:：|｜-—_·,，、;；（(）)【】[]〔〕\"'“”"
_NOTHING = frozenset(("无", "暂无", "未知", "null", "undefined", "none", "原创", "本站", "-", "字号", "转载"))
_IN_BOOK_MARKS = re.compile(r"^《([^《》]{2,30})》$")
_SECOND = re.compile(r"^([^\s]*[\u4e00-\u9fff）)])\s+\S.*$")
# Beside a date alone, without a label: 2019年09月07日 04:04 某某日报.
_BARE = re.compile(r"^[\s|｜·]*+(?P<value>[^\s:：，。,;；|｜<>]{2,24})\s*(?:[|｜·].*)?$")
_NO_NAME = re.compile(
    r"阅读|浏览|点击|评论|分享|字号|打印|收藏|关闭|首页|返回|责编|编辑|作者|记者|星期|周[一二三四五六日]|更新|"
    r"发布|发表|人气|次$|^\d+$|^[a-z]{1,3}$|已编辑|来自|热度|上一|下一|跟贴|手机|客户端$|微信|微博|显示|大图|原文",
    re.IGNORECASE,
)
_PAIRS = {"）": "（", ")": "(", "]": "[", "】": "【"}


def from_lines(lines: Iterable[str]) -> str | None:
    """The value of 来源 in the first of these lines that has one."""
    kept = list(lines)
    for pattern in (_SOURCE, _ISSUER):
        for text in kept:
            found = pattern.search(text)
            value = tidy(found["value"]) if found else None
            if value:
                return value
    return None


def beside_date(text: str, start: int, end: int) -> str | None:
    """The name that stands beside a date without a label, on a line that has nothing else."""
    for rest in (text[end:], text[:start]):
        found = _BARE.match(rest)
        if found and not _NO_NAME.search(found["value"]):
            return tidy(found["value"])
    return None


def author_from(lines: Iterable[str]) -> str | None:
    """The value of 作者 in the first of these lines that has one."""
    for text in lines:
        found = _AUTHOR.search(text)
        value = tidy(found["value"]) if found else None
        if value:
            return value
    return None


def from_named(lines: Iterable[Line]) -> str | None:
    """What stands in an element named for the source."""
    for line in lines:
        node = line.node
        for _ in range(2):
            if node is None or len(line.text) > 40:
                break
            words = f"{node.get('id') or ''} {node.get('class') or ''}"
            if (
                words != " "
                and _NAMES.search(words[:200])
                and not _NO_NAME.search(line.text)
                and not dates.first(line.text)
            ):
                return tidy(line.text)
            node = node.getparent()
    return None


def from_metas(page: Page) -> str | None:
    """What the meta tags say."""
    for name in _METAS:
        value = tidy(re.sub(r"^(?:来源|source)\s*[:：]\s*", "", page.metas.get(name, ""), flags=re.IGNORECASE))
        if value:
            return value
    return None


def tidy(value: str) -> str | None:
    """A name without what stands around it; None where nothing is left or it says nothing."""
    value = _IN_BOOK_MARKS.sub(r"\1", value.strip())
    # 来源：甲报 乙网: the second name is the site's own, or where its author sits.
    value = _SECOND.sub(r"\1", value)
    while value and value[0] in _EDGE and not (value[0] in _PAIRS.values() and any(sign in value for sign in _PAIRS)):
        value = value[1:]
    while value and value[-1] in _EDGE:
        if value[-1] in _PAIRS and _PAIRS[value[-1]] in value:
            break
        value = value[:-1]
    value = value.strip()
    return None if not value or value.lower() in _NOTHING or len(value) > 60 else value
