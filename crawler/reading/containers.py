"""Where the article stands: containers that publishing systems are known to use, then the element that holds most
of the page's sentences. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from crawler.reading.html import Span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.reading.html import Line, Page

# platforms.md, sections 3.7, 5 and 6: exact ids and classes, by the family of systems that they tell ("" where many
# use the name). A name stands here only if systems use it for the article's text.
_IDS = {
    "ucap": "UCAP-CONTENT",
    "": (
        "zoom Zoom zoomcon fontzoom img-content detailContent detail main_content ivs_content "
        "cmsArticlezzzqContent Article article_content articleContent article-content info_content gjnrinfo "
        "article-box BodyLabel czfxcontent textbody con_con newsContent newscontent news_content NewsContent "
        "contentText Content content contentMain CONTENT-MAIN ShowContent zwcontent xxgkContent text main- "
        "content article arcContent"
    ),
    "epaper": "ozoom",
    "wechat": "js_content",
    "xinhua": "p-detail",
    "people": "rm_txt_zw rwb_zw p_content",
    "sina": "artibody",
    "netease": "endText",
    "qq": "Cnt-Main-Article-QQ",
    "sohu": "mp-editor",
    "cctv": "content_area text_area",
    "cpd": "fz_test",
    "trs": "dochtmlcon",
    "easysite": "easysiteText easysite-news-text",
    "vsb": "vsb_content vsb_content_2 vsb_content_4 vsb_content_100 vsb_content_501",
}
_CLASSES = {
    "trs": "trs_editor_view TRS_UEDITOR TRS_Editor TRS_PreAppend Custom_UnionStyle",
    "wechat": "rich_media_content",
    "people": "rm_txt_con box_con",
    "vsb": "v_news_content",
    "chinanews": "left_zw content_desc",
    "cctv": "cnt_bd",
    "netease": "post_body post_text",
    "": (
        "pages_content bt-content gsj_htmlcon_bot article-content article_content Article_content "
        "articleContent article_con article-con article-text article-body article_txt articleText "
        "content_main content-box content-text content_text contentText detail-content detail_con "
        "detailContent news-content news_content newsContent newscontent news_txt pub-detail xxgk-content "
        "show_content post-content post-body single-content con_text con_main zwnr xl_content u-mainText "
        "j-fontContent is-newscontnet article article_box a-con content-article statuses-text contentP conTxt "
        "page_text artDet neirong info-cont view main_section content"
    ),
    "jpage": "wzzw-article main-txt",
    "wordpress": "entry-content",
}
# Used for the text and for nothing around it: such a container is believed even inside a heavier one.
_SURE = (
    "BodyLabel Cnt-Main-Article-QQ Custom_UnionStyle TRS_Editor TRS_PreAppend TRS_UEDITOR UCAP-CONTENT "
    "Zoom artibody cmsArticlezzzqContent czfxcontent dochtmlcon easysiteText endText fontzoom fz_test "
    "gjnrinfo info_content ivs_content j-fontContent js_content mp-editor news_txt ozoom p-detail "
    "p_content rm_txt_con rm_txt_zw rwb_zw trs_editor_view v_news_content vsb_content vsb_content_100 "
    "vsb_content_2 vsb_content_4 vsb_content_501 wzzw-article xxgk-content zoom zoomcon"
)
# Also names of wrappers, lists and comments: they only count with sentences to show for it.
_WEAK = "Content article_box content detail img-content main-content main_content text view"


def _by_name(families: Mapping[str, str]) -> dict[str, str | None]:
    return {name: family or None for family, names in families.items() for name in names.split()}


IDS, CLASSES = _by_name(_IDS), _by_name(_CLASSES)
SURE, WEAK = frozenset(_SURE.split()), frozenset(_WEAK.split())

# Zones whose sentences are not the article's: comments, related texts, footers.
_BESIDE = re.compile(
    r"(?:^|[\s_-])(?:comments?|pinglun|pl|footer|foot|bottom|copyright|aside|sidebar|side|related|xgxw|xgyd|"
    r"recommend|tuijian"
    r"|hot|rank|nav|menu|header|breadcrumbs?|disclaimer|declare|mianze|statement|dialog|popup|modal"
    r"|login|share|hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"ICP备|公网安备|版权所有|网站标识码|主办单位|承办单位|Copyright"
    r"|All Rights Reserved|网站声明|免责声明|举报电话|许可证",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The element chosen, its lines, the known name it bears, and the share of the page's sentences in it."""

    node: Any
    span: Span
    known: str | None
    platform: str | None
    share: float
    weight: int
    sure: bool = False


