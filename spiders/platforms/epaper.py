"""`epaper`: newspapers by issue and layout (Founder and others): `/html/2026-11/20/node_2.htm`, `content_1.htm`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spiders.platforms.base import MAX_LINKS, ListPage, NextPage, Plain, parse_html
from spiders.platforms.shells import shell_target
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from storage.records import Feed

# A date in an issue's address: 2026-11/20, 202611/20, 2026/11/20, 2026_11_20, 20261120.
_ISSUE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/_]?)(0[1-9]|1[0-2])([-/_]?)(0[1-9]|[12]\d|3[01])(?!\d)")
_LAYOUT = re.compile(
    r"/(?:node_\d+|nbs\.[\w.]+_\d+|Page\d+\w*)\.s?html?$|[/_]\d{3}/(?:\w+_\d{3}\.s?html?)?$", re.IGNORECASE
)
_ARTICLE = re.compile(
    r"/(?:content_[\w-]+|nw\.[\w.-]+|t_\d+|Artice?l\w*|c\d{4,}|\d{3,})\.s?html?$|_\d{3}_\d+\.s?html?$", re.IGNORECASE
)
_WRITE = re.compile(r"document\.write(?:ln)?\(\s*(?=['\"])", re.IGNORECASE)
_WRITTEN = re.compile(r"(['\"])(.{1,2000}?)\1\s*\)", re.DOTALL)
_BACK = re.compile(r"[\W_]*(?:上一?期|前一?期|前一?天|上一?天|previous issue)[\W_]*", re.IGNORECASE)
_PDF_OR_TOOL = re.compile(r"[\W_]*(?:pdf|pdf版|下载|放大|缩小|默认|朗读|版面导航|标题导航)?[\W_]*", re.IGNORECASE)


class Epaper(Plain):
    """The articles of one layout. All layouts of an issue are one list page; the one before it is the next."""

    name = "epaper"

    def recognise(self, page: ListPage) -> float:
        behind = shell_target(page)
        if behind:
            return 0.8 if _is_layout(behind) else 0.0
        layouts = _layouts(page)
        if not layouts and not _is_layout(page.url):
            return 0.0
        return 0.85 if self._articles(page) else 0.3

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        return () if shell_target(page) or page.status == 404 else self._articles(page)

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        behind = shell_target(page)
        if behind and page.status != 404:
            return NextPage(url=behind, is_shell=True)
        following = _following(page)
        if following:
            return NextPage(url=following, is_shell=True)
        before = _issue_before(page)
        return NextPage(url=before) if before else None

    def may_be_empty(self, page: ListPage) -> bool:
        # No issue that day, or a layout of advertisements: neither is an outage.
        if page.status == 404:
            return _issue_of(page.url) is not None
        return page.status == 200 and (shell_target(page) is not None or bool(_layouts(page)))

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:
        """A dated address is asked for with today's date first, then as it is written."""
        current = _with_date(feed.url, today)
        urls = (feed.url,) if current in (None, feed.url) else (str(current), feed.url)
        return tuple(NextPage(url=url) for url in urls)

    def _articles(self, page: ListPage) -> tuple[Entry, ...]:
        issue = _issue_of(page.url)
        titles: dict[str, str] = {}
        for url, title in _links(page):
            if not _ARTICLE.search(urlsplit(url).path) or _is_layout(url) or _issue_of(url) != issue:
                continue
            said = "" if _PDF_OR_TOOL.fullmatch(title) else title
            if len(said) > len(titles.get(url, "")) or url not in titles:
                titles[url] = said
        listed_on = issue.isoformat() if issue else None
        return tuple(Entry(url=url, title=title, listed_on=listed_on) for url, title in titles.items())


def _links(page: ListPage) -> list[tuple[str, str]]:
    """Every link with its text: anchors, the hot zones of the layout's picture, rows' `data-url`, scripted lines."""
    if "texts" not in page.notes:
        plain = [(url, _text_of(node)) for node, url in page.anchors]
        page.notes["texts"] = [*plain, *islice(_scripted(page), MAX_LINKS)]
    links: list[tuple[str, str]] = page.notes["texts"]
    return links


def _scripted(page: ListPage) -> Iterator[tuple[str, str]]:
    for node in page.tree.iter("script"):
        script = (node.text or "")[:400_000]
        for call in islice(_WRITE.finditer(script), 1_000):
            written = _WRITTEN.match(script, call.end())
            if written and "<a" in written[2].lower():
                yield from _anchors(parse_html(written[2].replace("\\/", "/")), page)


def _anchors(tree: Any, page: ListPage) -> Iterator[tuple[str, str]]:
    for node in tree.iter("a"):
        url = page.link(node.get("href"))
        if url:
            yield url, _text_of(node)


def _text_of(node: Any) -> str:
    text = " ".join("".join(islice(node.itertext(), 50)).split())[:500]
    hint = node.get("title") or node.get("alt") or (node.get("name") if node.tag == "area" else None) or ""
    return text or " ".join(hint.split())


def _issue_of(url: str) -> date | None:
    """The last date in an address's path: the issue it belongs to."""
    found = None
    for match in _ISSUE.finditer(urlsplit(url).path):
        try:
            found = date(int(match[1]), int(match[3]), int(match[5]))
        except ValueError:
            continue
    return found


def _is_layout(url: str) -> bool:
    return bool(_LAYOUT.search(urlsplit(url).path)) and _issue_of(url) is not None


def _layouts(page: ListPage) -> list[str]:
    """The issue's layouts as the page links them, by number."""
    issue = _issue_of(page.url)
    found = {url for url, _ in _links(page) if _is_layout(url) and _issue_of(url) == issue}
    return sorted(found, key=_order) if issue else []


def _order(url: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d{1,12}", urlsplit(url).path)], url


def _following(page: ListPage) -> str | None:
    """The layout after this one; the first where this page is the issue's front."""
    layouts = _layouts(page)
    if not _is_layout(page.url):
        return layouts[0] if layouts else None
    # Numbers only rise, so a walk over one issue ends by itself.
    return next((url for url in layouts if _order(url) > _order(page.url)), None)


def _issue_before(page: ListPage) -> str | None:
    issue = _issue_of(page.url)
    if issue is None:
        return None
    for url, title in _links(page):
        if _BACK.fullmatch(title):
            linked = _issue_of(url)
            if linked and linked < issue:
                return url
    layouts = [url for url in (*_layouts(page), page.url) if _is_layout(url)]
    first = min(layouts, key=_order) if layouts else page.url
    return _with_date(first, issue - timedelta(days=1))


def _with_date(url: str, day: date) -> str | None:
    """`url` for another day, None where it has no date; cut after the date where a second one follows."""
    path = urlsplit(url).path
    matches = list(_ISSUE.finditer(path))
    if not matches:
        return None
    first = matches[0]
    changed = f"{path[: first.start()]}{day:%Y}{first[2]}{day:%m}{first[4]}{day:%d}"
    rest = path[first.end() :]
    if len(matches) > 1:
        rest = rest.partition("/")[0] + "/"
    # A folder of the year before the date (…/2026/2026_11_20/) goes along.
    changed = re.sub(rf"/{first[1]}/(?=[^/]*{day:%Y})", f"/{day:%Y}/", changed)
    return url.replace(path, changed + rest, 1)
