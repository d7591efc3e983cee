"""`epaper`: newspapers by issue and layout, in every generation of `issues.py`; each article with its layout."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawler.reading.kind import NOTICE
from spiders.platforms import layouts
from spiders.platforms.base import MAX_LINKS, ListPage, NextPage, Plain, parse_html
from spiders.platforms.issues import GENERATIONS, Kind, Place, on_day, place_of
from spiders.platforms.shells import shell_target
from storage.records import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from storage.records import Feed

_WRITE = re.compile(r"document\.write(?:ln)?\(", re.IGNORECASE)
# One argument of such a call: literals, and the variables between them, up to its end.
_LITERAL = re.compile(r"\s*+\+?\s*+(?:'((?:[^'\\]|\\.)*+)'|\"((?:[^\"\\]|\\.)*+)\"|[\w.\[\]]{1,80}+)", re.DOTALL)
_WRITTEN = 200_000
_BACK = re.compile(r"[\W_]*(?:上一?期|前一?期|前一?天|上一?天|previous issue)[\W_]*", re.IGNORECASE)
_PDF_OR_TOOL = re.compile(r"[\W_]*(?:pdf|pdf版|下载|放大|缩小|默认|朗读|版面导航|标题导航)?[\W_]*", re.IGNORECASE)
# A front page that shows an issue under an address without a day is one only if most of its links are of that issue.
_MOSTLY = 0.5
_FEW_CHARACTERS = 300


class Epaper(Plain):
    """The articles of one layout. All layouts of an issue are one list page; the one before it is the next."""

    name = "epaper"

    def recognise(self, page: ListPage) -> float:
        behind = shell_target(page)
        if behind:
            place = place_of(behind)
            return 0.8 if place and place.kind is Kind.LAYOUT else 0.0
        if _listed_issue(page):
            return 0.9
        issue = _Issue.of(page)
        if not issue.layouts and not issue.is_layout:
            return 0.0
        if issue.here is None and len(issue.layouts) + len(issue.articles) < _MOSTLY * len(page.anchors):
            return 0.0
        return 0.85 if issue.articles else 0.3

    def entries(self, page: ListPage, feed: Feed) -> tuple[Entry, ...]:  # noqa: ARG002
        if shell_target(page) or page.status == 404:
            return ()
        issue = _Issue.of(page)
        listed_on = issue.day.isoformat() if issue.day else None
        return tuple(
            Entry(url=url, title=title, listed_on=listed_on, layout=issue.layout_of(url))
            for url, title in issue.articles.items()
        )

    def next_pages(self, page: ListPage, feed: Feed, page_number: int) -> NextPage | None:  # noqa: ARG002
        behind = shell_target(page)
        if page.status != 404 and (behind or _listed_issue(page)):
            return NextPage(url=behind or str(_listed_issue(page)), is_shell=True)
        issue = _Issue.of(page)
        following = issue.following()
        if following and page.status != 404:
            return NextPage(url=following, is_shell=True)
        before = issue.before()
        return NextPage(url=before[0], day=before[1]) if before else None

    def may_be_empty(self, page: ListPage) -> bool:
        # No issue that day, or a layout of advertisements: neither is an outage.
        if page.status == 404:
            return place_of(page.url) is not None
        if page.status != 200:
            return False
        return bool(shell_target(page) or _listed_issue(page) or _Issue.of(page).layouts) or _is_no_issue(page)

    def first_requests(self, feed: Feed, today: date) -> tuple[NextPage, ...]:
        """A dated address is asked for with today's date first, then as it is written."""
        current = on_day(feed.url, today)
        urls = (feed.url,) if current in (None, feed.url) else (str(current), feed.url)
        return tuple(NextPage(url=url) for url in urls)


