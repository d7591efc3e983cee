"""The spider `watch`: reads the lists of the sources that are due, and looks at their pages."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from scrapy import Spider

from crawler.parts import parts_of
from crawler.purpose import Purpose, for_part, request_for, requests_for
from crawler.rendering import as_shown
from crawler.run import open_alone
from spiders.looking import UnreadableListError, is_large
from spiders.platforms import ListPage, NextPage
from spiders.registry import load_registry
from spiders.step import Step
from spiders.walk import Walk
from storage.records import ErrorClass, Reason, Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Self

    from scrapy import Request
    from scrapy.crawler import Crawler

    from crawler.frontier import Frontier
    from crawler.purpose import Captured
    from storage.feeds import DueFeed

logger = logging.getLogger(__name__)

CHINA = ZoneInfo("Asia/Shanghai")
# An unchanged page smaller than this is read as any other: so little costs nothing.
SHELL_BYTES = 20_000


class WatchSpider(Spider):
    """Holds no state of its own: what is due is the frontier's, where a list ends is the walk's."""

    name = "watch"

    def __init__(self, frontier: Frontier, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.frontier = frontier
        self._large = ThreadPoolExecutor(1, "longarm-list")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *_: Any, **arguments: Any) -> Self:
        """`frontier` is given by `longarm`; `scrapy crawl watch [-a source=ID]` opens its own."""
        frontier = arguments.pop("frontier", None) or open_alone(load_registry, arguments.pop("source", None))
        spider = cls(frontier, **arguments)
        spider._set_crawler(crawler)
        frontier.attach(crawler)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        today = self.frontier.clock().astimezone(CHINA).date()
        for due in await self.frontier.feeds():
            if due.feed.is_page:
                await self.frontier.put_page(due)
                continue
            walk = Walk(
                due,
                today=today,
                since=self.frontier.select.since,
                allowed=self.frontier.allowed,
                before=self.frontier.backfills.get(due.feed.id),
            )
            yield self._list_request(walk, walk.start())
        async for purpose in self.frontier.pages():
            for request in requests_for([purpose], self.parse_page, self.frontier.postponed):
                yield request

    async def parse_feed(self, response: Captured, walk: Walk) -> AsyncIterator[Request]:
        """Keep what a list page says, then ask for the next one."""
        number, asked = walk.page_number, walk.current
        try:
            step = await self._step(response, walk)
        except Exception as problem:
            logger.exception("list page not read feed=%s capture=%s", walk.feed.id, response.capture.short)
            step = Step(platform=walk.platform_name, error=ErrorClass.PARSE, message=f"not read: {problem!r}"[:300])
        try:
            reading = step.reading(walk.feed.id, response.capture.id, number)
            await self.frontier.put_reading(reading, walk.due, step.backfill)
        except Exception as problem:
            # Unheard, the source's walk would never end: the run says so and stops, what it is for stays due.
            logger.exception("reading not kept feed=%s capture=%s", walk.feed.id, response.capture.short)
            self.frontier.stop(problem)
            return
        for beside in self.frontier.elsewhere(response) if step.error is not None else ():
            yield request_for(beside, self.parse_part, method=asked.method, body=asked.body, headers=asked.headers)
        if step.next_page is not None:
            yield self._list_request(walk, step.next_page)
        else:
            self.frontier.feed_done(walk.due.source.id, step.error, step.message)

    async def parse_page(self, response: Captured) -> AsyncIterator[Request]:
        """Ask for what belongs to an article, its further parts and its files; and for what tells of its host."""
        purpose = response.purpose
        if purpose.reason is Reason.COMPARE:
            return
        for beside in (*await self.frontier.controls(response), *self.frontier.elsewhere(response)):
            yield request_for(beside, self.parse_part)
        found = {part.url: part for part in purpose.known_parts}
        if response.is_new and response.status == 200:
            body = (response.rendering.dom if response.rendering else b"") or self.frontier.decoded(response)
            for number, url in enumerate(parts_of(body, response.url), 2):
                found.setdefault(url, for_part(purpose, url, number))
            files = await self.frontier.attachments(response, body)
            for request in requests_for(files, self.parse_page, self.frontier.postponed):
                yield request
        if response.status not in (200, 304):
            return
        for part in self.frontier.parts.fresh(found.values()):
            yield request_for(part, self.parse_part)

    def parse_part(self, response: Captured) -> None:
        """Nothing to do: it is kept, and joined when it is read."""

    async def closed(self, reason: str) -> None:
        """Scrapy is done: so is the run."""
        await self.frontier.renderer.close()
        self._large.shutdown(wait=False, cancel_futures=True)
        self.frontier.ended(reason)

    async def _step(self, response: Captured, walk: Walk) -> Step:
        if not response.status:
            return walk.failed(response.capture.error or ErrorClass.RESET, response.capture.message)
        if response.capture.error is not None:
            return walk.failed(response.capture.error, response.capture.message)
        lines, body, trouble = as_shown(response, self.frontier.decoded(response))
        if trouble is not None:
            return walk.failed(*trouble)
        status, read = response.status, walk.read
        if walk.is_first and walk.due.previous and response.capture.refers_to == walk.due.previous.capture_id:
            if response.rendering is None:
                body = await self.frontier.stored_body(response.capture)
            if len(body) >= SHELL_BYTES and walk.depths is None:
                read = walk.unchanged
            status = 200 if status == 304 else status

        def work() -> Step:
            page = ListPage.of(url=response.url, status=status, headers=lines, body=body, today=walk.today)
            return read(page, lambda entries: self.frontier.settled(walk.feed.id, entries))

        # Reading takes milliseconds, of a large page seconds: the reactor goes on meanwhile, and so do small lists.
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._large if is_large(body) else None, work)
        except UnreadableListError as problem:
            # Its further pages would cost as much: the walk ends here.
            return Step(platform=walk.platform_name, error=ErrorClass.PARSE, message=str(problem))

    def _list_request(self, walk: Walk, page: NextPage) -> Request:
        due: DueFeed = walk.due
        is_list = page.url == due.feed.url and walk.is_first
        purpose = Purpose(
            url=page.url,
            role=Role.FEED,
            reason=Reason.DISCOVERED,
            source_id=due.source.id,
            feed_id=due.feed.id,
            vantage=due.source.vantage,
            robots=self.frontier.robots_policy(due.source),
            render=due.source.render,
            previous=due.previous if is_list and page.method == "GET" else None,
        )
        return request_for(
            purpose, self.parse_feed, method=page.method, body=page.body, headers=page.headers, walk=walk
        )
