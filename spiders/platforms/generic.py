"""`generic`: any HTML list, its entries found by structure: rows of one make, with titles, dates, article addresses."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spiders.platforms.base import NextPage, Plain
from spiders.platforms.blocks import Group, Row, groups_of
from spiders.platforms.dialects import dialect_of, directory_of, is_column
from spiders.platforms.pagination import next_url
from spiders.platforms.shells import frame_target, shell_target
from storage.records import Entry

if TYPE_CHECKING:
    from spiders.platforms.base import ListPage
    from storage.records import Feed

_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# What only a page of one list has: a pager, or the way back up from a column.
_ONE_LIST = re.compile(
    r"下一?页|尾页|末页|共\s*\d+\s*页|createPage(?:HTML)?\(\s*\d|当前位置|所在位置|您的位置|[?&]page=2\b"
)
_DIGITS = re.compile(r"\d+")
# What an empty column says of itself.
_NOTHING_HERE = re.compile(
    r"暂无(?:数据|内容|信息|记录|文章|相关)|没有(?:找到)?(?:相关)?(?:数据|内容|信息|记录)|no (?:posts|results|items)",
    re.I,
)
# Below this mean a group is a menu; rows score about 1 for a good title, 1.5 for an article's address, 2 for a date.
_ENOUGH = 1.2
_BARELY, _MANY_ROWS = 0.8, 5


class Generic(Plain):
    """Repeated blocks with a link each, found by structure and not by site."""

    name = "generic"

    def recognise(self, page: ListPage) -> float:
        return 0.1 if "<a" in page.text.lower() else 0.0

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        if shell_target(page):
            return ()
        rows = sorted((row for group in chosen(page) for row in group.rows), key=lambda row: row.order)
        return tuple(Entry(url=row.url, title=row.title, listed_on=row.listed_on) for row in _merged(rows))

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:
        behind = shell_target(page) or (None if self.entries(page, feed) else frame_target(page))
        if behind:
            return NextPage(url=behind, is_shell=True)
        url = next_url(page, page_number)
        return NextPage(url=url) if url else None

    def may_be_empty(self, page: ListPage) -> bool:
        if shell_target(page) or frame_target(page):
            return True
        return bool(_NOTHING_HERE.search(page.text)) and page.status == 200


def chosen(page: ListPage) -> list[Group]:
    """The groups that are the page's entries: the best one, and on a front page all that are as good."""
    if "groups" not in page.notes:
        page.notes["groups"] = _choose(page)
    groups: list[Group] = page.notes["groups"]
    return groups


def _choose(page: ListPage) -> list[Group]:
    every = [(meanscore(group, page), group) for group in groups_of(page)]
    scored = [(mean, group) for mean, group in every if mean >= _ENOUGH]
    # Addresses of no known shape and no dates: rows enough with titles of some length are still a list.
    scored = scored or [(mean, group) for mean, group in every if mean >= _BARELY and len(group.rows) >= _MANY_ROWS]
    if not scored:
        return []
    best_mean, best = max(scored, key=lambda one: one[0] * math.log2(1 + len(one[1].rows)))
    here = directory_of(page.url)
    if best.dated < 0.5 and not _is_below(best, here):
        # A long menu of articles elsewhere: a dated list of this folder's own is what the page is for.
        own = [(mean, group) for mean, group in scored if group.dated > 0.5 and _is_below(group, here)]
        best_mean, best = max(own, key=lambda one: one[0], default=(best_mean, best))
    alone = bool(_ONE_LIST.search(page.text))
    near = best.rows[0].node.getparent()
    near = near.getparent() if near is not None else None
    kept = []
    for mean, group in scored:
        if group is best or _is_head(group, best):
            kept.append(group)
        elif mean < 0.8 * best_mean or (best.dated > 0.5 and group.dated < 0.5):
            continue
        elif not alone or (near is not None and all(near in row.node.iterancestors() for row in group.rows)):
            kept.append(group)
    return kept


def _is_head(group: Group, best: Group) -> bool:
    """Whether this is the story set above the list: one heading, undated as such are, with an address of its make."""
    row, first = group.rows[0], best.rows[0]
    if len({each.key for each in group.rows}) > 1 or row.beside or row.order > first.order:
        return False
    make = dialect_of(row.url)
    # Numbers grow: /907.html and /10007.html are of one make, whatever they look like alone.
    is_alike = (make is not None and make == dialect_of(first.url)) or "" != _shape(row.url) == _shape(first.url)
    return is_alike and next(row.node.iter("h1", "h2", "h3"), None) is not None


def _shape(url: str) -> str:
    """An address but for its numbers; nothing for one that has none, which may be a column's."""
    shape = _DIGITS.sub("0", url)
    return shape if shape != url else ""


def _is_below(group: Group, here: str) -> bool:
    """Whether most rows lead into the folder `here`, which is not the whole site."""
    below = sum(directory_of(row.url).startswith(here) for row in group.rows)
    return here.count("/") > 1 and below > len(group.rows) / 2


def meanscore(group: Group, page: ListPage) -> float:
    here = directory_of(page.url)
    host = page.host
    return sum(score(row, here, host) for row in group.rows) / len(group.rows)


def score(row: Row, here: str, host: str) -> float:
    """How much a row looks like an entry of the list at `here` (a directory) on `host`."""
    worth = 1.5 * min(_width(row.title), 20) / 20
    if row.listed_on:
        worth += 2
    if dialect_of(row.url):
        worth += 1.5
    elif is_column(row.url):
        worth -= 1.5
    target = directory_of(row.url)
    if here.count("/") > 1 and target.startswith(here):
        worth += 1
    if (urlsplit(row.url).hostname or "") != host and dialect_of(row.url) != "mp":
        worth -= 0.7
    if row.beside:
        worth -= 1.5
    return worth


def _width(title: str) -> float:
    wide = len(_WIDE.findall(title))
    return wide + (len(title) - wide) / 3


def _merged(rows: list[Row]) -> list[Row]:
    """One row a page: a picture's link and the title's are the same entry, with the better title and the date."""
    kept: dict[str, Row] = {}
    for row in rows:
        first = kept.setdefault(row.key, row)
        if first is not row:
            first.listed_on = first.listed_on or row.listed_on
            if len(row.title) > len(first.title):
                first.title = row.title
    return list(kept.values())
