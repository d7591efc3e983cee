"""The further pages of an article that is split over several. Pure, and cheap: most pages show no sign of it."""

from __future__ import annotations

import re
from itertools import islice
from urllib.parse import urljoin, urlsplit

# The call with numbers, not the function's definition: createPageHTML(3, 0, "t20200120_877942", "html")
_TRS = re.compile(
    rb"create[Pp]age(?:HTML)?\s*\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,"
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
MAX_PARTS = 30


def parts_of(body: bytes, url: str) -> tuple[str, ...]:
    """The URLs of the parts behind the first, in order, as the first part at `url` tells them; mostly none.

    `body` is content-decoded. Schemes: platforms.md, section 7.
    """
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
    """Parts that a next-page link names: `ID_2.shtml` behind `ID.shtml`, and all the numbered links between."""
    stem, _, ending = urlsplit(url).path.rpartition("/")[2].rpartition(".")
    # What is nowhere on the page needs no search for links (an escaped name may be written otherwise there).
    if "%" not in stem and f"{stem}_".encode("utf-8", "replace") not in body:
        return []
    if not any(word in body for word in _NEXT):
        return []
    if not stem or re.search(r"_\d{1,2}$", stem) or stem.lower() in ("index", "list", "default"):
        return []
    numbered = re.compile(re.escape(stem) + r"_(\d{1,2})\." + re.escape(ending) + "$")
    numbers: set[int] = set()
    is_next = False
    for match in islice(_LINK.finditer(body), _MOST_LINKS):
        path = _path_of(match[1], url)
        found = numbered.search(path)
        if found and path.rpartition("/")[0] == urlsplit(url).path.rpartition("/")[0]:
            numbers.add(int(found[1]))
            end = _END.search(body, match.end(), match.end() + _SAID_BYTES)
            said = _TAG.sub(b"", body[match.end() : end.start()]) if end else b""
            is_next = is_next or any(word in said for word in _NEXT)
    if not is_next or not numbers:
        return []
    return [
        urljoin(url, f"{stem}_{number}.{ending}") for number in range(min(numbers), min(max(numbers), MAX_PARTS) + 1)
    ]


def _path_of(attributes: bytes, url: str) -> str:
    """The path that a link leads to; empty where it has no address that could be read."""
    href = _HREF.search(attributes)
    try:
        return urlsplit(urljoin(url, href[1].decode("latin-1"))).path if href else ""
    except ValueError:
        return ""