class Masses:
    """How much of sentences each run of lines holds, answered from running sums."""

    def __init__(self, page: Page) -> None:
        self.own = [_mass(line) for line in page.lines]
        self.sums = [0, *accumulate(self.own)]
        self.texts = [0, *accumulate(len(line.text) for line in page.lines)]
        self.links = [0, *accumulate(line.linked for line in page.lines)]

    def silence(self, zones: Sequence[Span]) -> None:
        """Take the sentences of these zones for none."""
        for zone in zones:
            self.own[zone.start : zone.end] = [0] * (min(zone.end, len(self.own)) - zone.start)
        self.sums = [0, *accumulate(self.own)]

    def mass(self, span: Span) -> int:
        return self.sums[min(span.end, len(self.sums) - 1)] - self.sums[min(span.start, len(self.sums) - 1)]

    def length(self, span: Span) -> int:
        return self.texts[min(span.end, len(self.texts) - 1)] - self.texts[min(span.start, len(self.texts) - 1)]

    def linked(self, span: Span) -> float:
        last = len(self.links) - 1
        return (self.links[min(span.end, last)] - self.links[min(span.start, last)]) / max(1, self.length(span))


# The end of a teaser: a sentence that is the beginning of another page's article.
_TEASER = re.compile(
    r"(?:[【\[(（]\s?(?:查看)?(?:详细|详情|全文|更多|阅读全文)\s?[】\])）]|(?:详细|详情|阅读全文|查看全文|"
    r"更多)\s?[>»]{1,3})$"
)


def _mass(line: Line) -> int:
    """What a line weighs as a piece of an article: its stops and its length, where it is not links or a site's foot."""
    if line.linked > 0.5 * len(line.text) or _SITE.search(line.text[:300]) or _TEASER.search(line.text[-20:]):
        return 0
    stops = line.stops
    if stops == 0 and len(line.text) < 25:
        return 0
    return stops * 10 + min(len(line.text), 400) // 4


def choose(page: Page) -> Choice | None:
    """The element that holds the article, or None where nothing on the page looks like sentences."""
    masses = Masses(page)
    beside = _beside(page, masses)
    masses.silence(beside)
    total = max(1, masses.sums[-1])
    known = _known(page, masses, beside, total)
    if known is not None and known.share >= (0.15 if known.sure else 0.5):
        # A wrapper's name says that the article is in it, not that it is all of it.
        return known if known.sure else _walk_down(page, masses, beside, known)
    pictured = _pictured(page)
    if pictured is not None:
        return pictured
    node = page.tree.find("body")
    node = page.tree if node is None else node
    span = page.spans.get(node) or Span(start=0, end=len(page.lines))
    if masses.sums[-1] <= 0:
        return known
    whole = Choice(node=node, span=span, known=None, platform=None, share=1.0, weight=total)
    walked = _walk_down(page, masses, beside, whole)
    return known if known is not None and known.weight >= 0.6 * walked.weight else walked


def _pictured(page: Page) -> Choice | None:
    """A sure container with a picture and hardly a word: a notice published as an image (platforms.md, section 6)."""
    for node, span in page.spans.items():
        name = is_known(node)
        if name is not None and name[0] in SURE and next(node.iter("img"), None) is not None:
            return Choice(node=node, span=span, known=name[0], platform=name[1], share=0.0, weight=0, sure=True)
    return None


def is_known(node: Any) -> tuple[str, str | None] | None:
    """The known name an element bears, and the family it tells."""
    name = node.get("id")
    if name in IDS:
        return name, IDS[name]
    for word in (node.get("class") or "").split():
        if word in CLASSES:
            return word, CLASSES[word]
    return None


