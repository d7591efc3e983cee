"""A list page taken apart: its links, the rows they stand in, and rows of one make put together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from spiders.platforms.rowdates import is_date, row_date
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spiders.platforms.base import ListPage

_MANY = "*"
_CELLS = 4
# What is read of one row: its first elements, and so much of each text. A row that holds more is a page's trap, and
# is read anew for each of its links.
_ELEMENTS = 200
_TEXT = 1_000
# Beyond so many characters a title is a text.
_TITLE = 300

# What a link says when it is no title: tools, pagers, "more".
_NO_TITLE = re.compile(
    r"""[\W_]*+ (?: 更多|查看更多|more|read\ more|详细|详情|查看|查看详情|查看全文|阅读全文|阅读更多|全文|进入
    |点击进入|点击查看|首页|网站首页|主页|home|返回\w{0,4}|上一?页|下一?页|前一?页|后一?页|尾页|末页|最后一页|第一页|next|previous|prev|last|first
    |第?\d{1,5}页?|go|跳转|确定|登录|注册|login|rss|english|简体|繁體|繁体|无障碍\w{0,4}|收藏本站|设为首页|联系我们|网站地图
    |关于我们|打印|关闭|分享|评论|下载 )? [\W_]*+""",
    re.IGNORECASE | re.VERBOSE,
)
# What stands beside a title in its link, where a card is one link as a whole.
_BESIDE_TITLE = re.compile(
    r"(?:来源|來源|作者|编辑|发布(?:人|者|单位|机构)|供稿|阅读|浏览|点击)(?:量|数|次数)?\s{0,3}[:：]"
)
# Typed before a title, as a list's own dots would stand.
_BULLETS = "·•・∙‧■□◆◇▪●○►▶※ \u3000"
_CUT = re.compile(r"(?:\.{2,}|…+|。。+)\s*$")
_WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+(?![a-z])")

# Parts of a page that hold no entries, by the words in a class or id. A "left" or "right" says nothing.
_OUTSIDE = re.compile(
    r"""nav|navbar|navi|topnav|subnav|mainnav|menu|submenu|topmenu|daohang|foot|footer|copyright|crumbs?|bread|breadcrumbs?
    |weizhi|dqwz|pager|pagination|paging|pagebar|fenye|friendlink|yqlj|bdshare|sharebar|toolbar""",
    re.VERBOSE,
)
_BESIDE = re.compile(
    r"""side|sidebar|aside|hot|rank|ranking|related?|recommend|tuijian|rmtj|xgyd|xgxw|ads?|adv|links?|pages?|share|tools?
    |login|search|banner|bottom|location|position""",
    re.VERBOSE,
)
_STATE = re.compile(
    r"odd|even|first|last|active|current|cur|on|hover|line|border|clear\w*|[a-z]{0,4}\d+", re.IGNORECASE
)


@dataclass(slots=True, kw_only=True)
class Row:
    """One link and what stands around it."""

    url: str
    key: str
    title: str
    listed_on: str | None
    order: int
    beside: bool
    node: Any


@dataclass(slots=True, kw_only=True)
class Group:
    """Rows of one make: the same tags and classes on the way down to them."""

    rows: list[Row] = field(default_factory=list)

    @property
    def dated(self) -> float:
        return sum(row.listed_on is not None for row in self.rows) / len(self.rows)


def groups_of(page: ListPage) -> list[Group]:
    """The page's links in groups of rows of one make, without those of menus, footers, crumbs and pagers."""
    if "rows" not in page.notes:
        page.notes["rows"] = _grouped(page)
    groups: list[Group] = page.notes["rows"]
    return groups


def _grouped(page: ListPage) -> list[Group]:
    anchors = [(node, url, url_key(url)) for node, url in page.anchors if node.tag == "a"]
    around = _Around(page.tree, anchors)
    groups: dict[tuple[str, ...], Group] = {}
    own = _key_or_none(page.url)
    for order, (node, url, key) in enumerate(anchors):
        if key == own or around.is_outside(node):
            continue
        row_node = around.row_of(node, key)
        title, pieces = _read_row(node, row_node)
        title = title.lstrip(_BULLETS)
        if _NO_TITLE.fullmatch(title):
            continue
        row = Row(
            url=url, key=key, title=title, listed_on=row_date(pieces, page.today), order=order,
            beside=around.is_beside(node), node=row_node,
        )  # fmt: skip
        groups.setdefault(around.make_of(row_node), Group()).rows.append(row)
    found = list(groups.values())
    every = {row.node for group in found for row in group.rows}
    for group in found:
        if group.dated < 0.5:
            # A single row has no next one to end at: the dates of others' rows are not its own.
            nodes = {row.node for row in group.rows}
            _date_from_outside(group, every if len(nodes) == 1 else nodes, page)
    return found


