"""The title without the site's name: a heading that the page's own `<title>` or meta confirms. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.reading import dates
from crawler.reading.html import Span, squeeze

if TYPE_CHECKING:
    from crawler.reading.html import Page

# Ids and classes of headings (platforms.md, section 3.7 and the systems' templates).
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:arti?c?l?e?_?tit(?:le)?|titles?|tit\d?|bt\d?|biaoti|headline|h-title|main-title|arttitle|"
    r"detail_tit|ivs_title|ct"
    r"|activity-name|rich_media_title|news_?title|content_?title|info_?title|con_?tit(?:le)?|ucaptitle|"
    r"post-title|entry-title|wzbt|xl_tit\w{0,20})"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = {"h1": 2.0, "h2": 1.2, "h3": 0.8, "h4": 0.4, "h5": 0.2, "h6": 0.2, "ucaptitle": 2.5}
# Blanks are taken from the first of a row only, and never given back: a title padded with them costs no square.
_BLANKS = r"(?:(?<!\s)\s++)?+"
_SEPARATORS = re.compile(
    rf"(?<!\s)\s++[-–—•·]++\s++|{_BLANKS}(?:[_|｜]++\s*+|-{{2,}}+\s*+|(?<!—)—{{2,}}+\s*(?=[^—]{{2,16}}$)|[-–](?=[^-–]{{2,24}}$)|>++\s*+|"
    rf"<++\s*+|·(?=[^·]{{2,12}}$))"
)
_KEEP = re.compile(r"[^\w\u3400-\u9fff]+")
_PREFIX = re.compile(r"^\s*(?:标题|标\s*题|题目|文章标题|名称|当前位置)\s*[:：]\s*")
_METAS = ("articletitle", "og:title", "twitter:title", "title", "dc.title", "headline")
_GENERIC = frozenset(
    (
        "首页",
        "正文",
        "新闻",
        "新闻动态",
        "工作动态",
        "警务动态",
        "公示公告",
        "公告公示",
        "详情",
        "详细内容",
        "内容",
        "文章",
        "信息公开",
        "通知公告",
        "无标题文档",
        "untitled document",
        "title",
    )
)


def plain(text: str) -> str:
    """The letters and signs of a title, as compared: no blanks, no punctuation, lower case."""
    return _KEEP.sub("", text).lower()


def find(page: Page, body: Span | None) -> tuple[str, int | None]:
    """The title, and the line it stands on where it is shown."""
    said = [page.metas[name] for name in _METAS if name in page.metas]
    claims = [plain(text) for text in (page.head_title, *said) if plain(text)]
    shown = _shown(page, body, claims)
    if shown is not None:
        return shown
    article = page.metas.get("articletitle")
    if article and plain(article):
        return clean(article), None
    claim = said[0] if said else page.head_title
    title = clean(next(iter(_parts(claim)), claim if said else ""))
    # Some sites' <title> names only the column: then the heading that nothing confirms is the better one.
    above = _unconfirmed(page, body) if title.lower() in _GENERIC else None
    return above or (title, None)


def clean(text: str) -> str:
    """A title in one line, without labels."""
    return _PREFIX.sub("", squeeze(text.replace("\t", " "))).strip(" \t_|-")


def _shown(page: Page, body: Span | None, claims: list[str]) -> tuple[str, int] | None:
    """The best heading above or at the beginning of the body, with its line."""
    last = min(len(page.lines), (body.start + 6) if body else 60)
    firsts = max(0, last - 120)
    best: tuple[float, int, int] | None = None
    for number in range(firsts, last):
        line = page.lines[number]
        if len(line.text) > 200 or (line.linked > 0.8 * len(line.text) and not _is_linked_heading(line.node)):
            continue
        worth, until = _worth(page, number, last, claims)
        if worth <= 0:
            continue
        # Nearer to the body is better: site names in h1 stand far above.
        distance = abs((body.start if body else 0) - number)
        worth -= min(distance, 40) * 0.02
        if best is None or worth > best[0]:
            best = (worth, number, until)
    if best is None or best[0] < 1.5:
        return None
    text = clean(" ".join(page.lines[number].text for number in range(best[1], best[2])))
    return _without_rest(text, page), best[2] - 1


def _unconfirmed(page: Page, body: Span | None) -> tuple[str, int] | None:
    """The nearest heading in the few lines above the body that is long enough to be an article's."""
    if body is None:
        return None
    for number in range(body.start - 1, max(-1, body.start - 5), -1):
        line = page.lines[number]
        if _LONG_ENOUGH <= len(line.text) <= 120 and line.linked == 0 and _heading(line.node) > 0:
            return clean(line.text), number
    return None


_LONG_ENOUGH = 8


def _without_rest(text: str, page: Page) -> str:
    """The heading without the date and source that some pages put into it; `<title>` or a meta shows its end."""
    for said in (page.metas.get("articletitle", ""), page.head_title):
        if len(said) >= 4 and text.startswith(said) and dates.first(text[len(said) :]):
            return clean(said)
    return text


def _is_linked_heading(node: Any) -> bool:
    """Whether a line that is all link is a heading all the same; most such lines above a text are menus."""
    above = node.getparent()
    return node.tag in _HEADINGS or (above is not None and above.tag in _HEADINGS)


def _worth(page: Page, number: int, last: int, claims: list[str]) -> tuple[float, int]:
    """How much the line (with the next ones, where a title is broken over lines) is the title."""
    line = page.lines[number]
    key = plain(clean(line.text))
    if len(key) < 2 or clean(line.text).lower() in _GENERIC:
        return 0.0, number
    worth = _heading(line.node)
    until = number + 1
    whole = key
    while until < min(last, number + 4) and len(key) >= 4:
        more = plain(page.lines[until].text)
        if not more or not any(whole + more in claim for claim in claims):
            break
        whole += more
        until += 1
    agreed = 0.0
    for claim in claims:
        if whole == claim:
            agreed = max(agreed, 3.0)
        elif len(whole) >= 4 and claim.startswith(whole):
            agreed = max(agreed, 1.5 + 1.5 * len(whole) / len(claim))
        elif len(whole) >= 6 and whole in claim:
            agreed = max(agreed, 1.0 + 1.5 * len(whole) / len(claim))
        elif len(claim) >= 6 and claim in whole:
            agreed = max(agreed, 1.0 + len(claim) / len(whole))
    return worth + agreed, until


def _heading(node: Any) -> float:
    """How much the element and those around it are named as a heading."""
    worth = 0.0
    for level in range(4):
        if node is None or not isinstance(node.tag, str):
            break
        worth = max(worth, _HEADINGS.get(node.tag, 0.0) - 0.1 * level)
        words = f"{node.get('id') or ''} {node.get('class') or ''}"
        if words != " " and _NAMED.search(words[:200]):
            worth = max(worth, 1.3 - 0.1 * level)
        node = node.getparent()
    return worth


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(text) if part and plain(part)]
