"""Lists whose pages are numbered files: what their addresses show of the numbering (platforms.md, section 1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from spiders.platforms.dialects import directory_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spiders.platforms.base import ListPage

# Where a pager's addresses stand beside links: `<option value=…>`, `onclick="location='index_2.html'"`.
_IN_SCRIPT = re.compile(r"['\"]([\w./-]{1,120}\.(?:s?html?|jhtml|jsp|aspx?|php))['\"]")
_PLACES = ("value", "onclick", "onchange", "data-url", "data-href", "tagname")
_MOST_PLACES = 20_000
_FIRST_STEMS = ("index", "list", "default", "column-index")
# No list has more pages than this; a longer number is an id.
MOST_PAGES = 9_999

# Each with a word without which it cannot be found: long pages are searched for words far faster than for patterns.
_COUNTS = tuple(
    (word, re.compile(pattern))
    for word, pattern in (
        (
            "createPage",
            r"createPage(?:HTML)?\s{0,9}\(\s{0,9}(?:['\"][\w#-]{0,80}['\"]\s{0,9},\s{0,9})?(\d{1,6})\s{0,9},",
        ),
        ("countPage", r"countPage\s{0,9}=\s{0,9}['\"]?(\d{1,6})"),
        ("otalPage", r"[tT]otalPages?['\"]?\s{0,9}[:=]\s{0,9}['\"]?(\d{1,6})"),
        ("ageCount", r"[pP]ageCount['\"]?\s{0,9}[:=]\s{0,9}['\"]?(\d{1,6})"),
        ("maxPageNum", r"maxPageNum\w{0,20}\s{0,9}=\s{0,9}['\"]?(\d{1,6})"),
        ("共", r"共\s{0,9}(?:<[^<>]{1,80}>\s{0,9})?(\d{1,6})\s{0,9}(?:</[^<>]{1,20}>\s{0,9})?页"),
        ("页", r"/\s{0,9}(\d{1,6})\s{0,9}页"),
    )
)
_TOTAL_RECORD = re.compile(r"[tT]otalRecords?['\"]?\s{0,9}[:=]\s{0,9}['\"]?(\d{1,8})")
_PER_PAGE = re.compile(r"p(?:erPage|ageSize)['\"]?\s{0,9}[:=]\s{0,9}['\"]?(\d{1,4})")
_LAST_WORDS = re.compile(r"[\W_]{0,9}(?:尾页|末页|最后一?页|last)[\W_]{0,9}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """One way to number files: `file` finds their stem, number and ending; `sign` stands between stem and number."""

    file: re.Pattern[str]
    sign: str

    def name(self, stem: str, number: int, ending: str) -> str:
        return f"{stem}{self.sign}{number}.{ending}"


_ENDING = r"(?P<ending>s?html?|jhtml|jsp|aspx?|php)"
UNDERSCORE = Numbering(file=re.compile(rf"(?P<stem>[\w-]{{1,60}}?)_(?P<number>\d{{1,4}})\.{_ENDING}"), sign="_")
JOINED = Numbering(file=re.compile(rf"(?P<stem>[A-Za-z]{{1,20}})(?P<number>\d{{1,4}})\.{_ENDING}"), sign="")
DASHED = Numbering(file=re.compile(rf"(?P<stem>[A-Za-z][\w-]{{0,60}}?)-(?P<number>\d{{1,4}})\.{_ENDING}"), sign="-")
BARE = Numbering(file=re.compile(rf"(?P<stem>)(?P<number>\d{{1,4}})\.{_ENDING}"), sign="")


def page_count(page: ListPage) -> int | None:
    """How many pages the list says it has; None where it does not say."""
    if "count" not in page.notes:
        page.notes["count"] = _count(page.text)
    count: int | None = page.notes["count"]
    return count


def _count(text: str) -> int | None:
    for word, pattern in _COUNTS:
        for match in pattern.finditer(text) if word in text else ():
            if 0 < int(match[1]) <= MOST_PAGES:
                return int(match[1])
    total, each = _TOTAL_RECORD.search(text), _PER_PAGE.search(text)
    if total and each and int(each[1]):
        return min(-(-int(total[1]) // int(each[1])), MOST_PAGES)
    return None


def beside(page: ListPage) -> frozenset[str]:
    """The names of the files in the page's own folder that its links, options and handlers lead to."""
    if "beside" not in page.notes:
        here = directory_of(page.url)
        urls = islice(_addresses(page), _MOST_PLACES)
        page.notes["beside"] = frozenset(file_of(url) for url in urls if directory_of(url) == here)
    names: frozenset[str] = page.notes["beside"]
    return names