def _key_or_none(url: str) -> str | None:
    try:
        return url_key(url)
    except ValueError:
        return None


class _Around:
    """What each element holds and stands in, worked out in two passes over the tree."""

    def __init__(self, tree: Any, anchors: list[tuple[Any, str, str]]) -> None:
        # The list keeps lxml's proxies alive, so that elements can be keys.
        self.nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
        self.keys = {node: key for node, _, key in anchors}
        self.sole: dict[Any, str] = {}
        self.links: dict[Any, int] = {}
        for node in reversed(self.nodes):
            own = self.keys.get(node)
            if own is not None:
                self._add(node, own, 1)
            parent = node.getparent()
            if parent is not None and node in self.sole:
                self._add(parent, self.sole[node], self.links[node])
        self.total = len(anchors)
        self.outside: set[Any] = set()
        self.beside: set[Any] = set()
        for node in self.nodes:
            parent = node.getparent()
            words = _words(node)
            if parent in self.outside or node.tag in ("nav", "footer") or self._is_zone(node, _says(words, _OUTSIDE)):
                self.outside.add(node)
            if parent in self.beside or node.tag == "aside" or self._is_zone(node, _says(words, _BESIDE)):
                self.beside.add(node)

    def _add(self, node: Any, key: str, links: int) -> None:
        held = self.sole.get(node)
        self.sole[node] = key if held in (None, key) else _MANY
        self.links[node] = self.links.get(node, 0) + links

    def _is_zone(self, node: Any, says: bool) -> bool:
        # A wrapper around most of the page is no menu, whatever it is called.
        return says and node.tag not in ("html", "body") and self.links.get(node, 0) <= 0.6 * self.total

    def is_outside(self, node: Any) -> bool:
        return node in self.outside

    def is_beside(self, node: Any) -> bool:
        return node in self.beside

    def row_of(self, node: Any, key: str) -> Any:
        """The widest element around `node` that leads to no other page."""
        row, parent = node, node.getparent()
        while parent is not None and parent.tag not in ("body", "html") and self.sole.get(parent) == key:
            row, parent = parent, parent.getparent()
        return row

    def make_of(self, row: Any) -> tuple[str, ...]:
        """The way down to a row: tags and classes of what is around it, and its place where rows are cells."""
        parts = [str(row.tag)]
        parent = row.getparent()
        if parent is not None and parent.tag in ("tr", "li", "dd", "dt", "p", "h2", "h3", "h4"):
            parts.append(self._place_of(row, parent))
        while parent is not None:
            parts.append(f"{parent.tag}.{'.'.join(sorted(_make_words(parent)))}")
            parent = parent.getparent()
        return tuple(parts)

    def _place_of(self, row: Any, parent: Any) -> str:
        """Cells and links of one row have places (column, title, publisher); many of them are rows themselves."""
        beside = []
        for other in parent.iterchildren(row.tag):
            if other in self.sole:
                beside.append(other)
                if len(beside) > _CELLS:
                    return ""
        return str(beside.index(row))


def _words(node: Any) -> set[str]:
    text = f"{node.get('class') or ''} {node.get('id') or ''}"[:200]
    return {word.lower() for word in _WORDS.findall(text)} if text != " " else set()


def _says(words: set[str], pattern: re.Pattern[str]) -> bool:
    return any(pattern.fullmatch(word) for word in words)


def _make_words(node: Any) -> set[str]:
    text = f"{node.get('class') or ''}"[:200]
    return {word for word in text.split() if not _STATE.fullmatch(word)}


def _read_row(link: Any, row: Any) -> tuple[str, list[str]]:
    """The title, and the row's other texts in order (those inside the link that are dates among them)."""
    inside: list[str] = []
    outside: list[str] = []
    within = set(islice(link.iter(), _ELEMENTS))
    for node, text in texts(row):
        (inside if node in within else outside).append(text)
    dates = [piece for piece in inside if is_date(piece)]
    words = [piece for piece in inside if not is_date(piece) and not _BESIDE_TITLE.match(piece)]
    heading = next((node for node in link.iter("h1", "h2", "h3", "h4", "h5", "h6", "dt", "strong")), None)
    shown = _squeezed(_text_in(heading)) if heading is not None else ""
    if not shown and words:
        if not dates and _is_marked(link):
            shown = _squeezed(_text_in(link))
        else:
            shown = _squeezed(words[0] if len(words) > 1 and len(words[0]) >= 8 else " ".join(words))
    return _title(shown, link, row), [*dates, *outside]