class _Issue:
    """The issue a page is of: its layouts and this page's articles, as far as the page links them."""

    def __init__(self, page: ListPage) -> None:
        self._url = page.url
        self._tree = page.tree
        self.here = place_of(page.url)
        self._links = [(url, title, place) for url, title in _links(page) if (place := place_of(url))]
        self.day = self.here.issue if self.here else self._shown_day(page.today)
        self.layouts: dict[str, str] = {}
        self.articles: dict[str, str] = {}
        self._groups: dict[str, str] = {}
        self._sort()

    @classmethod
    def of(cls, page: ListPage) -> _Issue:
        """The issue of a page, worked out once."""
        if "issue" not in page.notes:
            page.notes["issue"] = cls(page)
        found: _Issue = page.notes["issue"]
        return found

    @property
    def is_layout(self) -> bool:
        return self.here is not None and self.here.kind in (Kind.LAYOUT, Kind.PAGE)

    def layout_of(self, url: str) -> str | None:
        """The layout an article is printed on, as people cite it."""
        place = place_of(url)
        folder = place.folder if place else None
        if folder and self.here is not None and folder != self.here.folder:
            # Listed here, and printed elsewhere: its folder says where.
            named = (said for at, said in self.layouts.items() if said and urlsplit(at).path.startswith(folder))
            return next(named, None) or layouts.of_number(place.number if place else None)
        return self._groups.get(url) or self._own or layouts.of_number(place.number if place else None)

    @property
    def _own(self) -> str | None:
        if self.here is None:
            return None
        linked, shown = self.layouts.get(self._url), layouts.of_heading(self._tree)
        if linked and shown and shown.startswith(linked):
            # 第1版 in the menu, 第1版：要闻 over the page.
            return shown
        return linked or shown or (layouts.of_number(self.here.number) if self.is_layout else None)

    def following(self) -> str | None:
        """The layout after this one; the first where this page is the issue's front."""
        ordered = sorted(self.layouts, key=_order)
        if not self.is_layout:
            return next((url for url in ordered if url != self._url), None)
        # Numbers only rise, so a walk over one issue ends by itself.
        return next((url for url in ordered if _order(url) > _order(self._url)), None)

    def before(self) -> tuple[str, date] | None:
        """The issue before this one, as the page links it, else that of the day before."""
        if self.day is None:
            return None
        for url, title, place in self._links:
            if _BACK.fullmatch(title) and place.issue < self.day:
                return url, place.issue
        ordered = sorted((*self.layouts, *((self._url,) if self.here else ())), key=_order)
        yesterday = self.day - timedelta(days=1)
        day_before = on_day(ordered[0], yesterday) if ordered else None
        return (day_before, yesterday) if day_before else None

    def _shown_day(self, today: date) -> date | None:
        """The newest day of the layouts that a page without a day in its own address links."""
        days = [place.issue for _, _, place in self._links if place.kind is Kind.LAYOUT]
        return max((day for day in days if day <= today + timedelta(days=1)), default=None)

    def _sort(self) -> None:
        groups: list[tuple[list[str], list[str]]] = [([], [])]
        for url, title, place in self._links:
            if place.issue != self.day:
                continue
            if self._is_layout_link(place, url):
                said = layouts.of_link(title) or ""
                self.layouts[url] = self.layouts.get(url) or said
                if said:
                    if groups[-1][1]:
                        groups.append(([], []))
                    groups[-1][0].append(said)
            elif place.kind in (Kind.ARTICLE, Kind.PAGE) and url != self._url:
                said = "" if _PDF_OR_TOOL.fullmatch(title) else title
                self.articles[url] = max(self.articles.get(url, ""), said, key=len)
                groups[-1][1].append(url)
        self._group(groups)

    def _is_layout_link(self, place: Place, url: str) -> bool:
        if place.kind is Kind.PAGE:
            return self.here is not None and (place.folder != self.here.folder or url == self._url)
        return place.kind is Kind.LAYOUT

    def _group(self, groups: list[tuple[list[str], list[str]]]) -> None:
        """A page that lists the whole issue, each layout's articles under its name: two such groups show the habit.

        The menu of layouts may stand right before the first name.
        """
        named = [(said, urls) for said, urls in groups if said and urls]
        if len(named) < 2 or any(len(said) > 1 for said, _ in named[1:]):
            return
        for said, urls in named:
            for url in urls:
                self._groups.setdefault(url, said[-1])


def _links(page: ListPage) -> list[tuple[str, str]]:
    """Every link with its text: anchors, the hot zones of the layout's picture, rows' `data-url`, scripted lines."""
    if "texts" not in page.notes:
        plain = [(url, _text_of(node)) for node, url in page.anchors]
        page.notes["texts"] = [*plain, *islice(_scripted(page), MAX_LINKS)]
    links: list[tuple[str, str]] = page.notes["texts"]
    return links


def _scripted(page: ListPage) -> Iterator[tuple[str, str]]:
    for node in page.tree.iter("script"):
        written = _written((node.text or "")[:400_000])
        if "<a" in written.lower():
            yield from _anchors(parse_html(written), page)


def _written(script: str) -> str:
    """What a script writes into the page, as far as it is literal; a row may be written in several calls."""
    pieces: list[str] = []
    for call in islice(_WRITE.finditer(script), 2_000):
        at = call.end()
        for _ in range(20):
            match = _LITERAL.match(script, at, at + 4_000)
            if match is None:
                break
            pieces.append((match[1] or match[2] or "").replace("\\/", "/").replace("\\'", "'").replace('\\"', '"'))
            at = match.end()
    return "".join(pieces)[:_WRITTEN]


def _anchors(tree: Any, page: ListPage) -> Iterator[tuple[str, str]]:
    for node in tree.iter("a"):
        url = page.link(node.get("href"))
        if url:
            yield url, _text_of(node)


def _text_of(node: Any) -> str:
    text = " ".join("".join(islice(node.itertext(), 50)).split())[:500]
    hint = node.get("title") or node.get("alt") or (node.get("name") if node.tag == "area" else None) or ""
    return text or " ".join(hint.split())


def _order(url: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d{1,12}", urlsplit(url).path)], url


def _listed_issue(page: ListPage) -> str | None:
    """The newest issue that a page's script lists by day, up to the day of the look; None for any other page."""
    if "issues" not in page.notes:
        page.notes["issues"] = _newest_issue(page)
    found: str | None = page.notes["issues"]
    return found


def _newest_issue(page: ListPage) -> str | None:
    for generation in GENERATIONS:
        if generation.index is None or place_of(page.url) is not None:
            continue
        for node in page.tree.iter("script"):
            match = generation.index.search((node.text or "")[:_WRITTEN])
            days = re.findall(r"\d{4}-\d\d-\d\d", match[1]) if match else []
            newest = max((day for day in days if day <= page.today.isoformat()), default=None)
            if newest:
                try:
                    front = date.fromisoformat(newest).strftime(generation.front)
                except ValueError:
                    return None
                return page.link(urljoin(page.url, front))
    return None


def _is_no_issue(page: ListPage) -> bool:
    """Whether a page says, under 200, that there is no such issue."""
    if place_of(page.url) is None:
        return False
    words = " ".join("".join(islice(page.tree.itertext(), 2_000))[:20_000].split())
    return len(words) <= _FEW_CHARACTERS and bool(NOTICE.search(words))