def last_file(page: ListPage) -> str | None:
    """The file that the pager's link to the last page (尾页) names."""
    if "last" not in page.notes:
        page.notes["last"] = _last_file(page)
    name: str | None = page.notes["last"]
    return name


def _last_file(page: ListPage) -> str | None:
    for node in page.tree.iter("a"):
        text = " ".join("".join(islice(node.itertext(), 20)).split())
        if len(text) <= 20 and _LAST_WORDS.fullmatch(text):
            url = page.link(node.get("href")) or next(_written(node, page), None)
            if url and directory_of(url) == directory_of(page.url):
                return file_of(url)
    return None


def file_of(url: str) -> str:
    """The last piece of a URL's path, `index.html` for instance; empty for a folder."""
    return urlsplit(url).path.rpartition("/")[2]


def following(page: ListPage, numbering: Numbering, page_number: int) -> str | None:
    """The file after `page` by `numbering`, as the files beside it show it; None where they show none.

    The page itself bears a number, or is the stem alone (`index.html`), or its folder. Whether `index_1` or `index_2`
    comes after `index` is told by the number of the last page, against how many there are.
    """
    own = numbering.file.fullmatch(file_of(page.url))
    shown: dict[tuple[str, str], set[int]] = {}
    for name in beside(page):
        match = numbering.file.fullmatch(name)
        if match:
            shown.setdefault((match["stem"], match["ending"]), set()).add(int(match["number"]))
    count = page_count(page)
    if own:
        numbers = shown.get((own["stem"], own["ending"]), set())
        return _after(own, numbering, numbers, page_number, count or _last_number(page, numbering))
    bare, _, bare_ending = file_of(page.url).rpartition(".")
    for (stem, ending), numbers in shown.items():
        is_named = (stem, ending) == (bare, bare_ending) if bare else stem in _FIRST_STEMS
        if is_named and max(numbers) > 1:
            number = 1 if _counts_from_nought(page, numbering, numbers, count) else 2
            return numbering.name(stem, number, ending)
    return None


def _after(
    own: re.Match[str], numbering: Numbering, numbers: set[int], page_number: int, last: int | None
) -> str | None:
    """The file after a numbered one; `list_4` beside `list_3` may be another column, so the walk's count must agree."""
    number = int(own["number"])
    is_ours = number in ((page_number, page_number - 1) if numbering.sign == "_" else (page_number,))
    if not is_ours or not numbers or last is None or number >= last:
        return None
    return numbering.name(own["stem"], number + 1, own["ending"])


def _last_number(page: ListPage, numbering: Numbering) -> int | None:
    last = numbering.file.fullmatch(last_file(page) or "")
    return int(last["number"]) if last else None


def _counts_from_nought(page: ListPage, numbering: Numbering, numbers: set[int], count: int | None) -> bool:
    """Whether the second page bears the number 1: the last page's number is one less than there are pages."""
    highest = _last_number(page, numbering) or max(numbers)
    return count is not None and highest == count - 1 and numbering.sign == "_"


def _addresses(page: ListPage) -> Iterator[str]:
    for node in page.tree.iter("a", "area", "option", "input", "button", "span", "li", "td", "select"):
        url = page.link(node.get("href"))
        if url:
            yield url
        yield from _written(node, page)
    for node in page.tree.iter("script"):
        for match in islice(_IN_SCRIPT.finditer((node.text or "")[:100_000]), 500):
            url = page.link(match[1])
            if url:
                yield url


def _written(node: Any, page: ListPage) -> Iterator[str]:
    """The addresses in an element's handlers and values."""
    for place in _PLACES:
        said = (node.get(place) or "")[:500]
        if "." not in said:
            continue
        quoted = [match[1] for match in _IN_SCRIPT.finditer(said)]
        for href in quoted or ([said] if place not in ("onclick", "onchange") else []):
            url = page.link(href)
            if url:
                yield url
