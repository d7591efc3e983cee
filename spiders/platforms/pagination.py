"""How lists name their next page, as strategies tried in order (platforms.md, section 1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spiders.platforms.dialects import directory_of
from storage.urls import url_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from spiders.platforms.base import ListPage

_NEXT_WORDS = re.compile(r"[\W_]*(?:下一?页|后一?页|下一頁|next(?: page)?|older(?: posts)?)[\W_]*", re.IGNORECASE)
_ARROWS = frozenset({"›", "»", ">", ">>", "→"})
# Only the call with literal numbers counts: the function's own definition stands in many pages too.
_CREATE_PAGE = re.compile(
    r"createPage(?:HTML)?\s*\(\s*(?:(['\"])[\w#-]*\1\s*,\s*)?(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*"
    r"['\"]([\w./-]{1,80})['\"]\s*,\s*['\"](\w{1,8})['\"]"
)
_COUNT_PAGE = re.compile(r"\bcountPage\s*=\s*(\d{1,6})")
_CURRENT_PAGE = re.compile(r"\bcurrentPage\s*=\s*(\d{1,6})")
_FILE = re.compile(r"([^/]*?)(?:_\d+)?\.(\w{2,5})$")


def next_url(page: ListPage, page_number: int) -> str | None:
    """The address of the page after `page`, by the first strategy that finds one; None where the list ends."""
    for strategy in STRATEGIES.values():
        url = strategy(page, page_number)
        if url and not _same(url, page.url):
            return url
    return None


def linked(page: ListPage, page_number: int) -> str | None:  # noqa: ARG001
    """`rel=next`, or a link that says 下一页, next, older."""
    arrow = None
    for node in page.tree.iter("link", "a", "area"):
        if "next" in (node.get("rel") or "").split():
            url = page.link(node.get("href"))
            if url:
                return url
        if node.tag != "a":
            continue
        text = " ".join("".join(node.itertext()).split()) or (node.get("title") or "")
        if len(text) <= 20 and _NEXT_WORDS.fullmatch(text):
            return page.link(node.get("href"))
        if text in _ARROWS:
            arrow = arrow or _sibling(page.link(node.get("href")), page)
    return arrow


def numbered(page: ListPage, page_number: int) -> str | None:
    """A pager's link whose text is the next page's number, beside links to other numbers."""
    wanted = str(page_number + 1)
    found, numbers = None, 0
    for node in page.tree.iter("a"):
        text = (node.text or "").strip() if len(node) == 0 else ""
        if text.isdigit() and len(text) <= 4:
            numbers += 1
            if text == wanted and found is None:
                found = _sibling(page.link(node.get("href")), page)
    return found if numbers > 1 or page_number > 1 else None


def trs_index(page: ListPage, page_number: int) -> str | None:  # noqa: ARG001
    """TRS: `createPageHTML(34, 0, "index", "html")` counts from 0, and its page 1 is `index_1.html`.

    With an element's name before the numbers the call counts from 1, and page 2 is `index_2.html`.
    """
    call = _CREATE_PAGE.search(page.text)
    if not call:
        return None
    element, total, current = call[1] is not None, int(call[2]), int(call[3])
    if current + 1 >= total + element:
        return None
    return page.link(f"{call[4]}_{current + 1}.{call[5]}")


def counted(page: ListPage, page_number: int) -> str | None:  # noqa: ARG001
    """`var countPage = N` beside `var currentPage = 0` (cpd.com.cn): page 1 of 0…N-1 is `index_1.html`."""
    count, current = _COUNT_PAGE.search(page.text), _CURRENT_PAGE.search(page.text)
    if not count or not current or int(current[1]) + 1 >= int(count[1]):
        return None
    path = page.url.partition("?")[0].rpartition("/")[2]
    named = _FILE.match(path) or _FILE.match("index.html")
    return page.link(f"{named[1]}_{int(current[1]) + 1}.{named[2]}") if named else None


STRATEGIES: dict[str, Callable[[ListPage, int], str | None]] = {
    "trs_index": trs_index,
    "counted": counted,
    "linked": linked,
    "numbered": numbered,
}


def create_page_call(page: ListPage) -> bool:
    """Whether the page calls TRS's pager with literal numbers."""
    return bool(_CREATE_PAGE.search(page.text))


def _sibling(url: str | None, page: ListPage) -> str | None:
    """`url` where it lies beside the page: a calendar's numbers and a slide show's arrows lead elsewhere."""
    return url if url and directory_of(url) == directory_of(page.url) else None


def _same(one: str, other: str) -> bool:
    try:
        return url_key(one) == url_key(other)
    except ValueError:
        return False
