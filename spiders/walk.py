"""A walk over one feed: which list pages are asked, in which order, and when it ends. Pure: the spider asks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from crawler.addresses import refusal
from spiders.depths import MOST_PAGES, Depths
from spiders.looking import Question, look_safely
from spiders.platforms import MAX_ENTRIES, PLATFORMS, NextPage
from spiders.step import Step
from storage.records import ErrorClass

if TYPE_CHECKING:
    from datetime import date

    from spiders.looking import Seen
    from spiders.platforms import ListPage
    from storage.backfills import Backfill
    from storage.feeds import DueFeed
    from storage.records import Entry

Settled = Callable[[tuple["Entry", ...]], frozenset[str]]
"""Which of some entries an earlier, finished walk over the feed has seen, as their URLs."""

# A list gets so many requests (layouts, sitemaps, frames included) where `max_list_pages` asks for no more; one that
# would go on is told to be cut.
MAX_REQUESTS = 100
# What a list asks beside its pages: its shell, a refresh, a frame, a script.
FRAMES = 10
# So many lists one feed may have: a look asks each at least once, one a second.
MAX_LISTS = 300
# A failure of one of a feed's lists that says nothing about its others; after any other the host is left alone.
OWN_FAILURES = frozenset((ErrorClass.HTTP, ErrorClass.PARSE, ErrorClass.TIMEOUT))
# So many days in a row without an issue are no holiday: a weekly has six, the spring festival eight.
MAX_DAYS_WITHOUT = 15
# A page this small without entries, behind the first, is what a list says beyond its end (platforms.md, section 0).
STUB_BYTES = 600


class Walk:
    """The state of a walk. One `read` for each answer, in order."""

    def __init__(
        self,
        due: DueFeed,
        *,
        today: date,
        since: date | None,
        allowed: frozenset[str],
        before: Backfill | None = None,
        look: Callable[[Question], Seen] = look_safely,
    ) -> None:
        self.due, self.feed, self.today = due, due.feed, today
        self.page_number = 1
        self.is_first = True
        self._since = since.isoformat() if since else None
        self._allowed, self._look = allowed, look
        self.depths = Depths(due.feed.id, self._since, before) if self._since else None
        self._most = MOST_PAGES if self.depths else max(MAX_REQUESTS, due.feed.follow.max_list_pages + FRAMES)
        self._name = due.feed.platform if due.feed.platform != "auto" else due.platform
        self._afresh = False
        self._asked: set[tuple[str, str, bytes]] = set()
        self._seen: set[str] = set()
        self._later: deque[NextPage] = deque()
        self._lists: deque[NextPage] = deque()
        self._failure: tuple[ErrorClass, str | None] | None = None
        self._label = ""
        self._requests = 0
        self._not_asked = 0
        self._is_lists_first = True
        self._lists_begun = 1
        # Of a list that goes back day by day: the issue's entry that was read last, and what of it is counted.
        self._last: tuple[Entry, ...] = ()
        self._day: date | None = None
        self._days_without = 0
        self.current = NextPage(url=self.feed.url)
        known = PLATFORMS.get(self._name or "")
        firsts = known.first_requests(self.feed, today) if known else (NextPage(url=self.feed.url),)
        self._fallbacks = deque(replace(first, is_shell=True) for first in firsts)

    def start(self) -> NextPage:
        """The first request."""
        first = self._fallbacks.popleft()
        self._asked.add((first.method, first.url, first.body))
        self._requests += 1
        if self.depths is not None:
            self.depths.begin(first)
        return self._chosen(first)

    @property
    def platform_name(self) -> str:
        return self._name or "auto"

    def failed(self, error: ErrorClass, message: str | None) -> Step:
        """The step of a look that brought no list page."""
        following = self._fallback()
        if following is not None:
            return Step(platform=self.platform_name, next_page=following)
        self._failure = self._failure or (error, message)
        if error not in OWN_FAILURES:
            return self._step()
        if self.depths is None:
            return self._step(next_page=self._next(None))
        self.depths.note_failed(self.current, self.page_number)
        return self._on(self.depths, Step(platform=self.platform_name), back=False, ended=None)

    def unchanged(self, page: ListPage, settled: Settled) -> Step:
        """The step of a first page that is the same as when the list was last read to its end.

        Its entries are known; but it may be a mere shell, large as it is, before a list that did change.
        """
        step = self.read(page, settled)
        goes_on = step.next_page is not None and step.next_page.is_shell
        return step if goes_on or step.error else self._step(next_page=self._after_unchanged(step))

    def _after_unchanged(self, step: Step) -> NextPage | None:
        """Where a walk goes on from an unchanged list: to the feed's next one, not to the list's own second page."""
        return step.next_page if step.next_page is None or self.page_number == 1 else self._next_list()

    def _step(
        self, entries: tuple[Entry, ...] = (), next_page: NextPage | None = None, message: str | None = None
    ) -> Step:
        """A step; the last of a walk says whether one of its lists failed or was cut."""
        if next_page is None and self._not_asked and self._failure is None:
            why = f"{self._not_asked} list pages not asked: {self._most} requests are the most of one list; "
            self._failure = (ErrorClass.PARSE, why + "raise follow.max_list_pages to read on")
        error, message = self._failure if self._failure and next_page is None else (None, message)
        return Step(entries=entries, platform=self.platform_name, next_page=next_page, error=error, message=message)

    def read(self, page: ListPage, settled: Settled) -> Step:
        """The step of a list page that came. `settled`: which entries an earlier, finished walk has seen (URLs)."""
        seen = self._look(self._question(page))
        entries, following = seen.entries, seen.following
        if seen.refused:
            return self._refused(page)
        if not entries and self.page_number == 1 and not self._seen and not _leads_on(following):
            why = _nothing_read(seen)
            if why:
                return self.failed(ErrorClass.PARSE, why)
        self._name = seen.name
        fresh = [entry for entry in entries if entry.url not in self._seen]
        self._seen.update(entry.url for entry in entries)
        self._last = entries[-1:] or self._last
        kept = tuple(entry for entry in entries if not self._is_old(entry))
        if entries:
            self._fallbacks.clear()
        if self.depths is not None:
            step = self._deeper(self.depths, page, seen, (fresh, kept))
        else:
            step = self._further(page, (entries, fresh, kept), following, settled)
        return replace(step, listed=len(entries), dated=sum(entry.listed_on is not None for entry in entries))

    def _further(
        self,
        page: ListPage,
        read: tuple[tuple[Entry, ...], list[Entry], tuple[Entry, ...]],
        following: NextPage | None,
        settled: Settled,
    ) -> Step:
        """The step of a walk that ends with what is known: `read` are the page's entries, the fresh, the kept ones."""
        entries, fresh, kept = read
        if following is not None and following.day is not None:
            following = self._day_before(following, settled)
        elif following is not None and not self._goes_on(page, entries, fresh, following, settled):
            following = None
        if self._days_without > MAX_DAYS_WITHOUT and not self._seen:
            return self.failed(ErrorClass.HTTP, f"no issue on {MAX_DAYS_WITHOUT} days in a row (HTTP {page.status})")
        next_page = self._next(following)
        if following is not None and following.is_shell and next_page is None and not self._seen:
            self._failure = self._failure or (ErrorClass.PARSE, f"nothing listed; {following.url} is all it leads to")
        cut = f"more than {MAX_ENTRIES} entries; the rest is not read" if len(entries) >= MAX_ENTRIES else None
        return self._step(entries=kept, next_page=next_page, message=cut)

    def _deeper(
        self,
        depths: Depths,
        page: ListPage,
        seen: Seen,
        read: tuple[list[Entry], tuple[Entry, ...]],
    ) -> Step:
        """The step of a walk back to a day: past `max_list_pages`, and past what is known."""
        (fresh, kept), entries, following = read, seen.entries, seen.following
        depths.note(page, entries)
        depths.note_old(entries, self.current, self._later, self.page_number)
        ended = None
        if following is None:
            ended = None if self._later else "the list ends"
        elif following.day is not None and following.day.isoformat() < depths.state.since:
            ended = f"reached {depths.state.since}"
        elif not following.is_shell:
            is_stub = self.page_number > 1 and len(page.body) < STUB_BYTES and not entries
            ended = depths.end_of(
                entries,
                fresh,
                is_stub=is_stub,
                may_be_empty=seen.may_be_empty,
                by_day=following.day is not None,
            )
        step = Step(entries=kept, platform=seen.name, next_page=following)
        return self._on(depths, step, back=depths.is_back(entries), ended=ended)

    def _on(self, depths: Depths, step: Step, *, back: bool, ended: str | None) -> Step:
        """The step of a walk back: from `step.next_page`, or where `ended` or `back` say so, from an earlier place."""
        deeper = step.next_page
        following = None if ended else deeper
        if depths.is_catching_up and (ended or back):
            place = depths.resume()
            if place is None:
                following, ended = None, ended or "nothing further back"
            elif (place.next.method, place.next.url, place.next.body) not in self._asked:
                # Numbers are those of the archive again: a list that grew has moved on by a page or so.
                following, self._later, self.page_number = place.next, deque(place.later), place.number
                ended, self._seen = None, set()
        within = self._within_list(following)
        if within is None and ended is None and self._requests < self._most:
            ended = "the list leads nowhere new"
        number = self.page_number - (within is not None and not within.is_shell)
        depths.went_on(within, self._later, number, None if within else ended)
        waiting = [each for each in (*self._lists, *depths.waiting) if self._is_new(each)]
        chosen = within or self._beyond_list()
        error, message = self._failure if self._failure and chosen is None else (None, None)
        # Begun is not read: a list that is asked next still stands among those that wait.
        state = depths.kept(waiting, is_last=chosen is None and not self._not_asked)
        return replace(step, next_page=chosen, error=error, message=message, backfill=state)

    def _question(self, page: ListPage) -> Question:
        is_auto = self.feed.platform == "auto"
        if self._afresh and is_auto:
            self._name = None
        self._afresh = False
        return Question(
            page=replace(page, label=self._label),
            feed=self.feed,
            name=self._name,
            number=self.page_number,
            may_differ=is_auto and self._name is not None and self.page_number == 1,
            allowed=self._allowed,
        )

    def _refused(self, page: ListPage) -> Step:
        if page.status not in (404, 410) or self._is_lists_first:
            return self.failed(ErrorClass.HTTP, f"HTTP {page.status}")
        # Many lists announce pages that do not exist; a part that an index names is missed.
        if self.page_number == 1:
            self._failure = self._failure or (ErrorClass.HTTP, f"HTTP {page.status} {page.url}")
        if self.depths is None:
            return self._step(next_page=self._next(None))
        self.depths.note(page, ())
        ended = f"page {self.page_number} was announced and answers {page.status}"
        return self._on(self.depths, Step(platform=self.platform_name), back=False, ended=ended)

    def _is_old(self, entry: Entry) -> bool:
        return bool(self._since and entry.listed_on and entry.listed_on[:10] < self._since)

    def _goes_on(
        self,
        page: ListPage,
        entries: tuple[Entry, ...],
        fresh: list[Entry],
        following: NextPage,
        settled: Settled,
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

    def _day_before(self, following: NextPage, settled: Settled) -> NextPage | None:
        """The issue before this one, if the walk goes on to it; a day without an issue counts for no list page.

        With `since` it goes back to that day, whatever is known of the issues between.
        """
        day, issue = following.day, self._last
        if day is None or (self._day is not None and day >= self._day):
            return None
        self._days_without = 0 if issue else self._days_without + 1
        if self._days_without > MAX_DAYS_WITHOUT:
            return None
        if self._since:
            if day.isoformat() < self._since:
                return None
        elif issue and (self.page_number >= self.feed.follow.max_list_pages or issue[0].url in settled(issue)):
            return None
        self._day, self._last, self._requests = day, (), 0
        return following if issue else replace(following, is_shell=True)

    def _next(self, following: NextPage | None) -> NextPage | None:
        """The request after this page: what follows from it, else what was put off, else the feed's next list."""
        return self._within_list(following) or self._beyond_list()

    def _beyond_list(self) -> NextPage | None:
        """Where this list is read: its other first page while it brought nothing, else the feed's next list."""
        return (None if self._seen else self._fallback()) or self._next_list()

    def _within_list(self, following: NextPage | None) -> NextPage | None:
        """What follows, or was put off, in the list that is being read."""
        if following is not None:
            self._later.extendleft(NextPage(url=url, is_shell=True) for url in reversed(following.more))
            self._later.appendleft(following)
        while self._later and self._requests < self._most:
            chosen = self._later.popleft()
            if self._may_ask(chosen):
                self._afresh = chosen.is_shell and chosen.day is None
                self.page_number += not chosen.is_shell
                self._is_lists_first = False
                return self._chosen(chosen)
        self._not_asked += sum(self._is_new(each) for each in self._later)
        return None

    def _next_list(self) -> NextPage | None:
        """The first page of the feed's next list. Lists beyond the most a walk may ask are told, never left out."""
        if not self._lists and self.depths is not None:
            # What an earlier walk did not come to, where this one met nothing that leads there.
            self._lists, self.depths.waiting = deque(self.depths.waiting), []
        while self._lists and self._lists_begun < MAX_LISTS:
            self._requests = 0
            chosen = self._lists.popleft()
            if self._may_ask(chosen):
                self._lists_begun += 1
                self.page_number = 1
                self._is_lists_first = True
                self._seen.clear()
                self._later.clear()
                if self.depths is not None:
                    self.depths.begin(chosen)
                return self._chosen(chosen)
        if self._lists:
            left = len(self._lists)
            self._lists.clear()
            why = f"{left} of the feed's lists not asked: {MAX_LISTS} is the most of one walk; name fewer in options"
            self._failure = self._failure or (ErrorClass.PARSE, why)
        return None

    def _fallback(self) -> NextPage | None:
        while self._fallbacks:
            chosen = self._fallbacks.popleft()
            if self._may_ask(chosen):
                return self._chosen(chosen)
        return None

    def _may_ask(self, request: NextPage) -> bool:
        """Whether `request` is a new one within bounds; it then counts as asked."""
        if self._requests >= self._most or not self._is_new(request):
            return False
        self._asked.add((request.method, request.url, request.body))
        self._requests += 1
        self.is_first = False
        return True

    def _is_new(self, request: NextPage) -> bool:
        key = (request.method, request.url, request.body)
        return key not in self._asked and not refusal(request.url, allowed=self._allowed)

    def _chosen(self, request: NextPage) -> NextPage:
        self._lists.extend(request.lists)
        self._label = request.label
        self.current = request
        return request


def _leads_on(following: NextPage | None) -> bool:
    """Whether a page without entries leads on to the list: a shell, a day without an issue."""
    return following is not None and (following.is_shell or following.day is not None)


def _nothing_read(seen: Seen) -> str | None:
    """Why a first page without entries is a failure; None where it may well list nothing."""
    if seen.is_drawn:
        return f"client_rendered: the page draws its list by script, 0 links without it (read as {seen.name})"
    return None if seen.may_be_empty else f"list page yields 0 links (read as {seen.name})"
