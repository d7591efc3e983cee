"""The spider's only door to storage: what this run asks, in which order, and what it keeps of the answers."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from crawler.addresses import hosts_of, start_hosts
from crawler.attachments import Attachments
from crawler.capture import Commits
from crawler.control import Controls, probes_for
from crawler.errands import PartsAsked, again, by_hand
from crawler.lanes import Lane
from crawler.outages import Outages
from crawler.pace import due_after
from crawler.purpose import Purpose, from_vantage
from crawler.rendering import Renderer
from crawler.report import RunReport
from crawler.resolver import PublicResolver
from crawler.schedule import look_of
from crawler.ways import Ways
from storage import backfills, feeds, pages
from storage.bodies import content_encoding_of, decode
from storage.records import ErrorClass, Reason, Role, SourceId
from storage.urls import host_of, url_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    import sqlalchemy as sa
    from scrapy.crawler import Crawler

    from crawler.purpose import Captured
    from crawler.report import Select
    from crawler.schedule import Look
    from crawler.scheduler import HostScheduler
    from storage.archive import Archive
    from storage.backfills import Backfill
    from storage.config import Config
    from storage.database import Database
    from storage.feeds import DueFeed, PutReading
    from storage.pages import DuePage
    from storage.records import Capture, Clock, Entry, Exchange, FeedId, FeedReading, Headers, PageId, Run, Source

logger = logging.getLogger(__name__)

T = TypeVar("T")

# Of all sources together about so many pages are in memory, and of one source so many at least and at most.
WINDOW = 4000
# With nothing out and nothing queued, nothing can happen after so long.
STALL_SECONDS = 60.0
SMALLEST_CHUNK, LARGEST_CHUNK = 20, 500


class Frontier:
    """One run's work. Reads and writes go to threads of their own; the reactor never waits for the disk."""

    def __init__(
        self,
        *,
        config: Config,
        database: Database,
        archive: Archive,
        sources: Sequence[Source],
        select: Select,
        run: Run,
        clock: Clock,
        progress: Callable[[RunReport], None] | None = None,
    ) -> None:
        self.config, self.clock, self.select, self.run = config, clock, select, run
        self.report = RunReport()
        self.backfills: Mapping[FeedId, Backfill] = {}
        self.allowed = start_hosts(sources)
        if select.by_hand is not None:
            # What a person names is as much theirs as a start address.
            self.allowed |= hosts_of(select.urls or ())
        usual = {said.vantage for said in (select.by_hand or {}).values()}
        self.outages = Outages(self.report.ways_out)
        self.ways = Ways(config, sources, [select.vantage] if select.vantage else [], usual)
        self.renderer = Renderer(self, sources)
        self.hosts: HostScheduler
        self._end: Callable[[], None] = lambda: None
        self._ending: asyncio.Task[None] | None = None
        self.on_close: Callable[[RunReport], None] = lambda _: None
        self._database, self._archive = database, archive
        self._progress = progress
        self._lanes = {source.id: Lane(source) for source in sources}
        self._chunk = min(LARGEST_CHUNK, max(SMALLEST_CHUNK, WINDOW // max(1, len(sources))))
        self._asked = 0
        self._writer = ThreadPoolExecutor(1, "longarm-write")
        self._reader = ThreadPoolExecutor(1, "longarm-read")
        self._commits = Commits(self._record)
        self._controls, self.parts = Controls(), PartsAsked()
        self._attachments = Attachments(self.allowed)
        self._resting: frozenset[str] = frozenset()
        self._moved = asyncio.Event()

    def attach(self, crawler: Crawler) -> None:
        """Meet the crawler that does this run's work."""

        def end() -> None:
            if crawler.engine is not None and not self._ending:
                self._ending = asyncio.get_running_loop().create_task(
                    crawler.engine.close_spider_async(reason="stopped")
                )

        self._end = end
        self.renderer.attach(crawler)
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it, which is the process's to do

        resolver = getattr(reactor, "nameResolver", None)
        if isinstance(resolver, PublicResolver):
            resolver.allow(self.allowed, self.ways.proxy_hosts())

    async def feeds(self) -> list[DueFeed]:
        """The feeds to read in this run."""
        if not self.select.everything and self.select.urls is None:
            self._resting = await self._read(lambda conn: feeds.resting_hosts(conn, self.clock()))
        if not self.select.feeds or self.select.urls is not None:
            return []
        due = await self._read(
            lambda conn: feeds.due(conn, self.clock(), source_ids=tuple(self._lanes), everything=self.select.everything)
        )
        due = [each for each in due if host_of(each.feed.url) not in self._resting]
        for each in due:
            self._lanes[each.source.id].open_feeds += 1
        if self.select.since is not None:
            self.backfills = await self._read(backfills.load)
        return due

    async def pages(self) -> AsyncIterator[Purpose]:
        """The pages to look at, a source's as soon as its feeds are read; a few of each in memory at a time."""
        if self.select.urls is not None:
            for purpose in await self._read(self._named):
                yield purpose
            return
        lanes = deque(self._lanes.values())
        while lanes:
            ready = [lane for lane in lanes if not lane.open_feeds and lane.out <= self._chunk // 2]
            if not ready:
                if not await self._something_moved():
                    return
                continue
            for lane in ready:
                for purpose in await self._next_of(lane):
                    lane.out += purpose.role is Role.PAGE
                    yield purpose
                if lane.done or self._left <= 0:
                    lanes.remove(lane)

    async def _something_moved(self) -> bool:
        """Wait for an answer that lets a source go on; False where none can come any more."""
        self._moved.clear()
        try:
            await asyncio.wait_for(self._moved.wait(), STALL_SECONDS)
        except TimeoutError:
            if self.hosts.is_idle and not self.renderer.waiting:
                # A mistake of ours, not of a site: better an end that says so than a run that never ends.
                self.report.stopped = "stalled: some sources wait for a list that is not on its way; please report this"
                logger.error("crawl stalled run=%s", self.run.id)
                return False
        return True

    async def keep(self, exchange: Exchange) -> Capture:
        """The capture of an exchange, once it is durable."""
        return await self._commits.keep(exchange)

    async def put_reading(self, reading: FeedReading, due: DueFeed, backfill: Backfill | None = None) -> PutReading:
        """Keep what a list page said, and how far a walk back has come with it; gives the entries that are new."""
        now = self.clock()

        def write() -> PutReading:
            with self._database.write() as conn:
                if backfill is not None:
                    backfills.put(conn, backfill, at=now)
                return feeds.put_reading(conn, reading, at=now, next_due_at=due_after(conn, reading, due, now))

        kept = await asyncio.get_running_loop().run_in_executor(self._writer, write)
        if backfill is not None:
            self.report.backfills[(due.feed.source_id, due.feed.url)] = backfill
        return kept

    async def put_page(self, due: DueFeed) -> None:
        """Keep the page that a feed is itself; it is due like those of any list."""
        now = self.clock()

        def write() -> None:
            with self._database.write() as conn:
                feeds.put_page(conn, due.feed, at=now)

        await asyncio.get_running_loop().run_in_executor(self._writer, write)
        self.feed_done(due.source.id, None, None)

    def settled(self, feed_id: FeedId, entries: Sequence[Entry]) -> frozenset[str]:
        """The URLs of those entries that an earlier, finished reading has seen. Blocks: call it in a thread."""
        keys = {_key(entry.url): entry.url for entry in entries}
        with self._database.read() as conn:
            known = feeds.settled_keys(conn, feed_id, keys)
        return frozenset(url for key, url in keys.items() if key in known)

    async def stored_body(self, capture: Capture) -> bytes:
        """The decoded body of a capture; an unchanged look's is that of the look it refers to."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._archive.body, capture)

    async def controls(self, response: Captured) -> list[Purpose]:
        """What to ask of a page's host beside it, now that it seems to be gone or to be something else."""
        purpose, capture = response.purpose, response.capture
        urls = [self._controls.home(purpose, look_of(response.status or None, capture.error))]
        if response.is_new and response.status == 200 and purpose.previous and self._controls.compares(purpose):
            known = purpose.previous.capture_id
            before = (await self._read(lambda conn: pages.capture(conn, known))).payload_length
            urls.append(self._controls.nowhere(purpose, len(response.body), before))
        # Of most pages there is nothing to ask: a turn in the reader's thread costs as much as half a look.
        return await self._read(lambda conn: probes_for(conn, purpose, filter(None, urls))) if any(urls) else []

    async def attachments(self, response: Captured, body: bytes) -> list[Purpose]:
        """The files of a new answer that no run has known, as far as this one may ask for more pages."""
        found = await self._attachments.found(response, body)
        lane = self._lanes.get(response.purpose.source_id) if response.purpose.source_id is not None else None
        if not found or lane is None:
            return []
        urls = await self._read(lambda conn: self._attachments.unknown(conn, response.purpose, found))
        purposes = self._attachments.ask(response.purpose, urls, lane.room(self.config.fetch.max_new_pages, self._left))
        number = len(purposes)
        lane.new, lane.out, self._asked = lane.new + number, lane.out + number, self._asked + number
        return purposes

    def elsewhere(self, response: Captured) -> list[Purpose]:
        """The same look from the source's other vantages, where this one shows nothing good."""
        purpose = response.purpose
        lane = self._lanes.get(purpose.source_id) if purpose.source_id is not None else None
        if lane is None or not lane.source.vantages or not self._controls.elsewhere(purpose, response.look):
            return []
        return [from_vantage(purpose, name) for name in lane.source.vantages]

    def feed_done(self, source_id: SourceId, error: ErrorClass | None, message: str | None) -> None:
        """A walk over a feed has ended."""
        self.report.feeds += 1
        if error is not None:
            logger.info("feed failed source=%s error=%s message=%s", source_id, error, message)
            self.report.errors.setdefault(source_id, error)
            self.report.messages.setdefault(source_id, message or "")
        self._lanes[source_id].open_feeds -= 1
        self._moved.set()

    def postponed(self, purpose: Purpose, why: str) -> None:
        """A request that is not made in this run, because its host is left alone; what it is for stays due."""
        self.report.postponed += 1
        ours = purpose.vantage in self.outages.down
        if not ours:
            self.report.left_alone.setdefault(url_key(purpose.url).partition(")")[0], why)
        if purpose.role is Role.FEED and purpose.source_id is not None and purpose.reason is not Reason.COMPARE:
            error = None if ours else ErrorClass.BLOCKED
            self.feed_done(purpose.source_id, error, f"its host was left alone: {why}")
        elif purpose.role is Role.PAGE and purpose.reason is not Reason.COMPARE:
            self._came_back(purpose)

    def count(self, purpose: Purpose, capture: Capture, look: Look) -> None:
        """Take a look into the report."""
        self.report.take(purpose, capture, look)
        self._controls.note(purpose, capture, look)
        if purpose.role is Role.PAGE and purpose.reason is not Reason.COMPARE:
            self._came_back(purpose)
        if capture.truncated:
            logger.warning("body cut url=%s reason=%s capture=%s", capture.url, capture.message, capture.short)
        if self._progress is not None:
            self._progress(self.report)

    def stop(self, problem: Exception) -> None:
        """End the run: what is kept is kept, the rest is still due."""
        if self.report.stopped is None:
            self.report.stopped = str(problem)
            self._end()

    def decoded(self, response: Captured) -> bytes:
        """A response's body without its content codings, as far as `max_size` goes."""
        return self.undo(response.body, response.lines)

    def undo(self, body: bytes, headers: Headers) -> bytes:
        """A body without its content codings, as far as `max_size` goes."""
        return decode(body, content_encoding_of(headers), limit=self.config.fetch.max_size).data

    def ended(self, reason: str) -> None:
        """The crawl is over: wait for what is being written. `reason` is Scrapy's word for why it ended."""
        self.report.interrupted = reason not in ("finished", "stopped")
        self.close()

    def close(self) -> None:
        """Wait for what is being written, and let go."""
        self._attachments.close()
        self._writer.shutdown()
        self._reader.shutdown()
        finish, self.on_close = self.on_close, lambda _: None
        finish(self.report)

    def robots_policy(self, source: Source) -> str:
        return source.robots or self.config.fetch.robots

    def _came_back(self, purpose: Purpose) -> None:
        lane = self._lanes.get(purpose.source_id) if purpose.source_id is not None else None
        if lane is not None:
            lane.out -= 1
            if lane.out == self._chunk // 2 or not lane.out:
                self._moved.set()

    @property
    def _left(self) -> int:
        """How many pages this run may still ask."""
        return sys.maxsize if self.select.max_pages is None else self.select.max_pages - self._asked

    async def _next_of(self, lane: Lane) -> list[Purpose]:
        room = min(self._chunk, self._left)
        if room <= 0 or lane.source.vantage in self.outages.down:
            lane.done = True
            return []
        purposes, last = await self._read(lambda conn: self._chunk_of(conn, lane, room))
        lane.after_id, lane.done = last or lane.after_id, last is None
        self._asked += len(purposes)
        return purposes

    def _chunk_of(self, conn: sa.Connection, lane: Lane, room: int) -> tuple[list[Purpose], PageId | None]:
        due = pages.due(
            conn,
            self.clock(),
            limit=room,
            run_id=self.run.id,
            after_id=lane.after_id,
            source_ids=(lane.source.id,),
            everything=self.select.everything and self.select.pages,
        )
        # A crawl looks at what is new: also at what was asked before and never answered.
        wanted = due if self.select.pages else [page for page in due if page.never_captured or page.previous is None]
        wanted = [
            page
            for page in wanted
            if not self._attachments.is_asked(page.page.url_key) and host_of(page.url) not in self._resting
        ]
        wanted, held = lane.within_bounds(wanted, self.config.fetch.max_new_pages)
        if lane.source.render:
            wanted, late = self.renderer.take(wanted)
            held += late
        if held:
            self.report.too_many.add(lane.source.id)
        last = due[-1].page.id if len(due) == room else None
        return self._purposes(conn, wanted), last

    def _named(self, conn: sa.Connection) -> list[Purpose]:
        if self.select.by_hand is not None:
            return [by_hand(conn, url, said) for url, said in self.select.by_hand.items()]
        found = []
        for url in self.select.urls or ():
            page = pages.by_url(conn, url)
            if page is not None and page.source_id in self._lanes:
                lane = self._lanes[page.source_id]
                lane.out += 1
                due = pages.DuePage(
                    page=page,
                    source_id=page.source_id,
                    feed_id=None,
                    vantage=lane.source.vantage,
                    previous=pages.previous(conn, url),
                    never_captured=False,
                )
                found.append(due)
        purposes = self._purposes(conn, found)
        other = self.select.vantage
        return [from_vantage(each, other) if other not in (None, each.vantage) else each for each in purposes]

    def _purposes(self, conn: sa.Connection, due: Sequence[DuePage]) -> list[Purpose]:
        watched = {name: lane.source for name, lane in self._lanes.items()}
        return self.parts.fresh(again(conn, due, watched, self.robots_policy))

    async def _record(self, exchanges: Sequence[Exchange]) -> list[Capture]:
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._archive.record, exchanges)

    async def _read(self, ask: Callable[[sa.Connection], T]) -> T:
        def read() -> T:
            with self._database.read() as conn:
                return ask(conn)

        return await asyncio.get_running_loop().run_in_executor(self._reader, read)


def _key(url: str) -> str:
    try:
        return url_key(url)
    except ValueError:
        return url
