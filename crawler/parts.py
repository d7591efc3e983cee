"""The further pages of an article that is split over several. Pure, and cheap: most pages show no sign of it.

The crawl asks for what it finds as the answer comes, and the reading keeps what it finds: one and the same.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

# The call with numbers, not the function's definition: createPageHTML(3, 0, "t20200120_877942", "html")
_TRS = re.compile(
    rb"create[Pp]age(?:HTML)?\s*\(\s*[\"']?(\d{1,3})[\"']?\s*,\s*[\"']?(\d{1,3})[\"']?\s*,"
    rb"\s*[\"']([\w-]{1,80})[\"']\s*,\s*[\"'](\w{2,6})[\"']"
)
_EASYSITE = re.compile(rb"\bmaxPageNum\s*=\s*[\"']?(\d{1,3})")
# One thing at a time, each bounded: a pattern for the whole link takes seconds for a few tags that are none.
_LINK = re.compile(rb"<a\s([^<>]{1,800})>", re.IGNORECASE)
_HREF = re.compile(rb"\bhref\s{0,9}=\s{0,9}[\"']?([^\"'\s>]{1,400})", re.IGNORECASE)
_END = re.compile(rb"</a", re.IGNORECASE)
_TAG = re.compile(rb"<[^<>]{0,200}>")
# The crawl waits while they are read.
_MOST_LINKS = 5_000
# What a link to the next part says is short.
_SAID_BYTES = 200
# Words of a link to the next part, in the encodings of these pages; 下一篇 (the next article) is none of them.
_WORDS = ("下一页", "下页", "余下全文", "阅读全文", "后一页", "下一頁", "餘下全文", "閱讀全文")
_NEXT = tuple(word.encode(coding) for word in _WORDS for coding in ("utf-8", "gb18030"))
# A pager that is known by its id and says 下一页 by a picture (platforms.md, section 7), and how far it reaches.
_PAGER = b'"displaypagenum"'
_PAGER_BYTES = 4_000
_PAGE_NAMES = frozenset(["page", "p", "pn", "pageno", "pagenum", "pageindex", "currpage"])
# More pages than this is no split article but a list or a trap.
MAX_PARTS = 60


def parts_of(body: bytes, url: str) -> tuple[str, ...]:
    """The URLs of the parts behind the first, in order, as the first part at `url` tells them; mostly none.

    `body` is content-decoded. Schemes: platforms.md, section 7.
    """
    try:
        urlsplit(url)
    except ValueError:
        return ()
    for find in (_trs, _easysite, _linked):
        found = find(body, url)
        if found:
            return tuple(dict.fromkeys(part for part in found if part != url))[: MAX_PARTS - 1]
    return ()


def _trs(body: bytes, url: str) -> list[str]:
    match = _TRS.search(body)
    if match is None:
        return []
    total, current, name, ending = int(match[1]), int(match[2]), match[3].decode(), match[4].decode()
    stem = urlsplit(url).path.rpartition("/")[2].rpartition(".")[0]
    # A list's own pager ("index") on an article page is not about the article.
    if current != 0 or total < 2 or name != stem:
        return []
    return [urljoin(url, f"{name}_{number}.{ending}") for number in range(1, min(total, MAX_PARTS))]


def _easysite(body: bytes, url: str) -> list[str]:
    stem, dot, ending = urlsplit(url).path.rpartition("/")[2].rpartition(".")
    match = _EASYSITE.search(body) if stem == "content" and dot else None
    if match is None:
        return []
    return [urljoin(url, f"content_{number}.{ending}") for number in range(2, min(int(match[1]), MAX_PARTS) + 1)]


def _linked(body: bytes, url: str) -> list[str]:
    """Parts that a next-page link names, and all the numbered ones between: the address is this one's but for a number.

    `ID_2.shtml` behind `ID.shtml` (`c_ID_2.htm`, `c1-ID-2.html`), `show.asp?id=7&page=2` behind `show.asp?id=7`. What
    else a 下一页 leads to is the next article.
    """
    own = urlsplit(url)
    stem, _, ending = own.path.rpartition("/")[2].rpartition(".")
    # Of two searches of the whole page the one that nearly always ends it comes first.
    if not stem or not _may_have_parts(body, stem, own.query) or not any(word in body for word in (*_NEXT, _PAGER)):
        return []
    numbered = re.compile(rf"{re.escape(stem)}([_-])(\d{{1,2}})\.{re.escape(ending)}")
    numbers: dict[str, set[int]] = {}
    pager = body.find(_PAGER)
    is_next = False
    for match in islice(_LINK.finditer(body), _MOST_LINKS):
        sign, number = _number_in(_address_of(match[1], url), own, numbered)
        if not number:
            continue
        numbers.setdefault(sign, set()).add(number)
        end = _END.search(body, match.end(), match.end() + _SAID_BYTES)
        said = _TAG.sub(b"", body[match.end() : end.start()]) if end else b""
        is_next = is_next or any(word in said for word in _NEXT) or 0 <= pager < match.start() < pager + _PAGER_BYTES
    if not is_next:
        return []
    # One pager, one way to write its addresses: the one with most pages.
    sign, found = max(numbers.items(), key=lambda one: len(one[1]))
    wanted = range(min(found), min(max(found), MAX_PARTS) + 1)
    if sign in ("_", "-"):
        return [urljoin(url, f"{stem}{sign}{number}.{ending}") for number in wanted]
    return [urlunsplit(own._replace(query=f"{own.query}&{sign}={number}", fragment="")) for number in wanted]


def _may_have_parts(body: bytes, stem: str, query: str) -> bool:
    """Whether a search for links is worth its while, and this is no part itself and no list."""
    if stem.lower() in ("index", "list", "default"):
        return False
    if query:
        return True
    # What is nowhere on the page needs no search (an escaped name may be written otherwise there).
    shown = any(f"{stem}{sign}".encode("utf-8", "replace") in body for sign in "_-")
    return not re.search(r"[_-]\d{1,2}$", stem) and ("%" in stem or shown)


def _number_in(address: SplitResult | None, own: SplitResult, numbered: re.Pattern[str]) -> tuple[str, int]:
    """How an address numbers a part of `own` (a sign in the name, a parameter's name), and the number; 0 for none."""
    if address is None or address.netloc.lower() != own.netloc.lower():
        return "", 0
    folder, _, name = address.path.rpartition("/")
    found = numbered.fullmatch(name)
    if found and folder == own.path.rpartition("/")[0]:
        return found[1], int(found[2])
    if not own.query or address.path != own.path:
        return "", 0
    asked = parse_qsl(own.query, keep_blank_values=True)
    added = [pair for pair in parse_qsl(address.query, keep_blank_values=True) if pair not in asked]
    if len(added) != 1 or added[0][0].lower() not in _PAGE_NAMES or not re.fullmatch(r"[1-9]\d?", added[0][1]):
        return "", 0
    is_whole = all(pair in parse_qsl(address.query, keep_blank_values=True) for pair in asked)
    return (added[0][0], int(added[0][1])) if is_whole and added[0][1] != "1" else ("", 0)


def _address_of(attributes: bytes, url: str) -> SplitResult | None:
    """Where a link leads; None where it has no address that could be read."""
    href = _HREF.search(attributes)
    try:
        return urlsplit(urljoin(url, href[1].decode("latin-1").replace("&amp;", "&"))) if href else None
    except ValueError:
        return None
