"""A walk over one feed: which list pages are asked, in which order, and when it ends. Pure: the spider asks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crawler.addresses import refusal
from crawler.challenge import is_shell
from spiders.platforms import PLATFORMS, NextPage, read_entries, recognise
from storage.records import ErrorClass, FeedReading

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from spiders.platforms import ListPage, Platform
    from storage.feeds import DueFeed
    from storage.records import CaptureId, Entry, FeedId

# No list has so many pages that matter: a walk that asks for more goes in circles (layouts, sitemaps, frames included).
MAX_REQUESTS = 100
# A page this small without entries, behind the first, is what a list says beyond its end (platforms.md, section 0).
STUB_BYTES = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one list page said, and what to ask next. `error` ends the walk unfinished."""

    entries: tuple[Entry, ...] = ()
    platform: str = "auto"
    next_page: NextPage | None = None
    error: ErrorClass | None = None
    message: str | None = None
    listed: int | None = None
    dated: int | None = None

    def reading(self, feed_id: FeedId, capture_id: CaptureId, page_number: int) -> FeedReading:
        """The step as it is kept."""
        return FeedReading(
            feed_id=feed_id,
            capture_id=capture_id,
            page_number=page_number,
            entries=self.entries,
            finished=self.next_page is None and self.error is None,
            platform=self.platform,
            error=self.error,
            message=self.message,
            listed=self.listed,
            dated=self.dated,
        )


class Walk:
    """The state of a walk. One `read` for each answer, in order."""

    def __init__(self, due: DueFeed, *, today: date, since: date | None, allowed: frozenset[str]) -> None:
        self.due, self.feed, self.today = due, due.feed, today
        self.page_number = 1
        self.is_first = True
        self._since = since.isoformat() if since else None
        self._allowed = allowed
        self._name = due.feed.platform if due.feed.platform != "auto" else due.platform
        self._afresh = False
        self._asked: set[tuple[str, str, bytes]] = set()
        self._seen: set[str] = set()
        self._later: deque[NextPage] = deque()
        known = PLATFORMS.get(self._name or "")
        firsts = known.first_requests(self.feed, today) if known else (NextPage(url=self.feed.url),)
        self._fallbacks = deque(replace(first, is_shell=True) for first in firsts)

    def start(self) -> NextPage:
        """The first request."""
        first = self._fallbacks.popleft()
        self._asked.add((first.method, first.url, first.body))
        return first

    @property
    def platform_name(self) -> str:
        return self._name or "auto"

    def failed(self, error: ErrorClass, message: str | None) -> Step:
        """The step of a look that brought no list page."""
        following = self._fallback()
        if following is not None:
            return Step(platform=self.platform_name, next_page=following)
        return Step(platform=self.platform_name, error=error, message=message)

    def unchanged(self) -> Step:
        """The step of a first page that is the same as when the list was last read to its end."""
        return Step(platform=self.platform_name)

    def read(self, page: ListPage, settled: Callable[[tuple[Entry, ...]], frozenset[str]]) -> Step:
        """The step of a list page that came. `settled`: which entries an earlier, finished walk has seen (URLs)."""
        platform = self._platform(page)
        entries = self._wanted(read_entries(platform, page, self.feed))
        if not entries and self._remembered_wrongly():
            platform = recognise(page)
            entries = self._wanted(read_entries(platform, page, self.feed))
        if page.status >= 300 and not platform.may_be_empty(page):
            return self._refused(page)
        if not entries and not platform.may_be_empty(page) and self.page_number == 1 and not self._seen:
            drawn = ": client_rendered, its content comes by script" if is_shell(page.body) else ""
            return self.failed(ErrorClass.PARSE, f"list page yields 0 links (read as {platform.name}){drawn}")
        self._name = platform.name
        fresh = [entry for entry in entries if entry.url not in self._seen]
        self._seen.update(entry.url for entry in entries)
        following = platform.next_pages(page, self.feed, self.page_number)
        if following is not None and not self._goes_on(page, entries, fresh, following, settled):
            following = None
        if entries:
            self._fallbacks.clear()
        kept = tuple(entry for entry in entries if not self._is_old(entry))
        return Step(
            entries=kept,
            platform=platform.name,
            next_page=self._next(following),
            listed=len(entries),
            dated=sum(entry.listed_on is not None for entry in entries),
        )

    def _platform(self, page: ListPage) -> Platform:
        if self._afresh and self.feed.platform == "auto":
            self._name = None
        self._afresh = False
        return PLATFORMS.get(self._name or "") or recognise(page)

    def _remembered_wrongly(self) -> bool:
        """Whether the platform is only what an earlier reading recognised: sites are rebuilt."""
        return self.feed.platform == "auto" and self._name is not None and self.page_number == 1

    def _refused(self, page: ListPage) -> Step:
        if self.page_number > 1 and page.status in (404, 410):
            # Many lists announce pages that do not exist.
            return Step(platform=self.platform_name, next_page=self._next(None))
        return self.failed(ErrorClass.HTTP, f"HTTP {page.status}")

    def _wanted(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(entry for entry in entries if not refusal(entry.url, allowed=self._allowed))

    def _is_old(self, entry: Entry) -> bool:
        return bool(self._since and entry.listed_on and entry.listed_on[:10] < self._since)

    def _goes_on(
        self,
        page: ListPage,
        entries: tuple[Entry, ...],
        fresh: list[Entry],
        following: NextPage,
        settled: Callable[[tuple[Entry, ...]], frozenset[str]],
    ) -> bool:
        if following.is_shell:
            return True
        if self.page_number >= self.feed.follow.max_list_pages:
            return False
        if not fresh or (self.page_number > 1 and len(page.body) < STUB_BYTES and not entries):
            # Nothing new: the server ignores the page number, or the list is at its end.
            return False
        if self._is_old(entries[-1]):
            return False
        # The last entry, not any: an old notice pinned on top must not end the walk.
        return entries[-1].url not in settled(entries[-1:])

    def _next(self, following: NextPage | None) -> NextPage | None:
        """The request after this page: what follows from it, else what was put off."""
        if following is not None:
            self._later.extendleft(NextPage(url=url, is_shell=True) for url in reversed(following.more))
        candidates = deque([following] if following else [])
        while candidates or self._later:
            chosen = candidates.popleft() if candidates else self._later.popleft()
            key = (chosen.method, chosen.url, chosen.body)
            if key in self._asked or len(self._asked) >= MAX_REQUESTS or refusal(chosen.url, allowed=self._allowed):
                continue
            self._asked.add(key)
            self._afresh = chosen.is_shell
            self.page_number += not chosen.is_shell
            self.is_first = False
            return chosen
        return self._fallback() if not self._seen else None

    def _fallback(self) -> NextPage | None:
        while self._fallbacks:
            chosen = self._fallbacks.popleft()
            if ("GET", chosen.url, b"") not in self._asked:
                self._asked.add(("GET", chosen.url, b""))
                self.is_first = False
                return chosen
        return None
