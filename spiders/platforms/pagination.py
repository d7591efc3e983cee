"""How lists name their next page, as strategies tried in order (platforms.md, section 1).

Each finds its evidence in the page itself; where it finds none it gives None and the next one is tried.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from spiders.platforms.dialects import directory_of
from spiders.platforms.pagefiles import (
    BARE,
    DASHED,
    JOINED,
    UNDERSCORE,
    Numbering,
    beside,
    file_of,
    following,
    page_count,
)
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
# EasySite's module id and page number, in links, options and scripts alike.
_EASYSITE = re.compile(r"\bindex_(\d{3,12})_(\d{1,4})\.(s?html?)")
_EASYSITE_STEM = re.compile(r"['\"/](?:[\w./-]{0,80}/)?index_(\d{3,12})_['\"]")
_HANWEB = re.compile(r"([\w./-]{0,80})\?uid=(\d{1,12})&(?:amp;)?pageNum=")
_HANWEB_COLUMN = re.compile(r"/col/col\d{1,12}/")
_PAGE_NAMES = frozenset(["page", "pageindex", "pageno", "pagenum", "currpage", "curpage", "currentpage", "pn", "p"])
_FILE = re.compile(r"([^/]*?)(?:_\d+)?\.(\w{2,5})$")


def next_url(page: ListPage, page_number: int) -> str | None:
    """The address of the page after `page`, by the first strategy that finds one; None where the list ends."""
    known: dict[int, str | None] = page.notes.setdefault("next", {})
    if page_number not in known:
        known[page_number] = _next_url(page, page_number)
    return known[page_number]


def _next_url(page: ListPage, page_number: int) -> str | None:
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


def cpd_index(page: ListPage, page_number: int) -> str | None:  # noqa: ARG001
    """`var countPage = N` beside `var currentPage = 0` (cpd.com.cn): page 1 of 0…N-1 is `index_1.html`."""
    count, current = _COUNT_PAGE.search(page.text), _CURRENT_PAGE.search(page.text)
    if not count or not current or int(current[1]) + 1 >= int(count[1]):
        return None
    path = page.url.partition("?")[0].rpartition("/")[2]
    named = _FILE.match(path) or _FILE.match("index.html")
    return page.link(f"{named[1]}_{int(current[1]) + 1}.{named[2]}") if named else None


def index_n_one_based(page: ListPage, page_number: int) -> str | None:
    """`index.html`, `index_2.html` (also `list_2`, `16_2`), where no link says 下一页: only options, handlers, 尾页."""
    return _numbered_file(page, UNDERSCORE, page_number)


def people_index(page: ListPage, page_number: int) -> str | None:
    """`index.html` or `index1.html`, then `index2.html` without an underscore."""
    return _numbered_file(page, JOINED, page_number)


def column_index(page: ListPage, page_number: int) -> str | None:
    """`column-index-1.shtml`, `column-index-2.shtml`."""
    return _numbered_file(page, DASHED, page_number)


def num_html(page: ListPage, page_number: int) -> str | None:
    """`1.html`, `2.html`: only from a page that is itself so named, since articles may be too."""
    return _numbered_file(page, BARE, page_number)


def easysite_index(page: ListPage, page_number: int, *, is_up: bool | None = None) -> str | None:
    """EasySite: `index.html`, then `index_{module}_{N}.html`, usually counting down to the oldest page, 1.

    `is_up` None: it counts up where the first page names its 2 and not the number below the last one's, and further
    on where a page bears its own place.
    """
    own = _EASYSITE.fullmatch(file_of(page.url))
    module, ending = (own[1], own[3]) if own else _easysite_module(page)
    if module is None:
        return None
    named = {int(match[2]) for match in islice(_EASYSITE.finditer(page.text), 2_000) if match[1] == module}
    last = page_count(page) or max(named, default=0) + (own is None)
    if own is None:
        up = is_up if is_up is not None else 2 in named and last - 1 not in named
        number = 2 if up else last - 1
    else:
        # In the middle of a list both ways look alike: then it is the usual one.
        up = is_up if is_up is not None else int(own[2]) == page_number and last != 2 * page_number - 1
        number = int(own[2]) + (1 if up else -1)
    return page.link(f"index_{module}_{number}.{ending}") if 1 <= number <= last else None


def hanweb_pagenum(page: ListPage, page_number: int) -> str | None:
    """`/col/colC/index.html?uid={unitid}&pageNum={N}`, as the pager's script or links write it."""
    written = _HANWEB.search(page.text) if _HANWEB_COLUMN.search(page.url) else None
    count = page_count(page)
    if written is None or (count is not None and page_number >= count):
        return None
    asked = dict(parse_qsl(urlsplit(page.url).query)).get("pageNum", "1")
    number = int(asked) if asked.isdecimal() and len(asked) <= 4 else page_number
    path = written[1] if _HANWEB_COLUMN.search(written[1]) else urlsplit(page.url).path
    return page.link(f"{path}?uid={written[2]}&pageNum={number + 1}")


def query_page(page: ListPage, page_number: int) -> str | None:
    """`?page=2` (also PageIndex, pageNo, pn …): a link, option or handler to this path with the next number."""
    own = urlsplit(page.url)
    asked = dict(parse_qsl(own.query, keep_blank_values=True))
    name = next((name for name in asked if name.lower() in _PAGE_NAMES), None)
    number = int(asked[name]) if name and asked[name].isdecimal() and len(asked[name]) <= 4 else page_number
    for node in page.tree.iter("a", "option"):
        url = page.link(node.get("href") or node.get("value"))
        parts = urlsplit(url) if url else None
        if parts is None or parts.path != own.path or parts.hostname != own.hostname:
            continue
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        turned = next((key for key in query if key.lower() in _PAGE_NAMES), None)
        if turned and query[turned] == str(number + 1) and _rest(query) >= _rest(asked):
            return url
    return None


STRATEGIES: dict[str, Callable[[ListPage, int], str | None]] = {
    "trs_index": trs_index,
    "cpd_index": cpd_index,
    "linked": linked,
    "easysite_index": easysite_index,
    "hanweb_pagenum": hanweb_pagenum,
    "query_page": query_page,
    "numbered": numbered,
    "column_index": column_index,
    "index_n_one_based": index_n_one_based,
    "people_index": people_index,
    "num_html": num_html,
}


def _numbered_file(page: ListPage, numbering: Numbering, page_number: int) -> str | None:
    name = following(page, numbering, page_number)
    return page.link(f"{directory_url(page)}{name}") if name else None


def directory_url(page: ListPage) -> str:
    """The page's own folder; a `<base>` elsewhere makes no difference to where its pages lie."""
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}/"


def _easysite_module(page: ListPage) -> tuple[str | None, str]:
    for name in sorted(beside(page)):
        match = _EASYSITE.fullmatch(name)
        if match:
            return match[1], match[3]
    is_said = "index_" in page.text and page_count(page)
    stem = _EASYSITE_STEM.search(page.text) if is_said else None
    return (stem[1], "html") if stem else (None, "html")


def _rest(query: dict[str, str]) -> set[tuple[str, str]]:
    return {(name, value) for name, value in query.items() if name.lower() not in _PAGE_NAMES}


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