def _is_marked(link: Any) -> bool:
    """Whether the link is one text with words marked in it, as a search marks what was sought."""
    children = list(islice(link, _ELEMENTS))
    marks = all(child.tag in ("em", "font", "mark", "b", "strong", "u") for child in children)
    return marks and any((text or "").strip() for text in (link.text, *(child.tail for child in children)))


def _title(shown: str, link: Any, row: Any) -> str:
    """What the link shows, or its `title` where that says more; other links of the row where this is only a picture."""
    hint = _squeezed(link.get("title"))
    stem = _CUT.sub("", shown).strip()
    if hint and (
        not shown or hint == stem or (len(hint) > len(stem) and (hint.startswith(stem) or _CUT.search(shown)))
    ):
        return hint
    if not _NO_TITLE.fullmatch(shown):
        return shown
    for other in islice(row.iter("a", "h1", "h2", "h3", "h4", "h5"), _CELLS):
        text = _squeezed(_text_in(other)) or _squeezed(other.get("title"))
        if not _NO_TITLE.fullmatch(text):
            return text
    image = next(iter(link.iter("img")), None)
    return _squeezed(image.get("alt") or image.get("title")) if image is not None else shown


def _text_in(node: Any) -> str:
    return "".join(islice(node.itertext(), _ELEMENTS))


def _squeezed(text: str | None) -> str:
    """Blanks collapsed, and no longer than a title is."""
    return " ".join((text or "")[: 4 * _TITLE].split())[:_TITLE]


def texts(top: Any) -> Iterator[tuple[Any, str]]:
    """The first texts under `top` in order, blanks collapsed, each with the element it stands in."""
    for node in islice(top.iter(), _ELEMENTS):
        inner = node.text if isinstance(node.tag, str) and node.tag not in ("script", "style") else None
        if inner and not inner.isspace():
            yield node, " ".join(inner[:_TEXT].split())
        # Tails come after the element's own descendants; only a leaf's may be told here. (lxml's len counts them all.)
        if next(node.iterchildren(), None) is None:
            yield from _tails(node, top)


def _tails(node: Any, top: Any) -> Iterator[tuple[Any, str]]:
    while node is not top:
        parent = node.getparent()
        tail = node.tail
        if tail and not tail.isspace():
            yield parent, " ".join(tail[:_TEXT].split())
        if node.getnext() is not None:
            return
        node = parent


def _date_from_outside(group: Group, taken: set[Any], page: ListPage) -> None:
    """Dates that stand beside the rows: `dt` and `dd`, text between links, a heading for the day.

    What stands inside the rows `taken` is theirs.
    """
    top = _common(group.rows)
    if top is None:
        return
    starts = {row.node: row for row in group.rows}
    current: Row | None = None
    heading: str | None = None
    seen_row = False
    for node, text in texts_and_rows(top, starts, taken):
        if node in starts and text is None:
            current, seen_row = starts[node], True
            if heading is not None and current.listed_on is None:
                current.listed_on = heading
        elif text and is_date(text):
            found = row_date([text], page.today)
            if found is None:
                continue
            if not seen_row or heading is not None:
                heading = found
            elif current is not None and current.listed_on is None:
                current.listed_on = found


def texts_and_rows(top: Any, rows: dict[Any, Row], taken: set[Any]) -> Iterator[tuple[Any, str | None]]:
    """The texts under `top` outside the rows and those `taken`, and each row itself with text None, in order."""
    inside: set[Any] = set()
    for node in top.iter():
        if node in rows:
            yield node, None
        if node in taken or node.getparent() in inside:
            inside.add(node)
        elif isinstance(node.tag, str) and node.tag not in ("script", "style") and node.text:
            yield node, " ".join(node.text[:_TEXT].split())
        if len(node) == 0:
            for parent, text in _tails(node, top):
                if parent not in inside:
                    yield parent, text


def _common(rows: list[Row]) -> Any:
    """The smallest element that holds all rows; None for a single row without parent."""
    top = rows[0].node.getparent()
    if top is None:
        return None
    last = rows[-1].node
    above = set(last.iterancestors())
    while top is not None and top not in above:
        top = top.getparent()
    return top
