"""The entries of a list page, found by structure: rows of one make with a link, a title and often a date. Pure.

It serves to tell lists from articles and to say what a saved list page lists. The crawl itself follows the lists by
`spiders/platforms`, which know the systems' own ways.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from crawler.reading import dates
from crawler.reading.html import squeeze
from storage.findings import Link

if TYPE_CHECKING:
    from crawler.reading.html import Page

MAX_ANCHORS = 5_000
_STATE = re.compile(
    r"^(?:odd|even|first|last|active|current|cur|on|hover|line|no-?border|clear\w*|[a-z]{0,4}\d+)$", re.IGNORECASE
)
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")
_OUTSIDE = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|foot\w*|header|breadcrumbs?|crumbs?|pages?|pagination|fanye|links?|yqlj|friend\w*|"
    r"location|position)(?:$|[\s_-])",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"^(?:更多|more|详细|\[?详情\]?|查看|阅读全文|首页|上一页|下一页|末页|尾页|\d+|[>»<«]+|\W*)$", re.IGNORECASE
)
_ARTICLE = re.compile(
    r"/t?\d{8}_|/art/\d{4}/|art_[0-9a-f]{6,}|content_\w+\.s?html?|/c_?\d{4,}|/\d{6,}\.s?html?|post_\d+|"
    r"[0-9a-f]{24,}|/\d{4}[-/]?\d\d[-/]?\d\d?/|"
    r"ARTI\w+|/[A-Z0-9]{16}\.html|mp\.weixin\.qq\.com/s|t\d{6,}\.s?html?|[?&](?:id|aid|tid|articleid|infoid)=|"
    r"\.(?:pdf|docx?|xlsx?|wps|ofd)$|/\d{5,}/"
)
_COLUMN = re.compile(
    r"/(?:index|default|list|node_\d+|column-index-\d+)(?:_\w+)?\.\w{3,5}$|/$|/col/col\d+/", re.IGNORECASE
)
# Rows score about 1 for a good title, 1 for an article's address, 2 for a date: below this a group is a menu.
_ENOUGH = 1.1
# A date told apart from the title by brackets or a blank; one that runs into it is the title's own.
_DAY = r"(?:19|20)\d\d[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s\d{1,2}:\d\d(?::\d\d)?)?"
_DATE_BESIDE = re.compile(rf"^(?:[\[(（]{_DAY}[\])）]|{_DAY}(?=\s))|(?:[\[(（]{_DAY}[\])）]|(?<=\s){_DAY})$")
_MONTH_DAY = re.compile(r"(?<![\d-])(1[0-2]|0?[1-9])\s?[-/.月]\s?(3[01]|[12]\d|0?[1-9])(?![\d-])")


@dataclass(slots=True, kw_only=True)
class _Group:
    rows: list[Link] = field(default_factory=list)
    score: float = 0.0
    top: Any = None

    @property
    def mean(self) -> float:
        return self.score / len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the page lists, how many of it carry dates (0..1), and how many characters the entries' titles have."""

    links: tuple[Link, ...] = ()
    dated: float = 0.0
    characters: int = 0


def find(page: Page) -> Listing:
    """The entries of the page; none where no group of rows looks like a list's."""
    groups = [
        group for group in _groups(page).values() if group.rows and group.mean >= _ENOUGH and len(group.rows) >= 2
    ]
    if not groups:
        return Listing()
    best = max(groups, key=lambda group: group.mean * math.log2(1 + len(group.rows)))
    around = _up(best.top, 3)
    kept = [
        group
        for group in groups
        if group is best or (group.mean >= 0.8 * best.mean and around is not None and _is_under(group.top, around))
    ]
    links: dict[str, Link] = {}
    for row in (row for group in kept for row in group.rows):
        known = links.get(row.url)
        if known is None or len(row.text) > len(known.text):
            links[row.url] = row if known is None or row.date else replace(row, date=known.date)
    found = tuple(links.values())
    return Listing(
        links=found,
        dated=sum(1 for link in found if link.date) / len(found),
        characters=sum(len(link.text) for link in found),
    )


def absolute(page: Page, href: str | None) -> str | None:
    """`href` as an absolute http(s) address without its fragment; None for what leads to no page."""
    text = (href or "").strip()
    if not text or text.startswith("#") or len(text) > 2000:
        return None
    try:
        url = urljoin(page.base, re.sub(r"[\t\r\n]", "", text)).partition("#")[0]
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _groups(page: Page) -> dict[tuple[str, ...], _Group]:
    anchors = []
    for node in page.tree.iter("a"):
        url = absolute(page, node.get("href"))
        if url is not None and node in page.linked_nodes:
            anchors.append((node, url))
        if len(anchors) >= MAX_ANCHORS:
            break
    around = _around(anchors)
    known: dict[Any, tuple[str, ...] | None] = {}
    groups: dict[tuple[str, ...], _Group] = {}
    here = page.url.rpartition("/")[0]
    for node, url in anchors:
        row = node
        while (
            (parent := row.getparent()) is not None
            and parent.tag not in ("body", "html")
            and around.sole.get(parent) == url
        ):
            row = parent
        title = _title(node, row)
        if _NO_TITLE.match(title) or url == page.url:
            continue
        make = _make(row, around, known)
        if make is None:
            continue
        date = _date(node, row, title, url)
        group = groups.setdefault(make, _Group(top=row.getparent()))
        group.rows.append(Link(url=url, text=title, date=date))
        group.score += _score(title, url, date, here)
    return groups