def _known(page: Page, masses: Masses, beside: list[Span], total: int) -> Choice | None:
    """The innermost good known container: the surest and heaviest one, then inwards while nearly all of it is kept."""
    found: list[_Candidate] = []
    for node, span in page.spans.items():
        name = is_known(node)
        if name is None or _in(beside, span):
            continue
        weight = masses.mass(span)
        tier = 2 if name[0] in SURE else 0 if name[0] in WEAK else 1
        if weight < _LEAST[tier] or masses.linked(span) > 0.5:
            continue
        found.append(_Candidate(tier=tier, weight=weight, node=node, span=span, name=name[0], platform=name[1]))
    if not found:
        return None
    heaviest = max(found, key=lambda one: one.weight)
    # A sure name wins over heavier wrappers around it, and over others that are not much heavier.
    best = max(
        found,
        key=lambda one: (
            one.tier if one.span.within(heaviest.span) or one.weight > 0.3 * heaviest.weight else -1,
            one.weight,
        ),
    )
    # Containers stand in one another (#zoom > .TRS_Editor): the inner one leaves the wrapper's bars out.
    least = 0.9 * best.weight
    inner = [one for one in found if one.span.within(best.span) and one.weight >= least and one.tier >= best.tier]
    chosen = min(inner, key=lambda one: (one.span.end - one.span.start, -_depth(one.node)))
    return Choice(
        node=chosen.node,
        span=chosen.span,
        known=chosen.name,
        platform=next((one.platform for one in inner if one.platform), None),
        share=chosen.weight / total,
        weight=chosen.weight,
        sure=chosen.tier == 2,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    tier: int
    weight: int
    node: Any
    span: Span
    name: str
    platform: str | None


# What a container must weigh to count, by its tier: a sure name may hold one sentence.
_LEAST = (60, 30, 8)


# So much of an element's sentences its child must hold to be entered: a caption or a box may stay outside.
_KEEP = 0.7


def _walk_down(page: Page, masses: Masses, beside: list[Span], top: Choice) -> Choice:
    """From `top` inwards, to the smallest element that still holds most of the sentences."""
    node, span, weight = top.node, top.span, top.weight
    while True:
        heavy = []
        for child in node:
            inner = page.spans.get(child)
            if inner is not None and inner.end > inner.start and not _in(beside, inner):
                heavy.append((masses.mass(inner), child, inner))
        heavy.sort(key=lambda one: -one[0])
        if not heavy or heavy[0][1].tag == "p":
            break
        if heavy[0][0] < _KEEP * weight:
            if not _are_copies(page, heavy):
                break
            # The same text twice, for the screen and for print or telephone: the first of them.
            heavy = sorted(heavy[:2], key=lambda one: one[2].start)
        weight, node, span = heavy[0]
    return replace(top, node=node, span=span, weight=weight, share=top.share * weight / max(1, top.weight))


def _are_copies(page: Page, heavy: list[tuple[int, Any, Span]]) -> bool:
    """Whether the two heaviest children hold the same text."""
    if len(heavy) < 2 or heavy[1][0] < 0.8 * heavy[0][0]:
        return False
    first, second = (
        {line.text for line in page.lines[span.start : span.end] if line.stops} for _, _, span in heavy[:2]
    )
    return len(first & second) >= 0.5 * max(len(first), len(second), 1)


def _depth(node: Any) -> int:
    return sum(1 for _ in node.iterancestors())


def _beside(page: Page, masses: Masses) -> list[Span]:
    """The outermost zones named for comments, menus and footers, by their lines."""
    found: list[Span] = []
    last = 0
    most = 0.4 * masses.sums[-1]
    for node in page.tree.iter("div", "section", "ul", "aside", "footer", "nav", "header", "table", "dl"):
        span = page.spans.get(node)
        if span is None or span.start < last or span.end <= span.start:
            continue
        words = f"{node.get('id') or ''} {node.get('class') or ''}"
        named = node.tag in ("aside", "footer", "nav") or (words != " " and _BESIDE.search(words[:300]))
        # What holds the article is no zone beside it, whatever its class says (an article in a `comment` class).
        if named and masses.mass(span) <= most and not any(is_sure(inner) for inner in node.iter("div", "td", "span")):
            found.append(span)
            last = span.end
    return found


def is_sure(node: Any) -> bool:
    """Whether an element bears a name that only the article's text has."""
    name = is_known(node)
    return name is not None and name[0] in SURE


def _in(zones: list[Span], span: Span) -> bool:
    at = bisect_left(zones, span.start + 1, key=lambda zone: zone.start) - 1
    return at >= 0 and zones[at].start <= span.start and span.end <= zones[at].end
