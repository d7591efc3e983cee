"""Where a page leads on: the further pages of a split article, and the target of a page that only redirects. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from crawler.reading import wechat
from crawler.reading.listing import absolute

if TYPE_CHECKING:
    from crawler.reading.html import Page

# More pages than this is no split article but a list or a trap.
MAX_PARTS = 60

# platforms.md, section 7: createPageHTML(total, current, "t20200120_877942", "html"); only the call has numbers.
_CREATE = re.compile(
    r"createPage(?:HTML)?\(\s{0,4}[\"']?(\d{1,4})[\"']?\s{0,4},\s{0,4}[\"']?(\d{1,4})[\"']?\s{0,4},\s{0,4}[\"']([^\"'\n]{1,120})[\"']\s{0,4},\s{0,4}[\"'](\w{2,6})[\"']"
)
_MAX_PAGE = re.compile(r"\bvar\s+maxPageNum\s{0,3}=\s{0,3}[\"']?(\d{1,3})\b")
_FILE = re.compile(r"^(?P<stem>.*?)(?:[_-](?P<number>\d{1,3}))?(?P<ext>\.[a-z]{3,5})?$", re.IGNORECASE)
_PAGE_KEYS = frozenset(("page", "p", "pn", "pageno", "pagenum", "pageindex", "currpage"))
_NEXT = re.compile(
    r"^(?:\[?\s?(?:第?\s?\d{1,3}\s?页?)\s?\]?|下一?页|后一?页|余下全文|阅读全文|末页|尾页|全文|[>»]{1,2}|next(?: "
    r"page)?)$",
    re.IGNORECASE,
)

_REFRESH = re.compile(
    r"^\s*(\d{1,4})\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s][^\"'<>]{0,1000}?)[\"']?\s*$", re.IGNORECASE
)
_SCRIPTED = re.compile(
    r"(?:window\.|document\.|self\.|top\.|parent\.)?location(?:\.href)?\s{0,3}=\s{0,3}[\"']([^\"'\n]{1,1000})[\"']"
    r"|location\.(?:replace|assign)\(\s{0,3}[\"']([^\"'\n]{1,1000})[\"']\s{0,3}\)"
)
# A page that goes on by itself says hardly more than that it does.
_SHELL_TEXT = 200
_REFRESH_SECONDS = 15


def parts(page: Page) -> tuple[str, ...]:
    """The further pages of this article, in order, without this one and those before it."""
    try:
        here = urlsplit(page.url)
    except ValueError:
        return ()
    folder, _, name = here.path.rpartition("/")
    own = _FILE.match(name)
    if own is None or not name:
        return ()
    scripted = _by_script(page, name, own)
    if scripted is not None:
        return tuple(urlunsplit((here.scheme, here.netloc, f"{folder}/{part}", here.query, "")) for part in scripted)
    return _by_links(page)


def _by_script(page: Page, name: str, own: re.Match[str]) -> list[str] | None:
    stem, ext = own["stem"], own["ext"] or ""
    # A plain search first: it costs a hundredth of the pattern, and most pages have neither.
    call = _CREATE.search(page.source) if "createPage" in page.source else None
    if call:
        total, base = int(call[1]), call[3].rsplit("/", 1)[-1]
        if base not in (name.removesuffix(ext), stem) or base.lower() in ("index", "default", "list"):
            return None
        at = int(own["number"]) if own["number"] and base == stem else 0
        return [f"{base}_{number}.{call[4]}" for number in range(at + 1, min(total, MAX_PARTS))]
    count = _MAX_PAGE.search(page.source) if "maxPageNum" in page.source else None
    if count and ext and stem.lower().startswith("content"):
        at = int(own["number"] or 1)
        return [f"{stem}_{number}{ext}" for number in range(at + 1, min(int(count[1]), MAX_PARTS) + 1)]
    return None


def _by_links(page: Page) -> tuple[str, ...]:
    """By the pager under the text: links with numbers or 下一页 to addresses of this one's own stem."""
    own_stem, own_number = _stem(page.url)
    found: dict[int, str] = {}
    for node in page.tree.iter("a"):
        text = ("".join(node.itertext()) if len(node) else node.text or "").strip()
        if len(text) > 12 or not _NEXT.match(text):
            continue
        url = absolute(page, node.get("href"))
        if url is None:
            continue
        stem, number = _stem(url)
        if stem == own_stem and number > own_number and len(found) < MAX_PARTS:
            found.setdefault(number, url)
    return tuple(found[number] for number in sorted(found))


def _stem(url: str) -> tuple[str, int]:
    """An address without its page number, and the number: 0 where it has none."""
    parts_of = urlsplit(url)
    keys = [(key, value) for key, value in parse_qsl(parts_of.query, keep_blank_values=True)]
    number = next(
        (int(value) for key, value in keys if key.lower() in _PAGE_KEYS and value.isdigit() and len(value) < 5), 0
    )
    query = "&".join(f"{key}={value}" for key, value in keys if key.lower() not in _PAGE_KEYS)
    folder, _, name = parts_of.path.rpartition("/")
    own = _FILE.match(name)
    stem = name
    if own and own["ext"] and own["stem"] and not number:
        stem, number = own["stem"] + own["ext"], int(own["number"] or 0)
    return f"{parts_of.netloc}{folder}/{stem}?{query}", number


def redirect(page: Page) -> str | None:
    """Where this page sends its reader by itself, if that is elsewhere; None for a page with a text of its own."""
    moved = wechat.moved_to(page.source)
    if moved:
        return _elsewhere(page, moved)
    if sum(len(line.text) for line in page.lines) > _SHELL_TEXT:
        return None
    for node in page.tree.iter("meta"):
        if (node.get("http-equiv") or "").strip().lower() == "refresh":
            said = _REFRESH.match(node.get("content") or "")
            if said and int(said[1]) <= _REFRESH_SECONDS:
                return _elsewhere(page, said[2])
    for node in page.tree.iter("script"):
        said = _SCRIPTED.search(node.text or "")
        if said:
            return _elsewhere(page, said[1] or said[2])
    return None


def _elsewhere(page: Page, href: str) -> str | None:
    url = absolute(page, href)
    return None if url is None or url == page.url.partition("#")[0] else url