@dataclass(slots=True, kw_only=True)
class _Around:
    """What each element around links holds: the one address they lead to (None for several), and how many they are."""

    sole: dict[Any, str | None]
    links: dict[Any, int]
    total: int

    def is_outside(self, node: Any) -> bool:
        """Whether a node is a menu, crumb or footer: named so, and not around most of the page."""
        if self.links.get(node, 0) > 0.6 * self.total:
            return False
        words = f"{node.get('class') or ''} {node.get('id') or ''}"[:160]
        return node.tag in ("nav", "footer") or (words != " " and bool(_OUTSIDE.search(words)))


def _around(anchors: list[tuple[Any, str]]) -> _Around:
    sole: dict[Any, str | None] = {}
    links: dict[Any, int] = {}
    for node, url in anchors:
        for above in node.iterancestors():
            if above in links:
                links[above] += 1
                if sole[above] != url:
                    sole[above] = None
            else:
                links[above], sole[above] = 1, url
    return _Around(sole=sole, links=links, total=len(anchors))


def _make(row: Any, around: _Around, known: dict[Any, tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """The tags and classes on the way down to a row; None in menus and footers."""
    top = row.getparent()
    if top not in known:
        known[top] = _path(top, around)
    path = known[top]
    if path is None:
        return None
    # Where rows are cells ("[区县] title"), a link's place in its row tells the columns apart.
    place = sum(1 for _ in row.itersiblings(row.tag, preceding=True)) if _is_cell(row) else 0
    return (f"{row.tag}{min(place, 9)}", *path)


def _is_cell(row: Any) -> bool:
    return row.getparent().tag in ("li", "tr", "dd", "dt", "p")


def _path(node: Any, around: _Around) -> tuple[str, ...] | None:
    parts = []
    while node is not None and node.tag not in ("body", "html"):
        if around.is_outside(node):
            return None
        words = (node.get("class") or "")[:120].split()
        parts.append(f"{node.tag}.{'.'.join(word for word in words if not _STATE.match(word))}")
        node = node.getparent()
    return tuple(parts)


def _title(node: Any, row: Any) -> str:
    shown = squeeze("".join(node.itertext()))
    hint = squeeze(node.get("title") or "")
    if hint and (not shown or shown.endswith(("...", "…")) or (len(hint) > len(shown) and hint.startswith(shown))):
        return hint
    heading = next(iter(node.iter("h1", "h2", "h3", "h4", "h5")), None)
    if heading is not None:
        return squeeze("".join(heading.itertext())) or shown
    if _NO_TITLE.match(shown):
        for other in row.iter("h1", "h2", "h3", "h4", "a"):
            text = squeeze("".join(other.itertext()))
            if not _NO_TITLE.match(text):
                return text
    bare = squeeze(_DATE_BESIDE.sub("", shown))
    return bare if len(bare) > 3 else shown


def _date(node: Any, row: Any, title: str, url: str) -> str | None:
    around = squeeze("".join(row.itertext()))[:400] if row is not node else squeeze("".join(node.itertext()))[:400]
    rest = around.replace(title, " ", 1)
    if row is node or rest == " ":
        # Rows without an element of their own: the text right behind the link, or before it.
        rest += " " + squeeze(node.tail or "")[:40]
        before = row.getprevious()
        rest += " " + (squeeze(before.tail or "")[:40] if before is not None else "")
        if _is_cell(row):
            rest += " " + squeeze("".join(row.getparent().itertext()))[:200].replace(title, " ", 1)
        beside = row.getnext()
        if beside is not None and beside.tag in ("span", "i", "em", "time", "td", "dd", "p"):
            rest += " " + squeeze("".join(beside.itertext()))[:40]
    found = dates.first(rest)
    if found:
        return found.iso
    address = dates.in_url(url)
    short = _MONTH_DAY.search(rest)
    if short and address and int(short[1]) == int(address.day[5:7]):
        # The row leaves the year out; the address has it.
        filled = dates.first(f"{address.day[:4]}-{short[1]}-{short[2]}")
        return filled.iso if filled else None
    return None


def _score(title: str, url: str, date: str | None, here: str) -> float:
    wide = len(_WIDE.findall(title))
    score = 1.5 * min(wide + (len(title) - wide) / 3, 20) / 20
    score += 2.0 if date else 0.0
    if _ARTICLE.search(url):
        score += 1.0
    elif _COLUMN.search(url):
        score -= 1.0
    return score + (0.5 if here.count("/") > 3 and url.startswith(here) else 0.0)


def _up(node: Any, levels: int) -> Any:
    for _ in range(levels):
        parent = node.getparent() if node is not None else None
        if parent is None or parent.tag in ("body", "html"):
            return node
        node = parent
    return node


def _is_under(node: Any, top: Any) -> bool:
    return node is not None and (node is top or any(above is top for above in node.iterancestors()))
