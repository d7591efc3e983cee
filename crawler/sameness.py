"""Is it still the same text? Comparison forms that counters, clocks, tokens and related links do not touch. Pure."""

from __future__ import annotations

import re
import unicodedata

VERSION = 1

# Per-fetch noise (platforms.md, section 8), looked for line by line after NFKC. A counter needs its colon or
# bracket: 访问量达到500万 in a sentence is the article's own statement.
_COUNTER = (
    r"(?:阅读|浏览|点击|访问|查看|播放|转发|评论|点赞)(?:次数|人数|总数|总量|量|数|率)?"
    r"\s*[::\[(]\s*\d[\d,.]*万?\+?[\])]?\s*(?:人次|次|人)?"
)
_NOISE = re.compile(
    "|".join(
        (
            _COUNTER,
            r"已有\s*\d+\s*人(?:次)?(?:阅读|浏览|访问|参与)",
            r"今天是\s*\d{4}年\s*\d{1,2}月\s*\d{1,2}日\s*(?:星期[一二三四五六日天])?",
            r"(?:当前|现在|系统|页面生成|生成|打印)(?:时间|日期):?\s*\d[\d年月日时分秒:/\- ]*",
            r"(?:csrf|_token|nonce|__viewstate|__eventvalidation|jsessionid|phpsessid)\s*[=:]\s*\S+",
            r"\b(?:views|page views|hits|reads|visits)\s*:\s*\d[\d,]*",
            r"^\s*\d[\d,]*\s+(?:views|reads|hits)\s*$",
            r"^\s*(?:上一篇|下一篇|上一条|下一条)\s*:.*$",
            r"^\s*(?:printed on|page generated(?: on| at)?|current time)\b[:\s].*$",
        )
    ),
    re.IGNORECASE | re.MULTILINE,
)
# Asked of a line without the blanks around it.
_RELATED = re.compile(
    r"(?:相关(?:阅读|新闻|链接|文章|报道|稿件)|热点新闻|推荐阅读|延伸阅读"
    r"|related (?:stories|articles|news))\s*+:?",
    re.IGNORECASE,
)
_SENTENCE_END = ("。", "!", "?", ";", ".")
# Space and what cannot be seen: a re-saved page that only moved its line breaks says the same.
_UNSEEN = re.compile("[\\s\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]+")
_GRAM = 5


# One of these stands in every line that the patterns above could touch; most lines have none, and are not tried.
_MAY_BE_NOISE = (
    "阅读",
    "浏览",
    "点击",
    "访问",
    "查看",
    "播放",
    "转发",
    "评论",
    "点赞",
    "参与",
    "今天是",
    "时间",
    "日期",
    "一篇",
    "一条",
    "token",
    "csrf",
    "nonce",
    "viewstate",
    "eventvalidation",
    "sessid",
    "sessionid",
    "views",
    "hits",
    "reads",
    "visits",
    "printed",
    "generated",
    "current",
)
_MAY_BE_RELATED = ("相关", "热点新闻", "推荐阅读", "延伸阅读", "elated ")


def plain(text: str) -> str:
    """The text as compared: NFKC, without noise, without space and what cannot be seen. Letters keep their case."""
    folded = unicodedata.normalize("NFKC", text)
    lower = folded.lower()
    if any(word in lower for word in _MAY_BE_NOISE):
        folded = "\n".join(map(_without_noise, folded.split("\n")))
    if any(word in folded for word in _MAY_BE_RELATED):
        folded = "\n".join(_without_related(folded.split("\n")))
    return _UNSEEN.sub("", folded)


def _without_noise(line: str) -> str:
    lower = line.lower()
    return _NOISE.sub("", line) if any(word in lower for word in _MAY_BE_NOISE) else line


def _without_related(lines: list[str]) -> list[str]:
    """Drop a heading such as 相关阅读 and the bare link texts under it, up to the next real sentence."""
    kept: list[str] = []
    dropping = False
    for line in lines:
        if _RELATED.fullmatch(line.strip()):
            dropping = True
        elif dropping and line.rstrip().endswith(_SENTENCE_END):
            dropping = False
        if not dropping:
            kept.append(line)
    return kept


def share(known: str, shown: str) -> float:
    """How much of the known text is still shown: 0..1 of its distinct 5-grams. Both as `plain` gives them."""
    if len(known) < _GRAM:
        return float(bool(known) and known in shown)
    grams = {known[at : at + _GRAM] for at in range(len(known) - _GRAM + 1)}
    if len(shown) < _GRAM:
        return 0.0
    present = {shown[at : at + _GRAM] for at in range(len(shown) - _GRAM + 1)}
    return len(grams & present) / len(grams)
